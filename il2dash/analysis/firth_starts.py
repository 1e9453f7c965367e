"""Where searches for restricted maxima and bounds begin: where they would end if the log-likelihood were quadratic.

With many patients it nearly is, and its third and fourth derivatives along that way, summed over a part of the rows,
lead to where one evaluation of the whole mostly shows the search at its end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from il2dash.analysis.firth_fit import FirthFit
from il2dash.analysis.logistic_design import BoolArray, FloatArray, IntArray, crossproduct, hold, inverse_and_pivots
from il2dash.analysis.venzon_moolgavkar import BoundProblem

ROWS = 15_000
"""So many show the derivatives to some percent, of what they change by little."""

ROUNDS = 4
LARGEST_BEND = 0.5
"""Of the way: where it would bend more, the expansion says nothing, and the straight way is as good."""


@dataclass(frozen=True)
class _Derivatives:
    """Minus those of the log-likelihood along a direction d: T(d, d, .), T(d, d, d), Q(d, d, d, d)."""

    pull: FloatArray
    third: FloatArray
    fourth: FloatArray


def restricted_start(fit: FirthFit, members: IntArray, fixed: BoolArray, *, bent: bool) -> FloatArray:
    """Return where the maximum would be with the fixed coefficients at 0: (column, problem).

    Parameters
    ----------
    fixed
        (column, problem).
    bent
        Whether to take the third derivatives in.
    """
    estimate = fit.scaled_coefficients[:, members]
    restricted = _restriction(fit, members, fixed)
    start = restricted(estimate)
    if bent:
        way = start - estimate
        start += _within(way, _bend(fit, members, restricted, _derivatives(fit, members, way)))
    return start


def bound_start(fit: FirthFit, problem: BoundProblem) -> FloatArray:
    """Return where the bounds would be, all coefficients of their model: (column, problem)."""
    reach = problem.side * problem.reach
    if not problem.near:
        return np.asarray(problem.estimate + problem.tangent * reach)
    fixed = np.zeros(problem.estimate.shape, dtype=np.bool_)
    fixed[problem.column, np.arange(reach.size)] = True
    along = _derivatives(fit, problem.members, problem.tangent)
    bend = _bend(fit, problem.members, _restriction(fit, problem.members, fixed), along)
    cubic = problem.variance * along.third / 3.0
    quartic = problem.variance * (along.fourth / 12.0 + 0.5 * np.einsum("cm,cm->m", along.pull, bend))
    distance = reach
    for _ in range(ROUNDS):
        # The log-likelihood falls by distance^2 (1 + cubic distance + quartic distance^2) / (2 variance).
        distance = reach / np.sqrt(np.maximum(1.0 + cubic * distance + quartic * distance**2, LARGEST_BEND**2))
    way = problem.tangent * distance
    return np.asarray(problem.estimate + way + _within(way, bend * distance**2))


def neutral_directions(fit: FirthFit, member: IntArray, column: IntArray) -> FloatArray:
    """Return how the coefficients move with one of them so that linear predictors stay near 0: (column, problem)."""
    batch = fit.batch
    weight = np.ones((1, batch.rows)) if batch.row_weight is None else batch.row_weight
    gram = crossproduct(batch.design, weight)
    gram = np.broadcast_to(gram, (*gram.shape[:2], batch.members))[:, :, member].copy()
    hold(gram, ~batch.column_mask[:, member])
    inverse, _ = inverse_and_pivots(gram)
    each = np.arange(member.size)
    return np.asarray(inverse[:, column, each] / inverse[column, column, each])


def _restriction(fit: FirthFit, members: IntArray, fixed: BoolArray) -> Callable[[FloatArray], FloatArray]:
    """Return what takes a move to the one nearest it, by the information, that has the fixed coefficients at 0."""
    covariance = fit.scaled_covariance[:, :, members]
    # The covariance of the fixed ones alone: what is held in it has no part in what they ask of the others.
    among_fixed = covariance.copy()
    hold(among_fixed, ~fixed)
    inverse, _ = inverse_and_pivots(among_fixed)

    def restricted(move: FloatArray) -> FloatArray:
        asked = np.einsum("abm,bm->am", inverse, move * fixed)
        return np.where(fixed, 0.0, move - np.einsum("abm,bm->am", covariance, asked * fixed))

    return restricted


def _bend(
    fit: FirthFit, members: IntArray, restricted: Callable[[FloatArray], FloatArray], along: _Derivatives
) -> FloatArray:
    """Return what the third derivatives add to a way, for its length squared: (column, problem)."""
    return -0.5 * restricted(np.einsum("abm,bm->am", fit.scaled_covariance[:, :, members], along.pull))


def _within(way: FloatArray, bend: FloatArray) -> FloatArray:
    return np.where(np.abs(bend).max(axis=0) <= LARGEST_BEND * np.abs(way).max(axis=0), bend, 0.0)


def _derivatives(fit: FirthFit, members: IntArray, direction: FloatArray) -> _Derivatives:
    """Sum derivatives of the log-likelihood at the estimate over a part of the rows: direction is (column, problem)."""
    from scipy.special import expit

    step = max(1, fit.batch.rows // ROWS)
    batch = fit.batch.every(step)
    pull = np.empty_like(direction)
    third, fourth = np.empty(members.size), np.empty(members.size)
    for first in range(0, members.size, batch.pool):
        block = slice(first, first + batch.pool)
        who, place = np.unique(members[block], return_inverse=True)
        probability = expit(batch.design.take(who).linear_predictor(fit.scaled_coefficients[:, who]))
        variance = probability * (1.0 - probability)
        weight = variance if batch.row_weight is None else variance * batch.weights(who)
        design = batch.design.take(members[block])
        distance = design.linear_predictor(direction[:, block])
        squared = distance * distance
        skew = (weight * (1.0 - 2.0 * probability))[place] * squared
        pull[:, block] = design.column_sums(skew)
        third[block] = np.einsum("mr,mr->m", skew, distance)
        fourth[block] = np.einsum("mr,mr,mr->m", (weight * (1.0 - 6.0 * variance))[place], squared, squared)
    return _Derivatives(pull=pull * step, third=third * step, fourth=fourth * step)
