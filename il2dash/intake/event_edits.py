"""How a table holds events, chosen: the forms there are, what each starts from, and what another column takes along."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from il2dash.intake.column_facts import TableFacts
from il2dash.intake.day_columns import unit_of
from il2dash.intake.recipe import DAYS_SINCE
from il2dash.intake.recipe_layouts import EventIndicator, EventRows, EventsChoice, EventTimes, TimeColumn
from il2dash.study.definition_tables import EventCategory

EventForm = Literal["indicator", "times", "rows"]


def new_events(facts: TableFacts, form: EventForm, *, last_contact: TimeColumn | None) -> EventsChoice:
    """Return the events to start from in a form, at the time of the last contact where this table has it."""
    numeric = facts.numeric
    columns = [name for name in facts.columns if name != facts.patient] or [facts.patient]
    time = last_contact if last_contact is not None and last_contact.column in facts.columns else None
    time = time or TimeColumn(column=(numeric or columns)[0])
    if form == "rows":
        return EventRows(table=facts.file, patient=facts.patient, time=time, category="adverse")
    if form == "times":
        dated = [name for name in numeric if DAYS_SINCE in name]
        gaps = [name for name in numeric if facts.columns[name].known < len(facts.table.data)]
        column = next(iter([*dated, *gaps, *numeric, *columns]))
        time = TimeColumn(column=column, unit=unit_of(column, time.unit))
        return EventTimes(table=facts.file, patient=facts.patient, time=time, category="death", term=term_of(column))
    asked = [name for name, column in facts.columns.items() if column.yes_no]
    column = (asked or columns)[0]
    return EventIndicator(
        table=facts.file,
        patient=facts.patient,
        column=column,
        time=time,
        category="death",
        term=column,
        repeated=facts.repeated,
    )


def term_of(column: str) -> str:
    """Return what an event is called whose time is in a column: as the column of its date, where days were counted."""
    return column.partition(f" ({DAYS_SINCE}")[0]


def at_column(source: EventsChoice, column: str) -> EventsChoice:
    """Take another column of times; an event that was called as the column is goes on to be so."""
    time = TimeColumn(column=column, unit=unit_of(column, source.time.unit))
    if isinstance(source, EventTimes) and source.term == term_of(source.time.column):
        return replace(source, time=time, term=term_of(column))
    return replace(source, time=time)


def said_by(source: EventIndicator, column: str) -> EventIndicator:
    """Take another column that says whether it happened; an event that was called as the column is goes on to be so."""
    term = column if source.term == source.column else source.term
    return replace(source, column=column, happened=(), not_happened=(), term=term)


def of_kinds(source: EventRows, column: str) -> EventRows:
    """Take a column that says the kind, or none: then all events are of one."""
    category: EventCategory | None = None if column else "adverse"
    return replace(source, category_column=column, category=category, categories={}, ignored=())
