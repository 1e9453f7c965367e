"""Proposals for events in a table with several rows a patient: a row for each kind of event, or for each interval."""

from __future__ import annotations

import re
from collections.abc import Iterator

from il2dash.intake.column_facts import ColumnFacts, TableFacts, spoken
from il2dash.intake.recipe import EventIndicator, EventRows, EventsChoice, RowCondition, TimeColumn
from il2dash.intake.week_columns import unit_by_size
from il2dash.study.definition import TimeUnit

_HAPPENED = r"(fu_?)?stat(us)?|event|death|dead|died|relapse|recur(rence|red)?|infection|cens(or(ed)?)?"
_END: tuple[tuple[str, TimeUnit], ...] = (
    (r"(t_?)?stop(_?time)?|time|t|fu_?time|end|event_?time|time_?to_?event", "weeks"),
    (r"(fu_?)?days?|stop_?day", "days"),
    (r"(fu_?)?weeks?|stop_?week", "weeks"),
    (r"(fu_?)?months?|stop_?month", "months"),
)
_KIND = r"(e|event)_?type|type|kind|endpoint|outcome|event_?(name|kind|no|nr)|e_?num|param(cd)?"
_MOST_KINDS = 6


def guess_history(facts: TableFacts) -> tuple[tuple[EventsChoice, ...], TimeColumn | None, tuple[str, ...]]:
    """Propose events of rows that say a time and whether something happened then, which both change within patients.

    Returns
    -------
    tuple of EventsChoice, TimeColumn or None, tuple of str
        The events, when patients were last seen (the latest of their times), and what has to be asked.
    """
    happened = next(iter(_called(facts, _HAPPENED, yes_no=True)), None)
    time = _time(facts)
    if not facts.repeated or happened is None or time is None:
        return (), None, ()
    yes = tuple(level for level in happened.levels if level.lower() in ("1", "1.0", "yes", "y", "true"))
    kind = _kind(facts, happened.name, time.column)
    asked = (
        f"Does {happened.name} = {yes[0]} mean that the event happened, at {time.column}? Of which kind? "
        f"{time.column} is taken to be in {time.unit}.",
    )
    events: tuple[EventsChoice, ...]
    if kind is not None:
        events = tuple(
            EventIndicator(
                table=facts.file,
                patient=facts.patient,
                column=happened.name,
                time=time,
                category="aids",
                term=f"{kind.name} {level}",
                only=(RowCondition(column=kind.name, values=(level,)),),
            )
            for level in kind.levels
        )
        return events, time, (*asked, f"Which event is which {kind.name} ({', '.join(kind.levels)})?")
    events = (
        EventRows(
            table=facts.file,
            patient=facts.patient,
            time=time,
            category="aids",
            only=(RowCondition(column=happened.name, values=yes),),
        ),
    )
    return events, time, asked


def _called(facts: TableFacts, pattern: str, *, yes_no: bool) -> Iterator[ColumnFacts]:
    for name, column in facts.columns.items():
        if re.fullmatch(pattern, spoken(name)) and not column.of_patient and column.yes_no == yes_no:
            yield column


def _time(facts: TableFacts) -> TimeColumn | None:
    for pattern, unit in _END:
        for column in _called(facts, pattern, yes_no=False):
            if column.numeric and not column.censored and column.minimum >= 0 and column.distinct > 2:
                return TimeColumn(column=column.name, unit=unit if unit != "weeks" else unit_by_size(column.maximum))
    return None


def _kind(facts: TableFacts, happened: str, time: str) -> ColumnFacts | None:
    """Return the column of which each patient has each value once: it says which event a row is about."""
    rows = facts.table.data
    for column in _called(facts, _KIND, yes_no=False):
        if (
            column.name not in (happened, time)
            and 2 <= column.distinct <= _MOST_KINDS
            and column.known == len(rows)
            and not rows.duplicated([facts.patient, column.name]).any()
            and len(rows) == facts.patients * column.distinct
        ):
            return column
    return None
