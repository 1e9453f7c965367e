"""Workbooks: a table a visible sheet; sheets of the same columns are one."""

from __future__ import annotations

from il2dash.intake.bounds import MAXIMUM_SHEETS
from il2dash.intake.description_row import without_description_row
from il2dash.intake.sheet_layout import table_areas, unnamed_note
from il2dash.intake.sheet_series import stacked_sheets
from il2dash.intake.upload import Upload, refused
from il2dash.study.problems import Problem
from il2dash.study.raw_tables import RawTable, table_of_rows
from il2dash.study.study_files import UnreadableError
from il2dash.study.workbook_rows import merged_problems, sheet_cells, workbook_sheets

LAID_OUT_CELLS = 2_000_000
"""A sheet with more cells was written by a program: it holds one table, whose names are in row 1."""


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
    series: dict[str, RawTable] = {}
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
            found_tables, found, said = _sheet(content, name=name, sheet=sheet.name)
        except UnreadableError as error:
            problems.append(error.problem)
            continue
        if len(found_tables) == 1:
            series[sheet.name] = found_tables[0]
        else:
            tables += found_tables
        problems += found
        notes += said
    stacked, said = stacked_sheets(series, name=name)
    tables += stacked
    notes += said
    if not tables and not problems:
        return refused(name, "A workbook has a sheet that isn't hidden.", "Show the sheet with the table.")
    return Upload(name=name, tables=tuple(tables), problems=tuple(problems), notes=tuple(notes))


def _sheet(content: bytes, *, name: str, sheet: str) -> tuple[list[RawTable], list[Problem], list[str]]:
    """Read the tables of a sheet."""
    cells = sheet_cells(content, name=name, sheet=sheet)
    file = f"{name}[{sheet}]"
    if cells.count > LAID_OUT_CELLS:
        table, found = table_of_rows(file, cells.rows)
        problems = [*merged_problems(file, cells.merged), *cells.problems, *found]
        return [] if table is None else [table], problems, []
    areas, unread = table_areas(list(cells.rows), cells.merged)
    tables: list[RawTable] = []
    problems = [*merged_problems(file, unread), *cells.problems]
    notes: list[str] = []
    for area in areas:
        own = file if area is areas[0] else f"{name}[{sheet}, from {area.place}]"
        table, found = table_of_rows(own, area.rows, header_row=area.header_row)
        problems += found
        said = [*area.notes, *unnamed_note(area.rows, left=area.left)]
        if table is not None:
            table, described = without_description_row(table)
            tables.append(table)
            said += [described] if described else []
        notes += [f"{own}: {note}" for note in said]
    return tables, problems, notes
