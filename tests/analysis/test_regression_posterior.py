"""What many patients tell of the regressions, against the likelihood of what was observed and data augmentation."""

from __future__ import annotations

import numpy as np
import pytest

from il2dash.analysis.course_sums import CourseSums, course_sums
from il2dash.analysis.moving_courses import (
    Courses,
    MovingCourses,
    draw_within,
    first_guess,
    moving_courses,
    moving_products,
)
from il2dash.analysis.regression_posterior import NOISE, RegressionPosterior, regression_posterior
from il2dash.analysis.visit_regressions import (
    PRIOR_PATIENTS,
    VisitRegressions,
    degrees_of_freedom,
    draw_regressions,
    products_by_visit,
)
from tests.analysis.simulated_courses import courses_with_gaps, mean_and_covariance

CORRELATION = 0.6


def numbers(regressions: VisitRegressions) -> np.ndarray:
    """Return all parameters by set: of each visit the intercept, the slopes and the logarithm of sigma."""
    visits = regressions.sigma.shape[1]
    parts = [
        np.column_stack(
            [regressions.intercept[:, visit], regressions.slopes[:, visit, :visit], np.log(regressions.sigma[:, visit])]
        )
        for visit in range(visits)
    ]
    return np.hstack(parts)


def regressions_of(parameters: np.ndarray, visits: int) -> VisitRegressions:
    slopes = np.zeros((1, visits, visits))
    intercept, sigma, place = np.empty((1, visits)), np.empty((1, visits)), 0
    for visit in range(visits):
        own = parameters[place : place + visit + 2]
        intercept[0, visit], slopes[0, visit, :visit], sigma[0, visit] = own[0], own[1:-1], np.exp(own[-1])
        place += visit + 2
    return VisitRegressions(intercept=intercept, slopes=slopes, sigma=sigma)


def observed_log_likelihood(parameters: np.ndarray, sums: CourseSums) -> float:
    """Return the normal log likelihood of the measured values alone, pattern by pattern."""
    mean, covariance = mean_and_covariance(regressions_of(parameters, sums.measured.shape[1] - 1))
    found = 0.0
    for measured, products in zip(sums.measured[:, 1:], sums.products, strict=True):
        own = np.ix_(measured, measured)
        count, total, squares = products[0, 0], products[0, 1:][measured], products[1:, 1:][own]
        center = mean[measured]
        about = squares - np.outer(total, center) - np.outer(center, total) + count * np.outer(center, center)
        inverse = np.linalg.inv(covariance[own])
        found -= (count * np.linalg.slogdet(covariance[own])[1] + np.sum(inverse * about)) / 2
    return found


def learned(courses: Courses, *, seed: int = 1) -> tuple[RegressionPosterior | None, MovingCourses]:
    beyond = (courses.side != 0).any(axis=1)
    last = np.where(np.isnan(courses.values), -1, np.arange(courses.values.shape[1])).max(axis=1)
    cut = Courses(values=courses.values[beyond], side=courses.side[beyond])
    within = np.arange(courses.values.shape[1]) <= last[beyond, None]
    started = np.where(within, first_guess(cut.values), 0.0)
    moving = moving_courses(cut, within & cut.imputed, last[beyond], started, 1)
    sums = course_sums(courses.values[~beyond & (last >= 0)])
    rng = np.random.default_rng(seed)
    return regression_posterior(sums, moving, correlation=CORRELATION, rng=rng), moving


def augmented(courses: Courses, chains: int, rounds: int) -> np.ndarray:
    """Return the parameters after rounds of data augmentation of every patient, one set a chain."""
    rng = np.random.default_rng(8)
    visits = courses.values.shape[1]
    known = ~np.isnan(courses.values)
    last = np.where(known, np.arange(visits), -1).max(axis=1)
    within = np.arange(visits) <= last[:, None]
    guessed = np.where(within, first_guess(courses.values), 0.0)
    free = within & courses.imputed
    prior = PRIOR_PATIENTS * np.where(np.eye(visits, dtype=bool), 1.0, CORRELATION)
    moving = moving_courses(courses, free, last, guessed, chains)
    rests = ~free.any(axis=1)
    resting = products_by_visit(guessed[rests], last[rests])
    freedom = degrees_of_freedom(resting + products_by_visit(guessed[~rests], last[~rests]), prior)
    together = [slice(first, first + 10) for first in range(0, chains, 10)]
    for _ in range(rounds):
        draw = draw_regressions(resting + moving_products(moving, together), prior, freedom, rng)
        noise = moving.noise(chains, rng)
        for some in together:
            draw_within(moving, some, draw.of(some), [part[some] for part in noise])
    return numbers(draw_regressions(resting + moving_products(moving, together), prior, freedom, rng))


def test_center_and_information_are_those_of_the_observed_likelihood():
    courses = courses_with_gaps(4000, 3, gaps=0.3)
    posterior, _ = learned(courses)
    sums = course_sums(courses.values[~np.isnan(courses.values).all(axis=1)])
    step = 1e-3 * np.eye(posterior.center.size)

    def value(*steps):
        return observed_log_likelihood(posterior.center + sum(steps), sums)

    gradient = np.array([value(own) - value(-own) for own in step]) / 2e-3
    # The prior is worth 3 patients of 4,000: a few hundredths of a standard deviation.
    assert np.abs(np.linalg.solve(posterior.root, gradient)).max() < 0.1
    curvature = -np.array([[value(a, b) - value(a, -b) - value(-a, b) + value(-a, -b) for a in step] for b in step]) / (
        4e-6
    )
    information = posterior.root @ posterior.root.T
    scale = np.sqrt(np.diag(information))
    np.testing.assert_allclose(information / np.outer(scale, scale), curvature / np.outer(scale, scale), atol=0.01)


@pytest.mark.parametrize(("gaps", "limit", "noise"), [(0.25, -np.inf, 0.0), (0.1, -0.8, NOISE)])
def test_the_draws_are_those_of_data_augmentation(gaps, limit, noise):
    courses = courses_with_gaps(3000, 3, gaps=gaps, limit=limit)
    chains = 300
    exact = augmented(courses, chains, 25)
    posterior, _ = learned(courses)
    drawn = numbers(posterior.draw(20_000, np.random.default_rng(2)))
    # Where values are beyond a limit, the center itself is found by draws.
    apart = (drawn.mean(axis=0) - exact.mean(axis=0)) / exact.std(axis=0)
    assert np.abs(apart).max() < 4 * np.sqrt(1 / chains + noise)
    assert np.mean(apart**2) < 2 * (1 / chains + noise)
    np.testing.assert_allclose(drawn.std(axis=0) / exact.std(axis=0), 1, atol=4 / np.sqrt(2 * chains))


def test_too_much_unknown_gives_none():
    assert learned(courses_with_gaps(400, 4, gaps=0.5, limit=1.2))[0] is None
