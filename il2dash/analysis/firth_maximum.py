"""Maximize the penalized likelihood of many members, each over the coefficients that are free in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from il2dash.analysis.firth_likelihood import Point, evaluate
from il2dash.analysis.logistic_batch import LogisticBatch
from il2dash.analysis.logistic_design import MANY_ROWS, BoolArray, FloatArray, IntArray, hold, inverse_and_pivots
from il2dash.analysis.time_limit import within_time

MAXIMUM_STEP = 5.0
"""Of a scaled coefficient in one iteration (logistf: 5)."""

MAXIMUM_ITERATIONS = 2000
MAXIMUM_HALVINGS = 40

EXACT_DECREMENT = 1e-15
DECREMENT = 1e-19
EXACT_HEIGHT_DECREMENT = 1e-6
HEIGHT_DECREMENT = 1e-9
"""Converged where U'H^-1U is below. The last step is still taken: with the penalty's curvature computed at that very
point it squares the error (3e-8 standard errors), else it leaves a share of it. The log-likelihood is predicted, with
an error of the order of that to the power of 3/2."""

SLOW = 0.01
FEW = 64
"""The penalty's curvature is computed anew where a step left more than this share of the squared score, and always for
a few members with fewer rows only: then an iteration costs more than what it computes."""

CLOSE = 1e-6
CLOSE_DECREMENT = 1e-12
"""With many rows the penalty curves little beside the likelihood. Where a step left no more than CLOSE of the squared
score, the curvature was right to a thousandth, and so is the next step: from there it ends 1e-9 standard errors off."""


NEVER = 1e300
"""Stands for infinity in a comparison."""


@dataclass(frozen=True)
class MaximumProblem:
    """What to maximize.

    Attributes
    ----------
    members : (problem,)
        Which model of the batch each problem is about; a model may come more than once.
    free : (column, problem)
        Coefficients that move. The others stay as they start, and their columns stay in the penalty.
    start : (column, problem)
        Scaled coefficients.
    near
        Whether so many patients tell of every coefficient that the penalty's curvature is nothing beside the
        likelihood's.
    """

    members: IntArray
    free: BoolArray
    start: FloatArray
    near: bool = False


@dataclass(frozen=True)
class Maximum:
    """Maxima of the penalized likelihood: scaled coefficients (column, problem), the rest (problem,) last."""

    coefficients: FloatArray
    log_likelihood: FloatArray
    covariance: FloatArray
    converged: BoolArray
    iterations: IntArray

    def take(self, problems: IntArray) -> Maximum:
        """Return some of the maxima."""
        return Maximum(
            coefficients=self.coefficients[:, problems],
            log_likelihood=self.log_likelihood[problems],
            covariance=self.covariance[:, :, problems],
            converged=self.converged[problems],
            iterations=self.iterations[problems],
        )

    @property
    def height(self) -> FloatArray:
        """The log-likelihood, -inf where the fit didn't converge."""
        return np.where(self.converged, self.log_likelihood, -np.inf)


def joined(problems: Sequence[MaximumProblem]) -> MaximumProblem:
    """Put problems one after the other, to be solved together."""
    return MaximumProblem(
        members=np.concatenate([problem.members for problem in problems]),
        free=np.concatenate([problem.free for problem in problems], axis=1),
        start=np.concatenate([problem.start for problem in problems], axis=1),
        near=all(problem.near for problem in problems),
    )


def highest(maximum: Maximum, *, starts: int) -> Maximum:
    """Keep the highest of the maxima that each problem has from several starts, which follow each other as wholes.

    With some coefficients fixed the penalized likelihood may have two maxima, mostly under separation, and a start
    finds either of them.
    """
    problems = maximum.converged.size // starts
    chosen = maximum.height.reshape(starts, problems).argmax(axis=0) * problems + np.arange(problems)
    return maximum.take(chosen)


def maximize(batch: LogisticBatch, problem: MaximumProblem, *, height_only: bool = False) -> Maximum:
    """Maximize by Newton's method, with scoring steps where the likelihood isn't concave, and step-halving.

    Scoring alone, as in logistf, needs hundreds of iterations for some resamples: the curvature of the penalty makes
    them few. With height_only it stops where the log-likelihood is right to rounding, the coefficients to six digits.
    """
    members, start = problem.members, problem.start
    free = None if problem.free.all() else problem.free
    total = members.size
    coefficients = start.copy()
    log_likelihood = np.full(total, -NEVER)
    step = np.zeros_like(start)
    halvings = np.zeros(total, dtype=np.intp)
    iterations = np.zeros(total, dtype=np.intp)
    converged = np.zeros(total, dtype=np.bool_)
    covariance = np.full((batch.columns, batch.columns, total), np.nan)
    penalty = np.zeros_like(covariance)
    remainder = np.full(total, NEVER)

    exact, stale = (EXACT_HEIGHT_DECREMENT, HEIGHT_DECREMENT) if height_only else (EXACT_DECREMENT, DECREMENT)
    close = max(exact, CLOSE_DECREMENT)
    pool = batch.pool
    active = np.arange(min(pool, total))
    upcoming = active.size
    while active.size:
        within_time()
        trial = coefficients[:, active] + step[:, active]
        point = evaluate(batch, members[active], trial)
        iterations[active] += 1
        # A fall by less than rounding is none.
        before = log_likelihood[active]
        risen = point.log_likelihood >= before - 1e-12 * (1.0 + np.abs(before))
        risen &= np.isfinite(point.log_likelihood)

        movable = None if free is None else free[:, active]
        score = point.score if movable is None else point.score * movable
        left = squared_score(point, score)
        slow = risen & refresh_worthwhile(left, remainder[active], rows=batch.rows)
        if slow.any():
            penalty[:, :, active[slow]] = point.penalty_curvature(np.flatnonzero(slow))
        direction, concave = ascent(point, score, np.take(penalty, active, axis=2), free=movable)
        gain = np.einsum("cm,cm->m", direction, score)
        limit = np.where(slow, exact, stale)
        if batch.rows >= MANY_ROWS or problem.near:
            limit[problem.near | as_if_exact(left, remainder[active], rows=batch.rows)] = close
        arrived = risen & (gain <= np.where(concave, limit, DECREMENT))
        direction *= np.minimum(1.0, MAXIMUM_STEP / np.maximum(np.abs(direction).max(axis=0), MAXIMUM_STEP))

        coefficients[:, active] = np.where(risen, trial, coefficients[:, active])
        log_likelihood[active] = np.where(risen, point.log_likelihood, before)
        remainder[active] = np.where(risen, left, remainder[active])
        step[:, active] = np.where(risen, direction, 0.5 * step[:, active])
        halvings[active] = np.where(risen, 0, halvings[active] + 1)
        if arrived.any():
            final = active[arrived]
            converged[final] = True
            coefficients[:, final] += step[:, final]
            log_likelihood[final] += 0.5 * gain[arrived]
            covariance[:, :, final] = point.covariance[:, :, arrived]

        given_up = (halvings[active] > MAXIMUM_HALVINGS) | (iterations[active] >= MAXIMUM_ITERATIONS)
        remaining = active[~(arrived | given_up)]
        newcomers = np.arange(upcoming, min(upcoming + pool - remaining.size, total))
        upcoming += newcomers.size
        active = np.concatenate([remaining, newcomers])
    return Maximum(
        coefficients=coefficients,
        log_likelihood=log_likelihood,
        covariance=covariance,
        converged=converged,
        iterations=iterations,
    )


def squared_score(point: Point, score: FloatArray) -> FloatArray:
    """Sum of the squared scores, each in units of its standard deviation: (member,)."""
    information = np.einsum("ccm->cm", point.information)
    return np.asarray(np.einsum("cm,cm->m", score, score / np.where(information > 0.0, information, np.inf)))


def refresh_worthwhile(left: FloatArray, before: FloatArray, *, rows: int) -> BoolArray:
    """Say for which members to compute the penalty's curvature anew."""
    always = left.size <= FEW and rows < MANY_ROWS
    return np.asarray(left > (0.0 if always else SLOW) * before)


def as_if_exact(left: FloatArray, before: FloatArray, *, rows: int) -> BoolArray:
    """Say for which members the curvature proved so good that the next step ends it."""
    if rows < MANY_ROWS:
        return np.zeros(left.shape, dtype=np.bool_)
    return np.asarray((before < NEVER) & (left <= CLOSE * before))


def ascent(
    point: Point, score: FloatArray, penalty: FloatArray, *, free: BoolArray | None
) -> tuple[FloatArray, BoolArray]:
    """Return the Newton step with the given penalty's curvature, and where it is one.

    It is a scoring step where the likelihood isn't concave.
    """
    penalty += point.information
    if free is not None:
        hold(penalty, ~free)
    inverse, pivots = inverse_and_pivots(penalty)
    concave = np.asarray((pivots > 0.0).all(axis=0))
    if not concave.all():
        convex = np.flatnonzero(~concave)
        if free is None:
            inverse[:, :, convex] = point.covariance[:, :, convex]
        else:
            information = np.take(point.information, convex, axis=2)
            hold(information, ~free[:, convex])
            inverse[:, :, convex] = inverse_and_pivots(information)[0]
    return np.einsum("abm,bm->am", inverse, score), concave
