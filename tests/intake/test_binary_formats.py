"""Statistics files, Parquet and zips: every value as its text."""

from __future__ import annotations

import datetime
import io
import math

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from il2dash.intake.file_formats import read_tables
from il2dash.intake.guess import guess_recipe
from tests.intake.small_files import parquet_file, sheet_row, statistics_file, workbook, zipped

TABLE = pd.DataFrame(
    {
        "id": ["01", "b", "<b>"],
        "x": [0.1, 52.0, math.nan],
        "arm": [1, 2, 1],
        "day": [datetime.date(2009, 1, 5), None, datetime.date(1959, 12, 31)],
        "at": [datetime.datetime(2009, 1, 5, 3, 4), None, datetime.datetime(1960, 1, 1, 23, 59, 59)],
    }
)
EXPECTED = [
    ["id", "x", "arm", "day", "at"],
    ["01", "0.1", "1", "2009-01-05", "2009-01-05 03:04:00"],
    ["b", "52", "2", "", ""],
    ["<b>", "", "1", "1959-12-31", "1960-01-01 23:59:59"],
]
LABELS = {"arm": {1: "ddI", 2: "ddC"}}


@pytest.mark.parametrize("suffix", [".xpt", ".sav", ".zsav", ".dta"])
def test_values_are_texts_with_every_digit(tmp_path, cells, suffix):
    assert cells(f"t{suffix}", statistics_file(tmp_path, suffix, TABLE)) == EXPECTED


def test_version_8_of_the_transport_format(tmp_path, cells):
    table = pd.DataFrame({"a_name_of_more_than_8": [math.pi, -1e-70], "y": ["a", ""]})
    content = statistics_file(tmp_path, ".xpt", table, file_format_version=8)
    assert cells("t.xpt", content) == [list(table.columns), [repr(math.pi), "a"], ["-1e-70", ""]]


def test_every_data_set_of_a_transport_file_is_read(tmp_path):
    first = statistics_file(tmp_path, ".xpt", TABLE[["id", "x"]], table_name="ADSL", file_format_version=5)
    second = statistics_file(tmp_path, ".xpt", TABLE[["id"]], table_name="ADAE", file_format_version=5)
    upload = read_tables("t.xpt", first + second[240:])
    assert [(table.file, table.data.shape) for table in upload.tables] == [
        ("t.xpt[ADSL]", (3, 2)),
        ("t.xpt[ADAE]", (3, 1)),
    ]


def test_a_transport_file_that_was_cut_off(tmp_path, only_problem):
    content = statistics_file(tmp_path, ".xpt", TABLE)
    assert "records of 80 bytes" in only_problem(read_tables("t.xpt", content[:-7]))


@pytest.mark.parametrize("suffix", [".sav", ".dta"])
def test_value_labels_are_read(tmp_path, suffix):
    content = statistics_file(tmp_path, suffix, TABLE, variable_value_labels=LABELS)
    upload = read_tables(f"t{suffix}", content)
    assert upload.tables[0].data["arm"].tolist() == ["ddI", "ddC", "ddI"]
    assert upload.notes == ("Values were read as their labels: arm.",)


@pytest.mark.parametrize("labels", [{1: "one", 2: "one"}, {1: "2", 2: "1"}])
def test_labels_that_are_not_their_values_own_are_not_read(tmp_path, only_problem, labels):
    content = statistics_file(tmp_path, ".sav", TABLE, variable_value_labels={"arm": labels})
    upload = read_tables("t.sav", content)
    assert upload.tables[0].data["arm"].tolist() == ["1", "2", "1"]
    assert "keeps its codes" in only_problem(upload)


@pytest.mark.parametrize("suffix", [".xpt", ".sav", ".dta"])
def test_what_a_file_says_of_a_column_is_its_label(tmp_path, suffix):
    columns = {
        "id": list("abcdef"),
        "arm": [1.0, 2.0] * 3,
        "age": [30.0 + n for n in range(6)],
        "sex": ["f", "m", "m"] * 2,
    }
    said = {"id": "Patient", "age": "Age (years)", "sex": "More than can stand on a page " * 2 + "of it"}
    said = said if suffix == ".sav" else {name: label for name, label in said.items() if name != "sex"}
    content = statistics_file(tmp_path, suffix, pd.DataFrame(columns), column_labels=said)
    (table,) = read_tables(f"t{suffix}", content).tables
    assert table.labels["age"] == "Age (years)"
    covariates = {one.name: (one.label, one.unit) for one in guess_recipe([table]).recipe.covariates}
    assert covariates == {"age": ("Age", "years"), "sex": ("sex", "")}


def test_missing_codes_of_spss_are_empty_and_told(tmp_path):
    content = statistics_file(tmp_path, ".sav", TABLE[["id", "arm"]], missing_ranges={"arm": [2]})
    upload = read_tables("t.sav", content)
    assert upload.tables[0].data["arm"].tolist() == ["1", "", "1"]
    assert "declares missing" in " ".join(upload.notes)


def test_parquet(cells):
    assert cells("t.parquet", parquet_file(TABLE)) == EXPECTED


def test_kinds_of_parquet_columns(only_problem):
    table = pd.DataFrame(
        {
            "whole": pd.array([2**62 + 1, None], dtype="Int64"),
            "yes": [True, None],
            "kind": pd.Categorical(["a", None]),
            "moment": pd.Series([pd.Timestamp(1, tz="UTC"), pd.NaT]),
            "list": [[1], None],
        }
    )
    upload = read_tables("t.parquet", parquet_file(table))
    assert upload.tables[0].data.to_numpy().tolist() == [
        [str(2**62 + 1), "true", "a", "1970-01-01 00:00:00.000000001+00:00"]
    ]
    assert "t.parquet, list" in only_problem(upload)


def test_parquet_parts_with_dictionaries_of_their_own(cells):
    buffer = io.BytesIO()
    parquet.write_table(pa.table({"a": pa.array(["x", None, "y", "x"]).dictionary_encode()}), buffer, row_group_size=1)
    assert cells("t.pq", buffer.getvalue()) == [["a"], ["x"], ["y"], ["x"]]


def test_a_zip_gives_the_tables_of_its_files(tmp_path):
    content = zipped(
        {
            "adam/adsl.xpt": statistics_file(tmp_path, ".xpt", TABLE),
            "visits.csv": b"id;x\n1;2\n",
            "more.xlsx": workbook({"events": sheet_row(1, "id") + sheet_row(2, 7)}),
            "README.md": b"words",
            "__MACOSX/._visits.csv": b"\0\0",
        }
    )
    upload = read_tables("t.zip", content)
    assert [table.file for table in upload.tables] == ["adam/adsl.xpt", "visits.csv", "more.xlsx[events]"]
    assert upload.problems == ()
    assert "README.md was left out: it isn't a table's file." in upload.notes


def test_a_study_is_left_to_the_studys_reader():
    upload = read_tables("t.zip", zipped({"trial/study.toml": b"", "trial/subjects.csv": b"broken"}))
    assert (upload.study, upload.tables, upload.problems) == (True, (), ())


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({}, "holds tables"),
        ({"a.md": b"x"}, "holds tables"),
        ({"../a.csv": b"id\n1\n"}, "leads out"),
        ({"/etc/a.csv": b"id\n1\n"}, "leads out"),
        ({"C:\\a.csv": b"id\n1\n"}, "leads out"),
        ({"a.zip": zipped({"b.csv": b"id\n"})}, "not other zips"),
        ({f"{number}.csv": b"id\n" for number in range(201)}, "at most 200 files"),
        ({"a.csv": b" " * 70_000}, "MB after decompression"),
    ],
)
def test_zips_that_are_refused(monkeypatch, only_problem, members, told):
    monkeypatch.setattr("il2dash.intake.zip_upload.MAXIMUM_BYTES", 65_536)
    upload = read_tables("t.zip", zipped(members))
    assert upload.tables == ()
    assert told in only_problem(upload)


@pytest.mark.parametrize("name", ["t", "t.exe", "t.pdf", "study.toml", ""])
def test_other_formats_are_named(only_problem, name):
    assert "ends in one of .csv" in only_problem(read_tables(name, b"id,x\n1,2\n"))
