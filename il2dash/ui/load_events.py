"""Events: columns that say whether something happened, and tables with a row for each event."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import streamlit as st

from il2dash.display.event_words import EVENT_NAME
from il2dash.intake.column_facts import TableFacts
from il2dash.intake.guess_patients import guess_patient
from il2dash.intake.recipe import DAYS_SINCE, Recipe
from il2dash.intake.recipe_layouts import EventIndicator, EventRows, EventsChoice, EventTimes, TimeColumn, kinds_of
from il2dash.study.definition_tables import EventCategory
from il2dash.study.values import MISSING_TEXTS
from il2dash.ui import load_findings, load_inputs, loading, show
from il2dash.ui.load_conditions import rows_that_count
from il2dash.ui.load_event_kinds import KINDS, KINDS_HELP, NAME_ASKED, NAME_HELP, PLURAL_ASKED, kinds_table, of_kinds
from il2dash.ui.load_patients import TIME_UNITS, unit_of
from il2dash.ui.stylesheet import text

_FORMS = {
    "indicator": "a column says whether it happened",
    "times": "a column has its time, and is empty where it didn't happen",
    "rows": "a row for each event",
}
_ADDED = {
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


def _added(facts: TableFacts, form: str) -> None:
    recipe = loading.current().draft
    if recipe is None:
        return
    numeric = [name for name, column in facts.columns.items() if column.numeric and name != facts.patient]
    columns = [name for name in facts.columns if name != facts.patient] or [facts.patient]
    contact = recipe.subjects.last_contact
    time = contact if contact is not None and contact.column in facts.columns else None
    time = time or TimeColumn(column=(numeric or columns)[0])
    new: EventsChoice
    if form == "rows":
        new = EventRows(table=facts.file, patient=facts.patient, time=time, category="adverse")
    elif form == "times":
        dated = [name for name in numeric if DAYS_SINCE in name]
        gaps = [name for name in numeric if facts.columns[name].known < len(facts.table.data)]
        column = next(iter([*dated, *gaps, *numeric, *columns]))
        time = TimeColumn(column=column, unit=unit_of(column, time.unit))
        new = EventTimes(table=facts.file, patient=facts.patient, time=time, category="death", term=_term(column))
    else:
        asked = [name for name, column in facts.columns.items() if column.yes_no]
        column = (asked or columns)[0]
        new = EventIndicator(
            table=facts.file,
            patient=facts.patient,
            column=column,
            time=time,
            category="death",
            term=column,
            repeated=facts.repeated,
        )
    _keep((*recipe.events, new))


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
            change=lambda chosen: _put(
                place,
                replace(
                    source,
                    column=chosen,
                    happened=(),
                    not_happened=(),
                    term=chosen if source.term == source.column else source.term,
                ),
            ),
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
            change=lambda term: _put(place, replace(source, term=term.strip() or _term(source.time.column))),
        )
        _only(source, facts, place)
    load_inputs.preview(facts.table, [facts.patient, source.time.column])


def _only(source: EventsChoice, facts: TableFacts, place: int) -> None:
    rows_that_count(
        source.only, facts, key=f"events_{place}", change=lambda only: _put(place, replace(source, only=only))
    )


def _term(column: str) -> str:
    return column.partition(f" ({DAYS_SINCE}")[0]


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
            [name for name in columns if facts.columns[name].numeric],
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
        [name for name, column in facts.columns.items() if column.numeric and name != facts.patient],
        source.time.column,
        key=f"load_event_time_{place}",
        change=lambda chosen: _put(place, _at(source, chosen)),
    )
    load_inputs.choose(
        "It is in",
        TIME_UNITS,
        source.time.unit,
        key=f"load_event_unit_{place}",
        change=lambda unit: _put(place, replace(source, time=replace(source.time, unit=unit))),
    )


def _at(source: EventsChoice, column: str) -> EventsChoice:
    """Take another column of times; an event that was called as the column is goes on to be so."""
    time = TimeColumn(column=column, unit=unit_of(column, source.time.unit))
    if isinstance(source, EventTimes) and source.term == _term(source.time.column):
        return replace(source, time=time, term=_term(column))
    return replace(source, time=time)


def _category(value: EventCategory, place: int, change: Callable[[EventCategory], None]) -> None:
    load_inputs.choose("It is", KINDS, value, key=f"load_event_category_{place}", change=change, help=KINDS_HELP)


def _because() -> None:
    proposal = loading.current().proposal
    for guess in proposal.guesses if proposal else ():
        if guess.about == "events":
            load_inputs.because(f"{guess.value}: {guess.reason}")
