"""Bounds of profile penalized-likelihood intervals, many at once: which of those that Newton's method finds hold.

A bound is the value of one coefficient at which the penalized log-likelihood, maximized over the other coefficients,
has fallen to a target. `venzon_moolgavkar` finds it on the maximum that continues the estimate; another may be higher.
The few bounds that don't settle are bracketed and found by refitting.
"""

from __future__ import annotations

import numpy as np

from il2dash.analysis.firth_maximum import Maximum, MaximumProblem, highest, joined, maximize
from il2dash.analysis.logistic_batch import LogisticBatch
from il2dash.analysis.logistic_design import BoolArray, FloatArray
from il2dash.analysis.venzon_moolgavkar import BoundProblem, Candidates, candidate_bounds

HIGHER_MAXIMA = 3
HEIGHT_MARGIN = 1e-7
BRACKET_ITERATIONS = 100


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
        new = candidate_bounds(batch, here, check.coefficients)
        check = maximize(batch, check_problem(batch, here, new.bound), height_only=True)
        higher = new.settled & (check.height > here.target + HEIGHT_MARGIN)
        bound[left], found[left] = new.bound, new.settled & ~higher
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
