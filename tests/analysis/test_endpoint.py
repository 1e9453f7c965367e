from __future__ import annotations

from dataclasses import replace
from math import inf, isnan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2dash.analysis.endpoint import endpoint_result, threshold_curve
from il2dash.analysis.outcome import MISSING_RULES, EndpointSpec
from il2dash.analysis.population import Filter, select_population, whole_population
from il2dash.errors import SpecificationError

MIRRORED = {"best_worst": "worst_best", "worst_best": "best_worst"}


def result(trial, endpoint="high", filters=(), **changes):
    return endpoint_result(select_population(trial, filters), EndpointSpec(endpoint=endpoint, **changes))


def in_arm(code):
    return (Filter(variable="arm", values=(code,)),)


@pytest.fixture(scope="module")
def trial(make_trial):
    """4 of 28 against 5 of 28 at 200 cells, of whom 3 and 2 weren't seen at week 12."""
    control = [250] * 5 + [100] * 21 + [None] * 2
    il2 = [250] * 4 + [100] * 21 + [None] * 3
    return make_trial(
        [{"arm": "control", "cd4": [60, 80, value]} for value in control]
        + [{"arm": "il2", "cd4": [60, 80, value]} for value in il2]
    )


def test_the_trial_s_rule(trial):
    found = result(trial)
    control, il2 = found.arms["control"], found.arms["il2"]
    assert (control.responders, control.total, control.missing) == (5, 28, 2)
    assert (il2.responders, il2.total, il2.missing) == (4, 28, 3)
    assert found.risk_difference.estimate == pytest.approx(4 / 28 - 5 / 28)
    assert found.risk_ratio.estimate == pytest.approx(0.8)
    assert found.odds_ratio.estimate == pytest.approx((4 / 24) / (5 / 23))
    assert found.number_needed_to_treat.direction == "harm"
    assert found.number_needed_to_treat.estimate == pytest.approx(28)
    assert {test.name: test.p for test in found.tests}["fisher"] == pytest.approx(1)
    assert found.standing.kind == "prespecified"
    assert (found.threshold, found.week, found.unit, found.role) == (200, 12, "cells/uL", "primary")
    assert "counts as a failure" in found.missing_assumption


def test_complete_cases_have_the_failures_responders_among_fewer(trial):
    failure, complete = result(trial), result(trial, missing_rule="complete_cases")
    for code in ("control", "il2"):
        assert complete.arms[code].responders == failure.arms[code].responders
        assert complete.arms[code].total == failure.arms[code].total - failure.arms[code].missing
        assert complete.arms[code].missing == failure.arms[code].missing


@pytest.mark.parametrize("rule", sorted(MISSING_RULES))
def test_an_arm_with_nobody(trial, rule):
    found = result(trial, filters=in_arm("il2"), missing_rule=rule)
    assert (found.arms["control"].total, found.arms["control"].responders) == (0, 0)
    assert isnan(found.arms["control"].proportion)
    assert found.arms["control"].interval.reason
    for estimate in (found.risk_difference, found.risk_difference_score, found.risk_ratio, found.odds_ratio):
        assert isnan(estimate.estimate)
        assert isnan(estimate.interval.lower)
        assert estimate.reason
    assert isnan(found.number_needed_to_treat.estimate)
    assert all(isnan(test.p) and test.reason for test in found.tests)
    assert found.arms["il2"].total > 0


@pytest.mark.parametrize("rule", sorted(MISSING_RULES))
@pytest.mark.parametrize("endpoint", ["high", "low", "gain", "drop", "suppressed", "log_drop", "well"])
def test_nothing_known_and_single_patients(make_trial, endpoint, rule):
    for patients in ([], [{"arm": "control"}], [{"arm": "control"}, {"arm": "il2"}]):
        found = result(make_trial(patients), endpoint, missing_rule=rule)
        assert sum(arm.missing for arm in found.arms.values()) == len(patients)
        if rule in ("complete_cases", "last_observation"):
            assert all(arm.total == 0 and isnan(arm.proportion) for arm in found.arms.values())
            assert isnan(found.risk_difference.estimate)


def test_a_recorded_outcome_can_t_be_carried_forward(twenty):
    found = result(twenty, "well", missing_rule="last_observation")
    assert "recorded once" in found.reason
    assert isnan(found.risk_difference.estimate)
    assert result(twenty, "well").reason == ""


def test_no_responders_and_everybody(trial):
    nobody = result(trial, threshold=1000)
    assert nobody.risk_difference.estimate == 0
    assert isnan(nobody.risk_ratio.estimate)
    assert nobody.risk_ratio.reason
    assert {test.name: test.p for test in nobody.tests}["fisher"] == 1
    everybody = result(trial, threshold=0, missing_rule="complete_cases")
    assert everybody.arms["il2"].proportion == 1
    assert everybody.arms["il2"].interval.upper == 1
    assert everybody.number_needed_to_treat.estimate == inf


def test_standing_has_the_filter_s_and_the_choice_s_reasons(trial):
    found = result(trial, filters=in_arm("il2"), threshold=150)
    assert found.standing.reasons == ("28 of 56 patients: IL-2", "threshold 150, protocol 200")


def test_a_threshold_curve_is_the_endpoint_at_each_threshold(twenty):
    thresholds = np.array([40.0, 66.0, 100.0, 118.0, 200.0, 290.0, 500.0])
    for rule in MISSING_RULES:
        for endpoint in ("high", "low", "gain"):
            population = whole_population(twenty)
            curve = threshold_curve(population, EndpointSpec(endpoint=endpoint, missing_rule=rule), thresholds)
            for position, threshold in enumerate(thresholds):
                single = result(twenty, endpoint, threshold=float(threshold), missing_rule=rule)
                assert curve.difference[position] == pytest.approx(single.risk_difference.estimate, rel=1e-12)
                assert curve.lower[position] == pytest.approx(single.risk_difference.interval.lower, rel=1e-12)
                assert curve.upper[position] == pytest.approx(single.risk_difference.interval.upper, rel=1e-12)
                for code, arm in single.arms.items():
                    assert curve.responders[code][position] == arm.responders
                    assert curve.total[code][position] == arm.total


def test_a_threshold_curve_without_an_arm_is_nan(trial):
    curve = threshold_curve(
        select_population(trial, in_arm("il2")), EndpointSpec(endpoint="high"), np.array([1.0, 2.0])
    )
    assert np.isnan(curve.difference).all()
    assert np.isnan(curve.lower).all()


def test_a_recorded_outcome_has_no_threshold_curve(twenty):
    with pytest.raises(SpecificationError, match="well"):
        threshold_curve(whole_population(twenty), EndpointSpec(endpoint="well"), np.array([1.0]))


patients = st.lists(
    st.fixed_dictionaries(
        {
            "arm": st.sampled_from(["control", "il2"]),
            "cd4": st.lists(
                st.one_of(st.none(), st.integers(0, 400), st.just("<50"), st.just(">350")), min_size=3, max_size=3
            ),
        }
    ),
    min_size=1,
    max_size=12,
)
endpoints = st.sampled_from(["high", "low", "gain", "drop"])
rules = st.sampled_from(sorted(MISSING_RULES))


def approximately(value):
    return pytest.approx(value, rel=1e-9, abs=1e-9, nan_ok=True)


def inverse(ratio):
    return inf if ratio == 0 else 1 / ratio


@settings(deadline=None, max_examples=40)
@given(patients=patients, endpoint=endpoints, rule=rules)
def test_the_other_reference_arm_negates_and_inverts(make_trial, patients, endpoint, rule):
    trial = make_trial(patients)
    other = make_trial(patients, arms=replace(trial.definition.arms, reference="il2"))
    found = result(trial, endpoint, missing_rule=rule)
    # Best and worst are the treatment's and the reference's: they change places with them.
    mirrored = result(other, endpoint, missing_rule=MIRRORED.get(rule, rule))
    # By their words: from Python 3.13 on, results with NaN in them aren't equal to themselves.
    assert {code: repr(arm) for code, arm in found.arms.items()} == {
        code: repr(arm) for code, arm in mirrored.arms.items()
    }
    for name in ("risk_difference", "risk_difference_score"):
        one, two = getattr(found, name), getattr(mirrored, name)
        assert two.estimate == approximately(-one.estimate)
        assert two.interval.lower == approximately(-one.interval.upper)
        assert two.interval.upper == approximately(-one.interval.lower)
    for name in ("risk_ratio", "odds_ratio", "conditional_odds_ratio"):
        one, two = getattr(found, name), getattr(mirrored, name)
        assert two.estimate == approximately(inverse(one.estimate))
        assert two.interval.lower == pytest.approx(inverse(one.interval.upper), rel=1e-6, nan_ok=True)
        assert two.interval.upper == pytest.approx(inverse(one.interval.lower), rel=1e-6, nan_ok=True)
    for one, two in zip(found.tests, mirrored.tests, strict=True):
        assert two.p == pytest.approx(one.p, rel=1e-6, nan_ok=True)


@settings(deadline=None, max_examples=40)
@given(patients=patients, endpoint=endpoints, rule=rules)
def test_intervals_hold_their_estimates(make_trial, patients, endpoint, rule):
    found = result(make_trial(patients), endpoint, missing_rule=rule)
    for arm in found.arms.values():
        for interval in (arm.interval, *arm.other_intervals):
            assert isnan(arm.proportion) or interval.lower <= arm.proportion <= interval.upper
    for name in ("risk_difference", "risk_difference_score", "risk_ratio", "odds_ratio", "conditional_odds_ratio"):
        estimate = getattr(found, name)
        if isnan(estimate.estimate):
            assert estimate.reason
        else:
            assert estimate.interval.lower - 1e-12 <= estimate.estimate <= estimate.interval.upper + 1e-12


@settings(deadline=None, max_examples=40)
@given(patients=patients, endpoint=endpoints)
def test_best_and_worst_are_the_ends(make_trial, patients, endpoint):
    trial = make_trial(patients)
    difference = {rule: result(trial, endpoint, missing_rule=rule).risk_difference.estimate for rule in MISSING_RULES}
    if isnan(difference["failure"]):
        return
    assert difference["best_worst"] >= difference["failure"] >= difference["worst_best"]
    for rule in ("complete_cases", "last_observation"):
        if not isnan(difference[rule]):
            assert difference["best_worst"] + 1e-12 >= difference[rule] >= difference["worst_best"] - 1e-12
    failure, complete = (result(trial, endpoint, missing_rule=rule) for rule in ("failure", "complete_cases"))
    for code in ("control", "il2"):
        assert complete.arms[code].responders == failure.arms[code].responders
        assert complete.arms[code].total == failure.arms[code].total - failure.arms[code].missing


@settings(deadline=None, max_examples=30)
@given(patients=patients, endpoint=endpoints, rule=rules, order=st.randoms())
def test_the_order_of_the_rows_does_not_matter(make_trial, patients, endpoint, rule, order):
    trial = make_trial(patients)
    seed = order.randrange(1000)
    shuffled = replace(
        trial,
        subjects=trial.subjects.sample(frac=1, random_state=seed).reset_index(drop=True),
        measurements=trial.measurements.sample(frac=1, random_state=seed).reset_index(drop=True),
    )
    # repr, because NaN isn't equal to itself
    assert repr(result(trial, endpoint, missing_rule=rule)) == repr(result(shuffled, endpoint, missing_rule=rule))
