"""A fitted model with its columns combined anew, such as centered elsewhere: the same fit, other coefficients."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from il2dash.analysis.firth_fit import FirthFit
from il2dash.analysis.logistic_design import FloatArray, IntArray, SharedDesign, crossproduct

Value = TypeVar("Value", bound=np.generic)


@dataclass(frozen=True)
class RecodedDesign:
    """One design whose columns every member combines in its own way: X M, with matrices M (column, column, member)."""

    shared: SharedDesign
    matrices: FloatArray

    @property
    def columns(self) -> int:
        """How many columns the design has."""
        return self.shared.columns

    def take(self, members: IntArray) -> RecodedDesign:
        """Return the design of some members."""
        return RecodedDesign(self.shared, self.matrices[:, :, members])

    def rows(self, chosen: slice, *, passing: bool = True) -> RecodedDesign:
        """Return the design of some rows; of those in passing, products aren't kept."""
        return RecodedDesign(self.shared.rows(chosen, passing=passing), self.matrices)

    def linear_predictor(self, coefficients: FloatArray) -> FloatArray:
        """X beta: (column, member) to (member, row)."""
        return self.shared.linear_predictor(np.einsum("abm,bm->am", self.matrices, coefficients))

    def column_sums(self, row_values: FloatArray) -> FloatArray:
        """X'u: (member, row) to (column, member)."""
        return np.asarray(np.einsum("abm,am->bm", self.matrices, self.shared.column_sums(row_values)))

    def crossproduct(self, row_values: FloatArray) -> FloatArray:
        """X' diag(u) X: (member, row) to (column, column, member)."""
        matrices = self.matrices.transpose(2, 0, 1)
        products = matrices.transpose(0, 2, 1) @ self.shared.crossproduct(row_values).transpose(2, 0, 1) @ matrices
        return np.ascontiguousarray(products.transpose(1, 2, 0))

    def quadratic_form(self, matrices: FloatArray) -> FloatArray:
        """X'Vx of every row: (column, column, member) to (member, row)."""
        own = self.matrices.transpose(2, 0, 1)
        return self.shared.quadratic_form(
            (own @ matrices.transpose(2, 0, 1) @ own.transpose(0, 2, 1)).transpose(1, 2, 0)
        )

    def third_moments(self, row_values: FloatArray) -> FloatArray:
        """Sum over rows of u x_a x_b x_c: (member, row) to (member, column, column, column)."""
        moments = self.shared.third_moments(row_values)
        for _ in range(3):  # each time the last of the three indices becomes the first
            moments = np.einsum("mabc,cdm->mdab", moments, self.matrices)
        return moments


def recoded(fit: FirthFit, matrices: FloatArray) -> FirthFit:
    """Return the fit of one model of all columns as if its columns had been combined anew: one member a matrix.

    The likelihood doesn't depend on how a model is coded, so nothing is fitted again.

    Parameters
    ----------
    matrices
        (member, column, column): the columns of design @ matrix are a member's.

    Raises
    ------
    ValueError
        Where the fit is of more than one model, or some columns aren't in it.
    """
    batch = fit.batch
    if not isinstance(batch.design, SharedDesign) or batch.members != 1 or not batch.all_columns:
        raise ValueError(f"recoded: takes the fit of one model of all columns; got {batch.members}. Fit it alone.")
    members = len(matrices)
    inverses = np.linalg.inv(matrices)
    unscaled = batch.scale[:, :, None] * matrices.transpose(1, 2, 0)
    gram = crossproduct(batch.design, np.ones((1, batch.rows)))
    scale = np.sqrt(np.einsum("abm,ac,cbm->bm", unscaled, gram[:, :, 0], unscaled) / batch.rows)
    scaled = unscaled / scale

    def of_each(values: npt.NDArray[Value]) -> npt.NDArray[Value]:
        return np.repeat(values, members, axis=0)

    log_determinants = np.linalg.slogdet(matrices)[1]
    return FirthFit(
        coefficients=inverses @ fit.coefficients[0],
        covariance=inverses @ fit.covariance[0] @ inverses.transpose(0, 2, 1),
        penalized_log_likelihood=fit.penalized_log_likelihood + log_determinants,
        converged=of_each(fit.converged),
        iterations=of_each(fit.iterations),
        status=of_each(fit.status),
        column=of_each(fit.column),
        batch=replace(
            batch,
            design=RecodedDesign(batch.design, scaled),
            scale=scale,
            column_mask=np.repeat(batch.column_mask, members, axis=1),
            totals=np.einsum("abm,a->bm", scaled, batch.totals[:, 0]),
            status=of_each(batch.status),
            column=of_each(batch.column),
        ),
    )
