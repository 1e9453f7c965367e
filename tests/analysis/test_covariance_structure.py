from __future__ import annotations

import numpy as np
import pytest

from il2dash.analysis.covariance_structure import FALLBACK_ORDER, covariance, parameter_count, starting_parameters

STEP = 1e-5


@pytest.mark.parametrize("visits", [1, 2, 4])
@pytest.mark.parametrize("structure", FALLBACK_ORDER)
def test_derivatives_are_those_of_the_matrix(structure, visits):
    theta = np.random.default_rng(5).normal(scale=0.5, size=parameter_count(structure, visits))
    found = covariance(structure, theta, visits)
    second = np.zeros((len(theta), len(theta), visits, visits))
    for index in range(len(theta)):
        moved = np.zeros(len(theta))
        moved[index] = STEP
        above, below = (covariance(structure, theta + sign * moved, visits) for sign in (1, -1))
        np.testing.assert_allclose(found.first[index], (above.matrix - below.matrix) / (2 * STEP), atol=1e-8)
        second[index] = (above.first - below.first) / (2 * STEP)
    random = np.random.default_rng(6)
    entries, weights = (matrix + matrix.T for matrix in (random.normal(size=(n, n)) for n in (visits, len(theta))))
    np.testing.assert_allclose(found.second.along(entries), np.tensordot(second, entries), atol=1e-7)
    np.testing.assert_allclose(found.second.weighted(weights), np.tensordot(weights, second), atol=1e-7)


def test_structures_by_hand():
    lag = covariance("heterogeneous AR1", np.array([0.0, np.log(2), np.log(3), 0.75]), 3).matrix
    np.testing.assert_allclose(lag, [[1, 1.2, 1.08], [1.2, 4, 3.6], [1.08, 3.6, 9]])
    same = covariance("compound symmetry", np.array([np.log(2), 0.0]), 3).matrix
    np.testing.assert_allclose(same, 4 * np.array([[1, 0.25, 0.25], [0.25, 1, 0.25], [0.25, 0.25, 1]]))
    toeplitz = covariance("heterogeneous Toeplitz", np.array([0.0, np.log(2), 0.0, 0.75, -0.75]), 3).matrix
    np.testing.assert_allclose(toeplitz, [[1, 1.2, -0.6], [1.2, 4, 1.2], [-0.6, 1.2, 1]])
    free = covariance("unstructured", np.array([np.log(2), np.log(3), 0.5]), 2).matrix
    np.testing.assert_allclose(free, [[4, 3], [3, 11.25]])


@pytest.mark.parametrize("structure", FALLBACK_ORDER)
def test_the_start_is_the_matrix_itself_or_has_its_variances(structure):
    near = np.array([[1.0, 0.8, 0.3], [0.8, 4.0, -1.2], [0.3, -1.2, 9.0]])
    expected = {"unstructured": near, "compound symmetry": np.diag(np.full(3, 14 / 3))}
    matrix = covariance(structure, starting_parameters(structure, near), 3).matrix
    np.testing.assert_allclose(matrix, expected.get(structure, np.diag(np.diag(near))), atol=1e-12)
    alone = covariance(structure, starting_parameters(structure, np.array([[4.0]])), 1).matrix
    np.testing.assert_allclose(alone, [[4.0]])


def test_counts_of_parameters():
    assert [parameter_count(structure, 8) for structure in FALLBACK_ORDER] == [36, 15, 9, 2]
    assert [parameter_count(structure, 1) for structure in FALLBACK_ORDER] == [1, 1, 1, 1]
