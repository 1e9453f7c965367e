"""A study's file as a raw table: its bytes are text between delimiters, or a workbook with sheets."""

from __future__ import annotations

from itertools import chain, islice
from pathlib import PurePosixPath

from il2dash.study.csv_file import holds_guards, unguarded_rows
from il2dash.study.delimited_rows import delimited_rows, plain_columns
from il2dash.study.problems import Problem
from il2dash.study.raw_tables import TableRead, table_of_parts, table_of_rows, too_many
from il2dash.study.study_files import WORKBOOK_SUFFIXES, StudyFiles, UnreadableError, unreadable
from il2dash.study.table_bounds import MAXIMUM_CELLS, MAXIMUM_ROWS
from il2dash.study.workbook_rows import read_sheet

_COMMA_HINT = "quote a cell that holds a comma"


def is_workbook(name: str) -> bool:
    """Tell whether a file's name is that of a spreadsheet workbook."""
    return PurePosixPath(name).suffix.lower() in WORKBOOK_SUFFIXES


def read_raw_table(files: StudyFiles, name: str, *, sheet: str = "") -> TableRead:
    """Read a study's CSV file (UTF-8, commas, written as `csv_file` does) or a workbook's sheet."""
    try:
        content = files.read(name)
        if is_workbook(name):
            return sheet_table(content, name=name, sheet=sheet)
        text = _text(content, name)
        if not holds_guards(text):
            return delimited_table(content, name=name)
        rows = (unguarded_rows([row])[0] for row in delimited_rows(content, name=name))
        return table_of_rows(name, rows, cell_hint=_COMMA_HINT)
    except UnreadableError as error:
        return None, (error.problem,)


def sheet_table(content: bytes, *, name: str, sheet: str) -> TableRead:
    """Read a workbook's sheet; raises UnreadableError where there is none of that name, or no workbook."""
    rows, problems = read_sheet(content, name=name, sheet=sheet)
    table, found = table_of_rows(f"{name}[{sheet}]", rows)
    return table, (*problems, *found)


def delimited_table(
    content: bytes, *, name: str, encoding: str = "utf-8-sig", delimiter: str = ",", header_row: int = 1
) -> TableRead:
    """Read a text file whose cells stand between delimiters; raises as `delimited_rows` does.

    Parameters
    ----------
    header_row : int
        The row with the column names; those above it are left out.
    """
    rows = islice(delimited_rows(content, name=name, encoding=encoding, delimiter=delimiter), header_row - 1, None)
    header = next(rows, [])
    if fault := _more_than_a_table(content, name, width=len(header)):
        return None, (fault,)
    if header_row == 1:
        columns = plain_columns(content, encoding=encoding, delimiter=delimiter, width=len(header))
        if columns is not None:
            return table_of_parts(name, header, iter([columns.slice(1)]), header_row=1)
    hint = _COMMA_HINT if delimiter == "," else "quote a cell that holds the delimiter"
    return table_of_rows(name, chain([header], rows), header_row=header_row, cell_hint=hint)


def _text(content: bytes, name: str) -> str:
    if not content.strip():
        raise unreadable(name, "The file is empty.", "Add the header and the rows.")
    if b"\0" in content:
        raise unreadable(name, "The file isn't text.", "Save the table as CSV in UTF-8, or name an .xlsx file.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        raise unreadable(
            name,
            "The file is in UTF-8.",
            "Save it as 'CSV UTF-8'.",
            row=row,
            value=repr(content[error.start : error.start + 1]),
        ) from error


def _more_than_a_table(content: bytes, name: str, *, width: int) -> Problem | None:
    """Return the problem of a file without quotes, in which every line is a row, that has too many lines or cells."""
    if b'"' in content:
        return None
    rows = max(content.count(b"\n"), content.count(b"\r")) - 1
    if rows > MAXIMUM_ROWS:
        return too_many(name, "rows", MAXIMUM_ROWS, found=rows)
    if rows * width > MAXIMUM_CELLS:
        return too_many(name, "cells", MAXIMUM_CELLS, found=rows * width)
    return None
