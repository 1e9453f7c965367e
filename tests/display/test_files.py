"""What is taken away says where it comes from, holds every digit, and runs nothing in a spreadsheet."""

from __future__ import annotations

import json
from dataclasses import replace
from io import BytesIO
from math import inf, nan, pi

import pandas as pd
import pytest

from il2dash.display.files import SYNTHETIC_COLUMN, SYNTHETIC_VALUE, file_name, results_json, table_csv


@pytest.fixture(scope="module")
def real(definition):
    return replace(definition, study=replace(definition.study, synthetic=False))


def read(data: bytes) -> pd.DataFrame:
    return pd.read_csv(BytesIO(data), dtype={"subject_id": str})


def test_names_say_the_study_and_that_it_is_synthetic(definition, real):
    assert file_name(definition, "subjects.csv") == "synthetic_mini_subjects.csv"
    assert file_name(real, "subjects.csv") == "mini_subjects.csv"


def test_every_row_of_a_synthetic_table_says_so(definition, real):
    table = pd.DataFrame({"subject_id": ["1", "2"]})
    assert read(table_csv(definition, table))[SYNTHETIC_COLUMN].tolist() == [SYNTHETIC_VALUE] * 2
    assert list(read(table_csv(real, table)).columns) == ["subject_id"]
    assert list(table.columns) == ["subject_id"]


def test_tables_come_back_as_they_were(trial, real):
    for table in (trial.subjects, trial.measurements, trial.events, trial.doses):
        back = read(table_csv(real, table))
        pd.testing.assert_frame_equal(back, table.reset_index(drop=True), check_dtype=False, check_exact=True)


def test_numbers_keep_every_digit(real):
    table = pd.DataFrame({"value": [pi, -pi, 1e-300, nan]})
    assert read(table_csv(real, table))["value"].tolist()[:3] == [pi, -pi, 1e-300]


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=1", "=HYPERLINK(1)"])
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(real, text):
    written = table_csv(real, pd.DataFrame({"term": [text, "plain"], text: [-1.5, 2.0]})).decode()
    back = pd.read_csv(BytesIO(written.encode()))
    assert back["term"].tolist() == [f"'{text}", "plain"]
    assert back[f"'{text}"].tolist() == [-1.5, 2.0]


def test_a_number_written_as_text_is_left_alone(real):
    assert read(table_csv(real, pd.DataFrame({"level": ["-1", "+2.5", "3"]})))["level"].tolist() == [-1.0, 2.5, 3.0]


def test_json_is_strict():
    assert json.loads(results_json({"a": [1, None, "Infinity", "µ"]})) == {"a": [1, None, "Infinity", "µ"]}
    for value in (nan, inf):
        with pytest.raises(ValueError, match="JSON compliant"):
            results_json({"a": value})
