"""Ids that a file doesn't have in one column: of several columns together, or the number of the row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from il2dash.intake.recipe import PatientColumn, Recipe
from il2dash.study.raw_tables import RawTable
from il2dash.study.values import is_missing, whole_number_text

_MARKS = ("-", "/", "|", " + ")


def with_patient_columns(tables: Sequence[RawTable], recipe: Recipe) -> tuple[RawTable, ...]:
    """Return the tables with the recipe's columns of ids; a cell is empty where a part of the id isn't known."""
    by_file = {table.file: table for table in tables}
    for made in recipe.ids:
        if made.table in by_file:
            by_file[made.table] = with_patient_column(by_file[made.table], made)
    return tuple(by_file[table.file] for table in tables)


def with_patient_column(table: RawTable, made: PatientColumn) -> RawTable:
    """Return the table with a column of ids, unless it has one of this name or lacks one that it is made of."""
    if made.name in table.columns or not set(made.columns) <= set(table.columns):
        return table
    data = table.data
    if not made.columns:
        ids = pd.Series(data.index.astype("str"), index=data.index, dtype="str")
    else:
        parts = [
            data[column].map({text: whole_number_text(text) for text in data[column].unique()}).astype("str")
            for column in made.columns
        ]
        mark = next(
            (mark for mark in _MARKS if not any(part.str.contains(mark, regex=False).any() for part in parts)),
            _MARKS[-1],
        )
        ids = parts[0]
        for part in parts[1:]:
            ids = ids + mark + part
        for part in parts:
            ids = ids.mask(is_missing(part), "")
    return replace(table, data=data.assign(**{made.name: ids.astype("str")}))
