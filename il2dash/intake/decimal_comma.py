"""Decimal commas: recognized where a column leaves no other reading, asked about where it does."""

from __future__ import annotations

import re

import pandas as pd

from il2dash.study.problems import Problem
from il2dash.study.raw_tables import RawTable
from il2dash.study.values import MISSING_TEXTS

_LIMIT = r"(?:[<>]\s*)?"
_WITH_COMMA = re.compile(_LIMIT + r"[+-]?[0-9]*,[0-9]+(?:[eE][+-]?[0-9]+)?")
_WHOLE = re.compile(_LIMIT + r"[+-]?[0-9]+")
_MAYBE_THOUSANDS = re.compile(_LIMIT + r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")


def with_decimal_points(table: RawTable) -> tuple[RawTable, tuple[str, ...], tuple[Problem, ...]]:
    """Write the decimal commas of a table as points, where a column's commas can't be anything else.

    A column is of this kind where each of its values is a whole number or a number with one comma, and at least one
    of them, such as ``1,5``, can't be a number with thousands separators. Where all of them could be (``1,234``),
    nothing is changed and the column gets a problem.

    Returns
    -------
    RawTable, tuple of str, tuple of Problem
        The table, the columns that were changed, and a warning for each column that leaves the question open.
    """
    changed: dict[str, pd.Series[str]] = {}
    problems: list[Problem] = []
    for column in table.columns:
        texts = table.data[column]
        codes, distinct = pd.factorize(texts)
        values = [text for text in distinct if text.lower() not in MISSING_TEXTS]
        commas = [text for text in values if "," in text]
        if not commas or not all(_WITH_COMMA.fullmatch(text) or _WHOLE.fullmatch(text) for text in values):
            continue
        if all(_MAYBE_THOUSANDS.fullmatch(text) for text in commas):
            problems.append(_question(table, column, commas[0]))
            continue
        points = pd.Series([text.replace(",", ".") for text in distinct], dtype="str")
        changed[column] = points.take(codes).set_axis(texts.index)
    if not changed:
        return table, (), tuple(problems)
    return RawTable(file=table.file, data=table.data.assign(**changed)), tuple(changed), tuple(problems)


def _question(table: RawTable, column: str, value: str) -> Problem:
    texts = table.data[column]
    digits = value.lstrip("<> ")
    return Problem(
        severity="warning",
        file=table.file,
        row=int(texts.index[int((texts == value).to_numpy().argmax())]),
        column=column,
        value=value,
        rule="A comma in a number is a decimal comma or separates thousands; this column doesn't tell which.",
        remedy=f"Write {digits.replace(',', '')} or {digits.replace(',', '.')} in the file, whichever it is: "
        "until then the column isn't read as numbers.",
    )
