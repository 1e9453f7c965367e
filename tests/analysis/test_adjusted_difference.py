"""Standardized risks against a plain loop, and what must hold of them."""

from __future__ import annotations

from dataclasses import replace
from math import exp, isnan

import numpy as np
import pytest

from il2dash.analysis import firth, model_resamples
from il2dash.analysis.adjusted_difference import adjusted_risk_difference
from il2dash.analysis.model_data import ModelSpec, model_data
from il2dash.analysis.model_performance import model_performance
from il2dash.analysis.model_resamples import fitted_resamples
from il2dash.analysis.outcome import EndpointSpec
from il2dash.analysis.population import whole_population
from il2dash.analysis.predicted_probability import predicted_probability
from il2dash.analysis.stratified_endpoint import stratified_endpoint
from il2dash.errors import SpecificationError

SPEC = ModelSpec(endpoint=EndpointSpec(endpoint="high"), terms=("arm", "age", "enfuvirtide"))


def loop(coefficients, design, *, arm):
    """Predict every patient in one arm, one by one, and average."""
    total = 0.0
    for row in design:
        changed = [1.0, arm, *row[2:]]
        total += 1 / (1 + exp(-sum(b * x for b, x in zip(coefficients, changed, strict=True))))
    return total / len(design)


def test_g_computation_is_the_plain_loop(twenty, compare):
    population = whole_population(twenty)
    data = model_data(population, SPEC)
    b = firth.flic(firth.fit(data.design.values, data.response)).coefficients[0]
    result = adjusted_risk_difference(population, SPEC, resamples=50)
    risks = {code: loop(b, data.design.values, arm=arm) for code, arm in (("control", 0.0), ("il2", 1.0))}
    check = compare.of("adjusted_difference", "a plain loop over patients", tolerance=1e-9)
    check([result.risks[code].estimate for code in risks], list(risks.values()), "risk of an arm")
    check(result.estimate.estimate, risks["il2"] - risks["control"], "estimate")


def test_the_interval_is_that_of_resamples_fitted_one_by_one(twenty, compare):
    population = whole_population(twenty)
    data = model_data(population, SPEC)
    drawn = fitted_resamples(data, resamples=30, seed=4)
    treated = data.design.values[:, 1] == 1
    assert (drawn.counts[:, treated].sum(axis=1) == treated.sum()).all()
    assert (drawn.counts[:, ~treated].sum(axis=1) == (~treated).sum()).all()
    differences = []
    for count in drawn.counts:
        rows = np.repeat(np.arange(data.response.size), count.astype(int))
        sample, y = data.design.values[rows], data.response[rows]
        b = firth.flic(firth.fit(sample, y)).coefficients[0]
        if not np.isnan(b[0]):
            differences.append(loop(b, sample, arm=1.0) - loop(b, sample, arm=0.0))
    result = adjusted_risk_difference(population, SPEC, resamples=30, seed=4)
    assert result.failed == 30 - len(differences)
    expected = np.quantile(differences, [0.025, 0.975])
    if not result.estimate.interval.reason:
        found = [result.estimate.interval.lower, result.estimate.interval.upper]
        check = compare.of("adjusted_difference", "resamples fitted one by one", tolerance=1e-6)
        check(found, expected, "bounds")


def test_swapping_the_arms_negates_the_difference_and_its_interval(twenty):
    arms = twenty.definition.arms
    swapped = replace(twenty, definition=replace(twenty.definition, arms=replace(arms, reference=arms.treatment)))
    one, other = (
        adjusted_risk_difference(whole_population(trial), SPEC, resamples=100).estimate for trial in (twenty, swapped)
    )
    assert other.estimate == pytest.approx(-one.estimate, rel=1e-6)
    assert (other.interval.lower, other.interval.upper) == pytest.approx(
        (-one.interval.upper, -one.interval.lower), rel=1e-5, nan_ok=True
    )
    assert one.interval.lower <= one.estimate <= one.interval.upper


def test_row_order_is_irrelevant(twenty):
    turned = replace(twenty, subjects=twenty.subjects.iloc[::-1].reset_index(drop=True))
    one, other = (
        adjusted_risk_difference(whole_population(trial), SPEC, resamples=60).estimate for trial in (twenty, turned)
    )
    assert (other.estimate, other.interval.lower, other.interval.upper) == pytest.approx(
        (one.estimate, one.interval.lower, one.interval.upper), rel=1e-6
    )


def test_mantel_haenszel_beside_it_is_of_the_first_covariate_with_levels(twenty):
    population = whole_population(twenty)
    beside = adjusted_risk_difference(population, SPEC, resamples=20).mantel_haenszel
    assert beside.covariate == "enfuvirtide"
    assert beside.risk_difference == stratified_endpoint(population, SPEC.endpoint, "enfuvirtide").risk_difference
    assert (
        adjusted_risk_difference(population, replace(SPEC, terms=("arm", "age")), resamples=20).mantel_haenszel is None
    )


def one_arm(make_trial, *, responders: bool):
    return make_trial(
        [
            {
                "arm": ("control", "il2")[row % 2],
                "age": 30.0 + row,
                "cd4": [100, 150, 300 if responders and row else 90],
            }
            for row in range(10)
        ]
    )


def test_failures_are_reasons(make_trial, twenty):
    spec = replace(SPEC, terms=("arm", "age"))
    nobody = adjusted_risk_difference(whole_population(one_arm(make_trial, responders=False)), spec, resamples=20)
    assert nobody.reason.startswith("nobody responded")
    assert isnan(nobody.estimate.estimate)
    assert nobody.estimate.interval.reason == nobody.reason
    without = adjusted_risk_difference(whole_population(twenty), replace(spec, terms=("age",)), resamples=20)
    assert "the arm isn't in the model" in without.reason
    # One responder less than everybody: many resamples have one outcome only, and then there is no interval.
    few = adjusted_risk_difference(whole_population(one_arm(make_trial, responders=True)), spec, resamples=100)
    assert few.failed > 10
    assert "resamples have no model" in few.estimate.interval.reason
    assert not isnan(few.estimate.estimate)


def test_one_patient_in_an_arm(make_trial):
    rows = [
        {"arm": "il2" if row == 0 else "control", "age": 30.0 + row, "cd4": [9, 9, 100 + 40 * (row % 5)]}
        for row in range(12)
    ]
    spec = replace(SPEC, terms=("arm", "age"))
    result = adjusted_risk_difference(whole_population(make_trial(rows)), spec, resamples=40)
    assert not isnan(result.estimate.estimate)


def test_progress_seed_and_number(twenty):
    told: list[float] = []
    adjusted_risk_difference(whole_population(twenty), SPEC, resamples=600, progress=told.append)
    assert told == pytest.approx([250 / 600, 500 / 600, 1])
    for wrong in ({"resamples": 1}, {"seed": -1}):
        with pytest.raises(SpecificationError, match="at least 2 resamples"):
            adjusted_risk_difference(whole_population(twenty), SPEC, **wrong)


def test_the_curve_is_the_plain_loop(twenty):
    population = whole_population(twenty)
    data = model_data(population, SPEC)
    b = firth.flic(firth.fit(data.design.values, data.response)).coefficients[0]
    result = predicted_probability(population, SPEC, "age", resamples=100)
    step = twenty.definition.covariate("age").step
    for index in (0, 20, 40):
        changed = data.design.values.copy()
        changed[:, 2] = result.values[index] / step
        for code, arm in (("control", 0.0), ("il2", 1.0)):
            curve = result.arms[code]
            assert curve.probability[index] == pytest.approx(loop(b, changed, arm=arm), rel=1e-9)
            if not np.isnan(curve.lower[index]):
                assert curve.lower[index] <= curve.upper[index]
    ages = twenty.subjects["age"]
    assert (result.values[0], result.values[-1]) == (ages.min(), ages.max())
    assert sum(len(curve.patient_values) for curve in result.arms.values()) == 20


def test_many_patients_are_resampled_as_few(make_trial, monkeypatch):
    """The same draws, whichever way the models are fitted; the intervals agree to far less than they show."""
    rng = np.random.default_rng(11)
    patients = [
        {
            "arm": ("control", "il2")[row % 2],
            "age": float(rng.integers(20, 70)),
            "cd4": [100, 150, float(rng.gamma(4, 45) + 20 * (row % 2))],
        }
        for row in range(400)
    ]
    population = whole_population(make_trial(patients))
    spec = replace(SPEC, terms=("arm", "age"))

    def intervals():
        difference = adjusted_risk_difference(population, spec, resamples=150).estimate
        curve = predicted_probability(population, spec, "age", resamples=150).arms["il2"]
        c = model_performance(population, spec, resamples=150).c_statistic
        return [difference.interval.lower, difference.interval.upper, *curve.lower, *curve.upper, c.interval.lower]

    near = intervals()
    monkeypatch.setattr(model_resamples, "FEW_PATIENTS", 1000)
    assert near == pytest.approx(intervals(), rel=1e-5)


def test_a_curve_needs_a_continuous_covariate_of_the_model(twenty):
    for covariate in ("enfuvirtide", "cycles", "arm"):
        with pytest.raises(SpecificationError, match="drawn over a continuous covariate of the model"):
            predicted_probability(whole_population(twenty), SPEC, covariate)
