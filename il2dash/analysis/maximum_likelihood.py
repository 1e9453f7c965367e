"""Ordinary maximum-likelihood logistic regression, to stand beside Firth's: Wald standard errors and tests.

Same conventions as firth.fit: one model or thousands, members first in the result. Where the covariates separate the
outcomes there is no finite estimate: such a member is marked, and has none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from il2dash.analysis.logistic_batch import LogisticBatch, Status, logistic_batch, reason_for
from il2dash.analysis.logistic_design import BoolArray, FloatArray, IntArray, inverse_and_pivots, total
from il2dash.analysis.logistic_likelihood import likelihood
from il2dash.analysis.time_limit import within_time

MAXIMUM_ITERATIONS = 100
MAXIMUM_HALVINGS = 30

DECREMENT = 1e-18
"""Converged where U'VU is below; the last step, still taken, squares the error."""

DIVERGING_STEP = 0.5
"""Of some linear predictor: under separation every step adds about 1 to it however far it has gone."""

DIRECTION_TOLERANCE = 1e-6
"""A row isn't against a direction of separation where it is by less than this share of the largest row."""


@dataclass(frozen=True)
class MaximumLikelihoodFit:
    """Maximum-likelihood fits; members stand first, also for one model (then there is one member).

    Attributes
    ----------
    coefficients : (member, column)
        Log odds ratios; NaN for a column outside the model and for a member without estimate.
    covariance : (member, column, column)
        (X'WX)^-1.
    log_likelihood : (member,)
    wald_p : (member, column)
        Two-sided, of coefficient / standard error against the normal distribution.
    converged : (member,)
    iterations : (member,)
    status : (member,)
        A `Status`; SEPARATED where the estimate is infinite.
    column : (member,)
        The column at fault, -1 where none is.
    """

    coefficients: FloatArray
    covariance: FloatArray
    log_likelihood: FloatArray
    wald_p: FloatArray
    converged: BoolArray
    iterations: IntArray
    status: npt.NDArray[np.int8]
    column: IntArray

    @property
    def standard_errors(self) -> FloatArray:
        """Wald standard errors: (member, column)."""
        return np.asarray(np.sqrt(np.einsum("mcc->mc", self.covariance)))

    def reason(self, member: int = 0, *, names: Sequence[str] | None = None) -> str:
        """Say why a member has no estimate, naming the column at fault; "" where it has one."""
        return reason_for(int(self.status[member]), int(self.column[member]), names=names)


def fit(
    design: npt.ArrayLike,
    outcome: npt.ArrayLike,
    *,
    column_mask: npt.ArrayLike | None = None,
    row_weight: npt.ArrayLike | None = None,
) -> MaximumLikelihoodFit:
    """Fit logistic models by maximum likelihood (iteratively reweighted least squares with step-halving).

    Parameters
    ----------
    design, outcome, column_mask, row_weight
        As for `firth.fit`.

    Raises
    ------
    ValueError
        Where the shapes don't fit each other.

    References
    ----------
    Same estimates as R's glm(family = binomial) where there is no separation. glm calls a separated fit converged; here
    it is marked: Albert and Anderson (1984), Biometrika 71:1-10.
    """
    return fit_batch(logistic_batch(design, outcome, column_mask=column_mask, row_weight=row_weight))


def fit_batch(batch: LogisticBatch, *, start: FloatArray | None = None) -> MaximumLikelihoodFit:
    """Fit models that are checked already, such as those of a Firth fit (`FirthFit.batch`).

    The search begins at 0, or at `start`: scaled coefficients, (column, member).
    """
    from scipy.special import ndtr

    members = np.flatnonzero(batch.status == Status.CONVERGED)
    coefficients = np.zeros((batch.columns, batch.members)) if start is None else start.copy()
    covariance = np.full((batch.columns, batch.columns, batch.members), np.nan)
    log_likelihood = np.full(batch.members, np.nan)
    status = batch.status.copy()
    iterations = np.zeros(batch.members, dtype=np.intp)
    for first in range(0, members.size, batch.pool):
        _fit_pool(
            batch,
            members[first : first + batch.pool],
            coefficients=coefficients,
            covariance=covariance,
            log_likelihood=log_likelihood,
            status=status,
            iterations=iterations,
        )
    converged = status == Status.CONVERGED
    scale = np.broadcast_to(batch.scale, batch.column_mask.shape)
    mask = batch.column_mask & converged
    coefficients = np.where(mask, coefficients / scale, np.nan).T
    covariance = np.where(mask[:, None] & mask[None], covariance / (scale[:, None] * scale[None]), np.nan)
    covariance = np.ascontiguousarray(covariance.transpose(2, 0, 1))
    standard_errors = np.sqrt(np.einsum("mcc->mc", covariance))
    return MaximumLikelihoodFit(
        coefficients=coefficients,
        covariance=covariance,
        log_likelihood=np.where(converged, log_likelihood, np.nan),
        wald_p=2.0 * ndtr(-np.abs(coefficients / standard_errors)),
        converged=converged,
        iterations=iterations,
        status=status,
        column=batch.column,
    )


def _fit_pool(
    batch: LogisticBatch,
    members: IntArray,
    *,
    coefficients: FloatArray,
    covariance: FloatArray,
    log_likelihood: FloatArray,
    status: npt.NDArray[np.int8],
    iterations: IntArray,
) -> None:
    """Fit some members into the arrays given."""
    log_likelihood[members] = -np.inf
    status[members] = Status.NOT_CONVERGED
    step = np.zeros((batch.columns, members.size))
    halvings = np.zeros(members.size, dtype=np.intp)
    active = np.arange(members.size)
    for _ in range(MAXIMUM_ITERATIONS):
        within_time()
        who = members[active]
        trial = coefficients[:, who] + step[:, active]
        height, score, inverse, singular = _evaluate(batch, who, trial)
        iterations[who] += 1
        risen = ~singular & (height >= log_likelihood[who] - 1e-12 * (1.0 + np.abs(height)))
        step[:, active[~risen]] *= 0.5
        halvings[active] = np.where(risen, 0, halvings[active] + 1)

        moved, who = active[risen], who[risen]
        direction = np.einsum("abm,bm->am", inverse[:, :, risen], score[:, risen])
        gain = np.einsum("cm,cm->m", direction, score[:, risen])
        coefficients[:, who] = trial[:, risen]
        log_likelihood[who] = height[risen]
        step[:, moved] = direction

        diverging, separated = _separated(batch, who, direction)
        arrived = (gain <= DECREMENT) & ~diverging
        status[who[separated]] = Status.SEPARATED
        status[who[arrived]] = Status.CONVERGED
        coefficients[:, who[arrived]] += direction[:, arrived]
        log_likelihood[who[arrived]] += 0.5 * gain[arrived]
        covariance[:, :, who[arrived]] = inverse[:, :, risen][:, :, arrived]
        active = active[(status[members[active]] == Status.NOT_CONVERGED) & (halvings[active] <= MAXIMUM_HALVINGS)]
        if not active.size:
            break


def _evaluate(
    batch: LogisticBatch, members: IntArray, coefficients: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, BoolArray]:
    """Return the log-likelihood, its score, the inverse information and where that is singular."""
    here = likelihood(batch, members, coefficients)
    inverse, pivots = inverse_and_pivots(here.information)
    expected = total([here.design.rows(values.rows).column_sums(values.expected) for values in here.blocks])
    score = (batch.totals[:, members] - expected) * batch.column_mask[:, members]
    return here.log_likelihood, score, inverse, np.asarray(~(pivots > 0.0).all(axis=0))


def _separated(batch: LogisticBatch, members: IntArray, direction: FloatArray) -> tuple[BoolArray, BoolArray]:
    """Say whose step doesn't shrink, and of those who could follow it forever: no included row is against it."""
    design = batch.design.take(members)
    outcome = batch.outcome if batch.outcome.shape[0] == 1 else batch.outcome[members]
    support = design.linear_predictor(direction) * np.where(outcome > 0.0, 1.0, -1.0)
    if batch.row_weight is not None:
        repeats = batch.weights(members)
        support = np.where(repeats > 0.0, support, 0.0)
    largest = support.max(axis=1)
    diverging = np.asarray(largest > DIVERGING_STEP)
    return diverging, diverging & (support.min(axis=1) >= -DIRECTION_TOLERANCE * largest)
