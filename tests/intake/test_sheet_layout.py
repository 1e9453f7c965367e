"""Sheets and text files as people make them: titles, two rows of names, merged cells, units, several tables."""

from __future__ import annotations

import io

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from il2dash.intake.file_formats import read_tables
from il2dash.intake.sheet_layout import table_areas
from il2dash.study.workbook_rows import MergedRange

ROWS = [[f"P{n:02}", "AB"[n % 2], 30 + n, 100 + 10 * n, 120 + 10 * n] for n in range(1, 7)]


def sheet(*rows, merge=()):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    for cells in merge:
        book.active.merge_cells(cells)
    buffer = io.BytesIO()
    book.save(buffer)
    return read_tables("t.xlsx", buffer.getvalue())


def csv(*rows, delimiter=";"):
    return read_tables("t.csv", "\n".join(delimiter.join(map(str, row)) for row in rows).encode())


NAMES = ["id", "arm", "age", "cd4_w0", "cd4_w12"]


@pytest.mark.parametrize("read", [sheet, csv])
def test_a_title_above_the_names_is_left_out_and_told(read):
    title = ["Trial XY, final data", "", "", "", ""]
    upload = read(title, ["", "", "", "", ""], NAMES, *ROWS)
    (table,) = upload.tables
    assert (table.columns, len(table.data), table.data.index[0]) == (tuple(NAMES), 6, 4)
    assert "What stands above row 3 was left out" in " ".join(upload.notes)
    assert upload.problems == ()


def test_titles_without_delimiters():
    upload = csv(["Trial XY, final data of 2021"], ["exported on 3 May"], NAMES, *ROWS)
    (table,) = upload.tables
    assert (table.columns, len(table.data)) == (tuple(NAMES), 6)
    assert upload.problems == ()


@pytest.mark.parametrize("read", [sheet, csv])
def test_a_table_that_begins_in_row_1_is_read_as_it_was(read):
    for names in (NAMES, ["id", "arm", "", "", ""], ["id", "", "", "", "x"], ["2010", "2011", "a", "b", "c"]):
        upload = read(names, *ROWS)
        (table,) = upload.tables
        assert table.columns == tuple(name for name in names if name)
        assert len(table.data) == 6


def test_two_rows_of_names():
    groups = ["Patient", "", "", "CD4", ""]
    names = ["id", "arm", "age", "baseline", "week 12"]
    (table,) = sheet(groups, names, *ROWS, merge=["A1:C1", "D1:E1"]).tables
    assert table.columns == ("Patient id", "Patient arm", "Patient age", "CD4 baseline", "CD4 week 12")
    upload = sheet(
        ["Trial XY", "", "", "", ""], ["id", "arm", "age", "CD4", ""], ["", "", "", "w0", "w12"], *ROWS,
        merge=["A1:E1", "A2:A3", "B2:B3", "C2:C3", "D2:E2"],
    )  # fmt: skip
    (table,) = upload.tables
    assert table.columns == ("id", "arm", "age", "CD4 w0", "CD4 w12")
    assert table.data.index.tolist() == [4, 5, 6, 7, 8, 9]
    assert upload.problems == ()


def test_a_name_that_stands_twice_is_told_apart_by_the_row_above():
    groups = ["", "", "", "Visit 1", "", "Visit 2", ""]
    names = ["id", "arm", "age", "CD4", "RNA", "CD4", "RNA"]
    (table,) = sheet(groups, names, *([*row, 7, 8] for row in ROWS)).tables
    assert table.columns[3:] == ("Visit 1 CD4", "Visit 1 RNA", "Visit 2 CD4", "Visit 2 RNA")


def test_cells_merged_over_rows_are_read_into_each():
    rows = [["id", "arm", "week", "cd4"]]
    for patient, arm in (("P1", "A"), ("P2", "B")):
        rows += [[patient, arm, 0, 100], [None, None, 12, 120], [None, None, 24, None]]
    upload = sheet(*rows, merge=["A2:A4", "B2:B4", "A5:A7", "B5:B7", "D6:D7"])
    (table,) = upload.tables
    assert table.data["id"].tolist() == ["P1"] * 3 + ["P2"] * 3
    assert table.data["cd4"].tolist() == ["100", "120", "", "100", "120", "120"]
    assert "Merged cells were read into each row that they span: 5 of them." in upload.notes[0]
    assert upload.problems == ()


def test_cells_merged_over_columns_stay_an_error():
    upload = sheet(NAMES, *ROWS[:2], ["P9", "B", 40, "lost", None], merge=["D4:E4"])
    (problem,) = upload.problems
    assert (problem.severity, problem.value) == ("error", "D4:E4")


@pytest.mark.parametrize("read", [sheet, csv])
def test_a_row_of_units_is_no_patient(read):
    upload = read(NAMES, ["", "", "years", "cells/µL", "cells/µL"], *ROWS)
    (table,) = upload.tables
    assert len(table.data) == 6
    assert "Row 2 was left out: it describes the columns and is no patient (age: years" in " ".join(upload.notes)


def test_a_row_of_units_above_decimal_commas():
    rows = [f"P{n};{'AB'[n % 2]};{n},5;{n},25" for n in range(6)]
    (table,) = read_tables("t.csv", "\n".join(["id;arm;weight;height", ";;kg;cm", *rows]).encode()).tables
    assert len(table.data) == 6


@pytest.mark.parametrize(
    "first", [["P00", "A", "n.d.", "lost", "lost"], ["P00", "C", "", "lost", "lost"], ["P00", "C", "31", "a", "b"]]
)
def test_a_first_patient_without_values_is_a_patient(first):
    (table,) = csv(NAMES, first, *ROWS).tables
    assert table.data["id"].iloc[0] == "P00"


def test_notes_below_a_table_are_left_out_and_told():
    upload = sheet(NAMES, *ROWS, [], ["P03 withdrew consent"], ["* estimated"])
    (table,) = upload.tables
    assert len(table.data) == 6
    assert "What stands below the table, from row 8 on, was left out." in upload.notes[0]


def test_two_tables_on_a_sheet_are_two_tables():
    below = sheet(["id", "arm", "age"], *(row[:3] for row in ROWS), [], ["id", "week", "cd4"], ["P01", 0, 100])
    assert [table.file for table in below.tables] == ["t.xlsx[Sheet]", "t.xlsx[Sheet, from A9]"]
    assert below.tables[1].data.to_numpy().tolist() == [["P01", "0", "100"]]
    assert below.tables[1].data.index.tolist() == [10]
    right = [["id", "week", "cd4"], ["P01", 0, 100], ["P01", 12, 120], ["P02", 0, 90]]
    beside = [[*row[:3], None, *(right[n] if n < 4 else [])] for n, row in enumerate([NAMES, *ROWS])]
    tables = sheet(*beside).tables
    assert [(table.columns, len(table.data)) for table in tables] == [
        (("id", "arm", "age"), 6),
        (("id", "week", "cd4"), 3),
    ]


def test_an_empty_column_parts_no_table():
    spaced = [[*row[:3], None, *row[3:]] for row in (NAMES, *ROWS)]
    (table,) = sheet(*spaced).tables
    assert table.columns == tuple(NAMES)


CELLS = st.sampled_from(["", "", "id", "arm", "CD4", "week 0", "1", "2.5", "P1", "n.d.", " "])
ROWS_OF_ANY_FORM = st.lists(st.lists(CELLS, max_size=7), max_size=12)
RANGES = st.lists(st.tuples(*[st.integers(0, 14)] * 4), max_size=4)


@given(rows=ROWS_OF_ANY_FORM, ranges=RANGES)
def test_any_sheet_is_read_and_no_row_is_read_twice(rows, ranges):
    merged = [MergedRange(top=min(a, c), left=min(b, d), bottom=max(a, c), right=max(b, d)) for a, b, c, d in ranges]
    areas, unread = table_areas(rows, merged)
    assert len(unread) <= len(merged)
    below = [(area.left, area.header_row + place) for area in areas for place in range(1, len(area.rows))]
    assert len(set(below)) == len(below)
    assert all(place <= len(rows) for _, place in below)
    if not merged:
        told = sum(cell.strip() != "" for row in rows for cell in row)
        assert sum(cell != "" for area in areas for row in area.rows[1:] for cell in row) <= told
