"""Which file or sheet each of the study's tables is read from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from il2dash.study.definition import StudyDefinition
from il2dash.study.problems import Problem
from il2dash.study.raw_tables import RawTable
from il2dash.study.study_files import StudyFiles, UnreadableError
from il2dash.study.table_files import is_workbook, read_raw_table
from il2dash.study.workbook_rows import sheet_names

TableName = Literal["subjects", "visits", "events", "doses"]
TABLE_NAMES: tuple[TableName, ...] = ("subjects", "visits", "events", "doses")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RawTables:
    """The tables that are there, and what is wrong with the files that should be."""

    tables: dict[TableName, RawTable]
    problems: tuple[Problem, ...]


def read_raw_tables(definition: StudyDefinition, files: StudyFiles) -> RawTables:
    """Read the tables that the definition describes, and those that stand under their usual names.

    A table without a named file is NAME.csv, or else the sheet NAME of the only workbook that is there; visits and
    events that are wide columns without a named file are in the subjects' file.
    """
    tables: dict[TableName, RawTable] = {}
    problems: list[Problem] = []
    for name in TABLE_NAMES:
        source = getattr(definition.tables, name)
        if source is not None and getattr(source, "wide", None) and not source.file:
            if "subjects" in tables:
                tables[name] = tables["subjects"]
            continue
        file, sheet = (source.file, source.sheet) if source is not None else ("", "")
        if not file:
            try:
                file = _usual_file(name, sheet or name, files)
            except UnreadableError as error:
                problems.append(error.problem)
                continue
        if not file and source is None:
            continue
        table, found = read_raw_table(files, file or f"{name}.csv", sheet=sheet or name)
        problems += found
        if table is not None:
            tables[name] = table
    return RawTables(tables=tables, problems=tuple(problems))


def _usual_file(name: TableName, sheet: str, files: StudyFiles) -> str:
    """Return NAME.csv, or the only workbook where it has the sheet, or nothing."""
    there = files.names()
    if f"{name}.csv" in there:
        return f"{name}.csv"
    workbooks = [other for other in there if is_workbook(other) and not other.startswith("~$")]
    if len(workbooks) == 1 and sheet in sheet_names(files.read(workbooks[0]), workbooks[0]):
        return workbooks[0]
    return ""
