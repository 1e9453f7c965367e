"""The real trial through column mapping alone."""

import numpy as np
import pandas as pd
import pytest

from il2dash.study.reading import read_study


@pytest.fixture(scope="module")
def reading(repository, shared):
    return read_study(repository / "tests" / "studies" / "actg175", data_dir=shared / "data")


@pytest.fixture(scope="module")
def source(shared):
    table = pd.read_csv(shared / "data" / "actg175.csv")
    return table[table["arms"].isin([0, 1])].reset_index(drop=True)


def test_two_arms_are_read_and_the_others_counted(reading):
    assert reading.problems == ()
    assert reading.trial.arm_sizes == {"zdv": 532, "zdv_ddi": 522}
    assert reading.trial.excluded == 1085


def test_subjects_are_the_file_s(reading, source):
    subjects = reading.trial.subjects
    assert subjects["subject_id"].tolist() == source["pidnum"].astype(str).tolist()
    assert (subjects["arm"] == source["arms"].map({0: "zdv", 1: "zdv_ddi"})).all()
    np.testing.assert_array_equal(subjects["last_contact_week"], source["days"] / 7)
    for name, column in {"baseline_cd4": "cd40", "age": "age", "homo": "homo", "symptom": "symptom"}.items():
        np.testing.assert_array_equal(subjects[name], source[column])


def test_measurements_are_the_file_s(reading, source):
    wide = reading.trial.measurements.pivot(index="subject_id", columns="visit_week", values="value")
    wide = wide.loc[source["pidnum"].astype(str)]
    for week, column in {0.0: "cd40", 20.0: "cd420", 96.0: "cd496"}.items():
        np.testing.assert_array_equal(wide[week], source[column])


def test_events_are_the_file_s(reading, source):
    events = reading.trial.events
    happened = source[source["cens"] == 1]
    assert events["subject_id"].tolist() == happened["pidnum"].astype(str).tolist()
    np.testing.assert_array_equal(events["week"], happened["days"] / 7)
    assert set(events["category"]) == {"aids"}


def test_the_reference_case_of_the_firth_model(reading):
    """381 of 1054 gained 50 cells at week 20: tests/reference and shared/reference/firth.json, actg175_arms01."""
    wide = reading.trial.measurements.pivot(index="subject_id", columns="visit_week", values="value")
    assert int((wide[20.0] - wide[0.0] >= 50).sum()) == 381
