"""The infinitesimal jackknife against derivatives taken by weighing patients, and against resamples."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from il2dash.analysis import firth, model_spread
from il2dash.analysis.adjusted_difference import adjusted_risk_difference
from il2dash.analysis.influence_performance import c_statistic_derivatives, influence_measures
from il2dash.analysis.model_data import ModelSpec, model_data
from il2dash.analysis.model_influence import ModelInfluence, logit_estimate
from il2dash.analysis.model_performance import model_performance
from il2dash.analysis.model_spread import model_with_spread
from il2dash.analysis.outcome import EndpointSpec
from il2dash.analysis.population import whole_population
from il2dash.analysis.predicted_probability import predicted_probability
from il2dash.analysis.prediction_measures import c_statistic

SPEC = ModelSpec(endpoint=EndpointSpec(endpoint="high"), terms=("arm", "age", "enfuvirtide"))
PATIENTS = 1_500
RESAMPLES = 2_000


@pytest.fixture
def many(make_trial):
    """Patients of whom the older respond less and those of the treatment arm more."""
    rng = np.random.default_rng(8)
    patients = []
    for row in range(PATIENTS):
        age = float(rng.integers(20, 70))
        cells = max(rng.gamma(4, 45) + 40 * (row % 2) - 2.5 * (age - 45), 1.0)
        patients.append(
            {
                "arm": ("control", "il2")[row % 2],
                "age": age,
                "enfuvirtide": int(rng.integers(2)),
                "cd4": [90, 90, cells],
            }
        )
    return whole_population(make_trial(patients))


def influence_of(population, spec, monkeypatch):
    monkeypatch.setattr(model_spread, "MANY_PATIENTS", 100)
    data = model_data(population, spec)
    spread = model_with_spread(data, unless="", resamples=None, seed=1)
    assert isinstance(spread.model, ModelInfluence)
    return data, spread.model


def test_derivatives_are_those_by_weighing_a_patient(many, monkeypatch):
    data, model = influence_of(many, SPEC, monkeypatch)
    x, y = data.design.values, data.response
    treated = data.design.with_arm(treated=True)
    step = 0.01
    for patient in (0, 7, 301):
        weights = np.ones((2, len(y)))
        weights[:, patient] += (step, -step)
        ahead, behind = firth.flic(firth.fit(x, y, row_weight=weights)).coefficients
        expected = (ahead - behind) / (2 * step)
        # The derivatives of the penalty are left out: an n-th part, which is a percent here at most.
        assert model.influence[patient] == pytest.approx(expected, abs=0.02 * np.abs(expected).max())

        def risk(b, weight):
            return np.average(1 / (1 + np.exp(-(treated.values @ b))), weights=weight)

        moved = (risk(ahead, weights[0]) - risk(behind, weights[1])) / (2 * step)
        _, derivatives = model.mean_probabilities(treated, np.zeros((1, x.shape[1])))
        assert derivatives[0, patient] == pytest.approx(moved, rel=0.02)


def test_many_patients_have_the_intervals_and_the_optimism_of_resamples(many, monkeypatch):
    """With what chance so many resamples leave: a percent and a half of an interval's width is one standard error."""

    def found():
        difference = adjusted_risk_difference(many, SPEC, resamples=RESAMPLES)
        curve = predicted_probability(many, SPEC, "age", resamples=RESAMPLES).arms["il2"]
        performance = model_performance(many, SPEC, resamples=RESAMPLES)
        measures = performance.c_statistic, performance.brier, performance.calibration_slope
        intervals = [*(risk.interval for risk in difference.risks.values()), difference.estimate.interval]
        intervals += [measure.interval for measure in measures]
        widths = [interval.upper - interval.lower for interval in intervals]
        widths += list((curve.upper - curve.lower)[[0, 20, 40]])
        estimates = [difference.estimate.estimate, *curve.probability, *(measure.apparent for measure in measures)]
        return np.array(widths), estimates, np.array([measure.optimism for measure in measures]), difference

    widths, estimates, optimism, drawn = found()
    monkeypatch.setattr(model_spread, "MANY_PATIENTS", PATIENTS - 1)
    own_widths, own_estimates, own_optimism, told = found()
    assert (drawn.resamples, told.resamples, told.failed) == (RESAMPLES, 0, 0)
    assert told.estimate.interval.method == "infinitesimal jackknife"
    assert own_estimates == pytest.approx(estimates, rel=1e-9)
    assert own_widths == pytest.approx(widths, rel=0.06)
    # What a resample's measure varies by, of which the mean over the resamples keeps a share.
    chance = widths[3:6] / 3.92 * np.sqrt(2 / RESAMPLES)
    assert (np.abs(own_optimism - optimism) < 3 * chance).all()
    assert (np.abs(optimism) > 3 * chance / 10).all()


def test_the_pairs_are_those_of_the_c_statistic(many, monkeypatch):
    data, model = influence_of(many, SPEC, monkeypatch)
    predictor = data.design.values @ model.coefficients
    whole, derivatives = c_statistic_derivatives(predictor, data.response)
    once = np.ones((1, len(predictor)))
    exact = float(c_statistic(model.probabilities[None], data.response, once)[0])
    assert whole == pytest.approx(exact, abs=1e-6)
    for patient in (0, 1, 2, 3, 7):
        weights = once.copy()
        weights[0, patient] = 2.0
        twice = float(c_statistic(model.probabilities[None], data.response, weights)[0])
        alike = (data.response == data.response[patient]).sum()
        assert twice - exact == pytest.approx(derivatives[patient] * alike / (alike + 1), abs=1e-9)
    assert len(set(data.response[[0, 1, 2, 3, 7]])) == 2


def test_a_level_of_one_patient_is_measured(many, monkeypatch):
    data, model = influence_of(many, SPEC, monkeypatch)
    assert model.influence.shape == data.design.values.shape
    only = data.design.values.copy()
    only[:, 3] = 0.0
    only[4, 3] = 1.0
    changed = replace(data, design=replace(data.design, values=only))
    spread = model_with_spread(changed, unless="", resamples=None, seed=1)
    for measure in influence_measures(changed, spread.model, level=0.95).values():
        assert measure.interval.lower < measure.corrected < measure.interval.upper


def test_the_difference_is_that_of_the_risks(many, monkeypatch):
    monkeypatch.setattr(model_spread, "MANY_PATIENTS", 100)
    result = adjusted_risk_difference(many, SPEC)
    low, high = (result.risks[code].estimate for code in ("control", "il2"))
    assert result.estimate.estimate == pytest.approx(high - low, abs=1e-12)
    assert result.estimate.interval.lower < high - low < result.estimate.interval.upper


@pytest.mark.parametrize("value", [0.0, 1.0, 1e-300, 0.3])
def test_the_bounds_of_a_probability_are_probabilities(value):
    interval = logit_estimate(value, 1e-3, level=0.95).interval
    assert 0.0 <= interval.lower <= value <= interval.upper <= 1.0


def test_predictions_that_differ_by_chance_alone_have_no_corrected_slope(many, monkeypatch):
    """And those that separate the patients have no slope at all; either is said."""
    every_third = np.arange(PATIENTS) // 2 % 3 == 0  # as many in either arm
    enfuvirtide = influence_of(many, SPEC, monkeypatch)[0].design.values[:, 3] > 0.5
    for terms, response, said in (
        (("arm",), every_third, "differ by little more than chance"),
        (SPEC.terms, enfuvirtide, "tell all responders from the others"),
    ):
        data, _ = influence_of(many, replace(SPEC, terms=terms), monkeypatch)
        changed = replace(data, response=response.astype(float))
        spread = model_with_spread(changed, unless="", resamples=None, seed=1)
        measures = influence_measures(changed, spread.model, level=0.95)
        slope = measures["calibration_slope"]
        assert np.isnan([slope.corrected, slope.optimism, slope.interval.lower]).all()
        assert said in slope.interval.reason
        for name in ("c_statistic", "brier"):
            interval = measures[name].interval
            assert 0.0 <= interval.lower <= measures[name].corrected <= interval.upper <= 1.0
