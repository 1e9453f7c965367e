"""Tables as their files have them: every cell as trimmed text, every row with the number a spreadsheet shows."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import PurePosixPath

import numpy as np
import pandas as pd

from il2dash.study.problems import Problem
from il2dash.study.study_files import MAXIMUM_BYTES, WORKBOOK_SUFFIXES, StudyFiles, UnreadableError

Cell = int | float | str | bool | date | datetime | time | timedelta


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
    """

    file: str
    data: pd.DataFrame

    @property
    def columns(self) -> tuple[str, ...]:
        """The file's headers, in its order."""
        return tuple(self.data.columns)

    def keeping(self, mask: np.ndarray) -> RawTable:
        """Return the table with only the rows where `mask` is true."""
        return RawTable(file=self.file, data=self.data[mask])


def is_workbook(name: str) -> bool:
    """Tell whether a file's name is that of a spreadsheet workbook."""
    return PurePosixPath(name).suffix.lower() in WORKBOOK_SUFFIXES


def read_raw_table(files: StudyFiles, name: str, *, sheet: str = "") -> tuple[RawTable | None, tuple[Problem, ...]]:
    """Read a CSV file (UTF-8, commas) or a workbook's sheet.

    Returns
    -------
    RawTable or None, tuple of Problem
        The table with the problems of its form, or None where it can't be read at all.
    """
    try:
        content = files.read(name)
        if is_workbook(name):
            return _table(f"{name}[{sheet}]", _sheet_rows(content, name=name, sheet=sheet))
        return _table(name, _csv_rows(_text(content, name), name))
    except UnreadableError as error:
        return None, (error.problem,)


def sheet_names(content: bytes, name: str) -> tuple[str, ...]:
    """Return the names of a workbook's sheets; raises UnreadableError for what isn't one."""
    from python_calamine import CalamineError, CalamineWorkbook

    _bound_workbook(content, name)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
            return tuple(workbook.sheet_names)
    except (CalamineError, OSError, ValueError) as error:
        raise _not_a_workbook(name) from error


def _table(file: str, rows: list[list[str]]) -> tuple[RawTable | None, tuple[Problem, ...]]:
    """Check header and widths, and turn rows into columns."""
    if not rows or not any(header.strip() for header in rows[0]):
        return None, (_of(file, "A table starts with its column names in row 1.", "Add a header row.", row=1),)
    headers = [header.strip() for header in rows[0]]
    problems = _header_problems(file, headers)
    if any(problem.severity == "error" for problem in problems):
        return None, tuple(problems)
    width = len(headers)
    numbers = [number for number, row in enumerate(rows[1:], start=2) if any(cell.strip() for cell in row)]
    body = [rows[number - 1] for number in numbers]
    for position, (number, row) in enumerate(zip(numbers, body, strict=True)):
        if len(row) != width:
            problems.append(
                _of(
                    file,
                    f"A row has as many cells as the header: {width}.",
                    "Add the missing cells, or quote a cell that holds a comma.",
                    row=number,
                    value=f"{len(row)} cells",
                )
            )
            body[position] = (row + [""] * width)[:width]
    by_column = list(zip(*body, strict=True)) if body else [()] * width
    data = pd.DataFrame(
        {
            header: pd.Series(cells, dtype="str").str.strip()
            for header, cells in zip(headers, by_column, strict=True)
            if header
        }
    )
    data.index = pd.Index(numbers, dtype="int64", name="row")
    return RawTable(file=file, data=data), tuple(problems)


def _header_problems(file: str, headers: list[str]) -> list[Problem]:
    problems = [
        _of(
            file,
            f"A column's name stands once in the header; this one stands {count} times.",
            "Rename or remove the others.",
            row=1,
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


def _text(content: bytes, name: str) -> str:
    if not content.strip():
        raise _fault(name, "The file is empty.", "Add the header and the rows.")
    if b"\0" in content:
        raise _fault(name, "The file isn't text.", "Save the table as CSV in UTF-8, or name an .xlsx file.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        raise _fault(
            name,
            "The file is in UTF-8.",
            "Save it as 'CSV UTF-8'.",
            row=row,
            value=repr(content[error.start : error.start + 1]),
        ) from error


def _csv_rows(text: str, name: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        rows.extend(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise _fault(
            name,
            f"The file is CSV; reading stopped here ({error}).",
            "Close every quote, and double the quotes inside a quoted cell.",
            row=len(rows) + 1,
        ) from error
    return rows


def _sheet_rows(content: bytes, *, name: str, sheet: str) -> list[list[str]]:
    from python_calamine import CalamineError, CalamineWorkbook

    there = sheet_names(content, name)
    if sheet not in there:
        raise _fault(
            f"{name}[{sheet}]",
            "The workbook has no such sheet.",
            f"Rename a sheet, or name it as `sheet` in study.toml; the sheets there: {', '.join(there)}.",
        )
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
            cells = workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError) as error:
        raise _not_a_workbook(name) from error
    return [[_cell_text(cell) for cell in row] for row in _without_empty_edge(cells)]


def _without_empty_edge(cells: list[list[Cell]]) -> Iterable[list[Cell]]:
    """Drop the empty columns that formatting alone leaves at the right of a sheet."""
    width = max((position + 1 for row in cells for position, cell in enumerate(row) if cell != ""), default=0)
    return (row[:width] for row in cells)


def _cell_text(cell: Cell) -> str:
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
        raise _fault(
            name,
            f"A workbook is at most {MAXIMUM_BYTES // 1024**2} MB after decompression.",
            "Keep only the sheets of the trial.",
            value=f"{size / 1024**2:.0f} MB",
        )


def _not_a_workbook(name: str) -> UnreadableError:
    return _fault(name, "The file isn't a workbook that can be opened.", "Save it again as .xlsx, without a password.")


def _of(
    file: str, rule: str, remedy: str, *, row: int | None = None, column: str | None = None, value: str | None = None
) -> Problem:
    return Problem(severity="error", file=file, row=row, column=column, value=value, rule=rule, remedy=remedy)


def _fault(file: str, rule: str, remedy: str, *, row: int | None = None, value: str | None = None) -> UnreadableError:
    return UnreadableError(_of(file, rule, remedy, row=row, value=value))
