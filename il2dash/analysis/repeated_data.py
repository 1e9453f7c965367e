"""Repeated measures as sums over patients, by which visits they have: all that a normal likelihood needs of them.

A patient's expected course is their arm's mean at each visit plus what their covariates add at all visits alike. So the
design of a patient is known from the arm and the covariates, and whatever is added up over patients with the same
visits comes from one matrix of cross-products. Nothing that is computed afterwards grows with the number of patients.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

RANK_TOLERANCE = 1e-9
"""Of a covariate's own length: what arms and the covariates before it must leave unexplained."""

CELL_TOLERANCE = 1e-12
"""Of a squared length within the arms: what the means by visit must leave of every combination of covariates."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RepeatedData:
    """Cross-products of arms, covariates and residuals, added up over the patients of each pattern of visits.

    The coefficients are the mean of each arm at each visit where it has values, the reference arm first, and then those
    of the covariates, in a basis in which the covariates are orthonormal and have a mean of zero within each arm. The
    responses are residuals of ordinary least squares: far from zero, their squares would lose digits.

    Parameters
    ----------
    patterns : array, shape (patterns, visits)
        1.0 where a pattern has a value, else 0.0.
    sizes : array, shape (patterns,)
        Patients of each pattern.
    regressor_products : array, shape (patterns, regressors, regressors)
        Of what a patient has: an indicator of each arm, then the covariates.
    residual_regressors : array, shape (patterns, visits, regressors)
        Residuals, zero where they are missing, times the regressors.
    residual_products : array, shape (patterns, visits, visits)
        Of the residuals.
    regressor : int array, shape (columns,)
        The regressor that each coefficient multiplies, ascending.
    place : int array, shape (columns,)
        The visit of each coefficient; for a covariate's, which has all visits, one more than the last.
    triangle : array, shape (columns, columns)
        Upper triangular R: the coefficients of the covariates as given, and of the means where they are zero, are the
        solutions of R b = (coefficients in the basis).
    least_squares : array, shape (columns,)
        The coefficients of which the residuals are.
    observations : int
        Values in all.
    """

    patterns: FloatArray
    sizes: FloatArray
    regressor_products: FloatArray
    residual_regressors: FloatArray
    residual_products: FloatArray
    regressor: IntArray
    place: IntArray
    triangle: FloatArray
    least_squares: FloatArray
    observations: int

    @property
    def patients(self) -> int:
        """How many patients there are."""
        return int(self.sizes.sum())

    @property
    def visits(self) -> int:
        """How many visits there are."""
        return int(self.patterns.shape[1])

    @property
    def residual_squares(self) -> FloatArray:
        """Sum of the squared residuals of each visit."""
        return np.asarray(np.einsum("gvv->v", self.residual_products))

    def quadratic(self, kernels: FloatArray) -> FloatArray:
        """Return the sum over patients of X'A X, (columns, columns), with A one symmetric matrix a pattern."""
        sums = sum_of_products(by_place(by_place(kernels).transpose(0, 2, 1)), self.regressor_products)
        return np.asarray(sums[self._pairs])

    def fitted_products(self, middle: FloatArray) -> FloatArray:
        """Return by pattern the sum over patients of X M X', with the missing visits as if they were there."""
        places, regressors = self.visits + 1, self.regressor_products.shape[1]
        spread = np.zeros((places, places, regressors, regressors))
        spread[self._pairs] = middle
        flat = self.regressor_products.reshape(len(self.sizes), -1) @ spread.reshape(places * places, -1).T
        sums = flat.reshape(-1, places, places)
        return np.asarray(sums[:, :-1, :-1] + sums[:, :-1, -1:] + sums[:, -1:, :-1] + sums[:, -1:, -1:])

    def moved_residuals(self, shift: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return `residual_regressors` and `residual_products` as they are at coefficients that differ by `shift`.

        What stands where a visit is missing has no meaning.
        """
        courses = _courses(shift, self.regressor, self.place, visits=self.visits)
        moved = self.residual_regressors - courses @ self.regressor_products
        crossed = self.residual_regressors @ courses.T
        return moved, self.residual_products - crossed - courses @ moved.transpose(0, 2, 1)

    @property
    def _pairs(self) -> tuple[IntArray, IntArray, IntArray, IntArray]:
        """Where each pair of coefficients is in an array by two places and two regressors."""
        return self.place[:, None], self.place, self.regressor[:, None], self.regressor


def by_place(matrices: FloatArray) -> FloatArray:
    """Return matrices times the design by place: each visit by itself, and all of them, which is the rows' sum."""
    return np.concatenate([matrices, matrices.sum(axis=-1, keepdims=True)], axis=-1)


def sum_of_products(left: FloatArray, right: FloatArray) -> FloatArray:
    """Return the sum over patterns of every entry of one times every entry of the other, axes of the left one first."""
    flat = left.reshape(len(left), -1).T @ right.reshape(len(right), -1)
    return np.asarray(flat.reshape(left.shape[1:] + right.shape[1:]))


def repeated_data(
    response: FloatArray, *, is_treatment: npt.NDArray[np.bool_], covariates: FloatArray
) -> RepeatedData | None:
    """Add up patients by their missing visits; None where the coefficients leave nothing over, or can't be told apart.

    Parameters
    ----------
    response : array, shape (patients, visits)
        NaN where a visit is missing. Every patient has a value, and every visit.
    is_treatment : bool array, shape (patients,)
        Who is in the treatment arm.
    covariates : array, shape (patients, covariates)
        Known for all.
    """
    observed = ~np.isnan(response)
    basis = _basis(observed.astype(float), is_treatment=is_treatment, covariates=covariates)
    if basis is None:
        return None
    least_squares, residuals = _least_squares(basis, observed, response)
    bits = np.ascontiguousarray(np.packbits(observed, axis=1))
    _, first, pattern, sizes = np.unique(
        bits.view(f"V{bits.shape[1]}")[:, 0], return_index=True, return_inverse=True, return_counts=True
    )
    rows = np.hstack([basis.regressors, residuals])[np.argsort(pattern, kind="stable")]
    products = np.stack([block.T @ block for block in np.split(rows, np.cumsum(sizes)[:-1])])
    regressors = basis.regressors.shape[1]
    return RepeatedData(
        patterns=observed[first].astype(float),
        sizes=sizes.astype(float),
        regressor_products=products[:, :regressors, :regressors],
        residual_regressors=products[:, regressors:, :regressors],
        residual_products=products[:, regressors:, regressors:],
        regressor=basis.regressor,
        place=basis.place,
        triangle=basis.triangle,
        least_squares=least_squares,
        observations=int(observed.sum()),
    )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Basis:
    """The regressors of each patient, the columns that they make, the triangle that leads to them, and X'X."""

    regressors: FloatArray
    regressor: IntArray
    place: IntArray
    triangle: FloatArray
    gram: FloatArray


def _basis(there: FloatArray, *, is_treatment: npt.NDArray[np.bool_], covariates: FloatArray) -> _Basis | None:
    arms = np.column_stack([~is_treatment, is_treatment]).astype(float)
    counts = arms.T @ there
    arm, visit = np.nonzero(counts)
    cells, added = len(arm), covariates.shape[1]
    if there.sum() <= cells + added:
        return None
    # Over all values, so that a patient counts as often as they have one.
    weights = np.sqrt(there.sum(axis=1, keepdims=True))
    columns = weights * np.hstack([arms, covariates])
    orthonormal, by_arm = np.linalg.qr(columns)
    if (np.abs(np.diag(by_arm)) <= RANK_TOLERANCE * np.linalg.norm(columns, axis=0)).any():
        return None
    own = orthonormal[:, 2:] / weights
    in_cells = np.stack([there[group].T @ own[group] for group in (~is_treatment, is_treatment)])[arm, visit]
    overlap = np.linalg.svd(in_cells / np.sqrt(counts[arm, visit])[:, None], compute_uv=False)
    if (overlap >= 1 - CELL_TOLERANCE).any():
        return None
    triangle = np.eye(cells + added)
    triangle[:cells, cells:] = (by_arm[:2, 2:] / np.diag(by_arm)[:2, None])[arm]
    triangle[cells:, cells:] = by_arm[2:, 2:]
    return _Basis(
        regressors=np.hstack([arms, own]),
        regressor=np.append(arm, np.arange(2, 2 + added)),
        place=np.append(visit, np.full(added, there.shape[1])),
        triangle=triangle,
        gram=np.block([[np.diag(counts[arm, visit]), in_cells], [in_cells.T, np.eye(added)]]),
    )


def _least_squares(
    basis: _Basis, observed: npt.NDArray[np.bool_], response: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the coefficients of ordinary least squares and the residuals, zero where missing."""
    filled = np.where(observed, response, 0.0)
    sums = by_place(basis.regressors.T @ filled)[basis.regressor, basis.place]
    coefficients = np.asarray(np.linalg.solve(basis.gram, sums), dtype=float)
    courses = _courses(coefficients, basis.regressor, basis.place, visits=response.shape[1])
    return coefficients, np.where(observed, filled - basis.regressors @ courses.T, 0.0)


def _courses(coefficients: FloatArray, regressor: IntArray, place: IntArray, *, visits: int) -> FloatArray:
    """Return what one of each regressor adds to each visit, (visits, regressors)."""
    by_places = np.zeros((visits + 1, regressor[-1] + 1))
    by_places[place, regressor] = coefficients
    return np.asarray(by_places[:-1] + by_places[-1])
