"""What many patients tell of each visit's regression on those before: the posterior's normal approximation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from il2dash.analysis.course_sums import CourseSums, ExpectedSums, expected_sums
from il2dash.analysis.moving_courses import MovingCourses, draw_within, moving_products
from il2dash.analysis.time_limit import within_time
from il2dash.analysis.visit_regressions import (
    PRIOR_PATIENTS,
    VisitRegressions,
    degrees_of_freedom,
    fitted_regressions,
)

ROUNDS = 6
"""Rounds until the regressions have settled, and then those at which they are held for the first step."""

MOST_ROUNDS = 50
"""Rounds of a later step, at most."""

MOST_STEPS = 5
"""Steps until one is shorter than a posterior standard deviation, at most."""

NOISE = 0.05
"""A step's variance by its draws, as a part of the posterior's: one that has more is followed by one of more rounds."""

MOST_NOISE = 0.1
"""The same of a step of the most rounds; one that has more doesn't count."""

SPARE = 1.25
"""How many times the rounds are asked for that the noise so far calls for."""

SNAPSHOTS = 4
"""Draws of each course from which the information that values beyond a limit take is found, or one more."""

BLOCK = 4096
"""Courses whose scores are held at a time."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RegressionPosterior:
    """A normal distribution of the regressions of all visits: intercept, slopes and logarithm of sigma of each in turn.

    `root` is the lower triangular root of the information.
    """

    center: NDArray[np.float64]
    root: NDArray[np.float64]

    def draw(self, imputations: int, rng: np.random.Generator) -> VisitRegressions:
        """Draw some sets."""
        noise = rng.standard_normal((imputations, self.center.size))
        return _regressions(self.center + np.linalg.solve(self.root.T, noise.T).T)


def regression_posterior(
    sums: CourseSums,
    moving: MovingCourses,
    *,
    correlation: float,
    rng: np.random.Generator,
    progress: Callable[[float], None] | None = None,
) -> RegressionPosterior | None:
    """Fit the regressions to patients of one arm, and find how precisely they are known.

    Stochastic EM: in each round gaps add to the sums what is expected of them, values beyond a limit what was drawn,
    and the regressions are fitted to the sums. Then, with regressions held, steps of Newton's method with the
    information by Louis' formula: that of completed courses less what the unknown values take. Of gaps this is known
    from the sums; of values beyond a limit from draws of each course some rounds apart.

    Parameters
    ----------
    sums : CourseSums
        Of the patients without values beyond a limit.
    moving : MovingCourses
        The others, in one chain; left with values drawn from the regressions at the end.
    correlation : float
        Of any two visits under the prior, as in ``impute_courses``.
    rng : numpy.random.Generator
        Source of the draws.
    progress : callable, optional
        Told the part that is done; what it raises ends the work.

    Returns
    -------
    RegressionPosterior or None
        None where the steps don't come to rest: too much is unknown for a normal approximation.

    References
    ----------
    Louis, Journal of the Royal Statistical Society B 1982;44:226-233. Nielsen, Bernoulli 2000;6:457-489 (stochastic
    EM).
    """
    visits = sums.measured.shape[1] - 1
    prior = PRIOR_PATIENTS * np.where(np.eye(visits, dtype=bool), 1.0, correlation)
    held, freedom = _start(prior / PRIOR_PATIENTS), np.ones(visits)
    for done in range(ROUNDS):
        products = expected_sums(sums, held).products + _moved_products(moving, held, rng)
        if done in (0, ROUNDS - 1):
            freedom = degrees_of_freedom(products, prior)
        held = fitted_regressions(products[None], prior, freedom)
    rounds = ROUNDS
    for steps in range(MOST_STEPS):
        if progress is not None:
            progress((1 + steps) / (2 + MOST_STEPS))
        step = _newton_step(sums, moving, held, prior, freedom, rounds, rng)
        if step is None and rounds == MOST_ROUNDS:
            return None
        if step is None:
            rounds = MOST_ROUNDS
            continue
        if step.length <= 1 and step.noise <= (NOISE if rounds < MOST_ROUNDS else MOST_NOISE):
            if progress is not None:
                progress(1.0)
            return RegressionPosterior(center=step.center, root=step.root)
        held = _regressions(step.center[None])
        rounds = min(max(rounds, ceil(SPARE * rounds * step.noise / NOISE)), MOST_ROUNDS)
    return None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Step:
    """Where a step leads, the root of the information there, its length in posterior standard deviations, its noise."""

    center: NDArray[np.float64]
    root: NDArray[np.float64]
    length: float
    noise: float


def _newton_step(
    sums: CourseSums,
    moving: MovingCourses,
    held: VisitRegressions,
    prior: NDArray[np.float64],
    freedom: NDArray[np.float64],
    rounds: int,
    rng: np.random.Generator,
) -> _Step | None:
    """Return a step from the regressions that are held; None where the information found isn't positive definite."""
    expected = expected_sums(sums, held)
    products, snapshots = expected.products, []
    for done in range(rounds if moving.patients.size else 0):
        products = products + _moved_products(moving, held, rng) / rounds
        if done % max(ROUNDS - 1, (rounds - 1) // SNAPSHOTS) == 0:
            snapshots.append(moving.values[0].copy())
    fitted = fitted_regressions(products[None], prior, freedom)
    complete = _complete_information(products, prior, freedom, fitted)
    beyond = _taken_by_limits(snapshots, moving, fitted) if snapshots else np.zeros_like(complete)
    information = complete - _taken_by_gaps(sums, expected, fitted) - beyond
    try:
        root = np.asarray(np.linalg.cholesky(information))
    except np.linalg.LinAlgError:
        return None
    began = _parameters(held)
    move = np.linalg.solve(information, complete @ (_parameters(fitted) - began))
    return _Step(
        center=began + move,
        root=root,
        length=float(np.sqrt(np.mean((root.T @ move) ** 2))),
        noise=float(np.trace(np.linalg.solve(information, beyond))) / move.size / rounds,
    )


def _start(correlations: NDArray[np.float64]) -> VisitRegressions:
    """Return the regressions of values with means of 0, standard deviations of 1 and these correlations."""
    visits = len(correlations)
    products = np.zeros((visits, 1 + visits, 1 + visits))
    products[:, 0, 0] = 1.0
    products[:, 1:, 1:] = correlations
    return fitted_regressions(products[None], np.zeros_like(correlations), np.ones(visits))


def _moved_products(
    moving: MovingCourses, regressions: VisitRegressions, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Let the courses move one round, and return their sums of products by visit."""
    within_time()
    draw_within(moving, slice(None), regressions, moving.noise(1, rng))
    return np.asarray(moving_products(moving, [slice(None)])[0])


def _complete_information(
    products: NDArray[np.float64],
    prior: NDArray[np.float64],
    freedom: NDArray[np.float64],
    regressions: VisitRegressions,
) -> NDArray[np.float64]:
    """Return the information of completed courses: the regressions of different visits tell nothing of each other."""
    rows = _rows(len(products))
    information = np.zeros((rows[-1].stop, rows[-1].stop))
    for visit, own in enumerate(rows):
        ridge = np.zeros((1 + visit, 1 + visit))
        ridge[1:, 1:] = prior[:visit, :visit]
        block = information[own, own]
        block[:-1, :-1] = (products[visit, : 1 + visit, : 1 + visit] + ridge) / regressions.sigma[0, visit] ** 2
        block[-1, -1] = 2 * freedom[visit]
    return information


def _taken_by_gaps(sums: CourseSums, expected: ExpectedSums, regressions: VisitRegressions) -> NDArray[np.float64]:
    """Return the variance of the score that gaps leave, summed over patients.

    A score is a quadratic form w'Aw of a one and the values. Where w is normal with mean m and covariance S, two of
    them have the covariance 4 tr(A S B (mm' + S / 2)).
    """
    size = sums.measured.shape[1]
    rows = _rows(size - 1)
    forms = _score_forms(regressions)
    means = expected.completed - sums.products[:, :1, :1] * expected.spread / 2
    taken = np.zeros((len(forms), len(forms)))
    kernel = np.zeros((size**2, size**2))
    for visit in range(size - 2, -1, -1):
        ends = sums.last == visit
        kernel += means[ends].reshape(-1, size**2).T @ expected.spread[ends].reshape(-1, size**2)
        pairs = kernel.reshape(size, size, size, size).transpose(0, 2, 3, 1).reshape(size**2, size**2)
        own, upto = rows[visit], slice(rows[visit].stop)
        taken[own, upto] = 4 * forms[own] @ pairs @ forms[upto].T
        taken[upto, own] = taken[own, upto].T
    return taken


def _score_forms(regressions: VisitRegressions) -> NDArray[np.float64]:
    """Return each parameter's score as the matrix of a quadratic form: (parameters, (1 + visits)**2)."""
    forms = []
    for visit, residual in enumerate(regressions.residuals[0]):
        places = np.eye(residual.size)[: 1 + visit]
        one_way = places[:, :, None] * residual
        both = [*(one_way + one_way.transpose(0, 2, 1)) / 2, np.outer(residual, residual)]
        forms += [form.ravel() / regressions.sigma[0, visit] ** 2 for form in both]
    return np.array(forms)


def _taken_by_limits(
    snapshots: list[NDArray[np.float64]], moving: MovingCourses, regressions: VisitRegressions
) -> NDArray[np.float64]:
    """Return the variance of each course's score between draws of it, summed over courses."""
    last = np.repeat(
        [visit for visit, _ in moving.followed], [patients.stop - patients.start for _, patients in moving.followed]
    )
    parameters = _rows(regressions.sigma.size)[-1].stop
    taken = np.zeros((parameters, parameters))
    for first in range(0, last.size, BLOCK):
        some = slice(first, first + BLOCK)
        scores = np.array([_scores(values[some], last[some], regressions) for values in snapshots])
        apart = (scores - scores.mean(axis=0)).reshape(-1, parameters)
        taken += apart.T @ apart
    return taken / (len(snapshots) - 1)


def _scores(values: NDArray[np.float64], last: NDArray[np.intp], regressions: VisitRegressions) -> NDArray[np.float64]:
    """Return each course's score but for a constant: (patients, parameters)."""
    residual = values @ regressions.residuals[0].T
    residual[np.arange(residual.shape[1]) > last[:, None]] = 0.0
    weighted = residual / regressions.sigma[0] ** 2
    rows = _rows(residual.shape[1])
    scores = np.empty((len(values), rows[-1].stop))
    for visit, own in enumerate(rows):
        scores[:, own][:, :-1] = weighted[:, visit, None] * values[:, : 1 + visit]
        scores[:, own.stop - 1] = weighted[:, visit] * residual[:, visit]
    return scores


def _rows(visits: int) -> list[slice]:
    """Return where the parameters of each visit are: its intercept, its slopes and the logarithm of its sigma."""
    ends = np.cumsum(np.arange(visits) + 2).tolist()
    return [slice(begin, end) for begin, end in zip([0, *ends], ends, strict=False)]


def _parameters(regressions: VisitRegressions) -> NDArray[np.float64]:
    intercept, slopes, sigma = regressions.intercept[0], regressions.slopes[0], regressions.sigma[0]
    return np.concatenate(
        [[intercept[visit], *slopes[visit, :visit], np.log(sigma[visit])] for visit in range(len(sigma))]
    )


def _regressions(parameters: NDArray[np.float64]) -> VisitRegressions:
    """Return the regressions of some sets of parameters, (sets, parameters)."""
    sets = len(parameters)
    visits = round((np.sqrt(9 + 8 * parameters.shape[1]) - 3) / 2)
    slopes = np.zeros((sets, visits, visits))
    intercept, sigma = np.empty((sets, visits)), np.empty((sets, visits))
    for visit, own in enumerate(_rows(visits)):
        intercept[:, visit] = parameters[:, own.start]
        slopes[:, visit, :visit] = parameters[:, own.start + 1 : own.stop - 1]
        sigma[:, visit] = np.exp(parameters[:, own.stop - 1])
    return VisitRegressions(intercept=intercept, slopes=slopes, sigma=sigma)
