"""What is written as CSV runs nothing in a spreadsheet, and is read again as it was."""

from __future__ import annotations

import csv
import io
import re
import shutil

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2dash.study.csv_file import csv_file, guarded, unguarded
from il2dash.study.reading import load_study, read_study
from il2dash.study.study_files import FolderFiles
from il2dash.study.table_files import read_raw_table

LIVE = "=cmd|' /C calc'!A0"
CELLS = st.text(alphabet="=+-@'\t\n0123456789.eE,;\"ax \uff1d", max_size=8)


@given(CELLS)
@settings(max_examples=300)
def test_every_text_comes_back(text):
    assert unguarded(guarded(text)) == text


@given(CELLS)
@settings(max_examples=300)
def test_no_cell_begins_as_a_formula_unless_it_is_a_number(text):
    written = guarded(text)
    if re.match(r"[=+\-@\t\r\n\uff1d]", written):
        assert float(written) == float(text)


@pytest.mark.parametrize("number", ["-1", "+2.5", "-.5", "-1.5e-3", "-3."])
def test_a_negative_number_stays_one(number):
    assert guarded(number) == number


@pytest.mark.parametrize("text", ["'t Hooft", "plain", "", "<50", "P-01", "a=b"])
def test_other_texts_are_left_alone(text):
    assert guarded(text) == unguarded(text) == text


def test_headers_are_guarded_too():
    rows = list(csv.reader(io.StringIO(csv_file(pd.DataFrame({LIVE: [-1.5], "term": ["@x"]})).decode())))
    assert rows == [["'" + LIVE, "term"], ["-1.5", "'@x"]]


def test_line_ends_in_a_cell_stay_in_it():
    table = pd.DataFrame({"term": ["a\rb", "a\nb", "c"]})
    rows = list(csv.reader(io.StringIO(csv_file(table).decode(), newline="")))
    assert rows == [["term"], ["a\rb"], ["a\nb"], ["c"]]


def test_columns_of_one_name_are_both_written():
    table = pd.DataFrame([["=a", "=b"]], columns=["same", "same"])
    assert csv_file(table) == b"same,same\r\n'=a,'=b\r\n"


TERMS = (LIVE, "-2+3", "'=already", "@SUM(A1)", "+cmd", "-1")


def test_a_table_that_is_written_loads_again_to_the_same_fingerprint(mini_study, tmp_path):
    rows = "".join(f'P01,{week},adverse,"{term}",\n' for week, term in enumerate(TERMS, start=1))
    trial = load_study(mini_study.append("events.csv", rows).path)
    # What the file says by hand of "'=already" is the text "=already": an apostrophe before a formula marks a text.
    assert trial.events is not None
    terms = trial.events["term"].tolist()
    assert terms[3:] == [LIVE, "-2+3", "=already", "@SUM(A1)", "+cmd", "-1"]

    again = tmp_path / "again"
    shutil.copytree(mini_study.path, again)
    raw, problems = read_raw_table(FolderFiles(mini_study.path), "events.csv")
    assert raw is not None
    assert not problems
    written = csv_file(raw.data)
    (again / "events.csv").write_bytes(written)
    cells = [cell for row in csv.reader(io.StringIO(written.decode())) for cell in row]
    assert [cell for cell in cells if cell[:1] in "=+@" and cell] == []
    assert [cell for cell in cells if cell.startswith("-")] == ["-1"]
    assert "'" + LIVE in cells
    reading = read_study(again)
    assert reading.trial is not None
    assert reading.trial.fingerprint == trial.fingerprint


def test_nothing_else_writes_csv(repository):
    sources = [repository / "app.py", *(repository / "pages").glob("*.py"), *(repository / "il2dash").rglob("*.py")]
    writers = [
        source.name for source in sources if re.search(r"to_csv\(|csv\.writer", source.read_text(encoding="utf-8"))
    ]
    assert writers == ["csv_file.py"]
