"""Covariance of a patient's visits as a function of few parameters, with its first and second derivatives.

The parameters are those of R's mmrm, since the Kenward-Roger adjustment depends on them: logarithms of standard
deviations first, then what makes the correlations.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
CovarianceName = Literal["unstructured", "heterogeneous Toeplitz", "heterogeneous AR1", "compound symmetry"]

FALLBACK_ORDER: tuple[CovarianceName, ...] = (
    "unstructured",
    "heterogeneous Toeplitz",
    "heterogeneous AR1",
    "compound symmetry",
)
"""From the most flexible to the simplest."""


class SecondDerivatives(Protocol):
    """Second derivatives of a covariance matrix by its parameters, by the sums that are made of them.

    One matrix a pair of parameters would be 700 MB for an unstructured covariance of 26 visits.
    """

    def along(self, entries: FloatArray) -> FloatArray:
        """Return their sums over the matrix, times a symmetric one: (parameters, parameters)."""

    def weighted(self, weights: FloatArray) -> FloatArray:
        """Return their sum over the pairs of parameters, with symmetric weights: (visits, visits)."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Covariance:
    """A covariance matrix and its derivatives by the parameters.

    Parameters
    ----------
    matrix : array, shape (visits, visits)
        The covariance; it needn't be positive definite.
    first : array, shape (parameters, visits, visits)
        First derivatives.
    second : SecondDerivatives
        Second derivatives.
    """

    matrix: FloatArray
    first: FloatArray
    second: SecondDerivatives


@dataclass(frozen=True, slots=True, eq=False)
class _Correlation:
    matrix: FloatArray
    first: FloatArray
    second: FloatArray


def parameter_count(structure: CovarianceName, visits: int) -> int:
    """Return how many parameters a structure has; with one visit it is the one variance."""
    if visits == 1:
        return 1
    counts = {
        "unstructured": visits * (visits + 1) // 2,
        "heterogeneous Toeplitz": 2 * visits - 1,
        "heterogeneous AR1": visits + 1,
        "compound symmetry": 2,
    }
    return counts[structure]


def starting_parameters(structure: CovarianceName, near: FloatArray) -> FloatArray:
    """Return parameters with which to begin, where the covariance is near a positive definite matrix.

    Unstructured, it is that matrix; the others have its standard deviations (their root mean square where all share
    one) and are uncorrelated.
    """
    visits = len(near)
    theta = np.zeros(parameter_count(structure, visits))
    if structure == "unstructured":
        factor = np.linalg.cholesky(near)
        deviations = np.diag(factor)
        theta[:visits] = np.log(deviations)
        theta[visits:] = (factor / deviations[:, None])[np.tril_indices(visits, -1)]
    elif structure == "compound symmetry":
        theta[0] = 0.5 * np.log(np.diag(near).mean())
        if visits > 1:
            theta[1] = -np.log(visits - 1)
    else:
        theta[:visits] = 0.5 * np.log(np.diag(near))
    return theta


def covariance(structure: CovarianceName, theta: FloatArray, visits: int) -> Covariance:
    """Return the covariance matrix of the visits and its derivatives.

    Parameters
    ----------
    structure : str
        One of `FALLBACK_ORDER`.
    theta : array, shape (parameters,)
        The parameters, as R's mmrm 0.3.18 has them. Unstructured: the lower Cholesky factor is diag(exp(theta)) times a
        unit lower triangle, whose entries follow row by row. Toeplitz and AR1: correlations are t / sqrt(1 + t^2).
        Compound symmetry: the correlation is logistic(t) on the range (-1 / (visits - 1), 1).
    visits : int
        The number of visits.

    References
    ----------
    R package mmrm 0.3.18, vignette "Covariance structures" and src/covariance.h.
    """
    if structure == "unstructured":
        return _unstructured(theta, visits)
    alike = structure == "compound symmetry" or visits == 1
    loadings = np.ones((1, visits)) if alike else np.eye(visits)
    correlation = _CORRELATIONS[structure](theta[len(loadings) :], visits)
    return _scaled(correlation, theta[: len(loadings)], loadings)


@dataclass(frozen=True, slots=True, eq=False)
class _Written:
    """Second derivatives written out, (parameters, parameters, visits, visits)."""

    matrices: FloatArray

    def along(self, entries: FloatArray) -> FloatArray:
        return np.asarray(np.tensordot(self.matrices, entries, axes=2))

    def weighted(self, weights: FloatArray) -> FloatArray:
        return np.asarray(np.tensordot(weights, self.matrices, axes=2))


@dataclass(frozen=True, slots=True, eq=False)
class _OfFactor:
    """Second derivatives of L L', where each parameter moves one row of L.

    Parameters
    ----------
    factor : array, shape (visits, visits)
        L.
    row : int array, shape (parameters,)
        The row that a parameter moves; the parameter that has the row's number scales all of it.
    slope : array, shape (parameters, visits)
        The row's derivative. It is also that of the scaled row by its scale and the parameter.
    """

    factor: FloatArray
    row: npt.NDArray[np.intp]
    slope: FloatArray

    def along(self, entries: FloatArray) -> FloatArray:
        sums = 2 * entries[self.row[:, None], self.row] * (self.slope @ self.slope.T)
        index = np.arange(len(self.row))
        bent = 2 * (self.slope * (entries @ self.factor)[self.row]).sum(axis=1)
        sums[self.row, index] += bent
        others = self.row != index
        sums[index[others], self.row[others]] += bent[others]
        return np.asarray(sums)

    def weighted(self, weights: FloatArray) -> FloatArray:
        index = np.arange(len(self.row))
        in_row = (self.row == np.arange(len(self.factor))[:, None]).astype(float)
        crossed = in_row @ (weights * (self.slope @ self.slope.T)) @ in_row.T
        times = np.where(self.row == index, 1, 2) * weights[self.row, index]
        bent = in_row @ (times[:, None] * self.slope) @ self.factor.T
        half = crossed + bent
        return np.asarray(half + half.T)


def _unstructured(theta: FloatArray, visits: int) -> Covariance:
    rows, columns = np.tril_indices(visits, -1)
    factor = np.eye(visits)
    factor[rows, columns] = theta[visits:]
    factor *= np.exp(theta[:visits, None])
    row = np.append(np.arange(visits), rows)
    slope = np.vstack([factor, np.exp(theta[rows, None]) * np.eye(visits)[columns]])
    product = slope @ factor.T
    index = np.arange(len(theta))
    first = np.zeros((len(theta), visits, visits))
    first[index, row] = product
    first[index, :, row] += product
    return Covariance(matrix=factor @ factor.T, first=first, second=_OfFactor(factor, row, slope))


def _scaled(correlation: _Correlation, logarithms: FloatArray, loadings: FloatArray) -> Covariance:
    """Return D R D, where D is the diagonal of exp(logarithms); `loadings` says whose logarithm each visit has."""
    deviations = np.exp(loadings.T @ logarithms)
    outer = np.outer(deviations, deviations)
    matrix = outer * correlation.matrix
    slopes = outer * correlation.first
    exponents = loadings[:, :, None] + loadings[:, None, :]
    mixed = exponents[:, None] * slopes[None]
    scales = len(logarithms)
    parameters = scales + len(slopes)
    second = np.empty((parameters, parameters, *matrix.shape))
    second[:scales, :scales] = exponents[:, None] * exponents[None] * matrix
    second[:scales, scales:] = mixed
    second[scales:, :scales] = mixed.transpose(1, 0, 2, 3)
    second[scales:, scales:] = outer * correlation.second
    return Covariance(matrix=matrix, first=np.concatenate([exponents * matrix, slopes]), second=_Written(second))


def _toeplitz(theta: FloatArray, visits: int) -> _Correlation:
    value, slope, curvature = _bounded(theta)
    lags = _lags(visits)
    at_lag = (lags == np.arange(1, visits)[:, None, None]).astype(float)
    second = np.zeros((visits - 1, visits - 1, visits, visits))
    diagonal = np.arange(visits - 1)
    second[diagonal, diagonal] = curvature[:, None, None] * at_lag
    return _Correlation(np.eye(visits) + np.tensordot(value, at_lag, axes=1), slope[:, None, None] * at_lag, second)


def _autoregressive(theta: FloatArray, visits: int) -> _Correlation:
    if visits == 1:
        return _nothing_to_correlate()
    (value,), (slope,), (curvature,) = _bounded(theta)
    lags = _lags(visits)
    by_value = np.where(lags > 0, lags * value ** np.maximum(lags - 1, 0), 0.0)
    by_value_twice = np.where(lags > 1, lags * (lags - 1) * value ** np.maximum(lags - 2, 0), 0.0)
    return _Correlation(
        value**lags, (slope * by_value)[None], (slope**2 * by_value_twice + curvature * by_value)[None, None]
    )


def _compound_symmetry(theta: FloatArray, visits: int) -> _Correlation:
    if visits == 1:
        return _nothing_to_correlate()
    least = -1 / (visits - 1)
    logistic = 1 / (1 + np.exp(-theta[0]))
    slope = logistic * (1 - logistic)
    apart = 1 - np.eye(visits)
    return _Correlation(
        np.eye(visits) + (logistic * (1 - least) + least) * apart,
        ((1 - least) * slope * apart)[None],
        ((1 - least) * slope * (1 - 2 * logistic) * apart)[None, None],
    )


def _bounded(theta: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return t / sqrt(1 + t^2), between -1 and 1, with its first two derivatives."""
    squared = 1 + theta**2
    return theta / np.sqrt(squared), squared**-1.5, -3 * theta * squared**-2.5


def _lags(visits: int) -> npt.NDArray[np.intp]:
    index = np.arange(visits)
    return np.asarray(np.abs(index[:, None] - index))


def _nothing_to_correlate() -> _Correlation:
    return _Correlation(np.eye(1), np.zeros((0, 1, 1)), np.zeros((0, 0, 1, 1)))


_CORRELATIONS: dict[CovarianceName, Callable[[FloatArray, int], _Correlation]] = {
    "heterogeneous Toeplitz": _toeplitz,
    "heterogeneous AR1": _autoregressive,
    "compound symmetry": _compound_symmetry,
}
