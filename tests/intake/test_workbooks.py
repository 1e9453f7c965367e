"""Workbooks: a table a sheet, and what a sheet can hide is told."""

from __future__ import annotations

import pytest

from il2dash.intake.file_formats import read_tables
from tests.intake.small_files import open_document, sheet_row, workbook, zipped

ROWS = sheet_row(1, "id", "x") + sheet_row(2, "a", 52.0) + sheet_row(4, "=cmd", 0.1)


def test_a_table_a_sheet(cells):
    content = workbook({"visits": ROWS})
    assert cells("t.xlsx", content) == [["id", "x"], ["a", "52"], ["=cmd", "0.1"]]
    assert read_tables("t.xlsx", content).tables[0].data.index.tolist() == [2, 4]


def test_a_hidden_sheet_is_left_out_and_named():
    upload = read_tables("t.xlsx", workbook({"a<b>": ROWS, "old": ROWS}, hidden=("old",)))
    assert [table.file for table in upload.tables] == ["t.xlsx[a<b>]"]
    assert upload.notes == ("Sheets that are hidden were left out: old.",)


def test_only_hidden_sheets(only_problem):
    assert "isn't hidden" in only_problem(read_tables("t.xlsx", workbook({"old": ROWS}, hidden=("old",))))


def test_dates_are_iso(cells):
    rows = sheet_row(1, "day") + '<row r="2"><c r="A2" s="1"><v>39818</v></c></row>'
    assert cells("t.xlsx", workbook({"s": rows})) == [["day"], ["2009-01-05"]]


@pytest.mark.parametrize(
    ("cell", "text", "told"),
    [
        ('<c r="A2"><f>1+1</f><v>2</v></c>', "2", None),
        ('<c r="A2" t="str"><f>""</f><v></v></c>', "", None),
        ('<c r="A2"><f>1+1</f></c>', "", "error: t.xlsx[s], row 2: A formula is saved with its value"),
        ('<c r="A2"><f>1+1</f><v/></c>', "", "error: t.xlsx[s], row 2: A formula is saved with its value"),
        ('<c r="A2" t="e"><v>#N/A</v></c>', "", "warning: t.xlsx[s], row 2: The cell holds an error, #N/A"),
        ('<c r="A2" t="e"><f>1/0</f><v>#DIV/0!</v></c>', "", "warning: t.xlsx[s], row 2: The cell holds an error, #D"),
    ],
)
def test_formulas_and_errors(cell, text, told):
    rows = sheet_row(1, "x", "y") + f'<row r="2">{cell}<c r="B2"><v>1</v></c></row>'
    upload = read_tables("t.xlsx", workbook({"s": rows}))
    assert upload.tables[0].data.to_numpy().tolist() == [[text, "1"]]
    assert [str(problem)[: len(told or "")] for problem in upload.problems] == ([told] if told else [])


def test_merged_cells(only_problem):
    after = '<mergeCells count="1"><mergeCell ref="A2:A4"/></mergeCells>'
    assert "Found 'A2:A4'" in only_problem(read_tables("t.xlsx", workbook({"s": ROWS}, after=after)))


@pytest.mark.parametrize(
    ("far", "told"),
    [
        ('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', "at most 2,000 columns"),
        ('<row r="1048576"><c r="&#88;FD1048576"><v>1</v></c></row>', "at most 2,000 columns"),
        ('<row r="9"><c r="&#88;FD9"><v>1</v></c></row>', "at most 2,000 columns"),
        ('<row r="1048576"><c r="BBB1048576"><v>1</v></c></row>', "at most 40,000,000 cells"),
        ('<row r="99999999"><c r="A99999999"><v>1</v></c></row>', "at most 3,000,000 rows"),
    ],
)
def test_a_far_cell_takes_no_memory(only_problem, far, told):
    upload = read_tables("t.xlsx", workbook({"s": ROWS + far}))
    assert upload.tables == ()
    assert told in only_problem(upload)


def test_a_far_cell_with_a_format_alone_is_none(cells):
    far = '<row r="1048576"><c r="XFD1048576" s="1"/></row>'
    assert cells("t.xlsx", workbook({"s": ROWS + far}))[1:] == [["a", "52"], ["=cmd", "0.1"]]


def test_a_zip_bomb_is_not_unpacked(monkeypatch, only_problem):
    monkeypatch.setattr("il2dash.study.workbook_rows.MAXIMUM_BYTES", 65_536)
    content = zipped({"xl/workbook.xml": b" " * 70_000})
    assert "after decompression" in only_problem(read_tables("t.xlsx", content))


BOMB = '<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {chr(98 + depth)} "{f"&{chr(97 + depth)};" * 10}">' for depth in range(9)
)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no workbook",
        zipped({"a": b"b"}),
        workbook(
            {"s": sheet_row(1, "x") + '<row r="2"><c r="A2" t="inlineStr"><is><t>&j;</t></is></c></row>'},
            prolog=BOMB + "]>",
        ),
        workbook({"s": "<row"}),
    ],
)
@pytest.mark.parametrize("suffix", [".xlsx", ".ods", ".xls", ".xlsb"])
def test_what_is_not_a_workbook(only_problem, content, suffix):
    upload = read_tables(f"t{suffix}", content)
    assert upload.tables == ()
    assert upload.problems


def ods_cell(text: str, attributes: str = "") -> str:
    return f'<table:table-cell office:value-type="string" {attributes}><text:p>{text}</text:p></table:table-cell>'


def ods_row(*row: str) -> str:
    return f"<table:table-row>{''.join(row)}</table:table-row>"


HEADER = ods_row(ods_cell("id"), ods_cell("x"))


def test_an_open_document(cells):
    number = '<table:table-cell office:value-type="float" office:value="0.1"><text:p>0,10</text:p></table:table-cell>'
    content = open_document(f"{HEADER}<table:table-row>{ods_cell('a')}{number}</table:table-row>")
    assert cells("t.ods", content) == [["id", "x"], ["a", "0.1"]]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (
            ods_row(ods_cell("a", 'table:number-columns-repeated="16384"')),
            "2,000 columns",
        ),
        (
            f'<table:table-row table:number-rows-repeated="99999999">{ods_cell("a")}</table:table-row>',
            "3,000,000 rows",
        ),
        (
            '<table:table-row><table:table-cell table:formula="of:=1+1"/></table:table-row>',
            "never calculated",
        ),
        (ods_row(ods_cell("#N/A", 'calcext:value-type="error"')), "holds an error"),
    ],
)
def test_what_an_open_document_hides(only_problem, row, told):
    assert told in only_problem(read_tables("t.ods", open_document(HEADER + row)))
