"""Multiple imputation of courses over visits: each visit regressed on those before, regressions and values drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from il2dash.analysis.time_limit import within_time
from il2dash.analysis.visit_regressions import (
    PRIOR_PATIENTS,
    VisitRegressions,
    degrees_of_freedom,
    draw_regressions,
    from_then_on,
    products_by_visit,
)

BURN_IN = 10
"""Rounds of data augmentation before an imputation is taken. Only gaps within a course and values beyond a limit need
them: the rest is drawn directly, and 200 rounds give the same results but for the draws' own noise."""

CACHED = 150_000
"""Values of as many imputations as are worked on together, so that they stay in the processor's cache."""

FAR = -5.0
"""Standard deviations below the mean, from where on a tail is taken by its logarithm."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Courses:
    """Values of one arm's patients at the visits.

    Parameters
    ----------
    values : array, shape (patients, visits)
        On a scale on which they are roughly normal, about mean 0 with standard deviation 1; NaN where missing; a value
        beyond a limit at its limit.
    side : int array, shape (patients, visits)
        -1 where the true value is below `values`, 1 where it is above, else 0.
    """

    values: NDArray[np.float64]
    side: NDArray[np.int64]

    @property
    def imputed(self) -> NDArray[np.bool_]:
        """Which values are drawn: those that are missing or beyond a limit."""
        return np.asarray(np.isnan(self.values) | (self.side != 0))

    @property
    def incomplete(self) -> NDArray[np.bool_]:
        """Which patients have such a value."""
        return np.asarray(self.imputed.any(axis=1))


@dataclass(frozen=True, eq=False, kw_only=True)
class _Visit:
    """Who has a value at one visit to be drawn within the course, and until which visit each was followed.

    `who` are places among the moving patients, `turn` the same patients' turns in the order of the courses.
    """

    visit: int
    who: NDArray[np.intp]
    turn: NDArray[np.intp]
    last: NDArray[np.intp]
    limit: NDArray[np.float64]
    side: NDArray[np.int64]


@dataclass(frozen=True, eq=False, kw_only=True)
class _Moving:
    """The patients with gaps or values beyond a limit within their course, in the order of their last visits.

    `values` are (imputations, patients, 1 + visits): a one, then what is known or drawn, 0 after the last value.
    """

    values: NDArray[np.float64]
    patients: NDArray[np.intp]
    followed: tuple[tuple[int, slice], ...]
    visits: tuple[_Visit, ...]


def impute_courses(
    courses: Courses,
    *,
    correlation: float,
    imputations: int,
    rng: np.random.Generator,
    progress: Callable[[float], None] | None = None,
) -> NDArray[np.float64]:
    """Fill what is missing, several times, as the patients of the same arm suggest.

    Values after a patient's last one are drawn visit by visit, from the regression of that visit on all visits before
    among the patients who were followed so far (sequential regression; no iteration is needed). Gaps before a patient's
    last value, and values beyond a limit (drawn within it), are first filled by data augmentation: in turn draw the
    regressions given the values, and these values given the regressions. All imputations are chains of their own.

    Parameters
    ----------
    courses : Courses
        Of one arm; every visit has at least one value.
    correlation : float
        Of any two visits under the prior, which has standard deviation 1 at each; it keeps a regression on eight visits
        among 20 patients from fitting them by chance.
    imputations : int
        How many times.
    rng : numpy.random.Generator
        Source of the draws; the same state gives the same values.
    progress : callable, optional
        Told the part that is done; what it raises ends the work.

    Returns
    -------
    array, shape (imputations, incomplete patients, visits)
        Of those who have a value that is imputed, in their order.

    References
    ----------
    Schafer, Analysis of Incomplete Multivariate Data, 1997, chapters 5 (ridge prior) and 6.5 (monotone data
    augmentation); the regressions are those of SAS ``proc mi; monotone reg`` with ``mcmc impute = monotone`` before.
    """
    visits = courses.values.shape[1]
    known = ~np.isnan(courses.values)
    last = np.where(known, np.arange(visits), -1).max(axis=1, initial=-1)
    within = np.arange(visits) <= last[:, None]
    guessed = np.where(within, _first_guess(courses.values), 0.0)
    free = within & courses.imputed
    prior = PRIOR_PATIENTS * np.where(np.eye(visits, dtype=bool), 1.0, correlation)
    rests = ~free.any(axis=1)
    moving = _moving(courses, free, last, guessed, imputations)
    resting = products_by_visit(guessed[rests], last[rests])
    freedom = degrees_of_freedom(resting + products_by_visit(guessed[~rests], last[~rests]), prior)
    rounds = BURN_IN if free.any() else 0
    together = max(1, CACHED // max(moving.values[0].size, 1))
    chains = [slice(first, first + together) for first in range(0, imputations, together)]
    for done in range(rounds):
        draw = draw_regressions(resting + _moving_products(moving, chains), prior, freedom, rng)
        uniform = [rng.random((imputations, visit.who.size))[:, visit.turn] for visit in moving.visits]
        for some in chains:
            within_time()
            _draw_within(moving, some, draw.of(some), [part[some] for part in uniform])
        if progress is not None:
            progress((done + 1) / (rounds + 1))
    draw = draw_regressions(resting + _moving_products(moving, chains), prior, freedom, rng)
    incomplete = courses.incomplete
    filled = np.broadcast_to(guessed[incomplete], (imputations, int(incomplete.sum()), visits)).copy()
    filled[:, (np.cumsum(incomplete) - 1)[moving.patients]] = moving.values[:, :, 1:]
    for visit in range(visits):
        after = np.flatnonzero(last[incomplete] < visit)
        if not after.size:
            continue
        within_time()
        before = filled[:, after, :visit] @ draw.slopes[:, visit, :visit, None]
        mean = draw.intercept[:, visit, None] + before[:, :, 0]
        noise = rng.standard_normal(mean.shape)
        filled[:, after, visit] = mean + draw.sigma[:, visit, None] * noise
    if progress is not None:
        progress(1.0)
    return filled


def common_correlation(*arms: NDArray[np.float64]) -> float:
    """Return the mean correlation of two visits within arms, over all pairs of visits; between 0 and 0.95.

    Parameters
    ----------
    arms : arrays, shape (patients, visits)
        Each arm's values with standard deviation 1 or so; NaN where missing.
    """
    products = squares = 0.0
    for values in arms:
        known = ~np.isnan(values)
        count = known.sum(axis=0)
        own = np.where(known, values - np.where(known, values, 0.0).sum(axis=0) / np.maximum(count, 1), 0.0)
        both = known.astype(float).T @ known
        cross = own.T @ own
        apart = ~np.eye(len(cross), dtype=bool)
        products += float(cross[apart].sum())
        spread = (own**2).sum(axis=0) / np.maximum(count, 1)
        squares += float((both * np.sqrt(np.outer(spread, spread)))[apart].sum())
    return min(max(products / squares, 0.0), 0.95) if squares > 0 else 0.0


def _first_guess(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Fill a gap by the visit's mean plus how far the patient is from the means elsewhere."""
    known = ~np.isnan(values)
    mean = np.where(known, values, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    apart = np.where(known, values - mean, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return np.where(known, values, mean + apart[:, None])


def _moving_products(moving: _Moving, chains: list[slice]) -> NDArray[np.float64]:
    """Return the same of the moving patients in each imputation: (imputations, visits, 1 + visits, 1 + visits)."""
    imputations, _, size = moving.values.shape
    found = np.zeros((imputations, size - 1, size, size))
    for some in chains:
        for visit, patients in moving.followed:
            values = moving.values[some, patients]
            found[some, visit] = values.transpose(0, 2, 1) @ values
    return from_then_on(found)


def _moving(
    courses: Courses,
    free: NDArray[np.bool_],
    last: NDArray[np.int64],
    guessed: NDArray[np.float64],
    imputations: int,
) -> _Moving:
    patients = np.flatnonzero(free.any(axis=1))
    turn = np.argsort(last[patients], kind="stable")
    patients = patients[turn]
    start = np.column_stack([np.ones(patients.size), guessed[patients]])
    made = []
    for visit in np.flatnonzero(free.any(axis=0)):
        who = np.flatnonzero(free[patients, visit])
        made.append(
            _Visit(
                visit=int(visit),
                who=who,
                turn=np.argsort(np.argsort(patients[who])),
                last=last[patients[who]],
                limit=courses.values[patients[who], visit],
                side=courses.side[patients[who], visit],
            )
        )
    return _Moving(
        values=np.broadcast_to(start, (imputations, *start.shape)).copy(),
        patients=patients,
        followed=_followed(last[patients]),
        visits=tuple(made),
    )


def _followed(last: NDArray[np.int64]) -> tuple[tuple[int, slice], ...]:
    """Return for each last visit, in ascending order, where its patients are."""
    distinct, first = np.unique(last, return_index=True)
    return tuple(
        (int(visit), slice(int(begin), int(end)))
        for visit, begin, end in zip(distinct, first, np.append(first, last.size)[1:], strict=True)
    )


def _draw_within(moving: _Moving, chains: slice, draw: VisitRegressions, uniform: list[NDArray[np.float64]]) -> None:
    """Draw the values within courses in some imputations, one visit after the other, given the other visits."""
    values = moving.values[chains]
    loading = np.eye(draw.slopes.shape[1]) - draw.slopes  # (imputations, residual's visit, value's visit)
    with_one = np.concatenate([-draw.intercept[:, :, None], loading], axis=2)
    # What a patient's residuals up to the last visit pull at each value, by that visit: precisions, with the means.
    weighted = loading / draw.sigma[:, :, None] ** 2
    pull = weighted[:, :, :, None] * with_one[:, :, None, :]
    for residual in range(1, pull.shape[1]):
        pull[:, residual] += pull[:, residual - 1]
    for visit, part in zip(moving.visits, uniform, strict=True):
        own = values[:, visit.who]
        weights = pull[:, visit.last, visit.visit]
        gradient = np.einsum("mkj,mkj->mk", own, weights)
        precision = weights[:, :, 1 + visit.visit]
        sd = 1 / np.sqrt(precision)
        mean = own[:, :, 1 + visit.visit] - gradient / precision
        # Beyond an upper limit is below it with the sign turned; a gap has its limit at infinity.
        sign = np.where(visit.side > 0, -1.0, 1.0)
        reach = np.where(visit.side == 0, np.inf, (visit.limit - mean) / sd * sign)
        values[:, visit.who, 1 + visit.visit] = mean + sign * sd * _below(reach, part)


def _below(reach: NDArray[np.float64], uniform: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return standard normal values below a reach."""
    from scipy.special import log_ndtr, ndtr, ndtri, ndtri_exp

    drawn = ndtri(ndtr(reach) * (1.0 - uniform))
    far = reach < FAR
    if far.any():
        drawn[far] = ndtri_exp(np.log1p(-uniform[far]) + log_ndtr(reach[far]))
    return np.asarray(drawn)
