"""The restricted likelihood and its maximum: derivatives, closed forms, and data that have no maximum."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2dash.analysis import mixed_model
from il2dash.analysis.covariance_structure import FALLBACK_ORDER, parameter_count
from il2dash.analysis.mixed_model_inference import infer
from il2dash.analysis.restricted_likelihood import derivatives
from tests.analysis.simulated_measures import derivatives_are_those_of_the_value, simulated


def contrasts_of(visits: int) -> np.ndarray:
    return np.hstack([-np.eye(visits), np.eye(visits), np.zeros((visits, 1))])


@pytest.mark.parametrize("structure", FALLBACK_ORDER)
def test_gradient_and_hessian_are_those_of_the_value(structure):
    data = simulated(20, 3, missing=0.2).sums
    theta = np.random.default_rng(2).normal(scale=0.3, size=parameter_count(structure, 3))
    derivatives_are_those_of_the_value(data, structure, theta, within=1e-6)


@pytest.mark.parametrize("structure", FALLBACK_ORDER)
def test_the_gradient_is_nil_at_the_maximum(structure):
    data = simulated(40, 4, missing=0.2).sums
    fit = mixed_model.fit(data, structure)
    assert fit.converged
    gradient, hessian = derivatives(fit.at_maximum, fit.covariance)
    assert np.abs(gradient).max() < 1e-8
    assert (np.linalg.eigvalsh(hessian) > 0).all()


def test_one_visit_is_the_analysis_of_covariance(compare):
    import statsmodels.api as sm

    people = simulated(24, 1)
    fit = mixed_model.fit(people.sums, "unstructured")
    found = infer(fit, contrasts_of(1), method="satterthwaite")
    expected = sm.OLS(people.response[:, 0], people.design[:, 0]).fit().t_test(contrasts_of(1))
    assert found.degrees_of_freedom[0] == pytest.approx(24 - 3, rel=1e-9)
    check = compare.of("mmrm", "statsmodels.api.OLS", tolerance=1e-8)
    check(found.estimate, expected.effect, "contrast of a single visit")
    check(found.p, expected.pvalue, "p of a single visit, Satterthwaite")
    check([found.lower[0], found.upper[0]], expected.conf_int()[0], "bounds of a single visit, Satterthwaite")
    # The second-derivative term of mmrm's Kenward-Roger: 1 - 1 / df of the exact variance, by hand from its formula.
    adjusted = infer(fit, contrasts_of(1), method="kenward-roger")
    assert adjusted.degrees_of_freedom[0] == pytest.approx(24 - 3, rel=1e-9)
    assert adjusted.se[0] == pytest.approx(expected.sd[0, 0] * (1 - 1 / 21) ** 0.5, rel=1e-9)


def test_complete_data_have_the_multivariate_closed_form(compare):
    """With arm by visit alone and nobody missing, each contrast is a t test of that visit with n - 2 degrees."""
    from scipy import stats

    people = simulated(30, 3, covariates=0)
    response = people.response
    fit = mixed_model.fit(people.sums, "unstructured")
    found = infer(fit, contrasts_of(3)[:, :-1], method="satterthwaite")
    expected = stats.ttest_ind(response[1::2], response[::2])
    check = compare.of("mmrm", "scipy.stats.ttest_ind", tolerance=1e-8)
    check(found.estimate / found.se, expected.statistic, "t of complete data, Satterthwaite")
    np.testing.assert_allclose(found.degrees_of_freedom, 28, rtol=1e-8)
    np.testing.assert_allclose(found.p, expected.pvalue, rtol=1e-7)
    residuals = response - np.where(np.arange(30)[:, None] % 2, response[1::2].mean(axis=0), response[::2].mean(axis=0))
    np.testing.assert_allclose(fit.covariance.matrix, residuals.T @ residuals / 28, rtol=1e-8)
    np.testing.assert_allclose(
        fit.coefficients, np.concatenate([response[::2].mean(axis=0), response[1::2].mean(axis=0)])
    )


def test_compound_symmetry_of_complete_data_is_the_split_plot_analysis():
    """The mean over the visits is compared between patients: a t test of the patients' means."""
    from scipy import stats

    people = simulated(30, 3, covariates=0)
    response = people.response
    fit = mixed_model.fit(people.sums, "compound symmetry")
    overall = contrasts_of(3)[:, :-1].mean(axis=0, keepdims=True)
    found = infer(fit, overall, method="satterthwaite")
    expected = stats.ttest_ind(response[1::2].mean(axis=1), response[::2].mean(axis=1))
    assert found.estimate[0] / found.se[0] == pytest.approx(expected.statistic, rel=1e-8)
    assert found.degrees_of_freedom[0] == pytest.approx(28, rel=1e-8)


def test_it_equals_statsmodels_with_a_random_intercept():
    from statsmodels.regression.mixed_linear_model import MixedLM

    people = simulated(40, 3, missing=0.2, seed=4)
    observed = ~np.isnan(people.response)
    fit = mixed_model.fit(people.sums, "compound symmetry")
    groups = np.repeat(np.arange(len(observed)), observed.sum(axis=1))
    peer = MixedLM(people.response[observed], people.design[observed], groups).fit(reml=True)
    np.testing.assert_allclose(fit.coefficients, peer.fe_params, rtol=1e-4, atol=1e-5)
    assert fit.covariance.matrix[0, 1] == pytest.approx(float(peer.cov_re[0, 0]), rel=1e-3)


def test_fewer_patients_than_determine_the_covariance():
    data = simulated(5, 4, covariates=0).sums
    assert mixed_model.too_many_parameters(data, "unstructured") == "10 covariance parameters for 5 patients"
    assert mixed_model.too_many_parameters(data, "compound symmetry") == ""
    fit = mixed_model.fit(data, "unstructured")
    assert not fit.converged
    assert fit.reason
    assert np.isnan(fit.minus_2_restricted_log_likelihood)


def test_a_visit_that_repeats_another_has_no_maximum():
    people = simulated(30, 3)
    people.response[:, 2] = 2 * people.response[:, 1]
    fit = mixed_model.fit(people.sums, "unstructured")
    assert not fit.converged
    assert "singular" in fit.reason


def test_two_visits_never_seen_together_leave_the_likelihood_flat():
    people = simulated(30, 2, covariates=0)
    people.response[::2, 0] = people.response[1::2, 1] = np.nan
    fit = mixed_model.fit(people.sums, "unstructured")
    assert not fit.converged
    assert "flat" in fit.reason


@settings(max_examples=40, deadline=None)
@given(
    patients=st.integers(2, 12),
    visits=st.integers(1, 4),
    missing=st.floats(0, 0.7),
    seed=st.integers(0, 10_000),
    structure=st.sampled_from(FALLBACK_ORDER),
)
def test_any_data_have_a_maximum_or_a_reason(patients, visits, missing, seed, structure):
    people = simulated(patients, visits, missing=missing, covariates=0, seed=seed)
    seen = (~np.isnan(people.response)).any(axis=0)
    data = replace(people, response=people.response[:, seen]).sums
    if data is None:
        return
    fit = mixed_model.fit(data, structure)
    assert fit.converged != bool(fit.reason)
    if fit.converged:
        found = infer(fit, np.ones((1, len(fit.coefficients))), method="satterthwaite")
        assert found.lower[0] <= found.estimate[0] <= found.upper[0]
        assert 0 <= found.p[0] <= 1
