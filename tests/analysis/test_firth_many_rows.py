"""Many rows are worked on block by block, from a start that a part of them gives: the results are the same."""

from __future__ import annotations

import numpy as np
import pytest

from il2dash.analysis import firth, firth_fit, firth_inference, firth_maximum, logistic_design, maximum_likelihood
from il2dash.analysis.logistic_design import BLOCK_ROWS, MANY_ROWS

ROWS = 2 * BLOCK_ROWS + 100


@pytest.fixture(scope="module")
def many():
    """Give a design of a number, a rare level and an arm in turn, and outcomes that go with the number."""
    rng = np.random.default_rng(11)
    number, rare, arm = rng.normal(size=ROWS), rng.random(ROWS) < 0.03, np.arange(ROWS) % 2
    design = np.column_stack([np.ones(ROWS), number, rare, arm]).astype(float)
    chance = 1 / (1 + np.exp(1.0 - 0.8 * number - 0.3 * rare))
    return design, (rng.random(ROWS) < chance).astype(float)


def as_few(monkeypatch) -> None:
    """Have rows worked on as those of a small trial are."""
    for module in (firth_fit, firth_inference, firth_maximum, logistic_design):
        monkeypatch.setattr(module, "MANY_ROWS", 10 * ROWS)


def same(found: firth.FirthInference, expected: firth.FirthInference) -> None:
    for name in ("lower", "upper", "p", "null_penalized_log_likelihood"):
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize("separate", [False, True])
def test_members_with_their_own_columns_and_weights(monkeypatch, many, separate):
    design, outcome = many
    weight = np.random.default_rng(2).poisson(1.0, size=(2, ROWS)).astype(float)
    mask = np.array([[True, True, True, True], [True, False, True, True]])
    designs = np.stack([design, design]) if separate else design
    fit = firth.fit(designs, outcome, column_mask=mask, row_weight=weight)
    found = firth.infer(fit)
    plain = maximum_likelihood.fit_batch(fit.batch, start=fit.scaled_coefficients)
    as_few(monkeypatch)
    whole = firth.fit(design, outcome, column_mask=mask, row_weight=weight)
    np.testing.assert_allclose(fit.coefficients, whole.coefficients, rtol=1e-8)
    np.testing.assert_allclose(fit.penalized_log_likelihood, whole.penalized_log_likelihood, rtol=1e-12)
    same(found, firth.infer(whole))
    expected = maximum_likelihood.fit(design, outcome, column_mask=mask, row_weight=weight)
    np.testing.assert_allclose(plain.coefficients, expected.coefficients, rtol=1e-8)
    np.testing.assert_allclose(plain.standard_errors, expected.standard_errors, rtol=1e-8)


def test_rows_in_an_order_that_leaves_a_part_of_them_without_a_level(monkeypatch, many):
    design, outcome = many[0].copy(), many[1]
    design[:, 3] = np.arange(ROWS) % firth_fit.STEP == 1
    fit = firth.fit(design, outcome)
    assert fit.converged.all()
    as_few(monkeypatch)
    np.testing.assert_allclose(fit.coefficients, firth.fit(design, outcome).coefficients, rtol=1e-8)


def test_a_strong_effect_of_many_patients(monkeypatch, many):
    design, rng = many[0], np.random.default_rng(5)
    outcome = (rng.random(ROWS) < 1 / (1 + np.exp(2.5 - 4.0 * design[:, 1]))).astype(float)
    fit = firth.fit(design, outcome)
    found, together = firth.infer(fit), firth.joint_test(fit, [1, 2])
    as_few(monkeypatch)
    whole = firth.fit(design, outcome)
    same(found, firth.infer(whole))
    np.testing.assert_allclose(together.chi2, firth.joint_test(whole, [1, 2]).chi2, rtol=1e-9)


@pytest.mark.parametrize("rows", [40, ROWS])
def test_columns_combined_anew_are_the_model_fitted_so(many, rows):
    design, outcome = many[0][:rows].copy(), many[1][:rows]
    design[:, 2] = design[:, 1] * design[:, 3]
    matrices = np.stack([np.eye(4)] * 2)
    matrices[0, 3, 2], matrices[1, 1, 1], matrices[1, 0, 3] = -0.7, 2.0, 0.5
    fit = firth.fit(design, outcome)
    there = firth.recoded(fit, matrices)
    inference = firth.infer(there)
    for member, matrix in enumerate(matrices):
        fitted = firth.fit(design @ matrix, outcome)
        expected = firth.infer(fitted)
        np.testing.assert_allclose(there.coefficients[member], fitted.coefficients[0], rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose(there.standard_errors[member], fitted.standard_errors[0], rtol=1e-6)
        np.testing.assert_allclose(
            there.penalized_log_likelihood[member], fitted.penalized_log_likelihood[0], rtol=1e-10
        )
        for name in ("lower", "upper", "p"):
            np.testing.assert_allclose(getattr(inference, name)[member], getattr(expected, name)[0], rtol=1e-6)


@pytest.mark.parametrize("masks", [[[True] * 4] * 2, [True, True, False, True]])
def test_only_one_model_of_all_columns_is_recoded(many, masks):
    fit = firth.fit(many[0][:40], many[1][:40], column_mask=masks)
    with pytest.raises(ValueError, match="one model of all columns"):
        firth.recoded(fit, np.eye(4)[None])


@pytest.mark.parametrize("rows", [56, MANY_ROWS])
def test_some_columns_alone_have_what_they_have_among_all(many, rows):
    fit = firth.fit(many[0][:rows], many[1][:rows])
    whole, some = firth.infer(fit), firth.infer(fit, columns=[1, 3])
    for name in ("lower", "upper", "p"):
        np.testing.assert_allclose(getattr(some, name)[0, [1, 3]], getattr(whole, name)[0, [1, 3]], rtol=1e-9)
        assert np.isnan(getattr(some, name)[0, [0, 2]]).all()
    assert not some.overall.converged.any()
