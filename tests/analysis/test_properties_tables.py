"""Every 2x2 table up to 12 patients an arm: all methods give numbers that fit together, or NaN and a reason."""

from __future__ import annotations

from functools import cache
from itertools import product
from math import isnan

import pytest

from il2dash.analysis.boschloo import boschloo
from il2dash.analysis.estimate import Estimate, SignificanceTest
from il2dash.analysis.number_needed_to_treat import number_needed_to_treat
from il2dash.analysis.odds_ratio import conditional_odds_ratio, odds_ratio
from il2dash.analysis.proportion import clopper_pearson, jeffreys, wilson
from il2dash.analysis.risk_difference import miettinen_nurminen, newcombe
from il2dash.analysis.risk_ratio import risk_ratio
from il2dash.analysis.stratified_tables import cochran_mantel_haenszel, common_odds_ratio, common_risk_difference
from il2dash.analysis.two_by_two import ArmCount, TwoByTwo
from il2dash.analysis.two_proportion_tests import fisher, midp

ARMS = [ArmCount(responders=x, total=n) for n in range(13) for x in range(n + 1)]
TABLES = [TwoByTwo(treatment=treatment, reference=reference) for treatment, reference in product(ARMS, repeat=2)]

conditional = cache(conditional_odds_ratio)


def is_sound(found: Estimate) -> bool:
    """Whether an estimate lies in its interval, and what is missing has its reason."""
    lower, upper = found.interval.lower, found.interval.upper
    if isnan(lower) or isnan(upper):
        return (
            isnan(lower)
            and isnan(upper)
            and bool(found.interval.reason)
            and isnan(found.estimate) <= bool(found.reason)
        )
    return bool(found.reason) if isnan(found.estimate) else lower <= found.estimate <= upper


@pytest.mark.parametrize(
    "method", [newcombe, miettinen_nurminen, risk_ratio, odds_ratio, conditional_odds_ratio], ids=lambda m: m.__name__
)
def test_contrasts(method):
    compute = conditional if method is conditional_odds_ratio else method
    assert [table for table in TABLES if not is_sound(compute(table))] == []


def is_p(found: SignificanceTest, table: TwoByTwo) -> bool:
    """Whether there is a p, or a reason where an arm is empty."""
    if table.treatment.total and table.reference.total:
        return 0 < found.p <= 1 and not found.reason
    return isnan(found.p) and bool(found.reason)


@pytest.mark.parametrize("method", [fisher, midp], ids=lambda method: method.__name__)
def test_tests_and_their_swapped_arms(method):
    p = {(table.treatment, table.reference): method(table) for table in TABLES}
    for (treatment, reference), found in p.items():
        assert is_p(found, TwoByTwo(treatment=treatment, reference=reference))
        assert found.p == pytest.approx(p[reference, treatment].p, rel=1e-10, nan_ok=True)


def test_boschloo():
    # The larger arm as the treatment is the same by symmetry, which test_two_proportion_tests.py looks at.
    for table in TABLES:
        if table.treatment.total <= table.reference.total:
            assert is_p(boschloo(table), table), table


def test_one_stratum():
    for table in TABLES:
        for method in (common_odds_ratio, common_risk_difference):
            assert is_sound(method([table])), (method.__name__, table)
        test = cochran_mantel_haenszel([table])
        assert (0 <= test.p <= 1) != bool(test.reason), table


def test_needed_to_treat():
    for table in TABLES:
        needed = number_needed_to_treat(newcombe(table))
        assert isnan(needed.estimate) == bool(needed.reason)
        assert needed.crosses_infinity == (needed.benefit is not None and needed.harm is not None)


@pytest.mark.parametrize("method", [wilson, clopper_pearson, jeffreys], ids=lambda method: method.__name__)
def test_one_arm(method):
    for arm in ARMS:
        interval = method(arm)
        assert interval.lower <= arm.proportion <= interval.upper if arm.total else interval.reason


def test_exact_interval_and_its_own_tails_agree():
    """Where the exact interval excludes 1, twice the smaller tail is below 5%, and so is mid-p, which is smaller."""
    for table in TABLES:
        if not (table.treatment.total and table.reference.total):
            continue
        interval = conditional(table).interval
        if not interval.lower <= 1 <= interval.upper:
            assert midp(table).p < 0.05, table
