"""Weeks since randomization, from a file's weeks, days or months."""

from __future__ import annotations

import numpy as np

from il2dash.study.definition_tables import TimeUnit
from il2dash.study.problems import Problem
from il2dash.study.raw_tables import RawTable
from il2dash.study.values import number_problems, parse_numbers, problems_where

WEEKS_PER_UNIT: dict[TimeUnit, tuple[float, float]] = {"weeks": (1, 1), "days": (1, 7), "months": (365.25, 12 * 7)}
"""Numerator and denominator: dividing last keeps 364 days exactly 52 weeks."""

_FORMULA: dict[TimeUnit, str] = {
    "weeks": "(date - date of randomization) / 7",
    "days": "date - date of randomization",
    "months": "(date - date of randomization) / 30.4375",
}


def read_weeks(
    raw: RawTable, column: str, *, unit: TimeUnit, what: str, required: bool, negative: bool
) -> tuple[np.ndarray, list[Problem]]:
    """Return a column's times in weeks (NaN where missing or faulty), and its problems.

    Parameters
    ----------
    what : str
        What the time is, as the start of a sentence: ``"A visit's week"``.
    required : bool
        Whether an empty cell is an error.
    negative : bool
        Whether a time before randomization is allowed.
    """
    text = raw.data[column]
    numbers = parse_numbers(text)
    problems = number_problems(
        raw,
        numbers,
        column=column,
        what=what,
        date_remedy=f"{unit.capitalize()} since randomization are wanted: compute {_FORMULA[unit]}.",
    )
    good = numbers.censoring == 0
    if required:
        problems += problems_where(
            raw,
            ~numbers.known & (numbers.fault == 0),
            column=column,
            rule=f"{what} is always given.",
            remedy=f"Fill in the {unit} since randomization, or remove the row.",
        )
    if not negative:
        before = good & (numbers.value < 0)
        good &= ~before
        problems += problems_where(
            raw,
            before,
            column=column,
            rule=f"{what} is counted from randomization and isn't negative.",
            remedy="Correct it; what happened before randomization isn't part of this table.",
        )
    weeks = numbers.value * WEEKS_PER_UNIT[unit][0] / WEEKS_PER_UNIT[unit][1]
    return np.where(good, weeks, np.nan), problems
