"""Workbooks: a table a visible sheet."""

from __future__ import annotations

from il2dash.intake.bounds import MAXIMUM_SHEETS
from il2dash.intake.upload import Upload, refused
from il2dash.study.problems import Problem
from il2dash.study.raw_tables import RawTable, sheet_table
from il2dash.study.study_files import UnreadableError
from il2dash.study.workbook_rows import workbook_sheets


def read_workbook(name: str, content: bytes) -> Upload:
    """Read the visible sheets of a workbook; raises UnreadableError where it isn't one."""
    sheets = workbook_sheets(content, name)
    if len(sheets) > MAXIMUM_SHEETS:
        return refused(
            name,
            f"A workbook has at most {MAXIMUM_SHEETS} sheets.",
            "Keep only the sheets of the trial.",
            value=f"{len(sheets)} sheets",
        )
    tables: list[RawTable] = []
    problems: list[Problem] = []
    notes: list[str] = []
    for reason, left_out in (
        ("hidden", [sheet.name for sheet in sheets if sheet.cells and not sheet.visible]),
        ("without cells", [sheet.name for sheet in sheets if not sheet.cells]),
    ):
        if left_out:
            notes.append(f"Sheets that are {reason} were left out: {', '.join(left_out)}.")
    for sheet in sheets:
        if not (sheet.cells and sheet.visible):
            continue
        try:
            table, found = sheet_table(content, name=name, sheet=sheet.name)
        except UnreadableError as error:
            problems.append(error.problem)
            continue
        problems += found
        if table is not None:
            tables.append(table)
    if not tables and not problems:
        return refused(name, "A workbook has a sheet that isn't hidden.", "Show the sheet with the table.")
    return Upload(name=name, tables=tuple(tables), problems=tuple(problems), notes=tuple(notes))
