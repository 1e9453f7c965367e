"""Multiple imputation of courses over visits: each visit regressed on those before, regressions and values drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from il2dash.analysis.time_limit import within_time

PRIOR_PATIENTS = 3.0
"""What the prior is worth: as much as the courses of that many patients."""

BURN_IN = 10
"""Rounds of data augmentation before an imputation is taken. Only gaps within a course and values beyond a limit need
them: the rest is drawn directly, and 200 rounds give the same results but for the draws' own noise."""


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


@dataclass(frozen=True, eq=False, kw_only=True)
class _Draw:
    """Regressions of each visit on those before, one set an imputation."""

    intercept: NDArray[np.float64]  # (imputations, visits)
    slopes: NDArray[np.float64]  # (imputations, visits, visits), strictly lower
    sigma: NDArray[np.float64]  # (imputations, visits)


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
    array, shape (imputations, patients, visits)

    References
    ----------
    Schafer, Analysis of Incomplete Multivariate Data, 1997, chapters 5 (ridge prior) and 6.5 (monotone data
    augmentation); the regressions are those of SAS ``proc mi; monotone reg`` with ``mcmc impute = monotone`` before.
    """
    patients, visits = courses.values.shape
    known = ~np.isnan(courses.values)
    last = np.where(known, np.arange(visits), -1).max(axis=1, initial=-1)
    within = np.arange(visits) <= last[:, None]
    free = within & (~known | (courses.side != 0))
    prior = PRIOR_PATIENTS * np.where(np.eye(visits, dtype=bool), 1.0, correlation)
    filled = np.broadcast_to(_first_guess(courses.values), (imputations, patients, visits)).copy()
    freedom = _degrees_of_freedom(filled[0], last, prior)
    rounds = BURN_IN if free.any() else 0
    rows = free.any(axis=1)
    for done in range(rounds):
        within_time()
        draw = _draw_regressions(filled, last, prior, freedom, rng)
        filled[:, rows] = _draw_within(
            filled[:, rows], draw, courses=courses, rows=rows, within=within[rows], free=free[rows], rng=rng
        )
        if progress is not None:
            progress((done + 1) / (rounds + 1))
    draw = _draw_regressions(filled, last, prior, freedom, rng)
    for visit in range(visits):
        after = last < visit
        if not after.any():
            continue
        mean = draw.intercept[:, visit, None] + np.einsum(
            "mij,mj->mi", filled[:, after, :visit], draw.slopes[:, visit, :visit]
        )
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


def _degrees_of_freedom(
    values: NDArray[np.float64], last: NDArray[np.int64], prior: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return what each visit's residual variance is known by: patients, less what the slopes took, plus the prior's.

    A ridge takes less than one degree a slope: the trace of its hat matrix.
    """
    freedom = []
    for visit in range(values.shape[1]):
        members = values[last >= visit, :visit]
        about = members - members.mean(axis=0)
        cross = about.T @ about
        taken = float(np.trace(np.linalg.solve(cross + prior[:visit, :visit], cross))) if visit else 0.0
        freedom.append(len(members) - 1 - taken + PRIOR_PATIENTS)
    return np.array(freedom)


def _draw_regressions(
    filled: NDArray[np.float64],
    last: NDArray[np.int64],
    prior: NDArray[np.float64],
    freedom: NDArray[np.float64],
    rng: np.random.Generator,
) -> _Draw:
    """Draw every visit's regression on those before from its posterior, for each imputation."""
    imputations, _, visits = filled.shape
    intercept, slopes = np.empty((imputations, visits)), np.zeros((imputations, visits, visits))
    sigma = np.empty((imputations, visits))
    spread = np.sqrt(1 / rng.chisquare(np.broadcast_to(freedom, (imputations, visits))))
    noise = rng.standard_normal((imputations, visits, visits + 1))
    for visit in range(visits):
        members = filled[:, last >= visit, : visit + 1]
        mean = members.mean(axis=1)
        about = members - mean[:, None]
        # Its last row holds the slopes, rotated, and the root of what they leave of this visit's sum of squares.
        factor = np.linalg.cholesky(about.transpose(0, 2, 1) @ about + prior[: visit + 1, : visit + 1])
        sigma[:, visit] = factor[:, visit, visit] * spread[:, visit]
        scaled = sigma[:, visit, None] * noise[:, visit]
        if visit:
            rotated = factor[:, visit, :visit] + scaled[:, :visit]
            upper = factor[:, :visit, :visit].transpose(0, 2, 1)
            slopes[:, visit, :visit] = np.linalg.solve(upper, rotated[:, :, None])[:, :, 0]
        center = mean[:, visit] + scaled[:, visits] / np.sqrt(members.shape[1])
        intercept[:, visit] = center - (slopes[:, visit, :visit] * mean[:, :visit]).sum(axis=1)
    return _Draw(intercept=intercept, slopes=slopes, sigma=sigma)


def _draw_within(
    filled: NDArray[np.float64],
    draw: _Draw,
    *,
    courses: Courses,
    rows: NDArray[np.bool_],
    within: NDArray[np.bool_],
    free: NDArray[np.bool_],
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Draw the values within courses, one visit after the other, given the patient's other visits."""
    from scipy.special import log_ndtr, ndtri_exp

    limit, side = courses.values[rows], courses.side[rows]
    loading = np.eye(filled.shape[2]) - draw.slopes  # (imputations, residual's visit, value's visit)
    weight = 1 / draw.sigma**2
    residual = np.einsum("mij,mkj->mik", filled, loading) - draw.intercept[:, None]
    for visit in np.flatnonzero(free.any(axis=0)):
        who = free[:, visit]
        pull = loading[:, :, visit] * weight
        precision = np.einsum("mk,ik->mi", loading[:, :, visit] * pull, within[who].astype(float))
        gradient = np.einsum("mik,mk,ik->mi", residual[:, who], pull, within[who].astype(float))
        before, sd = filled[:, who, visit], 1 / np.sqrt(precision)
        mean = before - gradient / precision
        # Beyond an upper limit is below it with the sign turned; a gap has its limit at infinity.
        sign = np.where(side[who, visit] > 0, -1.0, 1.0)
        reach = np.where(side[who, visit] == 0, np.inf, (limit[who, visit] - mean) / sd * sign)
        after = mean + sign * sd * ndtri_exp(np.log1p(-rng.random(mean.shape)) + log_ndtr(reach))
        residual[:, who] += (after - before)[:, :, None] * loading[:, None, :, visit]
        filled[:, who, visit] = after
    return filled
