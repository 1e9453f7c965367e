from __future__ import annotations

from dataclasses import replace
from math import isnan

import numpy as np
import pytest

from il2dash.analysis import imputed_courses
from il2dash.analysis.endpoint import endpoint_result
from il2dash.analysis.multiple_imputation import imputed_endpoint
from il2dash.analysis.outcome import EndpointSpec
from il2dash.analysis.population import Filter, select_population, whole_population
from il2dash.errors import SpecificationError


def patients_with_gaps(n: int = 40) -> list[dict]:
    rng = np.random.default_rng(3)
    made = []
    for number in range(n):
        level = rng.gamma(4, 45)
        cd4 = [round(max(level + rng.normal(0, 25) + gain, 0)) for gain in (0, 15, 30)]
        rna = [round(10 ** rng.normal(4.5, 0.4)), round(10 ** rng.normal(3, 0.8)), "<50" if number % 3 else 900]
        if number % 6 == 1:
            cd4[2] = rna[2] = None
        if number % 9 == 4:
            cd4[1] = None
        if number == 8:
            cd4[0] = None
        if number == 13:
            cd4 = [None, None, None]
        made.append({"arm": ("control", "il2")[number % 2], "cd4": cd4, "rna": rna, "well": 1.0, "age": 30 + number})
    return made


@pytest.fixture(scope="module")
def trial(make_trial):
    return make_trial(patients_with_gaps())


def impute(trial, endpoint="high", **choices):
    return imputed_endpoint(whole_population(trial), EndpointSpec(endpoint=endpoint), **choices)


@pytest.mark.parametrize("endpoint", ["high", "low", "gain", "drop", "suppressed", "log_drop"])
def test_every_rule_of_an_endpoint(trial, endpoint):
    found = impute(trial, endpoint, imputations=10)
    assert found.reason == ""
    difference, odds = found.risk_difference, found.odds_ratio
    assert difference.interval.lower <= difference.estimate <= difference.interval.upper
    assert odds.interval.lower <= odds.estimate <= odds.interval.upper
    assert (difference.test.p < 0.05) == (not difference.interval.lower <= 0 <= difference.interval.upper)
    assert 0 <= difference.missing_information < 1
    assert found.standing.reasons == ("missing outcomes by multiple imputation, protocol failure",)
    worst = endpoint_result(whole_population(trial), EndpointSpec(endpoint=endpoint, missing_rule="worst_best"))
    best = endpoint_result(whole_population(trial), EndpointSpec(endpoint=endpoint, missing_rule="best_worst"))
    assert worst.risk_difference.estimate <= difference.estimate <= best.risk_difference.estimate
    for code, arm in found.arms.items():
        assert arm.imputed == worst.arms[code].missing
        assert arm.total == 20
        assert arm.proportion.interval.lower <= arm.proportion.estimate <= arm.proportion.interval.upper


def test_nothing_missing_is_the_complete_analysis(twenty):
    found = impute(twenty, "high", imputations=5)
    known = endpoint_result(whole_population(twenty), EndpointSpec(endpoint="high"))
    assert found.risk_difference.estimate == pytest.approx(known.risk_difference.estimate)
    assert found.odds_ratio.estimate == pytest.approx(known.odds_ratio.estimate)
    assert found.risk_difference.missing_information == 0
    assert {arm.imputed for arm in found.arms.values()} == {0}


def test_the_seed_and_not_the_order_of_rows_decides(make_trial, trial):
    again = impute(make_trial(patients_with_gaps()), "gain")
    # By their words: from Python 3.13 on, results with NaN in them aren't equal to themselves.
    assert repr(again) == repr(impute(trial, "gain"))
    other = impute(trial, "gain", seed=7)
    assert other.risk_difference.estimate != again.risk_difference.estimate
    assert (other.seed, other.imputations) == (7, 50)
    order = np.random.default_rng(1).permutation(len(trial.subjects))
    shuffled = replace(trial, subjects=trial.subjects.iloc[order].reset_index(drop=True))
    assert impute(shuffled, "gain").risk_difference.estimate == pytest.approx(again.risk_difference.estimate, abs=1e-12)


def test_the_first_imputations_are_those_of_fewer(trial):
    calls: list[float] = []
    found = impute(trial, "high", imputations=120, seed=3, progress=calls.append)
    assert found.imputations == 120
    assert calls == sorted(calls)
    assert calls[-1] == 1
    assert not isnan(found.risk_difference.estimate)


def test_the_arms_exchanged(trial):
    definition = trial.definition
    turned = replace(trial, definition=replace(definition, arms=replace(definition.arms, reference="il2")))
    found, mirrored = impute(trial, "gain"), impute(turned, "gain")
    assert mirrored.risk_difference.estimate == pytest.approx(-found.risk_difference.estimate, abs=1e-12)
    assert mirrored.odds_ratio.estimate == pytest.approx(1 / found.odds_ratio.estimate)
    assert mirrored.odds_ratio.test.p == pytest.approx(found.odds_ratio.test.p)


def test_a_unit_changes_nothing(make_trial):
    plain = patients_with_gaps()
    scaled = [
        patient | {"cd4": [None if value is None else value / 4 for value in patient["cd4"]]} for patient in plain
    ]
    gain = make_trial(plain).definition.endpoint("gain")
    first = impute(make_trial(plain), "gain")
    second = impute(make_trial(scaled, endpoints=(replace(gain, threshold=12.5),)), "gain")
    assert second.risk_difference.estimate == pytest.approx(first.risk_difference.estimate)
    assert second.risk_difference.se == pytest.approx(first.risk_difference.se)


def test_a_threshold_uses_the_same_draws(trial):
    calls: list[float] = []
    impute(trial, "high", seed=11, progress=calls.append)
    told = len(calls)
    moved = imputed_endpoint(
        whole_population(trial), EndpointSpec(endpoint="high", threshold=150), seed=11, progress=calls.append
    )
    assert len(calls) == told > 0
    assert "threshold 150, protocol 200" in moved.standing.reasons


def test_an_empty_cell_is_counted_and_corrected(make_trial):
    patients = [{"arm": arm, "cd4": [100, 100, cd4]} for arm, cd4 in (("control", 90), ("il2", 300)) * 6]
    found = impute(make_trial(patients), "high", imputations=4)
    assert found.corrected == 4
    assert found.odds_ratio.estimate == pytest.approx((6.5 / 0.5) ** 2)
    assert isnan(found.risk_difference.interval.lower)
    assert "no variance" in found.risk_difference.interval.reason


@pytest.mark.parametrize(
    ("patients", "reason"),
    [
        ([], "neither arm has patients"),
        ([{"arm": "il2", "cd4": [1, 2, 3]}], "the reference arm has no patients"),
        ([{"arm": "control"}, {"arm": "il2"}], "nothing to impute from"),
        ([{"arm": "control", "cd4": [5, 9]}, {"arm": "il2", "cd4": [5, 9, 250]}], "nothing to impute from"),
    ],
)
def test_what_cannot_be_imputed_is_told(make_trial, patients, reason):
    found = impute(make_trial(patients), "high")
    assert reason in found.reason
    assert isnan(found.risk_difference.estimate)
    assert isnan(found.odds_ratio.interval.upper)


def test_a_filter_leaves_the_others_out(trial):
    young = select_population(trial, (Filter(variable="age", upper=49),))
    found = imputed_endpoint(young, EndpointSpec(endpoint="high"))
    assert sum(arm.total for arm in found.arms.values()) == 20
    assert found.standing.reasons[0].startswith("20 of 40 patients")


def test_what_makes_no_sense_is_refused(trial):
    with pytest.raises(SpecificationError, match="recorded outcome has no marker"):
        impute(trial, "well")
    with pytest.raises(SpecificationError, match="at least 2 imputations"):
        impute(trial, imputations=1)
    with pytest.raises(SpecificationError, match="seed isn't negative"):
        impute(trial, seed=-1)


def many_patients(n: int = 2800) -> list[dict]:
    """Make patients of whom about every sixth is lost before the last visit, rather those with a low value before."""
    rng = np.random.default_rng(4)
    made = []
    for number in range(n):
        level = rng.normal(13, 3)
        root = level + rng.normal(0, 1.2, 3) + np.array([0, 0.7, 1.2 + 0.4 * (number % 2)])
        cd4 = [round(max(value, 0) ** 2) for value in root]
        cd4 = ["<50" if value < 50 else value for value in cd4]
        if rng.random() < 1 / (1 + np.exp(0.4 * (root[1] - 9))):
            cd4[2] = None
        for visit in range(3):
            if rng.random() < 0.05:
                cd4[visit] = None
        made.append({"arm": ("control", "il2")[number % 2], "cd4": cd4, "age": 20 + number % 60})
    return made


@pytest.fixture(scope="module")
def many(make_trial):
    return make_trial(many_patients())


@pytest.mark.parametrize("endpoint", ["high", "gain"])
def test_many_patients_have_the_result_of_data_augmentation(many, endpoint, monkeypatch):
    """They differ by their draws alone: m imputations have the error sqrt(B / m) and, of B itself, B sqrt(2 / m)."""
    m = 200
    found = impute(many, endpoint, imputations=m)
    monkeypatch.setattr(imputed_courses, "MANY", 10**6)
    exact = impute(many, endpoint, imputations=m, seed=2)
    assert (found.approximated, exact.approximated) == (True, False)
    assert {code: arm.imputed for code, arm in found.arms.items()} == {
        code: arm.imputed for code, arm in exact.arms.items()
    }
    share = exact.risk_difference.missing_information
    assert share > 0.05
    apart = found.risk_difference.estimate - exact.risk_difference.estimate
    assert abs(apart) < 4 * np.sqrt(2 * share / m) * exact.risk_difference.se
    ratio = found.risk_difference.se / exact.risk_difference.se
    assert ratio == pytest.approx(1, abs=4 * share * np.sqrt(4 / m) / 2)
    assert found.risk_difference.missing_information == pytest.approx(share, abs=4 * share * np.sqrt(4 / m))


def test_many_patients_in_any_order_and_the_arms_exchanged(many):
    found = impute(many, "gain", imputations=120)
    order = np.random.default_rng(1).permutation(len(many.subjects))
    shuffled = replace(many, subjects=many.subjects.iloc[order].reset_index(drop=True))
    again = impute(shuffled, "gain", imputations=120)
    assert again.risk_difference.estimate == pytest.approx(found.risk_difference.estimate, abs=1e-12)
    assert again.risk_difference.se == pytest.approx(found.risk_difference.se, abs=1e-12)
    definition = many.definition
    turned = replace(many, definition=replace(definition, arms=replace(definition.arms, reference="il2")))
    mirrored = impute(turned, "gain", imputations=120)
    assert mirrored.risk_difference.estimate == pytest.approx(-found.risk_difference.estimate, abs=1e-12)
    assert impute(many, "gain", imputations=120, seed=9) != found


def test_many_patients_are_learned_from_once_for_all_thresholds(many):
    calls: list[float] = []
    first = impute(many, "high", seed=12, progress=calls.append)
    assert calls == sorted(calls)
    assert calls[-1] == 1
    told = len(calls)
    spec = EndpointSpec(endpoint="high", threshold=150)
    moved = imputed_endpoint(whole_population(many), spec, seed=12, progress=calls.append)
    assert len(calls) == told
    assert moved.arms["il2"].proportion.estimate > first.arms["il2"].proportion.estimate
    # A threshold below the assay's limit makes outcomes unknown that were known.
    below = imputed_endpoint(whole_population(many), EndpointSpec(endpoint="high", threshold=40), seed=12)
    assert below.arms["il2"].imputed > moved.arms["il2"].imputed
    assert below.arms["il2"].proportion.estimate > moved.arms["il2"].proportion.estimate


def test_fewer_than_many_at_one_visit_are_augmented(many):
    some = select_population(many, (Filter(variable="age", upper=59),))
    assert not imputed_endpoint(some, EndpointSpec(endpoint="high"), imputations=2).approximated


def test_too_much_unknown_for_the_approximation_is_augmented(many, monkeypatch):
    monkeypatch.setattr(imputed_courses, "large_sample_courses", lambda *arguments, **choices: None)
    found = impute(many, "high", imputations=2, seed=31)
    assert not found.approximated
    assert not isnan(found.risk_difference.estimate)
