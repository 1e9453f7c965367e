"""Simulated repeated measures, as arrays and as the design that their model has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from il2dash.analysis.covariance_structure import CovarianceName, covariance
from il2dash.analysis.repeated_data import RepeatedData, repeated_data
from il2dash.analysis.restricted_likelihood import derivatives, generalized_least_squares


@dataclass(frozen=True, kw_only=True)
class Simulated:
    """Patients of two arms, the second ones treated, with correlated visits and one covariate."""

    response: np.ndarray
    is_treatment: np.ndarray
    covariates: np.ndarray

    @property
    def sums(self) -> RepeatedData | None:
        return repeated_data(self.response, is_treatment=self.is_treatment, covariates=self.covariates)

    @property
    def design(self) -> np.ndarray:
        """Rows of the fixed effects, (patients, visits, columns)."""
        cells = np.kron(np.column_stack([~self.is_treatment, self.is_treatment]), np.eye(self.response.shape[1]))
        cells = cells.reshape(*self.response.shape, -1)
        return np.concatenate([cells, np.repeat(self.covariates[:, None], cells.shape[1], axis=1)], axis=2)


def simulated(patients: int, visits: int, *, missing: float = 0.0, covariates: int = 1, seed: int = 1) -> Simulated:
    """Return patients, those without any value left out."""
    random = np.random.default_rng(seed)
    lags = np.abs(np.subtract.outer(np.arange(visits), np.arange(visits)))
    response = random.multivariate_normal(np.zeros(visits), 3 * 0.7**lags + np.eye(visits), size=patients)
    columns = random.normal(size=(patients, covariates))
    response[random.random(response.shape) < missing] = np.nan
    kept = ~np.isnan(response).all(axis=1)
    treated = np.arange(patients) % 2 == 1
    return Simulated(response=response[kept], is_treatment=treated[kept], covariates=columns[kept])


def derivatives_are_those_of_the_value(
    data: RepeatedData, structure: CovarianceName, theta: np.ndarray, *, within: float
) -> None:
    """Compare gradient and Hessian with differences of the value and of the gradient."""

    def at(parameters: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        shape = covariance(structure, parameters, data.visits)
        fit = generalized_least_squares(data, shape.matrix)
        return fit.value, *derivatives(fit, shape)

    _, gradient, hessian = at(theta)
    for index in range(len(theta)):
        moved = np.zeros(len(theta))
        moved[index] = 1e-5
        (above, gradient_above, _), (below, gradient_below, _) = at(theta + moved), at(theta - moved)
        assert gradient[index] == pytest.approx((above - below) / 2e-5, abs=within)
        np.testing.assert_allclose(hessian[index], (gradient_above - gradient_below) / 2e-5, atol=within)
