"""Proposals for events in a table with several rows a patient: a row for each kind of event, or for each interval."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from il2dash.intake.column_facts import ColumnFacts, TableFacts, spoken
from il2dash.intake.guess_times import TimeNames, time_column
from il2dash.intake.recipe_layouts import EventIndicator, EventRows, EventsChoice, RowCondition, TimeColumn
from il2dash.study.values import parse_yes_no

_HAPPENED = r"(fu_?)?stat(us)?|event|death|dead|died|relapse|recur(rence|red)?|infection|cens(or(ed)?)?"
_END: TimeNames = (
    (r"(t_?)?stop(_?time)?|time|t|fu_?time|end|event_?time|time_?to_?event", None),
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
    changing = [column for column in facts.columns.values() if not column.of_patient and not column.yes_no]
    time = time_column(changing, _END)
    if not facts.repeated or happened is None or time is None:
        return (), None, ()
    answers, _ = parse_yes_no(pd.Series(happened.levels, dtype="str"))
    yes = tuple(level for level, answer in zip(happened.levels, answers, strict=True) if answer == 1)
    if not yes:
        return (), None, ()
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
