"""Text files: what they are is found out and told, and what they don't tell is asked."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2dash.intake.file_formats import read_tables
from il2dash.study.delimited_rows import delimited_rows, plain_columns
from il2dash.study.raw_tables import table_of_rows
from il2dash.study.study_files import UnreadableError
from il2dash.study.table_bounds import MAXIMUM_COLUMNS, MAXIMUM_LISTED_ROWS
from il2dash.study.table_files import delimited_table

TABLE = [["id", "week", "cd4"], ["01", "0", "<50"], ["02", "12", ""]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_every_delimiter_line_end_and_encoding(cells, delimiter, end, encoding):
    text = end.join(delimiter.join(row) for row in TABLE)
    assert cells("t.csv", text.encode(encoding)) == TABLE


@pytest.mark.parametrize(
    ("content", "table", "note"),
    [
        ("id;Zürich\n1;é\n".encode("cp1252"), [["id", "Zürich"], ["1", "é"]], "Windows-1252"),
        (b"id;x\n1;\x81\xe9\n", [["id", "x"], ["1", "\x81é"]], "Latin-1"),
        (b"sep=;\nid;x\n1;2,5\n", [["id", "x"], ["1", "2,5"]], "names the separator"),
        (b",id,\n1,a,9\n", [["id"], ["a"]], "without a name were left out: 1, 3"),
        (b"only\n\n7\n", [["only"], ["7"]], "UTF-8"),
        (b'id,"a;b"\n1,"x\ny"\n', [["id", "a;b"], ["1", "x\ny"]], "commas"),
    ],
)
def test_what_was_decided_is_told(cells, content, table, note):
    assert cells("t.txt", content) == [list(row) for row in table]
    assert note in " ".join(read_tables("t.txt", content).notes)


def test_a_delimiter_within_quotes_is_none(cells):
    assert cells("t.csv", b'"a|x","b"\n"1|2","c"\n') == [["a|x", "b"], ["1|2", "c"]]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "empty"),
        (b" \n\t\r\n ", "empty"),
        ("\n \n".encode("utf-16"), "empty"),
        (b"PK\x03\x04\x00", "isn't text"),
        (b"a,b\n1,\x00\n", "isn't text"),
        ("a,b\n1,2\n".encode("utf-16-le"), "isn't text"),
        (b"\xff\xfea", "UTF-16"),
        (b"id,a;b\n1,2;3\n", "more than one"),
        (b'id,x\n1,"a\n2,b\n', "reading stopped here"),
        (b"id,id\n1,2\n", "stands once in the header"),
        (b",\n1,2\n", "column names in row 1"),
        (b"id," + b"," * MAXIMUM_COLUMNS + b"\n", "at most 2,000 columns"),
        (b"id,x\n" + b"\n" * 3_000_001, "at most 3,000,000 rows"),
        (b"id," + b",".join(b"%d" % number for number in range(999)) + b"\n" * 40_100, "at most 40,000,000 cells"),
        (b"id,x\n1," + b"y" * 40_000 + b"\n", "at most 32,767 characters"),
        (b"id,x\n1," + b" " * 200_000 + b"\n2,3,4\n", "field larger than"),
    ],
)
def test_what_is_not_a_table(only_problem, content, told):
    upload = read_tables("t.csv", content)
    assert upload.tables == ()
    assert told in only_problem(upload)


def test_ragged_rows_are_listed_and_then_counted():
    upload = read_tables("t.csv", b"a,b\n1,2\n3\n1,2,3\n" + b"4\n" * MAXIMUM_LISTED_ROWS)
    assert [(problem.row, problem.value) for problem in upload.problems[:2]] == [(3, "1 cells"), (4, "3 cells")]
    assert upload.problems[-1].value == "2 more rows"
    assert upload.tables[0].data.iloc[:3].to_numpy().tolist() == [["1", "2"], ["3", ""], ["1", "2"]]


LIVE = ("<script>alert(1)</script>", "=cmd|' /C calc'!A0", "**bold**", "$x^2$", "'=1", "{{1}}")


def test_headers_and_terms_are_text_as_they_are(cells):
    row = ",".join(f'"{text}"' for text in LIVE)
    assert cells("t.csv", f"{row}\n{row}\n".encode()) == [list(LIVE), list(LIVE)]


CONTENTS = st.text(alphabet='ab1 ,;"\n\r\t|é', max_size=40).map(str.encode)


@given(CONTENTS, st.sampled_from([",", ";"]))
@settings(max_examples=120)
def test_the_fast_reader_gives_what_the_exact_one_gives(content, delimiter):
    try:
        rows = list(delimited_rows(content, name="t", delimiter=delimiter))
        slow, _ = table_of_rows("t", rows)
    except UnreadableError:
        rows, slow = [], None
    header = rows[0] if rows else []
    fast = plain_columns(content, encoding="utf-8-sig", delimiter=delimiter, width=len(header))
    if fast is not None:
        assert fast.to_pandas().to_numpy().tolist() == [row or [""] * len(header) for row in rows]
        table, _ = delimited_table(content, name="t", delimiter=delimiter)
        assert (table is None) == (slow is None)
        if table is not None and slow is not None:
            assert table.data.equals(slow.data)


QUOTED = st.lists(st.lists(st.text(alphabet="ab, \n;", max_size=4), min_size=2, max_size=2), min_size=2, max_size=5)


@given(QUOTED)
@settings(max_examples=50)
def test_quoted_cells_take_the_fast_reader(rows):
    content = "\n".join(",".join(f'"{cell}"' for cell in row) for row in rows).encode()
    fast = plain_columns(content, encoding="utf-8-sig", delimiter=",", width=2)
    assert fast is not None
    assert fast.to_pandas().to_numpy().tolist() == rows
