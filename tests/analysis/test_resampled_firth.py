"""Models of resamples reached from the model of all patients against fits from scratch."""

from __future__ import annotations

import numpy as np
import pytest

from il2dash.analysis import firth, resampled_firth
from il2dash.analysis.resampled_firth import everybody, resampled_coefficients


def study(rng, rows: int, *, rare: int = 0):
    """Return a design with an arm, a number, an indicator, and one that only a few have; and outcomes."""
    columns = [np.ones(rows), rng.integers(0, 2, rows), 3 + rng.gamma(2, 2, rows), rng.random(rows) < 0.3]
    if rare:
        columns.append(np.arange(rows) < rare)
    design = np.column_stack(columns).astype(float)
    response = (rng.random(rows) < 1 / (1 + np.exp(2.5 - 0.4 * design[:, 1] - 0.25 * design[:, 2]))).astype(float)
    return design, response


def resamples(rng, rows: int, number: int):
    return np.array([np.bincount(rng.integers(rows, size=rows), minlength=rows) for _ in range(number)], dtype=np.uint8)


def reached(design, response, counts):
    fit = firth.fit(design, response)
    return resampled_coefficients(everybody(design, response, fit.coefficients[0]), counts), fit.standard_errors[0]


def from_scratch(design, response, counts):
    return firth.flic(firth.fit(design, response, row_weight=counts)).coefficients


@pytest.mark.parametrize("rows", [350, 2500])
def test_they_are_the_fits_from_scratch(rows):
    rng = np.random.default_rng(rows)
    design, response = study(rng, rows)
    counts = resamples(rng, rows, 70)
    found, standard_errors = reached(design, response, counts)
    assert np.abs((found - from_scratch(design, response, counts)) / standard_errors).max() < 2e-5


def test_most_of_them_need_no_fit_from_scratch(monkeypatch):
    rng = np.random.default_rng(3)
    design, response = study(rng, 2000)
    fit = firth.fit(design, response)
    shared = everybody(design, response, fit.coefficients[0])
    monkeypatch.setattr(resampled_firth.firth, "fit", lambda *_, **__: pytest.fail("fitted from scratch"))
    assert not np.isnan(resampled_coefficients(shared, resamples(rng, 2000, 40))).any()


def test_a_level_that_few_have_is_far_or_lost_and_told_as_from_scratch():
    rng = np.random.default_rng(4)
    design, response = study(rng, 600, rare=2)
    response[:2] = 1
    counts = resamples(rng, 600, 40)
    found, standard_errors = reached(design, response, counts)
    expected = from_scratch(design, response, counts)
    lost = np.isnan(expected[:, 0])
    assert lost.any()
    np.testing.assert_array_equal(np.isnan(found), np.isnan(expected))
    assert np.abs((found - expected) / standard_errors)[~lost].max() < 2e-5


def test_the_predictions_have_the_mean_of_the_outcomes():
    rng = np.random.default_rng(5)
    design, response = study(rng, 5000)
    counts = resamples(rng, 5000, 20)
    found, _ = reached(design, response, counts)
    predicted = 1 / (1 + np.exp(-(found @ design.T)))
    assert np.abs((counts * (predicted - response)).sum(axis=1) / counts.sum(axis=1)).max() < 1e-8
