"""Past a bound of size a file gives no table, and one sentence with what was found, the bound and the remedy.

Bounds of text files, zips and far cells stand in the tests of those formats.
"""

from __future__ import annotations

import pandas as pd
import pytest

from il2dash.intake import parquet_file as parquet_reader
from il2dash.intake import statistics_files
from il2dash.intake import workbook as workbook_reader
from il2dash.intake.file_formats import read_tables
from tests.intake.small_files import parquet_file, sheet_row, statistics_file, workbook

TABLE = pd.DataFrame({name: [1.0, 2.0, 3.0, 4.0] for name in ("id", "x", "y")})
REMEDY = "Keep only the columns and rows of the trial."


@pytest.mark.parametrize(
    ("bound", "most", "told"),
    [
        ("MAXIMUM_ROWS", 3, ("4 rows", "at most 3 rows")),
        ("MAXIMUM_COLUMNS", 2, ("3 columns", "at most 2 columns")),
        ("MAXIMUM_CELLS", 11, ("12 cells", "at most 11 cells")),
    ],
)
@pytest.mark.parametrize("suffix", [".xpt", ".sav", ".dta", ".parquet"])
def test_tables_that_are_too_large(monkeypatch, tmp_path, only_problem, suffix, bound, most, told):
    content = parquet_file(TABLE) if suffix == ".parquet" else statistics_file(tmp_path, suffix, TABLE)
    monkeypatch.setattr(parquet_reader if suffix == ".parquet" else statistics_files, bound, most)
    upload = read_tables(f"t{suffix}", content)
    assert upload.tables == ()
    problem = only_problem(upload)
    for words in (*told, REMEDY):
        assert words in problem


def test_parquet_that_unpacks_to_too_much(monkeypatch, only_problem):
    monkeypatch.setattr(parquet_reader, "MAXIMUM_BYTES", 100)
    assert "at most 100 bytes after decompression" in only_problem(read_tables("t.parquet", parquet_file(TABLE)))


def test_sheets(monkeypatch, only_problem):
    monkeypatch.setattr(workbook_reader, "MAXIMUM_SHEETS", 2)
    content = workbook({name: sheet_row(1, "id") for name in "abc"})
    problem = only_problem(read_tables("t.xlsx", content))
    assert "3 sheets" in problem
    assert "at most 2 sheets" in problem
