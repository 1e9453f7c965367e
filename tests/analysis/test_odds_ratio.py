from __future__ import annotations

from collections.abc import Callable
from itertools import product
from math import inf, isnan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import hypergeom
from scipy.stats.contingency import odds_ratio as odds_ratio_of_scipy

from il2dash.analysis.estimate import Estimate
from il2dash.analysis.odds_ratio import conditional_odds_ratio, odds_ratio
from il2dash.analysis.two_by_two import ArmCount, TwoByTwo

METHODS = [odds_ratio, conditional_odds_ratio]

arms = st.integers(1, 12).flatmap(
    lambda total: st.builds(ArmCount, responders=st.integers(0, total), total=st.just(total))
)
tables = st.builds(TwoByTwo, treatment=arms, reference=arms)


def table_of(x1: int, n1: int, x0: int, n0: int) -> TwoByTwo:
    return TwoByTwo(treatment=ArmCount(responders=x1, total=n1), reference=ArmCount(responders=x0, total=n0))


def without_response(table: TwoByTwo) -> TwoByTwo:
    treatment, reference = table.treatment, table.reference
    return table_of(
        treatment.total - treatment.responders,
        treatment.total,
        reference.total - reference.responders,
        reference.total,
    )


def inverse(ratio: float) -> float:
    return inf if ratio == 0 else 1 / ratio


@pytest.mark.parametrize("method", METHODS)
@settings(deadline=None)
@given(table=tables)
def test_swapping_the_arms_or_the_outcome_inverts(method: Callable[..., Estimate], table: TwoByTwo) -> None:
    result = method(table)
    for other in (method(table.swapped), method(without_response(table))):
        assert other.estimate == pytest.approx(inverse(result.estimate), rel=1e-9, nan_ok=True)
        assert other.interval.lower == pytest.approx(inverse(result.interval.upper), rel=1e-9)
        assert other.interval.upper == pytest.approx(inverse(result.interval.lower), rel=1e-9)


@pytest.mark.parametrize("method", METHODS)
@settings(deadline=None)
@given(table=tables)
def test_more_confidence_is_wider(method: Callable[..., Estimate], table: TwoByTwo) -> None:
    narrow, wide = method(table, level=0.8).interval, method(table, level=0.99).interval
    assert wide.lower <= narrow.lower
    assert narrow.upper <= wide.upper


@pytest.mark.parametrize("method", METHODS)
def test_every_small_table_has_numbers_or_a_reason(method: Callable[..., Estimate]) -> None:
    for n1, n0 in product(range(7), repeat=2):
        for x1, x0 in product(range(n1 + 1), range(n0 + 1)):
            result = method(table_of(x1, n1, x0, n0))
            lower, upper = result.interval.lower, result.interval.upper
            if not (n1 and n0):
                assert isnan(result.estimate)
                assert isnan(lower)
                assert isnan(upper)
                assert result.reason
            elif x1 == x0 == 0 or (x1, x0) == (n1, n0):
                assert isnan(result.estimate)
                assert (lower, upper) == (0, inf)
                who = "Everybody responded in both arms" if x1 else "Nobody responded in either arm"
                assert result.reason == f"{who}: the odds ratio is 0 / 0."
            else:
                assert lower <= result.estimate <= upper
                assert (lower == 0) == (x1 == 0 or x0 == n0) == (result.estimate == 0)
                assert (upper == inf) == (x0 == 0 or x1 == n1) == (result.estimate == inf)
                assert not result.reason


@settings(deadline=None)
@given(table=tables)
def test_the_conditional_odds_ratio_is_that_of_scipy(table: TwoByTwo) -> None:
    treatment, reference = table.treatment, table.reference
    theirs = odds_ratio_of_scipy(
        [
            [treatment.responders, treatment.total - treatment.responders],
            [reference.responders, reference.total - reference.responders],
        ],
        kind="conditional",
    )
    low, high = theirs.confidence_interval(0.9)
    ours = conditional_odds_ratio(table, level=0.9)
    assert ours.estimate == pytest.approx(theirs.statistic, rel=1e-8, nan_ok=True)
    assert (ours.interval.lower, ours.interval.upper) == pytest.approx((low, high), rel=1e-8)


@settings(deadline=None)
@given(table=tables)
def test_the_exact_interval_excludes_1_where_the_central_exact_test_rejects(table: TwoByTwo) -> None:
    treatment, reference = table.treatment, table.reference
    null = hypergeom(treatment.total + reference.total, treatment.responders + reference.responders, treatment.total)
    smaller_tail = min(null.cdf(treatment.responders), null.sf(treatment.responders - 1))
    interval = conditional_odds_ratio(table).interval
    assert (not interval.lower <= 1 <= interval.upper) == (smaller_tail < 0.025)


def test_the_bias_correction_narrows_the_interval_of_a_small_trial() -> None:
    # Without the correction it is 0.1943 to 3.0419 (the plain score interval of Miettinen and Nurminen).
    interval = odds_ratio(table_of(4, 28, 5, 28)).interval
    assert (interval.lower, interval.upper) == pytest.approx((0.198124751, 2.995765057), rel=1e-8)
    assert interval.method == "miettinen-nurminen, bias-corrected"


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("level", [0.5, 0.999999, 1 - 1e-12])
def test_unusual_levels_have_bounds_too(method: Callable[..., Estimate], level: float) -> None:
    for table in (table_of(1, 1, 0, 1), table_of(1, 12, 11, 12), table_of(2, 20_000, 1, 3)):
        result = method(table, level=level)
        assert 0 < result.interval.lower <= result.estimate <= result.interval.upper


def test_the_sample_estimate_is_treatment_over_reference() -> None:
    assert odds_ratio(table_of(2, 3, 1, 3)).estimate == 4


def test_a_hundred_thousand_patients_stay_finite() -> None:
    result = conditional_odds_ratio(table_of(1, 50_000, 49_999, 50_000), level=0.99)
    assert 0 < result.interval.lower < result.estimate < result.interval.upper < 1e-6


@pytest.mark.parametrize("method", METHODS)
def test_a_level_must_be_a_probability(method: Callable[..., Estimate]) -> None:
    with pytest.raises(ValueError, match="level must be between 0 and 1; got 95"):
        method(table_of(1, 2, 1, 2), level=95)
