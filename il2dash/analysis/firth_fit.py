"""Coefficients of Firth's penalized logistic regression, with their standard errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from il2dash.analysis import maximum_likelihood
from il2dash.analysis.firth_maximum import Maximum, MaximumProblem, maximize
from il2dash.analysis.logistic_batch import LogisticBatch, Status, logistic_batch, reason_for
from il2dash.analysis.logistic_design import MANY_ROWS, BoolArray, FloatArray, IntArray

STEP = 7
"""Of so many rows one is looked at to begin with; no usual way to order patients repeats itself at that distance."""


@dataclass(frozen=True)
class FirthFit:
    """Penalized fits; members stand first, also for one model (then there is one member).

    Attributes
    ----------
    coefficients : (member, column)
        Log odds ratios; NaN for a column outside the model and for a member without estimate.
    covariance : (member, column, column)
        (X'WX)^-1, the inverse of the expected information; NaN as above.
    penalized_log_likelihood : (member,)
        l(b) + log det(X'WX) / 2.
    converged : (member,)
    iterations : (member,)
    status : (member,)
        A `Status`.
    column : (member,)
        The column at fault, -1 where none is.
    batch
        The models as they were checked: what inference on the fit needs.
    """

    coefficients: FloatArray
    covariance: FloatArray
    penalized_log_likelihood: FloatArray
    converged: BoolArray
    iterations: IntArray
    status: npt.NDArray[np.int8]
    column: IntArray
    batch: LogisticBatch = field(repr=False)

    @property
    def standard_errors(self) -> FloatArray:
        """From the expected information: (member, column)."""
        return np.asarray(np.sqrt(np.einsum("mcc->mc", self.covariance)))

    @cached_property
    def separated(self) -> BoolArray:
        """Where maximum likelihood would have no finite estimate; computed when first asked for: (member,)."""
        return np.asarray(maximum_likelihood.fit_batch(self.batch).status == Status.SEPARATED)

    @property
    def scaled_coefficients(self) -> FloatArray:
        """As the batch's design has them, 0 outside the model: (column, member)."""
        return np.asarray(np.nan_to_num(self.coefficients.T) * self.batch.scale)

    @property
    def scaled_covariance(self) -> FloatArray:
        """As the batch's design has it, 0 outside the model: (column, column, member)."""
        scale = self.batch.scale
        return np.asarray(np.nan_to_num(self.covariance.transpose(1, 2, 0)) * (scale[:, None] * scale[None]))

    @property
    def scaled_log_likelihood(self) -> FloatArray:
        """As the batch's design has it: (member,)."""
        return np.asarray(self.penalized_log_likelihood - self.batch.log_scale)

    def reason(self, member: int = 0, *, names: Sequence[str] | None = None) -> str:
        """Say why a member has no estimate, naming the column at fault; "" where it has one."""
        return reason_for(int(self.status[member]), int(self.column[member]), names=names)


def fit(
    design: npt.ArrayLike,
    outcome: npt.ArrayLike,
    *,
    column_mask: npt.ArrayLike | None = None,
    row_weight: npt.ArrayLike | None = None,
) -> FirthFit:
    """Fit logistic models by Firth's penalized likelihood (Jeffreys prior).

    Estimates are finite for every outcome, separated or of one class, as long as no included column is a linear
    combination of others. A member that can't be fitted is marked with a status; it never stops the others.

    Parameters
    ----------
    design
        (row, column), shared by all members and never copied per member, or (member, row, column). The first column
        is the intercept by convention.
    outcome
        0 or 1 (or bool): (row,) or (member, row).
    column_mask
        Which columns are in a model: (column,) or (member, column); all where not given.
    row_weight
        Who is in a population: 0 and 1, or counts of a bootstrap resample; (row,) or (member, row); all once where
        not given. What stands in a row of weight 0, or in a column outside the model, doesn't matter.

    Raises
    ------
    ValueError
        Where the shapes don't fit each other.

    References
    ----------
    Firth (1993), Bias reduction of maximum likelihood estimates, Biometrika 80:27-38. Heinze and Schemper (2002), A
    solution to the problem of separation in logistic regression, Statistics in Medicine 21:2409-2419. Same estimates
    as R's logistf; standard errors are those of the expected information (logistf before 1.25).
    """
    batch = logistic_batch(design, outcome, column_mask=column_mask, row_weight=row_weight)
    members = np.flatnonzero(batch.status == Status.CONVERGED)
    maximum = _maximum(batch, members)

    converged = np.zeros(batch.members, dtype=np.bool_)
    converged[members] = maximum.converged
    status = batch.status.copy()
    status[members[~maximum.converged]] = Status.NOT_CONVERGED
    iterations = np.zeros(batch.members, dtype=np.intp)
    iterations[members] = maximum.iterations

    estimated = members[maximum.converged]
    scale = np.broadcast_to(batch.scale, batch.column_mask.shape)[:, estimated]
    mask = batch.column_mask[:, estimated]
    coefficients = np.full((batch.members, batch.columns), np.nan)
    coefficients[estimated] = np.where(mask, maximum.coefficients[:, maximum.converged] / scale, np.nan).T
    covariance = np.full((batch.members, batch.columns, batch.columns), np.nan)
    unscaled = maximum.covariance[:, :, maximum.converged] / (scale[:, None] * scale[None])
    covariance[estimated] = np.where(mask[:, None] & mask[None], unscaled, np.nan).transpose(2, 0, 1)
    log_likelihood = np.full(batch.members, np.nan)
    log_likelihood[estimated] = maximum.log_likelihood[maximum.converged] + batch.log_scale[estimated]
    return FirthFit(
        coefficients=coefficients,
        covariance=covariance,
        penalized_log_likelihood=log_likelihood,
        converged=converged,
        iterations=iterations,
        status=status,
        column=batch.column,
        batch=batch,
    )


def _maximum(batch: LogisticBatch, members: IntArray, *, height_only: bool = False) -> Maximum:
    """Maximize from 0, or where there are many rows from what a part of them gives: a few standard errors away."""
    start = np.zeros((batch.columns, members.size))
    if batch.rows >= MANY_ROWS:
        found = _maximum(batch.every(STEP), members, height_only=True)
        start = np.where(found.converged, found.coefficients, start)
    problem = MaximumProblem(members=members, free=batch.column_mask[:, members], start=start)
    return maximize(batch, problem, height_only=height_only)
