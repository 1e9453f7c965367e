"""Values drawn for many patients: who gets which, and the same estimate as by data augmentation of everybody."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

from il2dash.analysis.course_sums import course_precision
from il2dash.analysis.large_sample_courses import large_sample_courses
from il2dash.analysis.normal_imputation import impute_courses
from il2dash.analysis.rubin import pool
from tests.analysis.simulated_courses import courses_with_gaps, mean_and_covariance

CORRELATION = 0.6


def learned(courses, seed=1):
    return large_sample_courses(courses, correlation=CORRELATION, rng=np.random.default_rng(seed))


def drawn(learned_courses, members, visits, *, imputations=50, seed=3):
    streams = [np.random.default_rng([seed, what]) for what in range(3)]
    return learned_courses.drawn(members, visits, imputations=imputations, streams=streams)


@pytest.fixture(scope="module")
def cut():
    return courses_with_gaps(1500, 4, gaps=0.15, limit=-0.9)


def test_what_is_known_stays_and_the_rest_is_drawn_where_it_may_be(cut):
    members = np.arange(0, 1500, 3)
    values = drawn(learned(cut), members, [0, 1, 3], imputations=12)
    own, side = cut.values[members][:, [0, 1, 3]], cut.side[members][:, [0, 1, 3]]
    assert np.isfinite(values).all()
    known = ~np.isnan(own) & (side == 0)
    assert (values[:, known] == own[known]).all()
    assert (values[:, side < 0] < -0.9).all()
    assert (values[:, ~known].std(axis=0) > 0.01).all()


def test_a_seed_gives_the_same_values(cut):
    members = np.flatnonzero(np.isnan(cut.values[:, 3]))
    first = drawn(learned(cut), members, [3])
    np.testing.assert_array_equal(first, drawn(learned(cut), members, [3]))
    assert not np.array_equal(first, drawn(learned(cut), members, [3], seed=4))


def test_two_values_of_a_patient_belong_together():
    """Of who has the second of three visits only, first and third are drawn with their covariance given it."""
    courses = courses_with_gaps(3000, 3, gaps=0.3)
    found = learned(courses)
    known = ~np.isnan(courses.values)
    members = np.flatnonzero(known[:, 1] & ~known[:, 0] & ~known[:, 2])
    imputations = 400
    values = drawn(found, members, [0, 2], imputations=imputations)
    center = found.posterior.draw(20_000, np.random.default_rng(1))
    precision = course_precision(center)[:, 2, 1:, 1:].mean(axis=0)
    expected = np.linalg.inv(precision[np.ix_([0, 2], [0, 2])])
    apart = (values - values.mean(axis=0)).reshape(-1, 2)
    # The regressions' own uncertainty adds a few thousandths.
    np.testing.assert_allclose(apart.T @ apart / len(apart), expected, atol=0.01)


@pytest.mark.parametrize(
    ("patients", "visits", "gaps", "limit"),
    [(1500, 4, 0.1, -np.inf), (1500, 4, 0.1, -1.0), (2500, 3, 0.2, -0.2)],
)
def test_the_pooled_estimate_is_that_of_data_augmentation(patients, visits, gaps, limit):
    """Two arms' worth of estimates differ by their draws alone: within 4 standard errors of those.

    A pooled estimate of m imputations has the error sqrt(B / m) by them, their variance B the error B sqrt(2 / (m-1)).
    Values beyond a limit make the center of the regressions' posterior uncertain too, by a part of what B owes to them.
    """
    courses = courses_with_gaps(patients, visits, gaps=gaps, limit=limit)
    last, cutoff, m = visits - 1, 0.3, 300
    unknown = np.flatnonzero(np.isnan(courses.values[:, last]))
    known = (courses.values[:, last] >= cutoff).sum()
    place = (np.cumsum(courses.incomplete) - 1)[unknown]
    rng = np.random.default_rng(5)
    filled = np.concatenate(
        [
            impute_courses(courses, correlation=CORRELATION, imputations=50, rng=rng)[:, place, last]
            for _ in range(m // 50)
        ]
    )
    found = learned(courses)
    values = np.concatenate([drawn(found, unknown, [last], seed=seed)[:, :, 0] for seed in range(m // 50)])
    results = []
    for some in (filled, values):
        share = (known + (some >= cutoff).sum(axis=1)) / patients
        results.append((share, pool(share, share * (1 - share) / patients, complete_freedom=patients - 1)))
    (exact, by_exact), (share, by_many) = results
    between = exact.var(ddof=1)
    assert abs(by_many.estimate - by_exact.estimate) < 4 * sqrt(between * (2 / m + (0.05 if limit > -9 else 0)))
    assert abs(share.var(ddof=1) / between - 1) < 4 * sqrt(4 / (m - 1))
    relative = 4 * sqrt(4 / (m - 1)) * between / by_exact.se**2 / 2
    assert by_many.se / by_exact.se == pytest.approx(1, abs=relative)
    # So it is patient by patient, and no patient's own draws are narrower or wider.
    error = np.sqrt((filled.var(axis=0) + values.var(axis=0)) / m)
    apart = (filled.mean(axis=0) - values.mean(axis=0)) / error
    assert np.abs(apart).max() < 5
    assert np.mean(apart**2) < 1.5
    assert (values.std(axis=0) / filled.std(axis=0)).mean() == pytest.approx(1, abs=0.02)


def test_a_patient_without_any_value_is_drawn_from_all():
    courses = courses_with_gaps(2000, 3, gaps=0.35)
    nothing = np.flatnonzero(np.isnan(courses.values).all(axis=1))
    assert nothing.size > 20
    values = drawn(learned(courses), nothing, [2], imputations=200)
    mean, covariance = mean_and_covariance(learned(courses).posterior.draw(1, np.random.default_rng(1)))
    assert values.mean() == pytest.approx(mean[2], abs=0.1)
    assert values.std() == pytest.approx(sqrt(covariance[2, 2]), abs=0.1)


def test_too_much_unknown_is_left_to_others():
    assert learned(courses_with_gaps(400, 4, gaps=0.5, limit=1.2)) is None
