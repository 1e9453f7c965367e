"""What of a table has one safe remedy: found, listed cell by cell, and applied. What reads in two ways isn't here.

A cell goes through the steps in their order, each of which is a fix of its own: characters that can't be seen,
full-width characters, codes that differ from a level by case or blanks, units that say what is declared anyway, decimal
commas and parted thousands, dates. Nothing of a text, such as an event's term, is changed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np
import pandas as pd

from il2dash.intake.column_roles import ColumnRole
from il2dash.intake.date_texts import date_style, plain_date, serial_date
from il2dash.intake.number_texts import all_plain, number_style, plain_number, spellings, without_unit
from il2dash.study.raw_tables import RawTable
from il2dash.study.values import whole_number_text

FixKind = Literal[
    "hidden_characters", "full_width", "code", "unit", "decimal_comma", "thousands", "excel_date", "date", "answer"
]

FIX_WORDS: dict[FixKind, str] = {
    "hidden_characters": "Characters that can't be seen, and unusual blanks, were removed.",
    "full_width": "Full-width characters were written as ordinary ones.",
    "code": "A code that differed from the study's by capitals or blanks was written as the study writes it.",
    "unit": "The unit behind the number was removed: it is the one that the study declares.",
    "decimal_comma": "A decimal comma was written as a point.",
    "thousands": "What parted the thousands was removed.",
    "excel_date": "A date stood as Excel's number of days and was written as year-month-day (days counted from 1900).",
    "date": "A date was written as year-month-day.",
}

_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_UNUSUAL = re.compile(r"[^\n\x20-\x7e]|^\x20|\x20$|^\n|\n$|\x20\n|\n\x20|\n\n")
_UNUSUAL_BLANK = re.compile(r"[^\S ]")
_BLANKS = re.compile(r"\s+")
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x2212: ord("-")}

Changes = dict[str, tuple[FixKind, str]]
Step = Callable[[Sequence[str]], Changes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """One kind of repair of one column.

    Parameters
    ----------
    kind : str
        A key of `FIX_WORDS`, or ``"answer"`` for what a reader of the table said.
    file, column : str
        Where, as the file has it.
    rows : tuple of int
        Rows in the file.
    before, after : tuple of str
        The cell of each row before this fix and after it; they differ.
    words : str
        What was done, as a sentence.
    """

    kind: FixKind
    file: str
    column: str
    rows: tuple[int, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]
    words: str


def find_fixes(table: RawTable, roles: Mapping[str, ColumnRole]) -> tuple[Fix, ...]:
    """Return what can be repaired in one way only, in the order in which it is applied.

    A column whose commas and points read in two ways keeps them until `find_questions` was answered.

    Parameters
    ----------
    table : RawTable
        As the file has it.
    roles : mapping of str to ColumnRole
        What the file's columns hold (`column_roles`, or what a wizard asked for). Others are left alone.
    """
    found: list[Fix] = []
    for column in table.columns:
        role = roles.get(column)
        if role is not None and role.kind != "text":
            found += _column_fixes(table, column, role)
    return tuple(found)


def apply_fixes(table: RawTable, fixes: Iterable[Fix]) -> RawTable:
    """Return the table with its fixes applied; those of other files are left aside.

    A cell is changed only where it is what the fix found, so that applying fixes again changes nothing.

    Raises
    ------
    ValueError
        Where the table lacks a column or a row of a fix.
    """
    data = table.data
    changed: dict[str, list[str]] = {}
    for fix in fixes:
        if fix.file != table.file:
            continue
        places = data.index.get_indexer(pd.Index(fix.rows, dtype="int64"))
        if fix.column not in data.columns or (places < 0).any():
            raise ValueError(f"{table.file} has no {fix.column!r} or lacks a row of its fix: read the file again.")
        cells = changed.setdefault(fix.column, data[fix.column].tolist())
        for place, before, after in zip(places, fix.before, fix.after, strict=True):
            if cells[place] == before:
                cells[place] = after
    columns = {name: pd.Series(cells, index=data.index, dtype="str") for name, cells in changed.items()}
    return replace(table, data=data.assign(**columns)) if columns else table


def _column_fixes(table: RawTable, column: str, role: ColumnRole) -> list[Fix]:
    codes, distinct = pd.factorize(table.data[column])
    texts = [str(text) for text in distinct]
    rows = table.data.index.to_numpy()
    fixes: list[Fix] = []
    for step in _steps(role):
        changes = step(texts)
        if not changes:
            continue
        for kind in dict.fromkeys(kind for kind, _ in changes.values()):
            changed = [place for place, text in enumerate(texts) if text in changes and changes[text][0] == kind]
            where = np.flatnonzero(np.isin(codes, changed))
            before = [texts[code] for code in codes[where]]
            fixes.append(
                Fix(
                    kind=kind,
                    file=table.file,
                    column=column,
                    rows=tuple(rows[where].tolist()),
                    before=tuple(before),
                    after=tuple(changes[text][1] for text in before),
                    words=FIX_WORDS[kind],
                )
            )
        texts = [changes[text][1] if text in changes else text for text in texts]
    return fixes


def _steps(role: ColumnRole) -> list[Step]:
    """Return what is done to a column of this role: each step takes its texts and says which change, and how."""
    steps: list[Step] = [partial(_hidden, inside=role.kind in ("code", "yes_no", "date"))]
    if role.kind in ("number", "date", "yes_no"):
        steps.append(_full_width)
    if role.kind == "code":
        steps.append(partial(_codes, levels=role.levels))
    if role.kind == "number":
        steps += [partial(_units, units=role.units), _numbers]
    if role.kind == "date":
        steps += [_each("excel_date", serial_date), _dates]
    return steps


def _each(kind: FixKind, repaired: Callable[[str], str]) -> Step:
    """Return the step that repairs each text by itself."""
    return lambda texts: {text: (kind, after) for text in texts if (after := repaired(text)) != text}


def _hidden(texts: Sequence[str], *, inside: bool) -> Changes:
    if _UNUSUAL.search("\n".join(filter(None, texts))) is None:
        return {}
    return _each("hidden_characters", partial(_without_unseen, inside=inside))(texts)


def _full_width(texts: Sequence[str]) -> Changes:
    if "\n".join(texts).isascii():
        return {}
    return _each("full_width", lambda text: text.translate(_FULL_WIDTH))(texts)


def _units(texts: Sequence[str], *, units: Sequence[str]) -> Changes:
    joined = "\n".join(texts)
    if not any(spelled in joined for unit in units for spelled in spellings(unit)):
        return {}
    return _each("unit", partial(without_unit, units=units))(texts)


def _without_unseen(text: str, *, inside: bool) -> str:
    seen = _UNSEEN.sub("", text).strip()
    return _UNUSUAL_BLANK.sub(" ", seen) if inside else seen


def _codes(texts: Sequence[str], *, levels: Sequence[str]) -> Changes:
    """Write a code as the level that it is but for capitals and blanks, where there is exactly one."""
    exact = {whole_number_text(level) for level in levels}
    alike: dict[str, set[str]] = {}
    for level in levels:
        alike.setdefault(_folded(level), set()).add(level)
    found: Changes = {}
    for text in texts:
        levels_alike = alike.get(_folded(text), set()) if whole_number_text(text) not in exact else set()
        if len(levels_alike) == 1:
            found[text] = ("code", next(iter(levels_alike)))
    return found


def _folded(text: str) -> str:
    return _BLANKS.sub(" ", unicodedata.normalize("NFKC", text)).strip().casefold()


def _numbers(texts: Sequence[str]) -> Changes:
    if all_plain(texts):
        return {}
    style = number_style(texts)
    if style.questions:
        return {}
    found: Changes = {}
    for text in texts:
        after = plain_number(text, style.commas)
        if after != text:
            found[text] = ("decimal_comma" if after == text.replace(",", ".") else "thousands", after)
    return found


def _dates(texts: Sequence[str]) -> Changes:
    order = date_style(texts).order
    return {text: ("date", after) for text in texts if (after := plain_date(text, order)) != text}
