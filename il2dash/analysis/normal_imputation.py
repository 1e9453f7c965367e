"""Multiple imputation of courses over visits: each visit regressed on those before, regressions and values drawn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from il2dash.analysis.moving_courses import Courses, draw_within, first_guess, moving_courses, moving_products
from il2dash.analysis.time_limit import within_time
from il2dash.analysis.visit_regressions import (
    PRIOR_PATIENTS,
    degrees_of_freedom,
    draw_regressions,
    products_by_visit,
)

BURN_IN = 10
"""Rounds of data augmentation before an imputation is taken. Only gaps within a course and values beyond a limit need
them: the rest is drawn directly, and 200 rounds give the same results but for the draws' own noise."""

CACHED = 150_000
"""Values of as many imputations as are worked on together, so that they stay in the processor's cache."""


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
    guessed = np.where(within, first_guess(courses.values), 0.0)
    free = within & courses.imputed
    prior = PRIOR_PATIENTS * np.where(np.eye(visits, dtype=bool), 1.0, correlation)
    rests = ~free.any(axis=1)
    moving = moving_courses(courses, free, last, guessed, imputations)
    resting = products_by_visit(guessed[rests], last[rests])
    freedom = degrees_of_freedom(resting + products_by_visit(guessed[~rests], last[~rests]), prior)
    rounds = BURN_IN if free.any() else 0
    together = max(1, CACHED // max(moving.values[0].size, 1))
    chains = [slice(first, first + together) for first in range(0, imputations, together)]
    for done in range(rounds):
        draw = draw_regressions(resting + moving_products(moving, chains), prior, freedom, rng)
        uniform = moving.noise(imputations, rng)
        for some in chains:
            within_time()
            draw_within(moving, some, draw.of(some), [part[some] for part in uniform])
        if progress is not None:
            progress((done + 1) / (rounds + 1))
    draw = draw_regressions(resting + moving_products(moving, chains), prior, freedom, rng)
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
