from __future__ import annotations

from itertools import product
from math import inf, isnan, sqrt
from statistics import NormalDist

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2dash.analysis.risk_ratio import risk_ratio
from il2dash.analysis.two_by_two import ArmCount, TwoByTwo

arms = st.integers(1, 12).flatmap(
    lambda total: st.builds(ArmCount, responders=st.integers(0, total), total=st.just(total))
)
tables = st.builds(TwoByTwo, treatment=arms, reference=arms)


def table_of(x1: int, n1: int, x0: int, n0: int) -> TwoByTwo:
    return TwoByTwo(treatment=ArmCount(responders=x1, total=n1), reference=ArmCount(responders=x0, total=n0))


def inverse(ratio: float) -> float:
    return inf if ratio == 0 else 1 / ratio


@settings(deadline=None)
@given(table=tables)
def test_swapping_the_arms_inverts(table: TwoByTwo) -> None:
    result, swapped = risk_ratio(table), risk_ratio(table.swapped)
    assert swapped.estimate == pytest.approx(inverse(result.estimate), nan_ok=True)
    assert swapped.interval.lower == pytest.approx(inverse(result.interval.upper), rel=1e-9)
    assert swapped.interval.upper == pytest.approx(inverse(result.interval.lower), rel=1e-9)


@settings(deadline=None)
@given(table=tables)
def test_more_confidence_is_wider(table: TwoByTwo) -> None:
    narrow, wide = risk_ratio(table, level=0.8).interval, risk_ratio(table, level=0.99).interval
    assert wide.lower <= narrow.lower
    assert narrow.upper <= wide.upper


def test_every_small_table_has_numbers_or_a_reason() -> None:
    for n1, n0 in product(range(7), repeat=2):
        for x1, x0 in product(range(n1 + 1), range(n0 + 1)):
            result = risk_ratio(table_of(x1, n1, x0, n0))
            lower, upper = result.interval.lower, result.interval.upper
            if not (n1 and n0):
                assert isnan(result.estimate)
                assert isnan(lower)
                assert isnan(upper)
                assert result.reason
            elif x1 == x0 == 0:
                assert isnan(result.estimate)
                assert (lower, upper) == (0, inf)
                assert result.reason == "Nobody responded in either arm: the risk ratio is 0 / 0."
            else:
                assert lower <= result.estimate <= upper
                assert (lower == 0) == (x1 == 0)
                assert (upper == inf) == (x0 == 0)
                assert not result.reason


def test_the_estimate_is_treatment_over_reference() -> None:
    assert risk_ratio(table_of(1, 2, 1, 4)).estimate == 2
    assert risk_ratio(table_of(0, 2, 1, 4)).estimate == 0
    assert risk_ratio(table_of(1, 2, 0, 4)).estimate == inf


@pytest.mark.parametrize("level", [0.5, 0.9, 0.999999])
def test_with_responders_in_all_of_one_arm_the_score_equation_has_a_short_form(level: float) -> None:
    # 7 of 7 against r = p1 / p0: under a ratio above 1, p1 = 1 is the constrained maximum as long as p0 = 1 / r is at
    # least as likely as more, and the statistic is (1 - r x0 / n0) / sqrt(r^2 p0 (1 - p0) / n0 * N / (N - 1)).
    x0, n0, n1 = 3, 9, 7
    upper = risk_ratio(table_of(n1, n1, x0, n0), level=level).interval.upper
    p0 = 1 / upper
    statistic = (1 - upper * x0 / n0) / sqrt(upper**2 * p0 * (1 - p0) / n0 * (n1 + n0) / (n1 + n0 - 1))
    assert statistic == pytest.approx(-NormalDist().inv_cdf((1 + level) / 2), rel=1e-7)


def test_a_level_must_be_a_probability() -> None:
    with pytest.raises(ValueError, match="level must be between 0 and 1; got 95"):
        risk_ratio(table_of(1, 2, 1, 2), level=95)
