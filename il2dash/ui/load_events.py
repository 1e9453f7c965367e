"""Events: columns that say whether something happened, and tables with a row for each event."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import streamlit as st

from il2dash.display.event_words import EVENT_NAME
from il2dash.intake.column_facts import TableFacts
from il2dash.intake.event_edits import EventForm, at_column, new_events, of_kinds, said_by, term_of
from il2dash.intake.guess_patients import guess_patient
from il2dash.intake.recipe import Recipe
from il2dash.intake.recipe_layouts import EventIndicator, EventRows, EventsChoice, EventTimes, kinds_of
from il2dash.study.definition_tables import EventCategory
from il2dash.study.values import MISSING_TEXTS
from il2dash.ui import load_findings, load_inputs, loading, show
from il2dash.ui.load_conditions import rows_that_count
from il2dash.ui.load_event_kinds import KINDS, KINDS_HELP, NAME_ASKED, NAME_HELP, PLURAL_ASKED, kinds_table
from il2dash.ui.load_patients import TIME_UNITS
from il2dash.ui.stylesheet import text

_FORMS: dict[EventForm, str] = {
    "indicator": "a column says whether it happened",
    "times": "a column has its time, and is empty where it didn't happen",
    "rows": "a row for each event",
}
_ADDED: dict[EventForm, str] = {
    "indicator": "Add a column that says whether it happened",
    "times": "Add a column with the time of an event",
    "rows": "Add a table with a row for each event",
}


def events_step() -> None:
    """Ask for the events."""
    current = loading.current()
    recipe = current.draft
    if recipe is None:
        show.kindly("Choose the patients first.")
        return
    if not recipe.events:
        load_inputs.small("No events are chosen. A trial without any needs none.")
    for place, source in enumerate(recipe.events):
        table = current.table(source.table)
        if table is None or source.patient not in table.columns:
            continue
        facts = load_findings.facts(table, patient=source.patient)
        with st.container(border=True, key=f"load_events_{place}"):
            st.html(f'<p class="load-file">{text(source.table)}: {_FORMS[source.form]}</p>')
            if isinstance(source, EventIndicator):
                _indicator(source, facts, place)
            elif isinstance(source, EventTimes):
                _times(source, facts, place)
            else:
                _rows(source, facts, place)
            st.button(
                "Remove these events",
                key=f"load_events_remove_{place}",
                icon=":material/close:",
                type="tertiary",
                on_click=_keep,
                args=(tuple(other for other in recipe.events if other is not source),),
            )
    _because()
    _names(recipe)
    _add(recipe)


def _names(recipe: Recipe) -> None:
    """Ask what a clinical event is called, where there are any."""
    if recipe.event_name is None and not any("aids" in kinds_of(source) for source in recipe.events):
        return
    first, second = st.columns(2)
    with first:
        load_inputs.write(
            NAME_ASKED,
            recipe.event_name or "",
            key="load_event_name",
            change=_call,
            help=NAME_HELP,
            placeholder=EVENT_NAME,
        )
    if recipe.event_name is not None:
        with second:
            load_inputs.write(
                PLURAL_ASKED,
                recipe.event_name_plural or "",
                key="load_event_name_plural",
                change=lambda many: _call(recipe.event_name or "", many),
                placeholder=f"{recipe.event_name}s",
            )


def _call(name: str, many: str = "") -> None:
    one, several = name.strip() or None, many.strip() or None
    loading.edit(lambda recipe: replace(recipe, event_name=one, event_name_plural=several))


def _add(recipe: Recipe) -> None:
    current = loading.current()
    files = [table.file for table in current.tables]
    with st.container(horizontal=True, vertical_alignment="bottom", key="load_events_add"):
        file = files[0]
        if len(files) > 1:
            file = st.selectbox("Add events of the table", files, key="load_events_table") or file
        table = current.table(file)
        if table is None:
            return
        own = file == recipe.subjects.table
        patient = recipe.subjects.patient if own else guess_patient(table).value
        facts = load_findings.facts(table, patient=patient if patient in table.columns else table.columns[0])
        for form, words in _ADDED.items():
            st.button(words, icon=":material/add:", key=f"load_events_add_{form}", on_click=_added, args=(facts, form))


def _added(facts: TableFacts, form: EventForm) -> None:
    recipe = loading.current().draft
    if recipe is not None:
        _keep((*recipe.events, new_events(facts, form, last_contact=recipe.subjects.last_contact)))


def _keep(events: Sequence[EventsChoice]) -> None:
    loading.edit(lambda recipe: replace(recipe, events=tuple(events)))


def _put(place: int, new: EventsChoice) -> None:
    recipe = loading.current().draft
    if recipe is not None:
        _keep([new if position == place else old for position, old in enumerate(recipe.events)])


def _indicator(source: EventIndicator, facts: TableFacts, place: int) -> None:
    first, second = st.columns(2)
    column = facts.columns.get(source.column)
    with first:
        load_inputs.pick(
            "Column that says whether it happened",
            [name for name, one in facts.columns.items() if one.levels and name != facts.patient],
            source.column,
            key=f"load_event_column_{place}",
            change=lambda chosen: _put(place, said_by(source, chosen)),
        )
        if column is not None and column.levels and (not column.yes_no or source.happened):
            known = [level for level in column.levels if level.lower() not in MISSING_TEXTS]
            load_inputs.several(
                "It happened where the column holds",
                known,
                source.happened,
                key=f"load_event_happened_{place}",
                change=lambda chosen: _put(
                    place,
                    replace(source, happened=chosen, not_happened=tuple(one for one in known if one not in chosen)),
                ),
            )
        _category(source.category, place, lambda category: _put(place, replace(source, category=category)))
    with second:
        _time(source, facts, place)
        load_inputs.write(
            "What happened, in words",
            source.term,
            key=f"load_event_term_{place}",
            change=lambda term: _put(place, replace(source, term=term.strip() or source.column)),
        )
        if facts.several or source.only:
            _only(source, facts, place)
    load_inputs.preview(facts.table, [facts.patient, source.column, source.time.column])


def _times(source: EventTimes, facts: TableFacts, place: int) -> None:
    first, second = st.columns(2)
    with first:
        _time(source, facts, place)
        _category(source.category, place, lambda category: _put(place, replace(source, category=category)))
    with second:
        load_inputs.write(
            "What happened, in words",
            source.term,
            key=f"load_event_term_{place}",
            change=lambda term: _put(place, replace(source, term=term.strip() or term_of(source.time.column))),
        )
        _only(source, facts, place)
    load_inputs.preview(facts.table, [facts.patient, source.time.column])


def _only(source: EventsChoice, facts: TableFacts, place: int) -> None:
    rows_that_count(
        source.only, facts, key=f"events_{place}", change=lambda only: _put(place, replace(source, only=only))
    )


def _rows(source: EventRows, facts: TableFacts, place: int) -> None:
    first, second = st.columns(2)
    columns = [name for name in facts.columns if name != facts.patient]
    with first:
        load_inputs.pick(
            "Column of the patient",
            facts.table.columns,
            source.patient,
            key=f"load_event_patient_{place}",
            change=lambda chosen: _put(place, replace(source, patient=chosen)),
        )
        load_inputs.pick(
            "Column that names the event",
            columns,
            source.term,
            key=f"load_event_term_column_{place}",
            change=lambda chosen: _put(place, replace(source, term=chosen)),
            none="none",
        )
        load_inputs.pick(
            "Column of the grade",
            facts.numeric,
            source.grade,
            key=f"load_event_grade_{place}",
            change=lambda chosen: _put(place, replace(source, grade=chosen)),
            none="none",
        )
    with second:
        _time(source, facts, place)
        load_inputs.pick(
            "Column that says which kind of event",
            [name for name in columns if facts.columns[name].levels],
            source.category_column,
            key=f"load_event_kind_{place}",
            change=lambda chosen: _put(place, of_kinds(source, chosen)),
            none="none: all are of one kind",
        )
        if not source.category_column and source.category is not None:
            _category(source.category, place, lambda category: _put(place, replace(source, category=category)))
        _only(source, facts, place)
    if source.category_column:
        kinds_table(source, facts, place, lambda new: _put(place, new))
    load_inputs.preview(
        facts.table,
        [
            column
            for column in (facts.patient, source.time.column, source.category_column, source.term, source.grade)
            if column
        ],
    )


def _time(source: EventsChoice, facts: TableFacts, place: int) -> None:
    load_inputs.pick(
        "Column of its time",
        facts.numeric,
        source.time.column,
        key=f"load_event_time_{place}",
        change=lambda chosen: _put(place, at_column(source, chosen)),
    )
    load_inputs.choose(
        "It is in",
        TIME_UNITS,
        source.time.unit,
        key=f"load_event_unit_{place}",
        change=lambda unit: _put(place, replace(source, time=replace(source.time, unit=unit))),
    )


def _category(value: EventCategory, place: int, change: Callable[[EventCategory], None]) -> None:
    load_inputs.choose("It is", KINDS, value, key=f"load_event_category_{place}", change=change, help=KINDS_HELP)


def _because() -> None:
    for guess in loading.current().guesses("events"):
        load_inputs.because(f"{guess.value}: {guess.reason}")
