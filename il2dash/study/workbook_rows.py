"""The rows of a workbook's sheets as text, through python-calamine, and what they can't show of themselves."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from il2dash.study.problems import Problem
from il2dash.study.sheet_scan import SheetScan, cell_name, scan_sheets
from il2dash.study.study_files import MAXIMUM_BYTES, UnreadableError, unreadable
from il2dash.study.table_bounds import MAXIMUM_CELLS, MAXIMUM_COLUMNS, MAXIMUM_LISTED_ROWS, MAXIMUM_ROWS

Cell = int | float | str | bool | date | datetime | time | timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A sheet of a workbook: its name, whether it is shown, and whether it is one of cells (not a chart)."""

    name: str
    visible: bool
    cells: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedRange:
    """Merged cells: the first and the last row and column, counted from 0."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def columns(self) -> range:
        """The columns that it spans."""
        return range(self.left, self.right + 1)

    def moved(self, *, rows: int = 0, columns: int = 0) -> MergedRange:
        """Return the same range counted from elsewhere."""
        return MergedRange(
            top=self.top + rows, left=self.left + columns, bottom=self.bottom + rows, right=self.right + columns
        )

    def within(self, *, height: int, width: int) -> MergedRange:
        """Return the part of the range that is among so many rows and columns."""
        return MergedRange(
            top=self.top, left=self.left, bottom=min(self.bottom, height - 1), right=min(self.right, width - 1)
        )

    def __str__(self) -> str:
        return f"{cell_name(self.top, self.left)}:{cell_name(self.bottom, self.right)}"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SheetCells:
    """A sheet's rows as text, its merged ranges, and what was found in cells that have no text to show."""

    rows: Iterator[list[str]]
    merged: tuple[MergedRange, ...]
    problems: tuple[Problem, ...]
    count: int


def workbook_sheets(content: bytes, name: str) -> tuple[Sheet, ...]:
    """Return a workbook's sheets; raises UnreadableError for what isn't a workbook."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    _bound_workbook(content, name)
    if _is_open_document(content):  # whose cells are all read at once when it is opened
        for sheet, scan in scan_sheets(content, name).items():
            _bound_sheet(f"{name}[{sheet}]", rows=scan.rows, columns=scan.columns)
    with _Opened(content, name) as workbook:
        return tuple(
            Sheet(
                name=sheet.name,
                visible=sheet.visible == SheetVisibleEnum.Visible,
                cells=sheet.typ == SheetTypeEnum.WorkSheet,
            )
            for sheet in workbook.sheets_metadata
        )


def sheet_names(content: bytes, name: str) -> tuple[str, ...]:
    """Return the names of a workbook's sheets; raises UnreadableError for what isn't one."""
    return tuple(sheet.name for sheet in workbook_sheets(content, name))


def read_sheet(content: bytes, *, name: str, sheet: str) -> tuple[Iterator[list[str]], tuple[Problem, ...]]:
    """Return the rows of a sheet, from its first, and what was found in cells that have no text to show.

    The problems are formulas that were never calculated and merged cells (errors) and cells that hold an error such
    as #N/A (warnings: they are read as empty).

    Raises
    ------
    UnreadableError
        Where there is no such sheet, no such workbook, or the sheet is larger than a table may be.
    """
    cells = sheet_cells(content, name=name, sheet=sheet)
    return cells.rows, (*merged_problems(f"{name}[{sheet}]", cells.merged), *cells.problems)


def sheet_cells(content: bytes, *, name: str, sheet: str) -> SheetCells:
    """Return what `read_sheet` does, with the merged ranges as they are; raises as it does."""
    there = sheet_names(content, name)
    file = f"{name}[{sheet}]"
    if sheet not in there:
        raise unreadable(
            file,
            "The workbook has no such sheet.",
            f"Rename a sheet, or name it as `sheet` in study.toml; the sheets there: {', '.join(there)}.",
        )
    scan = scan_sheets(content, name, sheet=sheet).get(sheet, SheetScan())
    _bound_sheet(file, rows=scan.rows, columns=scan.columns)
    with _Opened(content, name) as workbook:
        opened = workbook.get_sheet_by_name(sheet)
        _bound_sheet(file, rows=opened.total_height, columns=opened.total_width)
        merged = tuple(
            MergedRange(top=first[0], left=first[1], bottom=last[0], right=last[1])
            for first, last in opened.merged_cell_ranges or ()
        )
        cells = opened.to_python(skip_empty_area=False)
    return SheetCells(
        rows=([cell_text(cell) for cell in row] for row in _without_empty_edge(cells)),
        merged=merged,
        problems=tuple(_cell_problems(file, scan)),
        count=opened.total_height * opened.total_width,
    )


def merged_problems(file: str, merged: Sequence[MergedRange]) -> Iterator[Problem]:
    """Yield a problem for each merged range whose value can't be read in one way."""
    for one in merged[:MAXIMUM_LISTED_ROWS]:
        yield _problem(
            file,
            "Every cell has a value of its own; of merged cells only the first has one.",
            "Unmerge them, and write the value into each row it holds for.",
            place=str(one),
        )
    yield from _more(file, len(merged), "merged ranges")


def _cell_problems(file: str, scan: SheetScan) -> Iterator[Problem]:
    for place in scan.uncalculated[:MAXIMUM_LISTED_ROWS]:
        yield _problem(
            file,
            "A formula is saved with its value; this one was never calculated.",
            "Open the workbook in a spreadsheet program, save it there, and load it again.",
            place=place,
        )
    for place, value in scan.errors[:MAXIMUM_LISTED_ROWS]:
        yield _problem(
            file,
            f"The cell holds an error, {value}; it is read as empty.",
            "Correct its formula, or clear the cell where the value isn't known.",
            place=place,
            warning=True,
        )
    yield from _more(file, len(scan.uncalculated), "formulas")
    yield from _more(file, len(scan.errors), "errors")


def _more(file: str, count: int, what: str) -> Iterator[Problem]:
    if count > MAXIMUM_LISTED_ROWS:
        yield _problem(
            file,
            f"The sheet has {count:,} such {what}; the first {MAXIMUM_LISTED_ROWS} are listed.",
            "Correct them all.",
            warning=True,
        )


class _Opened:
    """A workbook while it is open; what its library raises becomes an UnreadableError."""

    def __init__(self, content: bytes, name: str) -> None:
        self._content = content
        self._name = name

    def __enter__(self) -> Any:  # a CalamineWorkbook, whose package has no types
        from python_calamine import CalamineError, CalamineWorkbook

        try:
            self._workbook = CalamineWorkbook.from_filelike(io.BytesIO(self._content))
        except (CalamineError, OSError, ValueError) as error:
            raise _not_a_workbook(self._name) from error
        return self._workbook

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        from python_calamine import CalamineError

        self._workbook.close()
        if isinstance(error, CalamineError | OSError | ValueError):
            raise _not_a_workbook(self._name) from error


def _without_empty_edge(cells: list[list[Cell]]) -> Iterator[list[Cell]]:
    """Drop the empty columns that formatting alone leaves at the right of a sheet."""
    width = max((position + 1 for row in cells for position, cell in enumerate(row) if cell != ""), default=0)
    return (row[:width] for row in cells)


def cell_text(cell: Cell) -> str:
    """Write a cell as a CSV file would: 52 for 52.0, 2008-03-01 for a date."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
    return str(cell)


def _bound_workbook(content: bytes, name: str) -> None:
    """Refuse a workbook that would decompress to more than a file may have."""
    if not content.startswith(b"PK"):
        return
    try:
        size = sum(info.file_size for info in zipfile.ZipFile(io.BytesIO(content)).infolist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise _not_a_workbook(name) from error
    if size > MAXIMUM_BYTES:
        raise unreadable(
            name,
            f"A workbook is at most {MAXIMUM_BYTES // 1024**2} MB after decompression.",
            "Keep only the sheets of the trial.",
            value=f"{size / 1024**2:.0f} MB",
        )


def _is_open_document(content: bytes) -> bool:
    return content.startswith(b"PK") and "content.xml" in zipfile.ZipFile(io.BytesIO(content)).namelist()


def _bound_sheet(file: str, *, rows: int, columns: int) -> None:
    """Refuse a sheet whose farthest cells span more than a table may have: all between them would take memory."""
    for found, bound, what in (
        (rows, MAXIMUM_ROWS, "rows"),
        (columns, MAXIMUM_COLUMNS, "columns"),
        (rows * columns, MAXIMUM_CELLS, "cells"),
    ):
        if found > bound:
            raise unreadable(
                file,
                f"A sheet has at most {bound:,} {what}, counted to its farthest cell.",
                "Delete what stands far from the table, or save the table as CSV.",
                value=f"{found:,} {what}",
            )


def _not_a_workbook(name: str) -> UnreadableError:
    return unreadable(
        name, "The file isn't a workbook that can be opened.", "Save it again as .xlsx, without a password."
    )


def _problem(file: str, rule: str, remedy: str, *, place: str | None = None, warning: bool = False) -> Problem:
    digits = "" if place is None else "".join(filter(str.isdigit, place.split(":")[0]))
    return Problem(
        severity="warning" if warning else "error",
        file=file,
        row=int(digits) if digits else None,
        value=place,
        rule=rule,
        remedy=remedy,
    )
