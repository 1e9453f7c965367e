"""Data sets of SAS, SPSS and Stata, read in memory by pyreadstat."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

import pandas as pd

from il2dash.intake.bounds import MAXIMUM_CELLS, MAXIMUM_COLUMNS, MAXIMUM_ROWS
from il2dash.intake.column_texts import column_texts
from il2dash.intake.upload import Upload, refused
from il2dash.study.problems import Problem
from il2dash.study.raw_tables import RawTable, table_of_columns

FORMATS = {
    ".xpt": "SAS transport",
    ".sas7bdat": "SAS data set",
    ".sav": "SPSS",
    ".zsav": "SPSS",
    ".dta": "Stata",
}
"""The formats by the ending of the file's name."""

_RECORD = 80
"""Bytes of a record of a SAS transport file."""

_MEMBER_HEADERS = (b"HEADER RECORD*******MEMBER  HEADER RECORD", b"HEADER RECORD*******MEMBV8  HEADER RECORD")


def read_statistics(name: str, content: bytes) -> Upload:
    """Read a data set of SAS (.xpt, .sas7bdat), SPSS (.sav, .zsav) or Stata (.dta).

    Missing codes become empty cells. A value that has a label in the file becomes its label.
    """
    suffix = PurePosixPath(name).suffix.lower()
    if suffix != ".xpt":
        return _read_data_set(name, content, suffix=suffix, several=False)
    if len(content) % _RECORD:
        return refused(
            name,
            f"A SAS transport file is made of records of {_RECORD} bytes; this one ends within one.",
            "It was cut off, or copied as text: export or copy it again.",
            value=f"{len(content):,} bytes",
        )
    parts = _transport_members(content)
    uploads = [_read_data_set(name, part, suffix=suffix, several=len(parts) > 1) for part in parts]
    return Upload(
        name=name,
        tables=tuple(table for upload in uploads for table in upload.tables),
        problems=tuple(problem for upload in uploads for problem in upload.problems),
        notes=tuple(dict.fromkeys(note for upload in uploads for note in upload.notes)),
    )


def _transport_members(content: bytes) -> list[bytes]:
    """Split a transport file into its data sets, each below the file's own header: pyreadstat reads the first."""
    starts = [start for start in range(0, len(content), _RECORD) if content.startswith(_MEMBER_HEADERS, start)]
    if len(starts) < 2:
        return [content]
    ends = [*starts[1:], len(content)]
    return [content[: starts[0]] + content[start:end] for start, end in zip(starts, ends, strict=True)]


def _read_data_set(name: str, content: bytes, *, suffix: str, several: bool) -> Upload:
    import pyreadstat

    reader = _reader(suffix)
    try:
        _, about = reader(
            io.BytesIO(content), metadataonly=True, **({"user_missing": True} if suffix in (".sav", ".zsav") else {})
        )
        if fault := _bound(name, about.number_rows or 0, len(about.column_names)):
            return fault
        values, about_values = reader(io.BytesIO(content), output_format="dict", row_limit=MAXIMUM_ROWS + 1)
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError, OverflowError, OSError) as error:
        return refused(
            name,
            f"The file isn't a {FORMATS[suffix]} file that can be read ({_reason(error)}).",
            "Export it again from the program that wrote it, or as CSV.",
        )
    if len(values) != len(about.column_names):
        return refused(name, "Every variable of a data set has a name of its own.", "Rename the variables.")
    if fault := _bound(name, max((len(column) for column in values.values()), default=0), len(values)):
        return fault
    file = f"{name}[{about.table_name}]" if several and about.table_name else name
    labels, notes, problems = _labels(file, about_values.variable_value_labels, list(values))
    missing = [column for column in getattr(about, "missing_ranges", None) or {} if column in values]
    if missing:
        notes.append(f"Values that the file declares missing were read as empty cells: {', '.join(missing)}.")
    columns = [column_texts(column, labels=labels.get(header)) for header, column in values.items()]
    if not columns or not len(columns[0]):
        columns = [pd.Series([], dtype="str") for _ in columns]
    table, found = table_of_columns(file, list(values), columns)
    said = {name: label.strip() for name, label in about.column_names_to_labels.items() if label and label.strip()}
    tables: tuple[RawTable, ...] = () if table is None else (replace(table, labels=said),)
    return Upload(name=name, tables=tables, problems=(*problems, *found), notes=tuple(notes))


def _reader(suffix: str) -> Callable[..., tuple[Any, Any]]:
    import pyreadstat

    readers: dict[str, Callable[..., tuple[Any, Any]]] = {
        ".xpt": pyreadstat.read_xport,
        ".sas7bdat": pyreadstat.read_sas7bdat,
        ".sav": pyreadstat.read_sav,
        ".zsav": pyreadstat.read_sav,
        ".dta": pyreadstat.read_dta,
    }
    return readers[suffix]


def _labels(
    file: str, labels: Mapping[str, Mapping[Any, str]], there: list[str]
) -> tuple[dict[str, dict[Any, str]], list[str], list[Problem]]:
    """Return the labels that can stand for their values: no two values share one, and none is another value."""
    usable: dict[str, dict[Any, str]] = {}
    problems: list[Problem] = []
    for column, of_values in labels.items():
        if column not in there:
            continue
        texts = {value: text.strip() for value, text in of_values.items() if text.strip()}
        shared = [text for text, count in Counter(texts.values()).items() if count > 1]
        codes = {str(value).removesuffix(".0") for value in of_values}
        shared += [text for value, text in texts.items() if text in codes and text != str(value).removesuffix(".0")]
        if shared:
            problems.append(
                Problem(
                    severity="warning",
                    file=file,
                    column=column,
                    value=shared[0],
                    rule="A label stands for one value; this one doesn't, and the column keeps its codes.",
                    remedy="Give every value a label of its own where the labels are wanted.",
                )
            )
        elif texts:
            usable[column] = texts
    notes = [f"Values were read as their labels: {', '.join(usable)}."] if usable else []
    return usable, notes, problems


def _bound(name: str, rows: int, columns: int) -> Upload | None:
    for found, bound, what in (
        (rows, MAXIMUM_ROWS, "rows"),
        (columns, MAXIMUM_COLUMNS, "columns"),
        (rows * columns, MAXIMUM_CELLS, "cells"),
    ):
        if found > bound:
            rule = f"A table has at most {bound:,} {what}."
            return refused(name, rule, "Keep only the columns and rows of the trial.", value=f"{found:,} {what}")
    return None


def _reason(error: Exception) -> str:
    return str(error).strip().rstrip(".").splitlines()[0][:200] if str(error).strip() else type(error).__name__
