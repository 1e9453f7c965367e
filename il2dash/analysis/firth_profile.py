"""Bounds of profile penalized-likelihood intervals, many at once.

A bound is the value of one coefficient at which the penalized log-likelihood, maximized over the other coefficients,
has fallen to a target. Both conditions are solved together by Newton's method (Venzon and Moolgavkar 1988, with the
second derivatives of the penalty as well); the few bounds that don't settle are bracketed and found by refitting.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from il2dash.analysis.firth_likelihood import Point, evaluate
from il2dash.analysis.firth_maximum import (
    MAXIMUM_STEP,
    NEVER,
    Maximum,
    MaximumProblem,
    as_if_exact,
    highest,
    joined,
    maximize,
    refresh_worthwhile,
    squared_score,
)
from il2dash.analysis.logistic_batch import LogisticBatch
from il2dash.analysis.logistic_design import BoolArray, FloatArray, IntArray, hold, inverse_and_pivots
from il2dash.analysis.time_limit import within_time

JOINT_ITERATIONS = 30
HIGHER_MAXIMA = 3
HEIGHT_MARGIN = 1e-7
BRACKET_ITERATIONS = 100
TOLERANCE = 1e-9
EXACT_TOLERANCE = 1e-5
"""Settled where the log-likelihood is this near its target, and the other coefficients as many standard errors off
their maximum. The last step is still taken: with the penalty's curvature computed at that point it squares that."""

NEAR_TOLERANCE = 1e-3
"""Where the information alone is curvature enough: the last step leaves a millionth of it, or less."""


@dataclass(frozen=True)
class BoundProblem:
    """Bounds to find; everything on the scaled design, (problem,) or (column, problem).

    Attributes
    ----------
    members
        Which model of the batch a bound belongs to.
    column
        Which coefficient it bounds.
    side
        -1 for a lower bound, +1 for an upper one.
    estimate
        All coefficients of the model at the maximum: (column, problem).
    tangent
        How the coefficients move with the bounded one near the maximum: its column of the covariance divided by its
        variance, so 1 at the bounded coefficient: (column, problem).
    neutral
        How they move with it where nothing is known of the outcomes: the linear predictors stay as near 0 as they can,
        in the sum of squares; 1 at the bounded coefficient: (column, problem).
    variance
        Of the bounded coefficient.
    maximum, target
        Penalized log-likelihood at the estimate, and at the bound.
    near
        As of `MaximumProblem`.
    """

    members: IntArray
    column: IntArray
    side: FloatArray
    estimate: FloatArray
    tangent: FloatArray
    neutral: FloatArray
    variance: FloatArray
    maximum: FloatArray
    target: FloatArray
    near: bool

    def take(self, problems: IntArray) -> BoundProblem:
        """Return some of the problems."""
        return BoundProblem(
            members=self.members[problems],
            column=self.column[problems],
            side=self.side[problems],
            estimate=self.estimate[:, problems],
            tangent=self.tangent[:, problems],
            neutral=self.neutral[:, problems],
            variance=self.variance[problems],
            maximum=self.maximum[problems],
            target=self.target[problems],
            near=self.near,
        )

    @property
    def reach(self) -> FloatArray:
        """How far the bound would be if the log-likelihood were quadratic, as a step of at most MAXIMUM_STEP."""
        distance = np.sqrt(2.0 * np.maximum(self.maximum - self.target, 0.0) * self.variance)
        largest = distance * np.abs(self.tangent).max(axis=0)
        return np.asarray(distance * np.minimum(1.0, MAXIMUM_STEP / np.where(largest > 0.0, largest, 1.0)))


@dataclass(frozen=True)
class Candidates:
    """Bounds as Newton's method found them, (problem,); the estimate where it didn't settle."""

    bound: FloatArray
    settled: BoolArray


def candidate_bounds(batch: LogisticBatch, problem: BoundProblem, start: FloatArray) -> Candidates:
    """Find the bounds on the maximum of the other coefficients that continues the estimate."""
    return Candidates(*_joint_newton(batch, problem, start))


def check_problem(batch: LogisticBatch, problem: BoundProblem, value: FloatArray) -> MaximumProblem:
    """Say what to maximize for the height of the profile at a value, from a start that knows nothing of the estimate.

    The other coefficients may have a second, higher maximum there. Then the bound is further out, on that one.
    """
    return _fixed(batch, problem, value, problem.neutral * value)


def confirmed_bounds(
    batch: LogisticBatch, problem: BoundProblem, candidates: Candidates, check: Maximum | None
) -> tuple[FloatArray, BoolArray]:
    """Keep the candidates that no higher maximum overrules, and find the others: bounds, and which were found.

    `check` is the maximum at each candidate as `check_problem` asks for it; None where none can be higher.
    """
    bound, found = candidates.bound.copy(), candidates.settled.copy()
    left = np.empty(0, dtype=np.intp)
    if check is not None:
        left = np.flatnonzero(found & (check.height > problem.target + HEIGHT_MARGIN))
        found[left] = False
        check = check.take(left)
    for _ in range(HIGHER_MAXIMA):
        if check is None or not left.size:
            break
        here = problem.take(left)
        value, settled = _joint_newton(batch, here, check.coefficients)
        check = maximize(batch, check_problem(batch, here, value), height_only=True)
        higher = settled & (check.height > here.target + HEIGHT_MARGIN)
        bound[left], found[left] = value, settled & ~higher
        left, check = left[higher], check.take(np.flatnonzero(higher))
    lost = np.flatnonzero(~found)
    if lost.size:
        bound[lost], found[lost] = _bracketed(batch, problem.take(lost))
    return np.where(found, bound, np.nan), found


def _fixed(batch: LogisticBatch, problem: BoundProblem, value: FloatArray, start: FloatArray) -> MaximumProblem:
    """Fix the bounded coefficient at a value; the others start anywhere."""
    each = np.arange(value.size)
    free = batch.column_mask[:, problem.members]
    free[problem.column, each] = False
    start = start.copy()
    start[problem.column, each] = value
    return MaximumProblem(members=problem.members, free=free, start=start)


def _joint_newton(batch: LogisticBatch, problem: BoundProblem, start: FloatArray) -> tuple[FloatArray, BoolArray]:
    """Return the bounds, the estimate where that didn't settle, and whether it did."""
    total = problem.members.size
    current = start.copy()
    penalty = np.zeros((batch.columns, batch.columns, total))
    remainder = np.full(total, NEVER)
    iterations = np.zeros(total, dtype=np.intp)
    found = np.zeros(total, dtype=np.bool_)
    pool = batch.pool
    active = np.arange(min(pool, total))
    upcoming = active.size
    while active.size:
        within_time()
        here = problem.take(active)
        point = evaluate(batch, here.members, current[:, active])
        others = batch.column_mask[:, here.members]
        others[here.column, np.arange(active.size)] = False
        score = point.score * others
        left = squared_score(point, score) + (point.log_likelihood - here.target) ** 2
        slow = refresh_worthwhile(left, remainder[active], rows=batch.rows)
        sure = slow | as_if_exact(left, remainder[active], rows=batch.rows)
        remainder[active] = left
        if slow.any():
            penalty[:, :, active[slow]] = point.penalty_curvature(np.flatnonzero(slow))
        near = np.where(sure, EXACT_TOLERANCE, TOLERANCE) if not problem.near else NEAR_TOLERANCE
        step, settled, usable = _joint_step(
            point, here, score, np.take(penalty, active, axis=2), others=others, near=near
        )
        current[:, active] += step
        outside = here.side * (current - problem.estimate)[here.column, active] > 0.0
        found[active] = settled & usable & outside
        iterations[active] += 1
        remaining = active[~settled & usable & (iterations[active] < JOINT_ITERATIONS)]
        newcomers = np.arange(upcoming, min(upcoming + pool - remaining.size, total))
        upcoming += newcomers.size
        active = np.concatenate([remaining, newcomers])
    each = np.arange(total)
    return np.where(found, current[problem.column, each], problem.estimate[problem.column, each]), found


def _joint_step(
    point: Point,
    problem: BoundProblem,
    score: FloatArray,
    penalty: FloatArray,
    *,
    others: BoolArray,
    near: FloatArray | float,
) -> tuple[FloatArray, BoolArray, BoolArray]:
    """Return the step to the bound of the local quadratic model, whether it is the last, and whether it can be used."""
    column, side = problem.column, problem.side
    each = np.arange(column.size)
    curvature = penalty
    curvature += point.information
    diagonal = curvature[column, column, each]
    hold(curvature, ~others)
    inverse, pivots = inverse_and_pivots(curvature)
    convex = np.flatnonzero(~(pivots > 0.0).all(axis=0))
    if convex.size:
        scoring = point.information[:, :, convex]
        diagonal[convex] = scoring[column[convex], column[convex], np.arange(convex.size)]
        hold(scoring, ~others[:, convex])
        inverse[:, :, convex], pivots[:, convex] = inverse_and_pivots(scoring)
        curvature[:, :, convex] = scoring
    usable = np.isfinite(point.log_likelihood) & (pivots > 0.0).all(axis=0)

    cross = curvature[:, column, each] * others
    to_maximum = np.einsum("abm,bm->am", inverse, score)
    decrement = np.einsum("am,am->m", to_maximum, score)
    drag = np.einsum("abm,bm->am", inverse, cross)
    # The profile near here: height + slope s + bend s^2 / 2, with s the step of the bounded coefficient outwards.
    height = np.where(usable, point.log_likelihood, 0.0) + 0.5 * decrement - problem.target
    slope = side * (point.score[column, each] - np.einsum("am,am->m", cross, to_maximum))
    bend = np.einsum("am,am->m", cross, drag) - diagonal
    outwards = _falling_root(height, slope, bend)

    step = to_maximum - drag * (side * outwards)
    step[column, each] = side * outwards
    settled = (np.abs(height) <= near) & (decrement <= near * near) & (slope < 0.0)
    largest = np.abs(step).max(axis=0)
    usable &= np.isfinite(largest)
    step *= np.minimum(1.0, MAXIMUM_STEP / np.maximum(largest, MAXIMUM_STEP))
    return np.where(usable, step, 0.0), settled, usable


def _falling_root(height: FloatArray, slope: FloatArray, bend: FloatArray) -> FloatArray:
    """Solve height + slope s + bend s^2 / 2 = 0 for the s at which the parabola falls; else step towards it."""
    discriminant = slope * slope - 2.0 * bend * height
    real = discriminant >= 0.0
    root = np.sqrt(np.where(real, discriminant, 0.0))
    falling = slope < 0.0
    concave = bend < 0.0
    # Of the two forms of the same root, the one without cancellation; without a root, the vertex or a plain step.
    denominator = np.where(falling, np.where(real, root - slope, -slope), 1.0)
    numerator = np.where(falling & real, 2.0 * height, height)
    divisor = np.where(concave, bend, -1.0)
    climbing = np.where(concave, (-slope - root) / divisor, MAXIMUM_STEP)
    vertex = np.where(concave & ~real, -slope / divisor, numerator / denominator)
    return np.where(falling, np.where(real, numerator / denominator, vertex), climbing)


def _bracketed(batch: LogisticBatch, problem: BoundProblem) -> tuple[FloatArray, BoolArray]:
    """Refit with the coefficient fixed, first ever further out, then inside the bracket (Illinois false position)."""
    total = problem.members.size
    each = np.arange(total)
    inside = np.zeros(total)
    height_inside = problem.maximum - problem.target
    outside = np.full(total, np.inf)
    height_outside = np.full(total, np.nan)
    distance = problem.reach
    start = problem.estimate.copy()
    found = np.zeros(total, dtype=np.bool_)
    active = each
    for _ in range(BRACKET_ITERATIONS):
        here = problem.take(active)
        value = here.estimate[here.column, np.arange(active.size)] + here.side * distance[active]
        problems = [_fixed(batch, here, value, start[:, active]), check_problem(batch, here, value)]
        fit = highest(maximize(batch, joined(problems), height_only=True), starts=2)
        height = fit.log_likelihood - problem.target[active]
        usable = fit.converged & np.isfinite(height)
        start[:, active] = np.where(usable, fit.coefficients, start[:, active])
        width = outside[active] - inside[active]
        found[active] = usable & ((np.abs(height) <= 1e-11) | (width <= 1e-12 * (1.0 + distance[active])))

        above = height > 0.0
        grown, shrunk = active[above], active[~above]
        # Illinois: an end that stays twice loses half its height, so that both ends close in.
        height_outside[grown] *= 0.5
        height_inside[shrunk] *= 0.5
        inside[grown], height_inside[grown] = distance[grown], height[above]
        outside[shrunk], height_outside[shrunk] = distance[shrunk], height[~above]

        active = active[usable & ~found[active]]
        if not active.size:
            break
        low, high = inside[active], outside[active]
        bracketed = np.isfinite(high)
        share = height_inside[active] / (height_inside[active] - np.where(bracketed, height_outside[active], -1.0))
        span = np.where(bracketed, high, 0.0) - low
        distance[active] = np.where(bracketed, low + np.clip(share, 0.001, 0.999) * span, 2.0 * low)
    return problem.estimate[problem.column, each] + problem.side * distance, found
