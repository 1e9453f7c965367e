"""Maximum-likelihood logistic regression: known answers, batches, and what separation does."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from il2dash.analysis import maximum_likelihood
from il2dash.analysis.logistic_batch import Status
from il2dash.analysis.separation import detect_separation


def _table(a: int, b: int, c: int, d: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the trial in which a of a + b respond with treatment, and c of c + d without."""
    arm = np.repeat([1.0, 1.0, 0.0, 0.0], [a, b, c, d])
    return np.column_stack([np.ones(arm.size), arm]), np.repeat([1.0, 0.0, 1.0, 0.0], [a, b, c, d])


def test_a_two_by_two_table_has_a_closed_form():
    fit = maximum_likelihood.fit(*_table(7, 21, 9, 19))
    assert fit.converged.tolist() == [True]
    assert fit.coefficients[0, 1] == pytest.approx(np.log(7 * 19 / (21 * 9)), rel=1e-10)
    assert fit.standard_errors[0, 1] == pytest.approx(np.sqrt(1 / 7 + 1 / 21 + 1 / 9 + 1 / 19), rel=1e-9)
    expected = 7 * np.log(7 / 28) + 21 * np.log(21 / 28) + 9 * np.log(9 / 28) + 19 * np.log(19 / 28)
    assert fit.log_likelihood[0] == pytest.approx(expected, rel=1e-12)
    z = fit.coefficients[0, 1] / fit.standard_errors[0, 1]
    assert fit.wald_p[0, 1] == pytest.approx(2 * norm.sf(abs(z)), rel=1e-12)


@pytest.mark.parametrize("table", [(0, 28, 9, 19), (28, 0, 9, 19), (0, 28, 28, 0), (0, 28, 0, 28)])
def test_an_empty_cell_separates(table):
    fit = maximum_likelihood.fit(*_table(*table))
    assert fit.status.tolist() == [Status.SEPARATED]
    assert np.isnan(fit.coefficients).all()
    assert np.isnan(fit.wald_p).all()
    assert "maximum likelihood has no finite estimate" in fit.reason()


def test_members_of_a_batch_are_as_alone():
    random = np.random.default_rng(4)
    design = np.column_stack([np.ones(50), random.integers(0, 2, 50), random.normal(size=(50, 2))])
    outcome = (random.random(50) < 0.4).astype(float)
    masks = random.random((40, 4)) < 0.7
    weights = random.multinomial(50, np.full(50, 0.02), size=40)
    fit = maximum_likelihood.fit(design, outcome, column_mask=masks, row_weight=weights)
    assert fit.converged.sum() > 30
    for member in range(40):
        alone = maximum_likelihood.fit(design, outcome, column_mask=masks[member], row_weight=weights[member])
        assert alone.status[0] == fit.status[member]
        np.testing.assert_allclose(alone.coefficients[0], fit.coefficients[member], rtol=1e-9, atol=1e-10)
        np.testing.assert_allclose(alone.wald_p[0], fit.wald_p[member], rtol=1e-6, atol=1e-10)
        if alone.converged[0]:
            rows = np.repeat(np.arange(50), weights[member])
            mask = masks[member]
            residual = outcome[rows] - 1 / (1 + np.exp(-design[rows][:, mask] @ alone.coefficients[0, mask]))
            np.testing.assert_allclose(design[rows][:, mask].T @ residual, 0, atol=1e-8)


def test_a_constant_column_is_named():
    design, outcome = _table(7, 21, 9, 19)
    fit = maximum_likelihood.fit(np.column_stack([design, np.full(56, 2.0)]), outcome)
    assert (fit.status[0], fit.column[0]) == (Status.RANK_DEFICIENT, 2)
    assert fit.reason(names=["intercept", "arm", "stage"]).endswith("Switch stage off.")


@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.integers(0, 2**32 - 1), st.integers(8, 40), st.integers(1, 4))
def test_marked_as_separated_exactly_where_the_linear_program_says_so(seed, rows, columns):
    random = np.random.default_rng(seed)
    design = np.column_stack([np.ones(rows), random.integers(0, 3, (rows, columns - 1))])
    outcome = (random.random(rows) < 0.3).astype(float)
    fit = maximum_likelihood.fit(design, outcome)
    kind = detect_separation(design, outcome).kind
    expected = {"none": Status.CONVERGED, "unknown": Status.RANK_DEFICIENT}.get(kind, Status.SEPARATED)
    assert fit.status.tolist() == [expected]
