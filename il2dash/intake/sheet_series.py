"""Sheets of a workbook with the same columns, one for each arm, visit or centre: one table, the sheet in a column."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from il2dash.intake.guess_names import SHEET
from il2dash.study.raw_tables import RawTable

_LEAST_COLUMNS = 3  # two columns, such as a code and its meaning, are alike by chance
_MOST_NAMED = 4
_BY_PARAMETER = "PARAMCD"
"""A column of ADaM's measurements: these are alike, and each is a table of its own."""


def stacked_sheets(tables: Mapping[str, RawTable], *, name: str) -> tuple[list[RawTable], list[str]]:
    """Return a workbook's tables, those of the same columns as one, and what was put together.

    The columns may stand in another order. Rows are counted through, so that each has a number of its own.

    Parameters
    ----------
    tables : mapping
        The tables of the sheets, by the sheet's name; a sheet with several tables has none here.
    name : str
        The workbook's name.
    """
    alike: defaultdict[frozenset[str], list[str]] = defaultdict(list)
    for sheet, table in tables.items():
        alike[frozenset(table.columns)].append(sheet)
    found: list[RawTable] = []
    notes: list[str] = []
    for columns, sheets in alike.items():
        own = [tables[sheet] for sheet in sheets]
        too_few = len(sheets) < 2 or len(columns) < _LEAST_COLUMNS
        if too_few or columns & {_BY_PARAMETER, SHEET} or _copies(own):
            found += own
            continue
        table, rows = _stacked(sheets, own, name=name)
        found.append(table)
        notes.append(
            f"{table.file}: {len(sheets)} sheets have the same columns and are one table; its column {SHEET} says from "
            f"which sheet a row is. Rows are counted through: {'; '.join(rows)}."
        )
    return found, notes


def _stacked(sheets: Sequence[str], tables: Sequence[RawTable], *, name: str) -> tuple[RawTable, list[str]]:
    """Return the table, and which of its rows each sheet has."""
    columns = list(tables[0].columns)
    parts: list[pd.DataFrame] = []
    said: list[str] = []
    before = 0
    for sheet, table in zip(sheets, tables, strict=True):
        part = table.data[columns].copy()
        part.insert(0, SHEET, pd.Series(sheet, index=part.index, dtype="str"))
        part.index = pd.Index(np.asarray(part.index) + before)
        if len(part):
            before = int(part.index[-1])
            said.append(f"{part.index[0]} to {part.index[-1]} are {sheet}")
        parts.append(part)
    labels = {column: label for table in tables for column, label in table.labels.items()}
    shown = ", ".join(sheets) if len(sheets) <= _MOST_NAMED else f"{sheets[0]} to {sheets[-1]}"
    return RawTable(file=f"{name}[{shown}]", data=pd.concat(parts), labels=labels), said


def _copies(tables: Sequence[RawTable]) -> bool:
    """Tell whether a sheet is another's copy, which adds no patients and no visits."""
    columns = list(tables[0].columns)
    contents = [table.data[columns].reset_index(drop=True) for table in tables]
    return any(one.equals(other) for one, other in combinations(contents, 2))
