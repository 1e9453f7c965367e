"""The restricted likelihood of repeated measures, with exact derivatives by the covariance's parameters.

Derivatives are taken by the entries of the full covariance matrix and then brought to the parameters by the chain rule,
so that no structure needs formulas of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import log, pi

import numpy as np
import numpy.typing as npt

from il2dash.analysis.covariance_structure import Covariance
from il2dash.analysis.repeated_data import RepeatedData, by_place, sum_of_products

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True)
class GeneralizedLeastSquares:
    """Everything at one covariance matrix.

    Parameters
    ----------
    data : RepeatedData
        What was fitted; X is its design.
    value : float
        Minus twice the restricted log-likelihood, for the covariates as they were given.
    shift : array, shape (columns,)
        Coefficients, less those of ordinary least squares.
    coefficient_covariance : array, shape (columns, columns)
        Inverse of X'V^-1 X.
    precision : array, shape (patterns, visits, visits)
        Inverse covariance of a pattern's visits; zero for the missing ones.
    """

    data: RepeatedData
    value: float
    shift: FloatArray
    coefficient_covariance: FloatArray
    precision: FloatArray

    @property
    def coefficients(self) -> FloatArray:
        """Coefficients of X."""
        return self.data.least_squares + self.shift

    @cached_property
    def design_moments(self) -> FloatArray:
        """The sum over patients of z_a z_b', where z is a row of V^-1 X: (visits, visits, columns, columns)."""
        data = self.data
        visits, columns = data.visits, len(data.triangle)
        products, constant = data.regressor_products, self.precision.sum(axis=2)
        moments = np.zeros((visits, visits, columns, columns))
        covariates = slice(int(np.searchsorted(data.regressor, 2)), columns)
        for arm in (0, 1):
            cells = slice(*np.searchsorted(data.regressor, [arm, arm + 1]))
            at = data.place[cells]
            within = sum_of_products(products[:, arm, arm, None, None] * self.precision, self.precision)
            moments[:, :, cells, cells] = within[:, at][..., at].transpose(0, 2, 1, 3)
            added = constant[:, :, None] * products[:, arm, None, 2:]
            across = sum_of_products(self.precision, added)[:, at].transpose(0, 2, 1, 3)
            moments[:, :, cells, covariates] = across
            moments[:, :, covariates, cells] = across.transpose(1, 0, 3, 2)
        both = constant[:, :, None] * constant[:, None, :]
        moments[:, :, covariates, covariates] = sum_of_products(both, products[:, 2:, 2:])
        return moments


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
    try:
        information_factor = np.linalg.cholesky(data.quadratic(precision))
    except np.linalg.LinAlgError:
        return None
    inverse_factor = np.linalg.inv(information_factor)
    coefficient_covariance = inverse_factor.T @ inverse_factor
    sums = np.tensordot(by_place(precision), data.residual_regressors, axes=((0, 1), (0, 1)))
    score = sums[data.place, data.regressor]
    shift = coefficient_covariance @ score
    value = (
        (data.observations - len(shift)) * log(2 * pi)
        + data.sizes @ log_determinants
        + 2 * np.log(np.diag(information_factor)).sum()
        + 2 * np.log(np.abs(np.diag(data.triangle))).sum()
        + (precision * data.residual_products).sum()
        - score @ shift
    )
    if not np.isfinite(value):
        return None
    return GeneralizedLeastSquares(
        data=data,
        value=float(value),
        shift=shift,
        coefficient_covariance=coefficient_covariance,
        precision=precision,
    )


def information_slopes(fit: GeneralizedLeastSquares, covariance: Covariance) -> FloatArray:
    """Return minus the derivatives of X'V^-1 X by the parameters, (parameters, columns, columns)."""
    return np.asarray(np.tensordot(covariance.first, fit.design_moments, axes=2))


def derivatives(fit: GeneralizedLeastSquares, covariance: Covariance) -> tuple[FloatArray, FloatArray]:
    """Return gradient and Hessian of the value by the parameters, (parameters,) and (parameters, parameters).

    With E = dV/d(parameter), z = V^-1 X, u = V^-1 (y - Xb) and C the inverse of X'V^-1 X, the gradient is
    tr(V^-1 E) - tr(C z'E z) - u'E u, summed over patients (Lindstrom and Bates 1988, JASA 83:1014-22, take the same
    derivatives one parameter at a time).
    """
    data = fit.data
    parameters, visits = covariance.first.shape[:2]
    regressed, products = data.moved_residuals(fit.shift)
    spread = data.fitted_products(fit.coefficient_covariance) + products
    by_pattern = fit.precision @ spread @ fit.precision
    sized = data.sizes[:, None, None] * fit.precision
    by_entry = (sized - by_pattern).sum(axis=0)
    flat = covariance.first.reshape(parameters, -1)
    gradient = flat @ by_entry.ravel()

    # tr(E V^-1 F (2 S - n V^-1)) over the patterns, in terms of the entries (a, b) of E and (c, d) of F.
    entries = visits * visits
    pairs = sum_of_products(fit.precision, 2 * by_pattern - sized)
    hessian = flat @ pairs.transpose(3, 0, 1, 2).reshape(entries, entries) @ flat.T
    slopes = information_slopes(fit, covariance)
    turned = fit.coefficient_covariance @ slopes
    hessian -= turned.reshape(parameters, -1) @ turned.transpose(0, 2, 1).reshape(parameters, -1).T
    shifts = sum_of_products(by_place(fit.precision), fit.precision @ regressed)
    shifts = shifts.transpose(1, 3, 0, 2)[data.place, data.regressor]
    moved = flat @ shifts.reshape(-1, entries).T
    hessian -= 2 * moved @ fit.coefficient_covariance @ moved.T
    hessian += covariance.second.along(by_entry)
    return gradient, (hessian + hessian.T) / 2
