"""Proposals for when a row of visits was: the column, the weeks of its names, and the planned weeks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from il2dash.intake.adam_weeks import VisitKind, named_week, visit_kind
from il2dash.intake.column_facts import ColumnFacts, TableFacts, spoken
from il2dash.intake.guess_names import SHEET
from il2dash.intake.recipe_layouts import TimeColumn, VisitTime
from il2dash.intake.week_columns import UNITS, in_weeks, unit_by_size
from il2dash.study.definition_tables import TimeUnit

TimeNames = tuple[tuple[str, TimeUnit | None], ...]
"""Patterns of names, the likeliest first, each with the unit that it says; None where the size has to say it."""

_TIMES: TimeNames = (
    (r"(visit_?)?(week|weeks|wk|wks)(_?(no|num|number))?|study_?week", "weeks"),
    (r"(visit_?|study_?)?(day|days)|a?dy|visitdy|lbdy|vsdy", "days"),
    (r"(visit_?|study_?)?(month|months|mo)", "months"),
    (r"(obs_?|visit_?|meas_?)?time|tim|t|time_?point|occasion|avisitn|period", None),
)
_VISIT_NAMES = rf"a?visit|visit_?name|vis|time_?point|tpt|epoch|event_?name|redcap_event_name|occasion|{SHEET}"
_SHORT_VISIT = re.compile(r"(?:[a-z]*[ _-]?)([0-9]+(?:\.[0-9]+)?)", re.IGNORECASE)
_MOST_VISITS = 40


def guess_time(facts: TableFacts, *, beside: Sequence[str] = ()) -> tuple[VisitTime, str, tuple[str, ...]] | None:
    """Propose the column that says when a row was, with the reason and what has to be asked.

    It differs between a patient's rows (those of one value in `beside`, where a table holds several parameters).
    """
    for pattern, said in _TIMES:
        for name, column in facts.columns.items():
            is_number = column.numeric and not column.censored
            if is_number and re.fullmatch(pattern, spoken(name)) and _parts_visits(facts, name, beside):
                unit = said or unit_by_size(column.maximum)
                asked: tuple[str, ...] = (
                    () if said else (f"Is {name} in weeks, days or months? It is taken as {unit}.",)
                )
                return VisitTime(column=name, unit=unit), f"{name} is numeric, and by its name the time", asked
    for name, column in facts.columns.items():
        if re.fullmatch(_VISIT_NAMES, spoken(name)) and _parts_visits(facts, name, beside):
            weeks, bare = visit_name_weeks(column.levels)
            if weeks:
                ignored = tuple(level for level in column.levels if level not in weeks)
                reason = f"{name} holds {len(column.levels)} visit names"
                left_out = (f"Left out, at no planned week: {', '.join(ignored)}.",) if ignored else ()
                return VisitTime(column=name, weeks=weeks, ignored=ignored), reason, (*bare, *left_out)
    return None


def time_column(columns: Iterable[ColumnFacts], names: TimeNames) -> TimeColumn | None:
    """Propose the column of times since randomization, with its unit."""
    times = [one for one in columns if one.numeric and not one.censored and one.distinct > 2 and one.minimum >= 0]
    for pattern, said in names:
        for column in times:
            if re.fullmatch(pattern, spoken(column.name)):
                return TimeColumn(column=column.name, unit=said or unit_by_size(column.maximum))
    return None


def planned_weeks(facts: TableFacts, time: VisitTime) -> tuple[float, ...]:
    """Propose planned weeks: those of the names, the times that are few, or the weeks at which many patients came.

    Somebody who chooses another unit or other weeks of the names gets another plan by asking again.
    """
    if time.weeks:
        return tuple(sorted(set(time.weeks.values())))
    column = facts.columns[time.column]
    if column.distinct <= _MOST_VISITS and column.levels:
        return tuple(sorted({in_weeks(float(level), time.unit) for level in column.levels}))
    rows = facts.table.data
    codes, distinct = pd.factorize(rows[time.column])
    values = pd.to_numeric(pd.Series(distinct), errors="coerce").to_numpy(dtype=np.float64)
    weeks = np.round([in_weeks(value, time.unit) for value in values])[codes]
    came = pd.DataFrame({"week": weeks, "patient": pd.factorize(rows[facts.patient])[0]}).drop_duplicates()
    patients = came["week"].value_counts()
    return tuple(sorted(patients[patients >= 0.2 * facts.patients].index.tolist()))


def visit_name_weeks(names: Iterable[str]) -> tuple[dict[str, float], tuple[str, ...]]:
    """Propose a week for each visit's name that says one: Week 12, Month 6, Day 15, W12, Baseline, or just VIS1.

    Returns
    -------
    dict, tuple of str
        Weeks by name, and what has to be asked: a bare number isn't a week for sure.
    """
    weeks: dict[str, float] = {}
    bare = []
    for name in names:
        week = named_week(name)
        short = re.fullmatch(r"([A-Za-z]+)[ _-]?([0-9]+)", name)
        if visit_kind(name) is VisitKind.BASELINE:
            weeks[name] = 0.0
        elif week is not None:
            weeks[name] = week
        elif short and (unit := UNITS.get(short[1].lower())):
            weeks[name] = in_weeks(float(short[2]), unit)
        elif (number := _SHORT_VISIT.fullmatch(name)) and visit_kind(name) is not VisitKind.UNSCHEDULED:
            weeks[name] = float(number[1])
            bare.append(name)
    asked = (f"At which weeks are {', '.join(bare)}? Their numbers are taken as weeks.",) if bare else ()
    return weeks, asked


def _parts_visits(facts: TableFacts, name: str, beside: Sequence[str]) -> bool:
    column = facts.columns[name]
    if column.of_patient or column.known < len(facts.table.data):
        return False
    return not facts.table.data.duplicated([facts.patient, name, *beside]).any()
