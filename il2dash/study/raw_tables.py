"""Tables as their files have them: every cell as trimmed text, every row with the number a spreadsheet shows.

Whatever format a file has, its rows or columns become a `RawTable` here, by the same checks of header, widths and
bounds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from il2dash.study.problems import Problem
from il2dash.study.table_bounds import (
    MAXIMUM_CELL_LENGTH,
    MAXIMUM_CELLS,
    MAXIMUM_COLUMNS,
    MAXIMUM_LISTED_ROWS,
    MAXIMUM_ROWS,
)

if TYPE_CHECKING:
    import pyarrow as pa

_CELLS_AT_A_TIME = 1_000_000


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RawTable:
    """A table before any check of its content.

    Parameters
    ----------
    file : str
        The file's name, with the sheet for a workbook: ``trial.xlsx[visits]``.
    data : DataFrame
        Cells as text, ``""`` where empty; columns by the trimmed header; the index is the row in the file, whose
        header is row 1. Rows without any content are left out.
    labels : mapping of str to str
        What a statistics program's file says of its columns; most files say nothing.
    """

    file: str
    data: pd.DataFrame
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """The file's headers, in its order."""
        return tuple(self.data.columns)

    def keeping(self, mask: np.ndarray) -> RawTable:
        """Return the table with only the rows where `mask` is true."""
        return replace(self, data=self.data[mask])


TableRead = tuple[RawTable | None, tuple[Problem, ...]]
"""A table with the problems of its form, or None where it can't be read at all."""


def table_of_rows(file: str, rows: Iterable[list[str]], *, header_row: int = 1, cell_hint: str = "") -> TableRead:
    """Check header, widths and bounds, and turn rows into columns.

    Parameters
    ----------
    rows : iterable of list of str
        The header and every row below it.
    header_row : int
        The header's row in the file.
    cell_hint : str
        What else may mend a row with the wrong number of cells.
    """
    source = iter(rows)
    header = next(source, [])
    ragged = _RaggedRows(file=file, width=len(header), cell_hint=cell_hint)
    table, problems = table_of_parts(file, header, _chunks(source, header_row, ragged), header_row=header_row)
    return table, (*problems, *(ragged.problems() if table is not None else ()))


def table_of_columns(file: str, headers: list[str], columns: list[pd.Series[str]]) -> TableRead:
    """Make a table of columns of text, which are in a file that has no rows of text; the first row is row 2."""
    import pyarrow as pa

    arrays = [pa.array(column, pa.large_string(), from_pandas=True) for column in columns]
    table = pa.table(arrays, names=[str(position) for position in range(len(arrays))])
    return table_of_parts(file, headers, iter([table]), header_row=1)


def table_of_parts(file: str, header: list[str], chunks: Iterator[pa.Table], *, header_row: int) -> TableRead:
    """Put the parts of a table together, trimmed and without its blank rows, up to the bounds.

    Parameters
    ----------
    chunks : iterator of pyarrow.Table
        The rows below the header, as columns 0, 1, ... of text.
    header_row : int
        The header's row in the file.
    """
    import pyarrow as pa

    headers = [name.strip() for name in header]
    if not any(headers):
        rule = f"A table starts with its column names in row {header_row}."
        return None, (_of(file, rule, "Add a header row.", row=header_row),)
    if len(headers) > MAXIMUM_COLUMNS:
        return None, (too_many(file, "columns", MAXIMUM_COLUMNS, found=len(headers)),)
    problems = _header_problems(file, headers, header_row)
    if problems:
        return None, tuple(problems)
    names = [str(position) for position in range(len(headers))]
    parts = [pa.table([pa.array([], pa.large_string())] * len(headers), names=names)]
    numbers = [np.empty(0, dtype=np.int64)]
    rows = 0
    for chunk in chunks:
        first = header_row + 1 + rows
        rows += len(chunk)
        if rows > MAXIMUM_ROWS:
            return None, (too_many(file, "rows", MAXIMUM_ROWS),)
        if rows * len(headers) > MAXIMUM_CELLS:
            return None, (too_many(file, "cells", MAXIMUM_CELLS),)
        part, filled = _trimmed(chunk)
        if fault := _too_long(file, headers, part, first_row=first):
            return None, (fault,)
        parts.append(part if filled.all() else part.filter(pa.array(filled)))
        numbers.append(first + np.flatnonzero(filled))
    kept = [position for position, name in enumerate(headers) if name]
    data = pa.concat_tables(parts).select(kept).to_pandas().astype("str")
    data.columns = pd.Index([headers[position] for position in kept], dtype="str")
    data.index = pd.Index(np.concatenate(numbers), dtype="int64", name="row")
    return RawTable(file=file, data=data), ()


def too_many(file: str, what: str, bound: int, *, found: int | None = None) -> Problem:
    """Return the problem of a table that is beyond a bound."""
    rule = f"A table has at most {bound:,} {what}."
    remedy = "Keep only the columns and rows of the trial."
    return _of(file, rule, remedy, value=None if found is None else f"{found:,} {what}")


@dataclass(slots=True, kw_only=True)
class _RaggedRows:
    """The rows that have more or fewer cells than the header, the first ones by their numbers."""

    file: str
    width: int
    cell_hint: str
    listed: list[tuple[int, int]] = field(default_factory=list)
    count: int = 0

    def level(self, row: list[str], number: int) -> list[str]:
        """Return the row with the header's width; note that it had another, unless it is blank."""
        if not any(cell.strip() for cell in row):
            return [""] * self.width
        self.count += 1
        if self.count <= MAXIMUM_LISTED_ROWS:
            self.listed.append((number, len(row)))
        return (row + [""] * self.width)[: self.width]

    def problems(self) -> Iterator[Problem]:
        """Yield a problem for each row that is listed, and one for the others."""
        rule = f"A row has as many cells as the header: {self.width}."
        remedy = "Add the missing cells" + (f", or {self.cell_hint}." if self.cell_hint else ".")
        for row, cells in self.listed:
            yield _of(self.file, rule, remedy, row=row, value=f"{cells} cells")
        if self.count > len(self.listed):
            yield _of(self.file, rule, remedy, value=f"{self.count - len(self.listed)} more rows")


def _chunks(rows: Iterator[list[str]], header_row: int, ragged: _RaggedRows) -> Iterator[pa.Table]:
    """Yield the rows as columns of text, so many at a time that few are in memory as lists."""
    import pyarrow as pa

    width = ragged.width
    number = header_row
    while part := list(islice(rows, max(1, _CELLS_AT_A_TIME // max(width, 1)))):
        for position, row in enumerate(part):
            if len(row) != width:
                part[position] = ragged.level(row, number + 1 + position)
        number += len(part)
        columns = [pa.array(cells, pa.large_string()) for cells in zip(*part, strict=True)]
        yield pa.table(columns, names=[str(position) for position in range(width)])


def _trimmed(chunk: pa.Table) -> tuple[pa.Table, np.ndarray]:
    """Trim every cell, and tell which rows have any content."""
    import pyarrow as pa
    from pyarrow import compute

    columns = [compute.utf8_trim_whitespace(column.cast(pa.large_string())) for column in chunk.columns]
    filled = np.zeros(len(chunk), dtype=bool)
    for column in columns:
        if filled.all():
            break
        filled |= compute.not_equal(column, "").to_numpy(zero_copy_only=False)
    return pa.table(columns, names=chunk.column_names), filled


def _too_long(file: str, headers: list[str], part: pa.Table, *, first_row: int) -> Problem | None:
    """Return the problem of the first cell that is longer than a cell may be."""
    from pyarrow import compute

    for header, column in zip(headers, part.columns, strict=True):
        lengths = compute.utf8_length(column)
        if (compute.max(lengths).as_py() or 0) > MAXIMUM_CELL_LENGTH:
            rule = f"A cell has at most {MAXIMUM_CELL_LENGTH:,} characters."
            row = first_row + int(np.argmax(lengths.to_numpy() > MAXIMUM_CELL_LENGTH))
            return _of(file, rule, "Shorten it, or leave the column out.", row=row, column=header or None)
    return None


def _header_problems(file: str, headers: list[str], header_row: int) -> list[Problem]:
    problems = [
        _of(
            file,
            f"A column's name stands once in the header; this one stands {count} times.",
            "Rename or remove the others.",
            row=header_row,
            column=header,
        )
        for header, count in Counter(headers).items()
        if header and count > 1
    ]
    if len(headers) == 1:
        for separator, spoken in ((";", "semicolons"), ("\t", "tabs")):
            if separator in headers[0]:
                problems.append(
                    _of(
                        file,
                        f"Cells are separated by commas; this file has {spoken}.",
                        "Save it as CSV with commas and decimal points.",
                        row=1,
                        value=headers[0],
                    )
                )
    return problems


def _of(
    file: str, rule: str, remedy: str, *, row: int | None = None, column: str | None = None, value: str | None = None
) -> Problem:
    return Problem(severity="error", file=file, row=row, column=column, value=value, rule=rule, remedy=remedy)
