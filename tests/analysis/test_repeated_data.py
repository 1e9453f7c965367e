"""Sums over patients: what comes of them is what comes of one patient after the other."""

from __future__ import annotations

from dataclasses import replace
from math import log, pi

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2dash.analysis import mixed_model
from il2dash.analysis.covariance_structure import covariance, parameter_count
from il2dash.analysis.mixed_model_inference import infer
from il2dash.analysis.repeated_data import repeated_data
from il2dash.analysis.restricted_likelihood import generalized_least_squares, information_slopes
from tests.analysis.simulated_measures import Simulated, derivatives_are_those_of_the_value, simulated


def people_of(*, missing: float = 0.4, seed: int = 3) -> Simulated:
    """Return 40 patients with covariates far from zero; nobody treated has a value at the first of four visits."""
    people = simulated(40, 4, missing=missing, covariates=2, seed=seed)
    people.response[people.is_treatment, 0] = np.nan
    people.covariates[:, 1] = 1e4 + 3 * people.covariates[:, 0] + people.covariates[:, 1]
    kept = ~np.isnan(people.response).all(axis=1)
    return Simulated(
        response=1e3 + people.response[kept],
        is_treatment=people.is_treatment[kept],
        covariates=people.covariates[kept],
    )


def dense(people: Simulated, matrix: np.ndarray) -> list[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]]:
    """Return of every patient which visits there are, their design and values, and the inverse covariance."""
    columns = [column for column in range(people.design.shape[2]) if column != people.response.shape[1]]
    patients = []
    for design, response in zip(people.design[:, :, columns], people.response, strict=True):
        there = ~np.isnan(response)
        patients.append((there, design[there], response[there], np.linalg.inv(matrix[np.ix_(there, there)])))
    return patients


@pytest.mark.parametrize("structure", ["unstructured", "compound symmetry"])
def test_everything_at_a_covariance_is_that_of_the_patients_one_by_one(structure):
    people = people_of()
    shape = covariance(structure, np.random.default_rng(2).normal(scale=0.3, size=parameter_count(structure, 4)), 4)
    patients = dense(people, shape.matrix)
    fit = generalized_least_squares(people.sums, shape.matrix)
    information = sum(x.T @ v @ x for _, x, _, v in patients)
    white = [np.linalg.cholesky(v).T @ np.column_stack([x, y]) for _, x, y, v in patients]
    coefficients = np.linalg.lstsq(np.concatenate(white)[:, :-1], np.concatenate(white)[:, -1])[0]
    triangle = fit.data.triangle
    np.testing.assert_allclose(np.linalg.solve(triangle, fit.coefficients), coefficients, rtol=1e-8)
    expected = triangle.T @ np.linalg.inv(fit.coefficient_covariance) @ triangle
    np.testing.assert_allclose(expected, information, rtol=1e-9, atol=1e-12)
    value = (
        (fit.data.observations - len(coefficients)) * log(2 * pi)
        - sum(np.linalg.slogdet(v)[1] for *_, v in patients)
        + np.linalg.slogdet(information)[1]
        + sum((y - x @ coefficients) @ v @ (y - x @ coefficients) for _, x, y, v in patients)
    )
    assert fit.value == pytest.approx(value, rel=1e-9)
    moments = np.zeros_like(fit.design_moments)
    for there, x, _, v in patients:
        weighted = np.zeros((4, len(coefficients)))
        weighted[there] = v @ x @ np.linalg.inv(triangle)
        moments += np.einsum("ac,bd->abcd", weighted, weighted)
    np.testing.assert_allclose(fit.design_moments, moments, atol=1e-8 * np.abs(moments).max())
    np.testing.assert_allclose(information_slopes(fit, shape), np.tensordot(shape.first, moments), atol=1e-7)


def test_nothing_grows_with_the_number_of_patients():
    few, many = (simulated(patients, 3, missing=0.3).sums for patients in (200, 2_000))
    assert many.patients > 9 * few.patients
    assert many.regressor_products.shape == few.regressor_products.shape == (7, 3, 3)
    assert many.residual_products.shape == few.residual_products.shape == (7, 3, 3)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), visits=st.integers(1, 4), covariates=st.integers(0, 2))
def test_the_order_of_the_patients_and_the_basis_of_the_covariates_change_nothing(seed, visits, covariates):
    people = simulated(60, visits, missing=0.2, covariates=covariates, seed=seed)
    random = np.random.default_rng(seed)
    order = random.permutation(len(people.response))
    mixed = people.covariates @ (np.eye(covariates) + np.triu(np.ones((covariates, covariates)), 1)) - 5
    other = Simulated(response=people.response[order], is_treatment=people.is_treatment[order], covariates=mixed[order])
    one, two = (mixed_model.fit(sums, "compound symmetry") for sums in (people.sums, other.sums))
    assert one.converged == two.converged
    if not one.converged:
        return
    contrast = np.zeros((1, len(one.coefficients)))
    contrast[0, [0, visits]] = -1, 1
    first, second = (infer(fit, contrast, method="kenward-roger") for fit in (one, two))
    np.testing.assert_allclose(
        [first.estimate, first.se, first.degrees_of_freedom],
        [second.estimate, second.se, second.degrees_of_freedom],
        rtol=1e-7,
        atol=1e-9,
    )
    np.testing.assert_allclose(one.covariance.matrix, two.covariance.matrix, rtol=1e-7)


def test_a_response_far_from_zero_loses_no_digits():
    people = simulated(40, 3, missing=0.2)
    far = replace(people, response=people.response + 2.0**20)
    one, other = (mixed_model.fit(measures.sums, "unstructured") for measures in (people, far))
    np.testing.assert_allclose(one.covariance.matrix, other.covariance.matrix, rtol=1e-8)
    assert one.minus_2_restricted_log_likelihood == pytest.approx(other.minus_2_restricted_log_likelihood, rel=1e-10)


def test_what_can_not_be_told_apart_gives_no_data():
    people = simulated(12, 2)
    twice = np.hstack([people.covariates, people.covariates])
    assert replace(people, covariates=twice).sums is None
    # Whose first visit is missing has 1, whose second is missing 0: it follows from the visits.
    parted = people.response.copy()
    parted[:6, 0] = parted[6:, 1] = np.nan
    follows = (np.arange(12) < 6).astype(float)[:, None]
    assert repeated_data(parted, is_treatment=people.is_treatment, covariates=follows) is None
    assert repeated_data(people.response, is_treatment=people.is_treatment, covariates=follows) is not None
    one = simulated(1, 2)
    assert one.sums is None
    assert replace(people, is_treatment=np.zeros(12, dtype=bool)).sums is None


def test_derivatives_where_an_arm_lacks_a_visit_and_many_patterns_have_one_patient():
    people = people_of(missing=0.5, seed=5)
    theta = np.random.default_rng(4).normal(scale=0.3, size=10)
    derivatives_are_those_of_the_value(people.sums, "unstructured", theta, within=1e-5)
