"""Whatever a file holds, reading it gives tables or problems: it never raises, and never ends the process."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2dash.intake import file_formats
from il2dash.intake.build import build, read_built
from il2dash.intake.file_formats import SUFFIXES, read_tables
from il2dash.intake.guess import guess_recipe
from il2dash.intake.upload import Upload
from il2dash.study.problems import errors
from tests.intake.small_files import open_document, parquet_file, sheet_row, statistics_file, workbook, zipped

TABLE = pd.DataFrame({"id": ["a", "b", "c"] * 5, "x": [0.5, 52.0, None] * 5})


@pytest.fixture(scope="module")
def valid_files(tmp_path_factory) -> dict[str, bytes]:
    """Return a small valid file of each format."""
    folder = tmp_path_factory.mktemp("valid")
    files = {suffix: statistics_file(folder, suffix, TABLE) for suffix in (".xpt", ".sav", ".zsav", ".dta")}
    cell = '<table:table-cell office:value-type="float" office:value="1"/>'
    rows = sheet_row(1, "id", "x") + sheet_row(2, "a", 0.5)
    return files | {
        ".csv": TABLE.to_csv(index=False).encode(),
        ".parquet": parquet_file(TABLE),
        ".xlsx": workbook({"s": rows}),
        ".ods": open_document(f"<table:table-row>{cell}</table:table-row>"),
        ".zip": zipped({"a.csv": b"id,x\n1,2\n", "b.xlsx": workbook({"s": rows})}),
    }


def sound(upload: Upload) -> None:
    """Assert that an upload gives text tables, or says why it gives none."""
    assert upload.tables or upload.problems or upload.study
    for table in upload.tables:
        assert table.data.index.is_unique
        assert all(isinstance(cell, str) and cell == cell.strip() for cell in table.data.to_numpy().ravel())


@given(st.sampled_from(SUFFIXES), st.binary(max_size=300))
@settings(max_examples=150)
def test_random_bytes(suffix, content):
    sound(read_tables(f"t{suffix}", content))


@given(st.text(max_size=60), st.sampled_from(["utf-8", "utf-16", "cp1252"]))
@settings(max_examples=100)
def test_random_text(text, encoding):
    sound(read_tables("t.csv", text.encode(encoding, errors="replace")))


FORMATS = (".csv", ".parquet", ".xlsx", ".ods", ".zip", ".xpt", ".sav", ".zsav", ".dta")


@given(data=st.data())
@settings(max_examples=200)
def test_damaged_files(valid_files, data):
    suffix = data.draw(st.sampled_from(FORMATS))
    content = bytearray(valid_files[suffix])
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    end = data.draw(st.one_of(st.just(len(content)), st.integers(0, len(content))))
    sound(read_tables(f"t{suffix}", bytes(content[:end])))


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_file_under_the_ending_of_another_format(valid_files, suffix):
    for other in SUFFIXES:
        if other != suffix:
            sound(read_tables(f"t{other}", valid_files[suffix]))


HEADERS = ("<b>x</b>", "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "[x](javascript:1)", "$\\frac{1}{0}$", "x.y")
BODY = "".join(f"P{number},{'ab'[number % 2]},{','.join('1234567')}\n" for number in range(8))
TEXT = f"id,arm,{','.join('stuvwxy')}\n{BODY}"
ENTITIES = '<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {chr(98 + depth)} "{f"&{chr(97 + depth)};" * 10}">' for depth in range(9)
)


BOMB_CELL = '<c r="A1" t="inlineStr"><is><t>&j;</t></is></c>'
MERGED = '<mergeCells count="1"><mergeCell ref="A1:B1"/></mergeCells>'


def sheet(*cells: str | float, after: str = "") -> bytes:
    """Return a workbook of one sheet with a header and one row."""
    return workbook({"s": sheet_row(1, "id", "x") + sheet_row(2, *cells)}, after=after)


def with_claimed_size(content: bytes, size: int) -> bytes:
    """Return a zip whose first member says that it has another size, in both of its headers."""
    patched = bytearray(content)
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = content.index(signature) + offset
        patched[place : place + 4] = size.to_bytes(4, "little")
    return bytes(patched)


NASTY: dict[str, tuple[str, bytes, str]] = {
    "empty": ("t.csv", b"", "empty"),
    "blank": ("t.csv", b" \r\n\t\n" * 50, "empty"),
    "binary": ("t.csv", bytes(range(256)) * 20, "isn't text"),
    "utf-16": ("t.csv", TEXT.encode("utf-16"), "tables"),
    "utf-16 without a mark": ("t.csv", TEXT.encode("utf-16-le"), "isn't text"),
    "byte order mark": ("t.csv", TEXT.encode("utf-8-sig"), "tables"),
    "ragged": ("t.csv", (TEXT + "P9,a\nP10,b,1,2,3,4,5,6,7,8,9\n").encode(), "as many cells as the header"),
    "10,000 columns": ("t.csv", f"{','.join(f'c{n}' for n in range(10_000))}\n{'1,' * 9_999}1\n".encode(), "at most"),
    "names that are alike": (
        "t.csv",
        ("id,arm," + ",".join("x" + "!" * n for n in range(900)) + "\n" + ("a,b" + ",1" * 900 + "\n") * 3).encode(),
        "tables",
    ),
    "headers that are markup or formulas": (
        "t.csv",
        f"id,arm,{','.join(HEADERS)}\n".encode() + b"a,x,1,2,3,4,5,6\nb,y,6,5,4,3,2,1\n",
        "tables",
    ),
    "formula cells": ("t.csv", b"id,arm,x\na,p,=1+1\nb,q,=cmd|' /C calc'!A0\nc,p,@SUM(A1)\n", "tables"),
    "formula in a workbook": (
        "t.xlsx",
        workbook({"s": '<row r="1"><c r="A1"><f>1+1</f></c></row>'}),
        "never calculated",
    ),
    "merged cells": (
        "t.xlsx",
        sheet("a", 1.0, after=MERGED),
        "merged cells",
    ),
    "hidden sheet": (
        "t.xlsx",
        workbook({"s": sheet_row(1, "id", "x") + sheet_row(2, "a", 1.0), "h": sheet_row(1, "y")}, hidden=("h",)),
        "tables",
    ),
    "xml bomb": (
        "t.xlsx",
        workbook({"s": f'<row r="1">{BOMB_CELL}</row>'}, prolog=f"{ENTITIES}]>"),
        "isn't a workbook",
    ),
    "zip bomb": ("t.zip", with_claimed_size(zipped({"a.csv": b" " * 100_000}), 1_000_000_000), "MB"),
    "zip that says less than it holds": (
        "t.zip",
        with_claimed_size(zipped({"a.csv": b" " * 100_000}), 10),
        "can't be read",
    ),
    "zip that leads out": ("t.zip", zipped({"../../etc/a.csv": "id,x\n1,2\n"}), "leads out"),
    "zip that leads to the root": ("t.zip", zipped({"/etc/a.csv": "id,x\n1,2\n"}), "leads out"),
    "zip in a zip": ("t.zip", zipped({"b.zip": zipped({"a.csv": "id,x\n1,2\n"})}), "not other zips"),
    "many spaces": ("t.csv", b" " * 20_000_000, "empty"),
    "a cell of spaces": ("t.csv", b"id,x\na," + b" " * 3_000_000 + b"\n", "larger than field limit"),
}


@pytest.mark.parametrize("name", NASTY)
def test_the_corpus_of_nasty_files(name):
    file, content, told = NASTY[name]
    upload = read_tables(file, content)
    sound(upload)
    if told == "tables":
        assert upload.tables
        assert not errors(upload.problems)
    else:
        assert any(told in f"{problem.rule} {problem.value}" for problem in upload.problems)
    proposal = guess_recipe(upload.tables)
    if proposal.recipe is not None and not errors(upload.problems):
        reading = read_built(build(upload.tables, proposal.recipe))
        assert reading.trial is not None or errors(reading.problems)


def test_more_than_is_read_is_refused_by_its_size_alone(monkeypatch, only_problem):
    """A gigabyte of spaces, as a file; nothing looks at the content."""
    monkeypatch.setattr(file_formats, "read_tables", None)
    monkeypatch.setattr(file_formats, "MAXIMUM_BYTES", 1_000_000)
    problem = only_problem(file_formats.read_upload("t.csv", b" " * 1_000_001))
    assert "A file is at most" in problem
