"""Bounds of profile penalized-likelihood intervals by Newton's method in all coefficients at once.

At a bound two things hold: the penalized log-likelihood is largest over the other coefficients, and it has fallen to a
target. Both are solved together, with the second derivatives of the penalty as well (Venzon and Moolgavkar, Applied
Statistics 1988;37:87-94).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from il2dash.analysis.firth_likelihood import Point, evaluate
from il2dash.analysis.firth_maximum import MAXIMUM_STEP, NEVER, as_if_exact, refresh_worthwhile, squared_score
from il2dash.analysis.logistic_batch import LogisticBatch
from il2dash.analysis.logistic_design import BoolArray, FloatArray, IntArray, hold, inverse_and_pivots
from il2dash.analysis.time_limit import within_time

JOINT_ITERATIONS = 30
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
    """Find the bounds on the maximum of the other coefficients that continues the one at `start`: (column, problem)."""
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
    bound = np.where(found, current[problem.column, each], problem.estimate[problem.column, each])
    return Candidates(bound=bound, settled=found)


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
