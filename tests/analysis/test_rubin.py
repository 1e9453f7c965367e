from __future__ import annotations

from math import isnan, sqrt

import numpy as np
import pytest

from il2dash.analysis.rubin import pool


def test_by_hand(compare):
    estimates, variances = np.array([1.0, 2.0, 3.0]), np.array([0.5, 0.6, 0.7])
    found = pool(estimates, variances, complete_freedom=20)
    within, between = 0.6, 4 / 3  # (1 + 1/3) * 1
    total = within + between
    share = between / total
    old, observed = 2 / share**2, 21 / 23 * 20 * (1 - share)
    freedom = old * observed / (old + observed)
    assert found.estimate == 2
    assert found.se == pytest.approx(sqrt(total))
    assert found.degrees_of_freedom == pytest.approx(freedom)
    ratio = between / within
    assert found.missing_information == pytest.approx((ratio + 2 / (freedom + 3)) / (ratio + 1))
    from scipy.stats import t

    check = compare.of("multiple_imputation", "Rubin's rules by hand", tolerance=1e-9)
    check([found.se, found.degrees_of_freedom], [sqrt(total), freedom], "standard error and degrees of freedom")
    check([found.lower, found.upper], t.interval(0.95, freedom, 2, sqrt(total)), "bounds")
    check(found.p, 2 * t.sf(2 / sqrt(total), freedom), "p")


def test_nothing_missing_is_the_complete_analysis():
    found = pool(np.full(5, 0.2), np.full(5, 0.01), complete_freedom=54)
    assert (found.se, found.missing_information) == (pytest.approx(0.1), 0)
    assert found.degrees_of_freedom == pytest.approx(55 / 57 * 54)


def test_without_variance_there_is_no_interval():
    found = pool(np.zeros(5), np.zeros(5), complete_freedom=54)
    assert (found.estimate, isnan(found.lower), isnan(found.p)) == (0, True, True)
    assert "no variance" in found.reason
    assert "too few patients" in pool(np.ones(3), np.ones(3), complete_freedom=0).reason


def test_one_imputation_is_refused():
    with pytest.raises(ValueError, match="at least 2; got 1"):
        pool(np.ones(1), np.ones(1), complete_freedom=9)
