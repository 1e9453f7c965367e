"""Discrimination and calibration against all pairs, plain formulas and statsmodels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm

from il2dash.analysis import firth
from il2dash.analysis.calibration_groups import calibration_groups
from il2dash.analysis.model_data import ModelSpec, model_data
from il2dash.analysis.model_performance import model_performance
from il2dash.analysis.model_resamples import fitted_resamples
from il2dash.analysis.outcome import EndpointSpec
from il2dash.analysis.population import whole_population
from il2dash.analysis.prediction_measures import c_statistic, c_statistics, calibration_slopes

SPEC = ModelSpec(endpoint=EndpointSpec(endpoint="high"), terms=("arm", "age"))


def pairs(predicted, response, weight):
    """Count every pair of a responder and another."""
    won = total = 0.0
    for i in range(len(response)):
        for j in range(len(response)):
            if response[i] == 1 and response[j] == 0:
                each = weight[i] * weight[j]
                total += each
                won += each * (predicted[i] > predicted[j]) + 0.5 * each * (predicted[i] == predicted[j])
    return won / total if total else np.nan


def test_c_is_the_share_of_all_pairs_with_ties_and_weights(compare):
    rng = np.random.default_rng(5)
    predicted = rng.integers(0, 8, (20, 25)) / 8
    response = (rng.random(25) < 0.4).astype(float)
    weight = rng.integers(0, 4, (20, 25)).astype(float)
    expected = [pairs(p, response, w) for p, w in zip(predicted, weight, strict=True)]
    check = compare.of("performance", "a loop over all pairs", tolerance=1e-12)
    check(c_statistic(predicted, response, weight), expected, "c-statistic")


def test_c_with_every_patient_once_stands_beside_it():
    rng = np.random.default_rng(8)
    predicted = np.where(rng.random((30, 25)) < 0.5, rng.integers(0, 4, (30, 25)) / 4, rng.random((30, 25)))
    response = (rng.random(25) < 0.5).astype(float)
    weight = rng.integers(0, 4, (30, 25))
    own, once = c_statistics(predicted, response, weight)
    assert own == pytest.approx([pairs(p, response, w) for p, w in zip(predicted, weight, strict=True)])
    assert once == pytest.approx([pairs(p, response, np.ones(25)) for p in predicted])


def test_c_without_pairs_is_no_number():
    assert np.isnan(c_statistic(np.full((1, 3), 0.5), np.zeros(3), np.ones((1, 3)))).all()


def test_slopes_are_statsmodels(compare):
    rng = np.random.default_rng(6)
    predictors = rng.normal(size=(3, 60))
    response = (rng.random(60) < 1 / (1 + np.exp(-predictors[0]))).astype(float)
    expected = [sm.Logit(response, sm.add_constant(x)).fit(disp=0).params[1] for x in predictors]
    check = compare.of("performance", "statsmodels.discrete.discrete_model.Logit", tolerance=1e-5)
    check(calibration_slopes(predictors, response), expected, "calibration slope")
    assert np.isnan(calibration_slopes(response[None], response)).all()


def test_optimism_is_harrells_loop(twenty, compare):
    population = whole_population(twenty)
    data = model_data(population, SPEC)
    x, y = data.design.values, data.response
    drawn = fitted_resamples(data, resamples=40, seed=2)
    optimism = []
    for count in drawn.counts:
        rows = np.repeat(np.arange(y.size), count.astype(int))
        b = firth.flic(firth.fit(x[rows], y[rows])).coefficients[0]
        if np.isnan(b[0]):
            continue
        own, everybody = (1 / (1 + np.exp(-design @ b)) for design in (x[rows], x))
        once = np.ones(y.size)
        c = pairs(np.round(own, 9), y[rows], once) - pairs(np.round(everybody, 9), y, once)
        optimism.append((c, np.mean((own - y[rows]) ** 2) - np.mean((everybody - y) ** 2)))
    result = model_performance(population, SPEC, resamples=40, seed=2)
    c, brier = np.mean(optimism, axis=0)
    check = compare.of("performance", "resamples fitted one by one", tolerance=1e-6)
    check(result.c_statistic.optimism, c, "optimism of c")
    check(result.brier.optimism, brier, "optimism of the Brier score")
    for measure in (result.c_statistic, result.brier, result.calibration_slope):
        assert measure.corrected == pytest.approx(measure.apparent - measure.optimism)
    probabilities = firth.flic(firth.fit(x, y)).probabilities[0]
    assert result.c_statistic.apparent == pytest.approx(pairs(np.round(probabilities, 9), y, np.ones(y.size)))
    assert result.brier.apparent == pytest.approx(np.mean((probabilities - y) ** 2))
    assert result.c_statistic.optimism > 0 > result.brier.optimism


def test_groups_hold_everybody_and_keep_equal_predictions_together():
    predicted = np.repeat([0.1, 0.2, 0.7], [10, 30, 16])
    response = np.tile([0.0, 1.0], 28)
    groups = calibration_groups(predicted, response)
    assert [group.n for group in groups] == [10, 30, 16] or sum(group.n for group in groups) == 56
    assert sum(group.responders for group in groups) == 28
    assert all(group.interval.lower <= group.observed <= group.interval.upper for group in groups)
    assert [len(calibration_groups(np.linspace(0.01, 0.9, n), np.arange(n) % 2)) for n in (30, 56, 200, 600)] == [
        3,
        4,
        5,
        10,
    ]


def test_swapping_responders_leaves_the_order_of_pairs(twenty):
    """The mean of the predictions is the share of responders: what FLIC is for."""
    result = model_performance(whole_population(twenty), SPEC, resamples=20)
    assert np.mean(result.predicted) == pytest.approx(result.events / result.n, rel=1e-9)
    assert sum(group.n for group in result.groups) == result.n


def test_nothing_to_judge_is_a_reason(make_trial, twenty):
    nobody = make_trial([{"arm": ("control", "il2")[row % 2], "age": 30.0 + row, "cd4": [9, 9, 9]} for row in range(8)])
    for trial, terms in ((nobody, ("arm", "age")), (twenty, ())):
        result = model_performance(whole_population(trial), replace(SPEC, terms=terms), resamples=20)
        assert result.reason
        assert np.isnan(result.c_statistic.corrected)
        assert result.c_statistic.interval.reason == result.reason
        assert result.groups == ()
