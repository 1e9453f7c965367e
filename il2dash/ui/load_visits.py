"""Visits: how each table holds measurements, and when they were taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from il2dash.intake.column_facts import TableFacts
from il2dash.intake.guess_patients import guess_patient
from il2dash.intake.recipe import Recipe
from il2dash.intake.recipe_edits import with_plan, with_visits
from il2dash.intake.recipe_layouts import (
    MarkerColumns,
    MarkerParameters,
    VisitsChoice,
    VisitTime,
    WeekColumn,
    WeekColumns,
)
from il2dash.intake.visit_edits import (
    Form,
    form_of,
    marker_columns,
    named_columns,
    named_time,
    proposed_plan,
    sources_for,
    sources_of,
    time_of,
    week_rows,
    with_marker_columns,
    with_marker_parameters,
    with_week_columns,
)
from il2dash.ui import load_findings, load_inputs, loading, show
from il2dash.ui.load_markers import called, markers_block, plan_block
from il2dash.ui.load_patients import TIME_UNITS

FORMS: dict[Form, str] = {
    "none": "No measurements",
    "weeks": "A column for each visit",
    "columns": "A row for each visit",
    "parameters": "A row for each value",
}
NAMES = "names"


def visits_step() -> None:
    """Ask for visits and markers."""
    current = loading.current()
    recipe = current.draft
    if recipe is None:
        show.kindly("Choose the patients first.")
        return
    files = [table.file for table in current.tables]
    with_sources = [source.table for source in recipe.visits if source.table in files]
    file = next(iter([*with_sources, recipe.subjects.table]))
    if len(files) > 1:
        place = files.index(file) if file in files else 0
        file = st.selectbox("Measurements in the table", files, index=place, key="load_visits_table") or file
    table = current.table(file)
    if table is None:
        return
    sources = sources_of(recipe, file)
    own = file == recipe.subjects.table
    patient = sources[0].patient if sources else recipe.subjects.patient if own else guess_patient(table).value
    if patient not in table.columns:
        patient = table.columns[0]
    facts = load_findings.facts(table, patient=patient)
    form = form_of(sources)
    load_inputs.choose(
        "How the table holds them",
        FORMS,
        form,
        key=f"load_form_{file}",
        change=lambda chosen: _change(file, sources_for(facts, chosen)),
    )
    _because(file)
    if not own and form != "none":
        load_inputs.pick(
            "Column of the patient",
            table.columns,
            patient,
            key=f"load_visits_patient_{file}",
            change=lambda column: _change(file, [replace(source, patient=column) for source in sources]),
        )
    for source in sources:
        _source(recipe, source, facts)
    load_inputs.preview(table, named_columns(facts, sources))
    markers_block()
    plan_block()


def _change(file: str, sources: Sequence[VisitsChoice]) -> None:
    """Choose a table's sources; the planned weeks follow while they are the weeks of the visits."""
    before = loading.current().draft
    follows = before is not None and _follows(before)
    loading.edit(lambda recipe: with_visits(recipe, file, sources))
    after = loading.current()
    if follows and after.draft is not None:
        weeks = proposed_plan(after.draft, _all_facts(after.draft))
        loading.keep(replace(after, draft=with_plan(after.draft, replace(after.draft.plan, schedule=weeks)).recipe))


def _follows(recipe: Recipe) -> bool:
    """Return whether the planned weeks are what was proposed."""
    proposal = loading.current().proposal
    proposed = proposal.recipe.plan.schedule if proposal and proposal.recipe else ()
    return recipe.plan.schedule in ((), proposed, proposed_plan(recipe, _all_facts(recipe)))


def _all_facts(recipe: Recipe) -> list[TableFacts]:
    current = loading.current()
    found = []
    for source in recipe.visits:
        table = current.table(source.table)
        if table is not None and source.patient in table.columns:
            found.append(load_findings.facts(table, patient=source.patient))
    return found


def _put(file: str, old: VisitsChoice, new: VisitsChoice) -> None:
    """Put a source in another's place."""
    recipe = loading.current().draft
    if recipe is not None:
        _change(file, [new if source is old or source == old else source for source in sources_of(recipe, file)])


def _source(recipe: Recipe, source: VisitsChoice, facts: TableFacts) -> None:
    if isinstance(source, WeekColumns):
        _week_columns(recipe, source, facts)
        return
    file = source.table
    first, second = st.columns(2)
    taken = [choice.name for choice in recipe.markers]
    with first:
        load_inputs.pick(
            "Column that says when",
            [name for name in facts.columns if name != facts.patient],
            source.time.column,
            key=f"load_time_{file}",
            change=lambda column: _put(file, source, replace(source, time=time_of(facts, column))),
        )
        _time(source, facts)
    with second:
        if isinstance(source, MarkerColumns):
            columns = source
            load_inputs.several(
                "Columns of the markers",
                marker_columns(facts, source.time.column),
                list(columns.columns.values()),
                key=f"load_marker_columns_{file}",
                change=lambda chosen: _put(file, columns, with_marker_columns(columns, chosen, taken)),
            )
        else:
            _parameters(source, facts, taken)


def _parameters(source: MarkerParameters, facts: TableFacts, taken: Sequence[str]) -> None:
    file = source.table
    load_inputs.pick(
        "Column that says what was measured",
        [name for name, column in facts.columns.items() if column.levels and name != facts.patient],
        source.parameter,
        key=f"load_parameter_{file}",
        change=lambda column: _put(file, source, replace(source, parameter=column, parameters={})),
    )
    load_inputs.pick(
        "Column of the value",
        [name for name in facts.numeric if name != source.time.column],
        source.value,
        key=f"load_value_{file}",
        change=lambda column: _put(file, source, replace(source, value=column)),
    )
    known = facts.columns.get(source.parameter)
    load_inputs.several(
        "Which of them are markers",
        known.levels if known else (),
        list(source.parameters.values()),
        key=f"load_parameters_{file}",
        change=lambda chosen: _put(file, source, with_marker_parameters(source, chosen, taken)),
    )


def _time(source: MarkerColumns | MarkerParameters, facts: TableFacts) -> None:
    """Ask how the column of time is meant: numbers in a unit, or visits by name."""
    file, time = source.table, source.time
    column = facts.columns.get(time.column)
    levels = column.levels if column else ()

    def put(new: VisitTime) -> None:
        _put(file, source, replace(source, time=new))

    def meant(chosen: str) -> None:
        if chosen == NAMES:
            put(named_time(time, levels, {}))
        else:
            unit = next(one for one in TIME_UNITS if one == chosen)
            put(VisitTime(column=time.column, unit=unit))

    options: dict[str, str] = {unit: words for unit, words in TIME_UNITS.items()}
    if levels:
        options[NAMES] = "names of visits"
    load_inputs.choose(
        "It holds", options, NAMES if time.weeks else time.unit, key=f"load_time_unit_{file}", change=meant
    )
    if not time.weeks:
        return
    load_inputs.small("At which week is each visit? One without a week is left out.")
    load_inputs.edit_table(
        f"visit_names_{file}",
        time,
        rows=lambda: levels,
        frame=lambda names: pd.DataFrame(
            {"name": list(names), "week": [time.weeks.get(name) for name in names]}
        ).astype({"week": float}),
        read=lambda names, frame: _read_names(time, names, frame),
        change=put,
        config={
            "name": st.column_config.TextColumn("Visit", disabled=True),
            "week": st.column_config.NumberColumn("Week"),
        },
        alt="The week of each visit",
    )


def _read_names(time: VisitTime, names: Sequence[str], frame: pd.DataFrame) -> VisitTime:
    said = dict(zip(names, load_inputs.numbers(frame, "week"), strict=True))
    if {name: week for name, week in said.items() if week is not None} == dict(time.weeks):
        return time
    return named_time(time, names, said)


def _week_columns(recipe: Recipe, source: WeekColumns, facts: TableFacts) -> None:
    labels = called(recipe)
    known = {label: name for name, label in labels.items()}
    load_inputs.small("What does each column hold? Give the marker and the week; a column without both isn't taken.")
    load_inputs.edit_table(
        f"week_columns_{source.table}",
        source,
        rows=lambda: week_rows(source, facts),
        frame=lambda rows: pd.DataFrame(
            {
                "column": [row.column for row in rows],
                "marker": [labels.get(row.marker, row.marker) for row in rows],
                "week": [None if row.marker == "" else row.week for row in rows],
            }
        ).astype({"week": float}),
        read=lambda rows, frame: _read_week_columns(source, known, rows, frame),
        change=lambda new: _put(source.table, source, new),
        config={
            "column": st.column_config.TextColumn("Column", disabled=True),
            "marker": st.column_config.TextColumn("Marker", max_chars=80),
            "week": st.column_config.NumberColumn("Week"),
        },
        alt="Which marker and week each column holds",
    )


def _read_week_columns(
    source: WeekColumns, known: Mapping[str, str], rows: Sequence[WeekColumn], frame: pd.DataFrame
) -> WeekColumns:
    said = zip(
        [row.column for row in rows],
        load_inputs.texts(frame, "marker"),
        load_inputs.numbers(frame, "week"),
        strict=True,
    )
    return with_week_columns(source, said, known)


def _because(file: str) -> None:
    for guess in loading.current().guesses(f"visits.{file}"):
        load_inputs.because(guess.reason)
