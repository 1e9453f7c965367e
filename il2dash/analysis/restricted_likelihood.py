"""The restricted likelihood of repeated measures, with exact derivatives by the covariance's parameters.

Patients with the same missing visits share a covariance matrix, so all that depends on the covariance alone is done
once a pattern. Derivatives are taken by the entries of the full covariance matrix and then brought to the parameters by
the chain rule, so that no structure needs formulas of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, pi

import numpy as np
import numpy.typing as npt

from il2dash.analysis.covariance_structure import Covariance

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

RANK_TOLERANCE = 1e-9
"""Of a column's own length: what the columns before it must leave unexplained."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RepeatedData:
    """Responses by patient and visit, patients of one pattern together, and the fixed effects in an orthonormal basis.

    Parameters
    ----------
    design : array, shape (patients, visits, columns)
        Orthonormal columns Q of the design X = QR; zero where the response is missing.
    triangle : array, shape (columns, columns)
        R: coefficients of X are the solutions of R b = (coefficients of Q).
    response : array, shape (patients, visits)
        Zero where it is missing.
    patterns : array, shape (patterns, visits)
        1.0 where a pattern has a value, else 0.0.
    pattern : int array, shape (patients,)
        Which pattern each patient has, ascending.
    observations : int
        Values in all.
    """

    design: FloatArray
    triangle: FloatArray
    response: FloatArray
    patterns: FloatArray
    pattern: IntArray
    observations: int

    @property
    def sizes(self) -> FloatArray:
        """Patients of each pattern."""
        return np.bincount(self.pattern, minlength=len(self.patterns)).astype(float)

    def pattern_sums(self, values: FloatArray) -> FloatArray:
        """Add up what stands for each patient (first axis) within the patterns."""
        starts = np.searchsorted(self.pattern, np.arange(len(self.patterns)))
        return np.asarray(np.add.reduceat(values, starts, axis=0))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class GeneralizedLeastSquares:
    """Everything at one covariance matrix.

    Parameters
    ----------
    value : float
        Minus twice the restricted log-likelihood, for the design X.
    coefficients : array, shape (columns,)
        Of the orthonormal design.
    coefficient_covariance : array, shape (columns, columns)
        Inverse of Q'V^-1 Q.
    precision : array, shape (patterns, visits, visits)
        Inverse covariance of a pattern's visits; zero for the missing ones.
    weighted_design : array, shape (patients, visits, columns)
        V^-1 Q.
    weighted_residuals : array, shape (patients, visits)
        V^-1 (y - Q b).
    """

    value: float
    coefficients: FloatArray
    coefficient_covariance: FloatArray
    precision: FloatArray
    weighted_design: FloatArray
    weighted_residuals: FloatArray


def repeated_data(design: FloatArray, response: FloatArray) -> RepeatedData | None:
    """Gather patients by their missing visits; None where the coefficients leave nothing over, or can't be told apart.

    Parameters
    ----------
    design : array, shape (patients, visits, columns)
        Fixed effects; what stands where the response is missing isn't looked at.
    response : array, shape (patients, visits)
        NaN where a visit is missing. Every patient has a value, and every visit.
    """
    observed = ~np.isnan(response)
    rows = design[observed]
    if rows.shape[0] <= rows.shape[1]:
        return None
    basis, triangle = np.linalg.qr(rows)
    if (np.abs(np.diag(triangle)) <= RANK_TOLERANCE * np.linalg.norm(rows, axis=0)).any():
        return None
    orthonormal = np.zeros(design.shape)
    orthonormal[observed] = basis
    patterns, pattern = np.unique(observed, axis=0, return_inverse=True)
    order = np.argsort(pattern.reshape(-1), kind="stable")
    return RepeatedData(
        design=orthonormal[order],
        triangle=triangle,
        response=np.where(observed, response, 0.0)[order],
        patterns=patterns.astype(float),
        pattern=pattern.reshape(-1)[order],
        observations=int(observed.sum()),
    )


def least_squares_residuals(data: RepeatedData) -> FloatArray:
    """Return residuals of ordinary least squares, (patients, visits), zero where missing."""
    coefficients = np.einsum("ivc,iv->c", data.design, data.response)
    observed = data.patterns[data.pattern]
    return np.asarray((data.response - data.design @ coefficients) * observed)


def generalized_least_squares(data: RepeatedData, matrix: FloatArray) -> GeneralizedLeastSquares | None:
    """Fit the coefficients at a covariance matrix; None where it isn't positive definite.

    The value has the constants of R's mmrm: (n - p) log(2 pi) and the determinant of X'V^-1 X, without that of X'X.
    """
    both = data.patterns[:, :, None] * data.patterns[:, None, :]
    missing = np.einsum("gv,vw->gvw", 1 - data.patterns, np.eye(len(matrix)))
    try:
        factors = np.linalg.cholesky(matrix * both + missing)
    except np.linalg.LinAlgError:
        return None
    inverses = np.linalg.inv(factors)
    precision = (inverses.transpose(0, 2, 1) @ inverses) * both
    log_determinants = 2 * np.log(np.einsum("gvv->gv", factors)).sum(axis=1)
    columns = data.design.shape[2]
    weights = precision[data.pattern]
    weighted_design = weights @ data.design
    flat = data.design.reshape(-1, columns)
    information = flat.T @ weighted_design.reshape(-1, columns)
    information = (information + information.T) / 2
    try:
        information_factor = np.linalg.cholesky(information)
    except np.linalg.LinAlgError:
        return None
    inverse_factor = np.linalg.inv(information_factor)
    coefficient_covariance = inverse_factor.T @ inverse_factor
    coefficients = coefficient_covariance @ np.einsum("ivc,iv->c", weighted_design, data.response)
    residuals = (data.response - data.design @ coefficients) * data.patterns[data.pattern]
    weighted_residuals = (weights @ residuals[:, :, None])[:, :, 0]
    value = (
        (data.observations - columns) * log(2 * pi)
        + data.sizes @ log_determinants
        + 2 * np.log(np.diag(information_factor)).sum()
        + 2 * np.log(np.abs(np.diag(data.triangle))).sum()
        + (residuals * weighted_residuals).sum()
    )
    if not np.isfinite(value):
        return None
    return GeneralizedLeastSquares(
        value=float(value),
        coefficients=coefficients,
        coefficient_covariance=coefficient_covariance,
        precision=precision,
        weighted_design=weighted_design,
        weighted_residuals=weighted_residuals,
    )


def information_slopes(fit: GeneralizedLeastSquares, covariance: Covariance) -> FloatArray:
    """Return minus the derivatives of Q'V^-1 Q by the parameters, (parameters, columns, columns)."""
    return np.asarray(np.tensordot(covariance.first, design_moments(fit), axes=2))


def design_moments(fit: GeneralizedLeastSquares) -> FloatArray:
    """Return the sum over patients of z_a z_b', where z is a row of V^-1 Q: (visits, visits, columns, columns)."""
    patients, visits, columns = fit.weighted_design.shape
    flat = fit.weighted_design.reshape(patients, visits * columns)
    return np.asarray((flat.T @ flat).reshape(visits, columns, visits, columns).transpose(0, 2, 1, 3))


def derivatives(
    data: RepeatedData, fit: GeneralizedLeastSquares, covariance: Covariance
) -> tuple[FloatArray, FloatArray]:
    """Return gradient and Hessian of the value by the parameters, (parameters,) and (parameters, parameters).

    With E = dV/d(parameter), z = V^-1 Q, u = V^-1 (y - Qb) and C the inverse of Q'V^-1 Q, the gradient is
    tr(V^-1 E) - tr(C z'E z) - u'E u, summed over patients (Lindstrom and Bates 1988, JASA 83:1014-22, take the same
    derivatives one parameter at a time).
    """
    parameters, visits = covariance.first.shape[:2]
    spread = fit.weighted_design @ fit.coefficient_covariance @ fit.weighted_design.transpose(0, 2, 1)
    spread += fit.weighted_residuals[:, :, None] * fit.weighted_residuals[:, None, :]
    by_pattern = data.pattern_sums(spread)
    sized = data.sizes[:, None, None] * fit.precision
    by_entry = (sized - by_pattern).sum(axis=0)
    flat = covariance.first.reshape(parameters, -1)
    gradient = flat @ by_entry.ravel()

    # tr(E V^-1 F (2 S - n V^-1)) over the patterns, in terms of the entries (a, b) of E and (c, d) of F.
    entries = visits * visits
    pairs = fit.precision.reshape(-1, entries).T @ (2 * by_pattern - sized).reshape(-1, entries)
    pairs = pairs.reshape(visits, visits, visits, visits).transpose(3, 0, 1, 2).reshape(entries, entries)
    hessian = flat @ pairs @ flat.T
    slopes = information_slopes(fit, covariance)
    turned = fit.coefficient_covariance @ slopes
    hessian -= turned.reshape(parameters, -1) @ turned.transpose(0, 2, 1).reshape(parameters, -1).T
    shifts = np.einsum("ivc,iw->vwc", fit.weighted_design, fit.weighted_residuals, optimize=True)
    moved = np.tensordot(covariance.first, shifts, axes=2)
    hessian -= 2 * moved @ fit.coefficient_covariance @ moved.T
    hessian += np.tensordot(covariance.second, by_entry, axes=2)
    return gradient, (hessian + hessian.T) / 2
