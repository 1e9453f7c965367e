"""Marker values that a file holds as square roots or logarithms, turned back to the marker's unit."""

from __future__ import annotations

import re
from collections.abc import Iterable
from math import log10

import pandas as pd

from il2dash.intake.recipe import StoredAs
from il2dash.study.problems import Problem
from il2dash.study.raw_tables import RawTable
from il2dash.study.values import is_missing, number_problems, parse_numbers, problems_where

_DIGITS = re.compile(r"[<>+\-\s]*([0-9]*)\.?([0-9]*)")
_LEAST_DIGITS = {"sqrt": 8, "log10": 6}
_LARGEST_LOGARITHM = 300.0


def in_unit(raw: RawTable, column: str, *, stored: StoredAs, what: str) -> tuple[pd.Series[str], list[Problem]]:
    """Return a column's texts in the marker's unit: squares of square roots, powers of 10 of logarithms.

    A result has as many significant digits as the column's own digits support, so that the root of 200 that is printed
    as 14.1421356237 is 200 again and not 199.999999999, which would be below a threshold of 200.

    Parameters
    ----------
    stored : {"value", "sqrt", "log10"}
        What the file holds; values are returned as they are.
    what : str
        The marker, as the start of a sentence.
    """
    text = raw.data[column]
    if stored == "value":
        return text, []
    numbers = parse_numbers(text)
    problems = number_problems(
        raw, numbers, column=column, what=what, date_remedy="Check that the column is the marker's.", censored=True
    )
    if stored == "sqrt":
        wrong = numbers.value < 0
        rule, remedy = "A square root isn't negative.", "Correct it, or say that the column isn't a square root."
    else:
        wrong = abs(numbers.value) > _LARGEST_LOGARITHM
        rule, remedy = (
            f"A logarithm to base 10 is at most {_LARGEST_LOGARITHM:g}.",
            "Say that the column isn't a logarithm.",
        )
    problems += problems_where(raw, wrong, column=column, rule=rule, remedy=remedy)
    if problems:
        return text, problems
    known = text[~is_missing(text)]
    digits = _significant_digits(known.unique(), stored)
    turned = {cell: _turned(cell, stored, digits) for cell in known.unique()}
    return text.map(turned).fillna("").astype("str"), []


def number_text(value: float) -> str:
    """Write a number as a table has it: every digit, and none after a whole number."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _turned(cell: str, stored: StoredAs, digits: int) -> str:
    sign = cell[0] if cell[0] in "<>" else ""
    number = float(cell[len(sign) :])
    value = number * number if stored == "sqrt" else 10.0**number
    if value == 0:
        return f"{sign}0"
    return sign + number_text(round(value, digits - 1 - int(log10(value) // 1)))


def _significant_digits(cells: Iterable[str], stored: StoredAs) -> int:
    """Return how many digits of the results the column's digits support: the most of any cell, as zeros are dropped."""
    parts = [match.groups() for cell in cells if (match := _DIGITS.match(cell))]
    if stored == "sqrt":
        most = max((len((whole + decimals).lstrip("0")) for whole, decimals in parts), default=0) - 1
    else:
        most = max((len(decimals) for _, decimals in parts), default=0)
    return min(max(most, _LEAST_DIGITS[stored]), 15)
