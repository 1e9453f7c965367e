from __future__ import annotations

from math import isnan, nan

import numpy as np
import pytest

from il2dash.analysis.covariance_analysis import covariance_analysis


def analyse(response, treated, baseline):
    return covariance_analysis(
        np.array(response, dtype=float),
        is_treatment=np.array(treated, dtype=bool),
        baseline=np.array(baseline, dtype=float),
    )


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(5)
    treated = np.arange(30) % 3 == 0
    baseline = rng.normal(300, 60, 30)
    return 0.7 * baseline + 25 * treated + rng.normal(0, 40, 30), treated, baseline


def test_equals_least_squares_of_statsmodels(data):
    import statsmodels.api as sm

    response, treated, baseline = data
    fit = sm.OLS(response, np.column_stack([np.ones(30), treated, baseline])).fit()
    found = analyse(*data)
    assert found.difference.estimate == pytest.approx(fit.params[1], rel=1e-10)
    assert (found.se, found.degrees_of_freedom) == (pytest.approx(fit.bse[1], rel=1e-10), 27)
    assert found.test.p == pytest.approx(fit.pvalues[1], rel=1e-9)
    interval = found.difference.interval
    assert (interval.lower, interval.upper) == pytest.approx(fit.conf_int()[1], rel=1e-9)


def test_the_change_has_the_same_difference_as_the_value(data):
    response, treated, baseline = data
    value, change = analyse(*data), analyse(response - baseline, treated, baseline)
    assert change.difference.estimate == pytest.approx(value.difference.estimate)
    assert change.test.p == pytest.approx(value.test.p)


def test_arms_order_and_units(data):
    response, treated, baseline = data
    found = analyse(*data)
    swapped = analyse(response[::-1] * 10, ~treated[::-1], baseline[::-1] / 50 + 7)
    assert swapped.difference.estimate == pytest.approx(-10 * found.difference.estimate)
    assert swapped.test.p == pytest.approx(found.test.p)


def test_patients_without_a_value_or_baseline_are_left_out(data):
    response, treated, baseline = data
    more = analyse([*response, 5, nan], [*treated, 1, 0], [*baseline, nan, 3])
    assert more == analyse(*data)


@pytest.mark.parametrize(
    ("response", "treated", "baseline", "reason"),
    [
        ([], [], [], "no patient has both"),
        ([nan, nan], [0, 1], [1, 2], "no patient has both"),
        ([1, 2], [1, 1], [1, 2], "the reference arm has no patient"),
        ([1, 2], [0, 0], [1, 2], "the treatment arm has no patient"),
        ([1, 2, 3], [0, 1, 1], [1, 2, 3], "3 patients"),
        ([1, 2, 3, 4], [0, 1, 1, 0], [1, 2, 2, 1], "baseline is the same for everybody"),
        ([1, 2, 3, 4, 5], [0, 1, 1, 0, 0], [1, 2, 3, 4, 5], "exactly"),
    ],
)
def test_what_cannot_be_fitted_is_told(response, treated, baseline, reason):
    found = analyse(response, treated, baseline)
    assert reason in found.test.reason
    assert reason in found.difference.interval.reason
    assert isnan(found.test.p)
    assert isnan(found.difference.interval.lower)
