"""Whatever a file holds, reading it gives tables or problems: it never raises, and never ends the process."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2dash.intake.file_formats import SUFFIXES, read_tables
from il2dash.intake.upload import Upload
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
