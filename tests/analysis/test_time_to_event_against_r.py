"""Kaplan-Meier, log-rank, Cox and the rate ratio against R; tests/reference/README.md says what the file holds."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from il2dash.analysis.event_rates import rate_ratio
from il2dash.analysis.hazard_ratio import hazard_ratio
from il2dash.analysis.kaplan_meier import kaplan_meier
from il2dash.analysis.logrank import logrank
from il2dash.analysis.population import whole_population
from il2dash.analysis.time_to_first import time_to_first
from il2dash.study.reading import read_study

CASES = ("actg175_arms01", "jm_aids")


@pytest.fixture(scope="module")
def reference(repository):
    text = (repository / "tests" / "reference" / "time_to_event.json").read_text(encoding="utf-8")
    return {case["name"]: case for case in json.loads(text)["cases"]}


@pytest.fixture(scope="module")
def arrays(shared):
    actg175 = pd.read_csv(shared / "data" / "actg175.csv")
    actg175 = actg175[actg175["arms"].isin([0, 1])]
    aids = pd.read_csv(shared / "data" / "aids_id.csv")
    return {
        "actg175_arms01": (actg175["days"].to_numpy(float), actg175["cens"] == 1, actg175["arms"] == 1),
        "jm_aids": (aids["Time"].to_numpy(float), aids["death"] == 1, aids["drug"] == "ddI"),
    }


@pytest.fixture(params=CASES)
def case(request, reference, arrays):
    time, event, is_treatment = (np.asarray(values) for values in arrays[request.param])
    return reference[request.param], time, event, is_treatment


def test_survival(case, compare):
    expected, time, event, is_treatment = case
    check = compare.of("kaplan_meier", "survival::survfit", tolerance=1e-11)
    assert len(expected["survival"]) == 6
    for row in expected["survival"]:
        second = row["arm"] == f"arm={expected['arms'][1]}"
        members = is_treatment == second
        curve = kaplan_meier(time=time[members], event=event[members])
        there = curve.at([row["time"]])
        assert there.n_risk[0] == row["n_risk"]
        check(there.estimate, row["surv"], "proportion free of the event")
        check([there.lower, there.upper], [row["lower"], row["upper"]], "bounds, log(-log)")
        assert curve.n == expected["n"][second]
        assert curve.events == expected["events"][second]


def test_logrank(case, compare):
    expected, time, event, is_treatment = case
    found = logrank(time=time, event=event, is_treatment=is_treatment)
    check = compare.of("logrank", "survival::survdiff", tolerance=1e-11)
    check(found.test.statistic, expected["logrank_chisq"], "chi-squared")
    check(found.test.p, expected["logrank_p"], "p")
    assert [found.observed_reference, found.observed_treatment] == expected["events"]
    assert found.expected_reference + found.expected_treatment == pytest.approx(sum(expected["events"]))


def test_hazard_ratio(case, compare):
    expected, time, event, is_treatment = case
    found = hazard_ratio(time=time, event=event, is_treatment=is_treatment)
    check = compare.of("hazard_ratio", "survival::coxph", tolerance=2e-9)
    check(found.estimate, expected["cox_hr"], "hazard ratio")
    check([found.interval.lower, found.interval.upper], expected["cox_ci"], "bounds")


def test_rate_ratio(case, compare):
    expected, *_ = case
    found, test = rate_ratio(
        treatment_events=expected["events"][1],
        treatment_years=expected["person_time"][1],
        reference_events=expected["events"][0],
        reference_years=expected["person_time"][0],
    )
    check = compare.of("rate_ratio", "stats::poisson.test", tolerance=1e-11)
    check(found.estimate, expected["rate_ratio_second_vs_first"], "rate ratio")
    check([found.interval.lower, found.interval.upper], expected["rate_ratio_ci"], "bounds")
    check(test.p, expected["rate_ratio_p"], "p")


def test_the_study_of_actg_175_gives_the_same(repository, shared, reference):
    """The same numbers by way of study.toml: days become weeks, ties stay ties."""
    trial = read_study(repository / "tests" / "studies" / "actg175", data_dir=shared / "data").trial
    found = time_to_first(whole_population(trial), "aids")
    expected = reference["actg175_arms01"]
    assert found.logrank.statistic == pytest.approx(expected["logrank_chisq"], rel=1e-11)
    assert found.hazard_ratio.estimate == pytest.approx(expected["cox_hr"], rel=2e-9)
    assert [found.observed["zdv"], found.observed["zdv_ddi"]] == expected["events"]
    for row in expected["survival"]:
        curve = found.arms["zdv_ddi" if row["arm"] == "arm=1" else "zdv"]
        there = curve.at([row["time"] / 7])
        assert (there.n_risk[0], there.lower[0]) == (row["n_risk"], pytest.approx(row["lower"], rel=1e-11))
    assert found.warnings == ()
