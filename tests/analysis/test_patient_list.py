"""One row a patient: values in words, outcomes under the trial's rule, and who has what."""

from __future__ import annotations

from math import isnan

import pytest

from il2dash.analysis.patient_list import MeasuredValue, patient_list
from il2dash.analysis.population import Filter, select_population, whole_population
from il2dash.study.definition import Missing


@pytest.fixture(scope="module")
def trial(make_trial):
    return make_trial(
        [
            {
                "arm": "control", "age": 41, "enfuvirtide": 1.0, "sex": 0.0, "stage": "C", "site": "north",
                "cd4": [120, 160, 210], "rna": [81000, 410, "<50"], "well": 1.0, "last": 12.0, "completed": 1.0,
            },
            {"arm": "il2", "age": 50, "cd4": [60, None, None], "rna": [None, ">750000", None], "last": 7.0,
             "completed": 0.0, "events": [("aids", 3), ("aids", 4), ("death", 7), ("adverse", 2)], "doses": 2},
            {"arm": "il2"},
        ]
    )  # fmt: skip


@pytest.fixture(scope="module")
def listed(trial):
    return patient_list(whole_population(trial))


def test_covariates_are_labeled(listed):
    values = {value.covariate.name: value.value for value in listed.rows[0].covariates}
    assert values == {
        "age": 41.0, "enfuvirtide": "Yes", "sex": "level F", "stage": "level C", "site": "north", "cycles": None,
    }  # fmt: skip
    assert [value.value for value in listed.rows[2].covariates] == [None] * 6


def test_a_missing_outcome_is_told_from_a_failure(listed):
    first, second, third = (
        {outcome.endpoint: (outcome.kind, outcome.counted) for outcome in row.outcomes} for row in listed.rows
    )
    assert first["high"] == ("response", True)
    assert first["low"] == ("no response", False)
    assert first["suppressed"] == ("response", True)
    assert second["high"] == third["well"] == ("missing", False)


def test_the_trial_s_own_rule_counts(make_trial):
    trial = make_trial([{"arm": "control"}, {"arm": "il2"}], missing=Missing(rule="complete_cases"))
    outcome = patient_list(whole_population(trial)).rows[0].outcomes[0]
    assert (outcome.kind, outcome.counted, outcome.missing_rule) == ("missing", None, "complete_cases")


def test_markers_begin_and_end(listed):
    cd4, rna = listed.rows[0].markers
    assert (cd4.baseline.value, cd4.last.value, cd4.last.week) == (120, 210, 12)
    assert rna.last == MeasuredValue(week=12.0, value=50.0, censoring="left")
    cd4, rna = listed.rows[1].markers
    assert (cd4.baseline.value, cd4.last) == (60, None)
    assert (rna.baseline, rna.last.censoring) == (None, "right")


def test_what_was_given_and_what_happened(listed):
    first, second, third = listed.rows
    assert (first.cycles, first.aids_events, first.adverse_events, first.completed) == (0, 0, 0, True)
    assert (second.cycles, second.aids_events, second.adverse_events, second.completed) == (2, 2, 1, False)
    assert (second.death_week, second.last_contact_week) == (7.0, 7.0)
    assert isnan(first.death_week)
    assert isnan(third.last_contact_week)
    assert third.completed is None
    assert listed.categories == ("aids", "adverse", "death")


def test_a_study_without_tables_counts_nothing(make_trial):
    trial = make_trial([{"arm": "control"}, {"arm": "il2"}], events=False, doses=False)
    row = patient_list(whole_population(trial)).rows[0]
    assert (row.cycles, row.aids_events, row.adverse_events) == (None, None, None)


def test_a_filter_leaves_its_patients(trial, listed):
    chosen = patient_list(select_population(trial, (Filter(variable="arm", values=("il2",)),)))
    assert [row.subject_id for row in chosen.rows] == ["P01", "P02"]
    assert repr(chosen.rows) == repr(listed.rows[1:])  # NaN isn't equal to itself
    assert chosen.total == 3
    assert patient_list(select_population(trial, (Filter(variable="age", lower=200),))).rows == ()


def test_some_rows_are_of_all_who_are_counted(trial, listed):
    some = patient_list(whole_population(trial), first=1, most=1)
    assert some.rows == listed.rows[1:2]
    assert (some.n, some.with_aids, some.died) == (listed.n, listed.with_aids, listed.died)
    assert patient_list(whole_population(trial), first=3, most=5).rows == ()
