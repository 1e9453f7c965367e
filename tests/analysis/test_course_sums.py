"""Sums of courses with gaps, against each patient's conditional distribution."""

from __future__ import annotations

import numpy as np

from il2dash.analysis.course_sums import course_sums, expected_sums
from il2dash.analysis.visit_regressions import products_by_visit
from tests.analysis.simulated_courses import courses_with_gaps, mean_and_covariance, some_regressions


def test_gaps_add_what_their_conditional_distribution_says():
    values = courses_with_gaps(60, 4, gaps=0.3).values
    values = values[~np.isnan(values).all(axis=1)]
    regressions = some_regressions(4)
    mean, covariance = mean_and_covariance(regressions)
    by_visit = np.zeros((4, 5, 5))
    for course in values:
        known = ~np.isnan(course)
        last = int(np.flatnonzero(known)[-1])
        gap = ~known & (np.arange(4) <= last)
        weights = covariance[np.ix_(gap, known)] @ np.linalg.inv(covariance[np.ix_(known, known)])
        filled, spread = np.zeros(5), np.zeros((5, 5))
        filled[0], filled[1:][known] = 1.0, course[known]
        filled[1:][gap] = mean[gap] + weights @ (course[known] - mean[known])
        spread[np.ix_(np.append(False, gap), np.append(False, gap))] = (
            covariance[np.ix_(gap, gap)] - weights @ covariance[np.ix_(known, gap)]
        )
        by_visit[: last + 1] += np.outer(filled, filled) + spread
    found = expected_sums(course_sums(values), regressions)
    np.testing.assert_allclose(found.products, by_visit, atol=1e-10)


def test_nothing_missing_is_the_sum_itself():
    values = courses_with_gaps(50, 3, gaps=0).values
    last = (~np.isnan(values)).sum(axis=1) - 1
    found = expected_sums(course_sums(values), some_regressions(3))
    np.testing.assert_allclose(found.products, products_by_visit(np.nan_to_num(values), last), atol=1e-10)
    assert not found.spread.any()
