import datetime

import openpyxl
import pytest

from il2dash.study.study_files import FolderFiles
from il2dash.study.table_files import read_raw_table


@pytest.fixture
def read(tmp_path):
    """Return a function that writes bytes or sheets to a file, and reads them back as a raw table."""

    def write_and_read(content, *, name="table.csv", sheet="visits"):
        if isinstance(content, bytes):
            (tmp_path / name).write_bytes(content)
        else:
            workbook = openpyxl.Workbook()
            workbook.active.title = sheet
            for row in content:
                workbook.active.append(row)
            workbook.save(tmp_path / name)
            workbook.close()
        return read_raw_table(FolderFiles(tmp_path), name, sheet="visits")

    return write_and_read


def test_cells_are_text_and_rows_are_numbered_as_in_a_spreadsheet(read):
    raw, problems = read(b'\xef\xbb\xbf id , week\r\n 01 ,1.50\r\n\r\n,\r\n"a, ""b""\nc",NA\r\n')
    assert problems == ()
    assert raw.columns == ("id", "week")
    assert raw.data.index.tolist() == [2, 5]
    assert raw.data.to_numpy().tolist() == [["01", "1.50"], ['a, "b"\nc', "NA"]]


def test_a_header_alone_is_an_empty_table(read):
    raw, problems = read(b"id,week\n")
    assert (raw.data.shape, problems) == ((0, 2), ())


def test_a_column_without_a_name_is_left_out(read):
    raw, problems = read(b",id\n1,a\n")
    assert (raw.columns, problems) == (("id",), ())


@pytest.mark.parametrize(
    ("content", "row", "column", "value", "rule"),
    [
        (b"", None, None, None, "empty"),
        (b"\n \n", None, None, None, "empty"),
        (b"\n1,2\n", 1, None, None, "column names in row 1"),
        (b"id,week,id\na,1,b\n", 1, "id", None, "stands 2 times"),
        (b"id;week\na;1\n", 1, None, "id;week", "semicolons"),
        (b"id\tweek\na\t1\n", 1, None, "id\tweek", "tabs"),
        (b"id,week\na,1\n\xe9,2\n", 3, None, "b'\\xe9'", "UTF-8"),
        (b"PK\x03\x04\x00\x00", None, None, None, "isn't text"),
        ("id,week\na,1\n".encode("utf-16"), None, None, None, "isn't text"),
        (b'id,week\na,1\nb,"2\nc,3\n', 3, None, None, "CSV"),
    ],
)
def test_what_is_not_a_table(read, content, row, column, value, rule):
    raw, problems = read(content)
    assert raw is None
    assert [(problem.file, problem.row, problem.column, problem.value) for problem in problems] == [
        ("table.csv", row, column, value)
    ]
    assert rule in problems[0].rule


def test_ragged_rows_are_named_and_the_others_are_read(read):
    raw, problems = read(b"id,week,cd4\na,0,1\nb,0\nc,0,1,9\n")
    assert [(problem.row, problem.value) for problem in problems] == [(3, "2 cells"), (4, "4 cells")]
    assert raw.data.to_numpy().tolist() == [["a", "0", "1"], ["b", "0", ""], ["c", "0", "1"]]


def test_a_short_blank_row_takes_nothing_from_the_others(read):
    raw, problems = read(b"id,week,cd4\na,0,1\n ,\nb,0,2\n")
    assert problems == ()
    assert raw.data.index.tolist() == [2, 4]
    assert raw.data["cd4"].tolist() == ["1", "2"]


def test_a_sheet_reads_as_its_csv_would(read):
    rows = [["id", "week", "cd4", "seen"], [1, 0.5, "<50", datetime.date(2009, 1, 5)], [None], ["b", 52.0, 4.9, True]]
    raw, problems = read(rows, name="trial.xlsx")
    assert problems == ()
    assert raw.file == "trial.xlsx[visits]"
    assert raw.data.index.tolist() == [2, 4]
    assert raw.data.to_numpy().tolist() == [["1", "0.5", "<50", "2009-01-05"], ["b", "52", "4.9", "true"]]


def test_an_absent_sheet(read):
    raw, problems = read([["id"]], name="trial.xlsx", sheet="Visit data")
    assert raw is None
    assert problems[0].file == "trial.xlsx[visits]"
    assert "the sheets there: Visit data" in problems[0].remedy


@pytest.mark.parametrize("content", [b"", b"no workbook", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0" + b"\0" * 600])
def test_what_is_not_a_workbook(read, content):
    raw, problems = read(content, name="trial.xlsx")
    assert raw is None
    assert "isn't a workbook" in problems[0].rule


def test_an_absent_file_names_those_that_are_there(tmp_path):
    (tmp_path / "visit.csv").write_text("id\n")
    raw, problems = read_raw_table(FolderFiles(tmp_path), "visits.csv")
    assert raw is None
    assert problems[0].file == "visits.csv"
    assert "visit.csv" in problems[0].remedy
