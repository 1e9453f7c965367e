"""What a cell's text means: numbers, censored numbers, yes or no. Each distinct text is parsed once."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from enum import IntEnum
from math import inf, nan

import numpy as np
import pandas as pd

from il2dash.study.problems import Problem
from il2dash.study.raw_tables import RawTable

MISSING_TEXTS = frozenset({"", "na", ".", "nan"})
"""Texts, in lower case, that say that a value isn't known."""

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_CENSORED = re.compile(r"([<>])\s*(\S.*)")
_THOUSANDS = re.compile(
    r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?|[+-]?[0-9]{1,3}([ ' \u00a0\u202f][0-9]{3})+([.,][0-9]+)?"
)
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]*,[0-9]+")
_DATE = re.compile(
    r"[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}\b.*"
    r"|[0-9]{1,2}([-/. ][0-9]{1,2}[-/. ]|[-/. ]?[A-Za-z]{3,9}[-/. ]?)[0-9]{2,4}"
)
_WHOLE = re.compile(r"(-?[0-9]+)\.0+")

_YES = frozenset({"1", "yes", "true", "y"})
_NO = frozenset({"0", "no", "false", "n"})


class Fault(IntEnum):
    """Why a text isn't a number."""

    NONE = 0
    DECIMAL_COMMA = 1
    THOUSANDS = 2
    DATE = 3
    TEXT = 4


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Numbers:
    """The numbers of a column, row by row.

    Parameters
    ----------
    value : float array of shape (n,)
        The number, or the limit of a censored one; NaN where missing or faulty.
    censoring : int8 array of shape (n,)
        -1 for ``<``, 1 for ``>``, 0 else.
    fault : int8 array of shape (n,)
        A `Fault`.
    """

    value: np.ndarray
    censoring: np.ndarray
    fault: np.ndarray

    @property
    def known(self) -> np.ndarray:
        """Where there is a value."""
        known: np.ndarray = ~np.isnan(self.value)
        return known


def parse_numbers(raw: pd.Series[str]) -> Numbers:
    """Parse a column of texts; ``<50`` and ``> 750000`` are censored numbers."""
    codes, distinct = pd.factorize(raw)
    numbers = numbers_of(distinct)
    return Numbers(value=numbers.value[codes], censoring=numbers.censoring[codes], fault=numbers.fault[codes])


def numbers_of(texts: Iterable[str]) -> Numbers:
    """Parse texts one by one, as `parse_numbers` does: for those that are distinct already."""
    parsed = [_parse_number(text) for text in texts]
    columns = list(zip(*parsed, strict=True)) if parsed else [(), (), ()]
    return Numbers(
        value=np.array(columns[0], dtype=np.float64),
        censoring=np.array(columns[1], dtype=np.int8),
        fault=np.array(columns[2], dtype=np.int8),
    )


def _parse_number(text: str) -> tuple[float, int, Fault]:
    if text.lower() in MISSING_TEXTS:
        return nan, 0, Fault.NONE
    censored = _CENSORED.fullmatch(text)
    bare = censored[2] if censored else text
    if _NUMBER.fullmatch(bare) and abs(value := float(bare)) < inf:
        return value, 0 if not censored else -1 if censored[1] == "<" else 1, Fault.NONE
    return nan, 0, _fault_of(bare)


def _fault_of(text: str) -> Fault:
    if _DATE.fullmatch(text):
        return Fault.DATE
    if _THOUSANDS.fullmatch(text):
        return Fault.THOUSANDS
    return Fault.DECIMAL_COMMA if _DECIMAL_COMMA.fullmatch(text) else Fault.TEXT


def parse_yes_no(raw: pd.Series[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return 1.0, 0.0 or NaN for yes, no and missing, and where a text is none of them."""

    def parse(text: str) -> float:
        plain = whole_number_text(text).lower()
        return 1.0 if plain in _YES else 0.0 if plain in _NO else nan if plain in MISSING_TEXTS else inf

    values = parse_distinct(raw, parse)
    faulty = np.isinf(values)
    return np.where(faulty, nan, values), faulty


def parse_distinct(raw: pd.Series[str], parse: Callable[[str], float]) -> np.ndarray:
    """Return `parse` of each text as floats, calling it once for each distinct one."""
    codes, distinct = pd.factorize(raw)
    return np.array([parse(text) for text in distinct], dtype=np.float64)[codes]


def whole_number_text(text: str) -> str:
    """Write ``1.0`` as ``1``: programs add the decimals to a column of codes that has empty cells."""
    match = _WHOLE.fullmatch(text)
    return match[1] if match else text


def is_among(raw: pd.Series[str], texts: Collection[str]) -> np.ndarray:
    """Tell where a text is one of a set; each distinct text is looked up once, many of them or few."""
    codes, distinct = pd.factorize(raw)
    return np.array([text in texts for text in distinct], dtype=bool)[codes]


def is_missing(raw: pd.Series[str]) -> np.ndarray:
    """Tell where a text says that the value isn't known."""
    return raw.str.lower().isin(MISSING_TEXTS).to_numpy(dtype=bool)


def problems_where(
    raw: RawTable,
    where: np.ndarray,
    *,
    column: str,
    rule: str | Callable[[str], str],
    remedy: str | Callable[[str], str],
    warning: bool = False,
) -> list[Problem]:
    """Return one problem for each row where `where` is true, with the row and the text of `column`."""
    found = raw.data[column][where]
    return [
        Problem(
            severity="warning" if warning else "error",
            file=raw.file,
            row=row,
            column=column,
            value=text,
            rule=rule if isinstance(rule, str) else rule(text),
            remedy=remedy if isinstance(remedy, str) else remedy(text),
        )
        for row, text in zip(found.index.to_list(), found, strict=True)
    ]


def number_problems(
    raw: RawTable, numbers: Numbers, *, column: str, what: str, date_remedy: str, censored: bool = False
) -> list[Problem]:
    """Return a problem for each text that isn't a number, by the kind of fault.

    Parameters
    ----------
    what : str
        What the column holds, as the start of a sentence: ``"A week"``.
    date_remedy : str
        What to do where the text is a date.
    censored : bool
        Whether ``<`` and ``>`` are allowed.
    """
    remedies: dict[Fault, Callable[[str], str]] = {
        Fault.DECIMAL_COMMA: lambda text: f"Write it with a decimal point: {text.replace(',', '.')}.",
        Fault.THOUSANDS: _thousands_remedy,
        Fault.DATE: lambda _: date_remedy,
        Fault.TEXT: lambda _: "Correct it, or leave the cell empty where the value isn't known.",
    }
    rules = {
        Fault.DECIMAL_COMMA: f"{what} is a number with a decimal point, not a comma.",
        Fault.THOUSANDS: f"{what} is a number without thousands separators.",
        Fault.DATE: f"{what} is a number, not a date.",
        Fault.TEXT: f"{what} is a number.",
    }
    problems = []
    for fault, remedy in remedies.items():
        where = numbers.fault == fault
        if where.any():
            problems += problems_where(raw, where, column=column, rule=rules[fault], remedy=remedy)
    limited = numbers.censoring != 0
    if not censored and limited.any():
        problems += problems_where(
            raw,
            limited,
            column=column,
            rule=f"{what} is a number; only a marker's value may be below or above a limit.",
            remedy="Write the number itself, or leave the cell empty where it isn't known.",
        )
    return problems


def _thousands_remedy(text: str) -> str:
    joined = re.sub(r"[^0-9.+<>-]", "", text)
    if re.fullmatch(r"[+-]?[0-9]{1,3},[0-9]{3}", text):
        return f"Write {joined}, or {text.replace(',', '.')} if the comma is a decimal comma."
    return f"Write it as {joined}."
