"""Times to an event from ADTTE: in which unit, which records count, and which of them are events."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection

import numpy as np
import pandas as pd

from il2dash.intake.adam_datasets import (
    AdamDatasets,
    cells,
    dates,
    event_rows,
    fault,
    first_text,
    flag_is_used,
    is_yes,
    of_patients,
    record_count,
)
from il2dash.intake.adam_questions import AdamChoices, AdamEventChoice, AdamEventParameter, AdamTimeUnit
from il2dash.study.problems import Problem
from il2dash.study.raw_tables import RawTable
from il2dash.study.values import number_problems, parse_numbers, problems_where
from il2dash.study.weeks import WEEKS_PER_UNIT

_UNITS: dict[str, AdamTimeUnit] = {"DAY": "days", "WEEK": "weeks", "MONTH": "months", "YEAR": "years"}
_UNIT_WORD = re.compile(r"(DAY|WEEK|MONTH|YEAR)S?")
_WEEKS_PER_UNIT: dict[AdamTimeUnit, tuple[float, float]] = {
    "days": WEEKS_PER_UNIT["days"],
    "weeks": WEEKS_PER_UNIT["weeks"],
    "months": WEEKS_PER_UNIT["months"],
    "years": (365.25, 7),
}
_DEATH_CODES = re.compile(r"OS|DEATH|DTH|TTDTH|TTDEATH")
MAXIMUM_START_DAYS = 14
"""How far from randomization and first treatment a time to an event may start."""


def event_parameters_of(datasets: AdamDatasets, patients: Collection[str]) -> tuple[AdamEventParameter, ...]:
    """Return the parameters of the ADTTE datasets, with what their names say about category and unit."""
    found = []
    for name, every in by_parameter(datasets, patients):
        table = flagged_times(every, [])
        code = first_text(every, "PARAMCD")
        found.append(
            AdamEventParameter(
                id=name,
                code=code,
                label=first_text(every, "PARAM") or code,
                file=table.file,
                patients=table.data["USUBJID"].nunique(),
                events=int(is_event(table).sum()),
                category="death" if is_death_code(code) else None,
                time_unit=_time_unit(every),
            )
        )
    return tuple(found)


def is_death_code(code: str) -> bool:
    """Tell whether a ``PARAMCD`` is one that sponsors give to death of any cause: OS, DEATH."""
    return _DEATH_CODES.fullmatch(code.upper()) is not None


def by_parameter(datasets: AdamDatasets, patients: Collection[str]) -> list[tuple[str, RawTable]]:
    """Return the records of each ADTTE parameter of some patients, with its id (see `AdamEventParameter`)."""
    names = parameter_names(datasets)
    parts = []
    for table in datasets.times:
        rows = of_patients(table, patients)
        for code in rows.data["PARAMCD"].unique():
            if code:
                part = rows.keeping((rows.data["PARAMCD"] == code).to_numpy(dtype=bool))
                parts.append((names[table.file, str(code)], part))
    return parts


def parameter_names(datasets: AdamDatasets) -> dict[tuple[str, str], str]:
    """Return the id of each ADTTE parameter by its file and code."""
    found = [(table.file, str(code)) for table in datasets.times for code in table.data["PARAMCD"].unique() if code]
    files = Counter(code for _, code in found)
    return {(file, code): code if files[code] == 1 else f"{code} ({file})" for file, code in found}


def choice_problems(datasets: AdamDatasets, choices: AdamChoices) -> list[Problem]:
    """Return the problems of a choice of events that the datasets can't meet."""
    there = sorted(parameter_names(datasets).values())
    place = datasets.times[0] if datasets.times else datasets.subjects
    problems = [
        fault(
            place,
            f"An event's parameter is one of {', '.join(there) or 'none: no ADTTE is there'}.",
            "Choose another one.",
            column="PARAMCD",
            value=choice.parameter,
        )
        for choice in choices.events
        if choice.parameter not in there
    ]
    deaths = [choice.parameter for choice in choices.events if choice.category == "death"]
    if len(deaths) > 1:
        problems.append(
            fault(
                place,
                "Deaths are read from one parameter: a patient dies once.",
                "Choose the one that holds deaths of any cause.",
                column="PARAMCD",
                value=", ".join(deaths),
            )
        )
    return problems


def flagged_times(table: RawTable, notes: list[str]) -> RawTable:
    """Return the records that ``ANL01FL`` marks, where it is used; what is left out is added to `notes`."""
    flagged = is_yes(table, "ANL01FL")
    if not flag_is_used(table, "ANL01FL") or flagged.all():
        return table
    code = table.data["PARAMCD"].iloc[0]
    left_out = record_count(int((~flagged).sum()))
    notes.append(f"{table.file}, {code}: {left_out} left out: not flagged for analysis (ANL01FL).")
    return table.keeping(flagged)


def weeks_to_event(table: RawTable, unit: AdamTimeUnit | None) -> np.ndarray:
    """Return one parameter's ``AVAL`` in weeks; NaN where it isn't a time, or its unit isn't known.

    The unit is the one that the dataset says, else `unit`. ``AVAL`` is taken as it is, whether the sponsor counts the
    first day as 0 or as 1, so that curves agree with the trial's own.
    """
    times = parse_numbers(cells(table, "AVAL"))
    known = _time_unit(table) or unit
    if known is None:
        return np.full(len(table.data), np.nan)
    numerator, denominator = _WEEKS_PER_UNIT[known]
    return np.where((times.value >= 0) & (times.censoring == 0), times.value * numerator / denominator, np.nan)


def is_event(table: RawTable) -> np.ndarray:
    """Tell where the event happened: ``CNSR = 0``; anything above is a reason for censoring."""
    happened: np.ndarray = parse_numbers(cells(table, "CNSR")).value == 0
    return happened


def events_of_parameter(
    table: RawTable, choice: AdamEventChoice, subjects: RawTable
) -> tuple[pd.DataFrame, list[Problem]]:
    """Return the events of a chosen parameter, with everything that is wrong with its records."""
    code = first_text(table, "PARAMCD")
    weeks = weeks_to_event(table, choice.time_unit)
    times, censored = parse_numbers(cells(table, "AVAL")), parse_numbers(cells(table, "CNSR"))
    problems = problems_where(
        table,
        table.data["USUBJID"].duplicated().to_numpy(dtype=bool),
        column="USUBJID",
        rule=f"A patient has one record of {code}: the time to the event, or to the end without it.",
        remedy=lambda patient: f"Keep one of the records of patient {patient}, or mark it by ANL01FL.",
    )
    problems += number_problems(table, times, column="AVAL", what="A time to an event", date_remedy="Give a number.")
    problems += problems_where(
        table,
        times.value < 0,
        column="AVAL",
        rule="A time to an event isn't negative.",
        remedy="Correct it: AVAL counts from STARTDT.",
    )
    problems += problems_where(
        table,
        ~censored.known | (censored.value < 0) | (censored.censoring != 0),
        column="CNSR",
        rule="CNSR is 0 where the event happened, and 1 or more where the time is censored.",
        remedy="Fill it in, or remove the record.",
    )
    happened = is_event(table)
    problems += problems_where(
        table,
        happened & ~times.known & (times.fault == 0),
        column="AVAL",
        rule="An event has its time.",
        remedy="Fill in AVAL, or remove the record.",
    )
    if (_time_unit(table) or choice.time_unit) is None:
        problems.append(_unit_wanted(table, code, warning=False))
    problems += _other_starts(table, code, subjects)
    label = first_text(table, "PARAM") or code
    there = happened & ~np.isnan(weeks)
    return event_rows(table.keeping(there), weeks[there], category=choice.category, term=label, grade=""), problems


def unread_unit(table: RawTable, code: str) -> list[Problem]:
    """Return a warning where a parameter that isn't chosen says nothing about the follow-up, for want of a unit."""
    return [_unit_wanted(table, code, warning=True)] if _time_unit(table) is None else []


def _unit_wanted(table: RawTable, code: str, *, warning: bool) -> Problem:
    remedy = "Say whether its times are days, weeks, months or years."
    if warning:
        remedy += " Until then they aren't counted as follow-up."
    rule = f"The unit of {code} stands in AVALU or PARAM, or follows from STARTDT and ADT."
    return fault(table, rule, remedy, column="AVAL", value=code, warning=warning)


def _other_starts(table: RawTable, code: str, subjects: RawTable) -> list[Problem]:
    """Return a warning where times count from elsewhere than the patient's randomization or first treatment.

    A duration of response counts from the response: its times aren't weeks of the trial. Days around the first one are
    left to the sponsor.
    """
    start = dates(table, "STARTDT")
    once = subjects.keeping(~subjects.data["USUBJID"].duplicated().to_numpy(dtype=bool))
    distances = []
    for column in ("RANDDT", "TRTSDT"):
        known = dates(once, column).set_axis(once.data["USUBJID"])
        origin = known.reindex(table.data["USUBJID"]).set_axis(start.index)
        distances.append(np.abs((start - origin).dt.days.to_numpy(dtype=np.float64)))
    far = np.flatnonzero(np.fmin(*distances) > MAXIMUM_START_DAYS)
    if not far.size:
        return []
    row = table.data.index[far.tolist()[0]]
    return [
        fault(
            table,
            f"The times of {code} count from randomization or the first treatment; here {record_count(far.size)} of "
            f"{len(table.data)} start at another day.",
            "Leave out the parameter, unless the dates of ADSL are wrong; the records are kept.",
            row=int(row),
            column="STARTDT",
            value=str(table.data.at[row, "STARTDT"]),
            warning=True,
        )
    ]


def _time_unit(table: RawTable) -> AdamTimeUnit | None:
    """Return the unit of ``AVAL`` by ``AVALU``, by the words of ``PARAM``, or by the dates; None where none says it."""
    units = cells(table, "AVALU").str.upper()
    named = {_UNITS.get(text.removesuffix("S")) for text in units[units != ""].unique()}
    if named:
        return named.pop() if len(named) == 1 else None
    words = {tuple(_bracketed_units(text)) for text in cells(table, "PARAM").str.upper().unique()}
    if len(words) == 1 and len(word := words.pop()) == 1:
        return _UNITS[word[0]]
    elapsed = (dates(table, "ADT") - dates(table, "STARTDT")).dt.days.to_numpy(dtype=np.float64)
    value = parse_numbers(cells(table, "AVAL")).value
    both = ~np.isnan(elapsed) & ~np.isnan(value)
    if both.any() and np.nanmax(elapsed[both]) >= 14:
        for unit in _UNITS.values():
            numerator, denominator = _WEEKS_PER_UNIT[unit]
            days = 7 * numerator / denominator
            # one day for a first day counted as 1, and half for rounded weeks
            if (np.abs(value[both] * days - elapsed[both]) <= 1.5).all():
                return unit
    return None


def _bracketed_units(text: str) -> list[str]:
    """Return the units of time in a name's brackets: ``Overall Survival (Months)``."""
    inside = " ".join(re.findall(r"\(([^)]*)\)", text))
    return _UNIT_WORD.findall(inside)
