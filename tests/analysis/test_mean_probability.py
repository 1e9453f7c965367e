"""Mean probabilities against the plain formula."""

from __future__ import annotations

import numpy as np
import pytest

from il2dash.analysis.mean_probability import MANY_ROWS, mean_probabilities, shifted_mean_probabilities


def plain(coefficients, design, counts):
    probability = 1 / (1 + np.exp(-(coefficients @ design.T)))
    return (probability * counts).sum(axis=1) / counts.sum(axis=1)


@pytest.fixture(params=[40, 700, 3 * MANY_ROWS], scope="module")
def models(request):
    rng = np.random.default_rng(request.param)
    design = np.column_stack([np.ones(request.param), rng.normal(size=(request.param, 2))])
    counts = rng.poisson(1, (70, request.param)).astype(np.uint8)
    return rng.normal(0, 1, (70, 3)), design, counts


def test_means(models):
    coefficients, design, counts = models
    expected = plain(coefficients, design, counts)
    assert mean_probabilities(coefficients, design, counts) == pytest.approx(expected, rel=1e-12)
    once = plain(coefficients, design, np.ones_like(counts))
    assert mean_probabilities(coefficients, design) == pytest.approx(once, rel=1e-12)


def test_shifted_means(models):
    """A thousandth of what the page shows is a million times what putting rows together may change."""
    coefficients, design, counts = models
    coefficients, counts = coefficients[:8].copy(), counts[:8]
    coefficients[0] *= 30
    shifts = np.array([[0, 0, 0], [0, 1.5, 0], [-0.4, 0, -2]])
    for counted, weight in ((counts, counts), (None, np.ones_like(counts))):
        found = shifted_mean_probabilities(coefficients, design, shifts, counted)
        for column, shift in enumerate(shifts):
            assert found[:, column] == pytest.approx(plain(coefficients, design + shift, weight), abs=2e-10)


def test_a_model_that_is_not_there_has_no_mean(models):
    coefficients, design, counts = models
    coefficients = np.where(np.arange(70)[:, None] == 3, np.nan, coefficients)
    assert np.flatnonzero(np.isnan(mean_probabilities(coefficients, design, counts))) == [3]
    found = shifted_mean_probabilities(coefficients, design, np.zeros((2, 3)), counts)
    assert np.flatnonzero(np.isnan(found).all(axis=1)) == [3]
