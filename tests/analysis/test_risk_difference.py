from __future__ import annotations

from collections.abc import Callable
from itertools import product
from math import isnan, log, sqrt
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from il2dash.analysis.estimate import Estimate
from il2dash.analysis.risk_difference import miettinen_nurminen, newcombe, newcombe_bounds
from il2dash.analysis.two_by_two import ArmCount, TwoByTwo
from tests.reference_comparison import Comparisons

METHODS = [newcombe, miettinen_nurminen]

arms = st.integers(1, 12).flatmap(
    lambda total: st.builds(ArmCount, responders=st.integers(0, total), total=st.just(total))
)
tables = st.builds(TwoByTwo, treatment=arms, reference=arms)


def table_of(x1: int, n1: int, x0: int, n0: int) -> TwoByTwo:
    return TwoByTwo(treatment=ArmCount(responders=x1, total=n1), reference=ArmCount(responders=x0, total=n0))


@pytest.mark.parametrize("method", METHODS)
@settings(deadline=None)
@given(table=tables)
def test_swapping_the_arms_negates(method: Callable[..., Estimate], table: TwoByTwo) -> None:
    result, swapped = method(table), method(table.swapped)
    assert swapped.estimate == pytest.approx(-result.estimate, abs=1e-12)
    assert swapped.interval.lower == pytest.approx(-result.interval.upper, abs=1e-11)
    assert swapped.interval.upper == pytest.approx(-result.interval.lower, abs=1e-11)


@pytest.mark.parametrize("method", METHODS)
@settings(deadline=None)
@given(table=tables)
def test_the_interval_holds_its_estimate(method: Callable[..., Estimate], table: TwoByTwo) -> None:
    result = method(table, level=0.8)
    assert -1 <= result.interval.lower <= result.estimate <= result.interval.upper <= 1
    wide = method(table, level=0.99).interval
    assert wide.lower <= result.interval.lower
    assert result.interval.upper <= wide.upper


@pytest.mark.parametrize("method", METHODS)
@settings(deadline=None)
@given(table=tables)
def test_four_times_the_patients_narrow_the_interval(method: Callable[..., Estimate], table: TwoByTwo) -> None:
    treatment, reference = table.treatment, table.reference
    larger = method(
        table_of(4 * treatment.responders, 4 * treatment.total, 4 * reference.responders, 4 * reference.total)
    )
    smaller = method(table)
    assert larger.estimate == pytest.approx(smaller.estimate, abs=1e-12)
    assert larger.interval.upper - larger.interval.lower < smaller.interval.upper - smaller.interval.lower


@pytest.mark.parametrize("method", METHODS)
def test_every_small_table_has_numbers_or_a_reason(method: Callable[..., Estimate]) -> None:
    for n1, n0 in product(range(7), repeat=2):
        for x1, x0 in product(range(n1 + 1), range(n0 + 1)):
            result = method(table_of(x1, n1, x0, n0))
            numbers = (result.estimate, result.interval.lower, result.interval.upper)
            if n1 and n0:
                assert -1 <= numbers[1] <= numbers[0] <= numbers[2] <= 1
                assert not result.reason
            else:
                assert all(isnan(number) for number in numbers)
                assert "no patients" in result.reason or result.reason == "Neither arm has patients."
                assert result.interval.reason == result.reason


@pytest.mark.parametrize("method", METHODS)
def test_a_level_must_be_a_probability(method: Callable[..., Estimate]) -> None:
    for table in (table_of(1, 2, 1, 2), table_of(0, 0, 0, 0)):
        with pytest.raises(ValueError, match="level must be between 0 and 1; got 95"):
            method(table, level=95)


@pytest.mark.parametrize("counts", [(4, 28, 5, 28), (1, 5, 4, 6), (3, 12, 0, 9), (7, 7, 2, 9), (40, 300, 2, 20)])
@pytest.mark.parametrize("level", [0.9, 0.999])
def test_the_score_bounds_solve_the_score_equation(
    counts: tuple[int, int, int, int], level: float, compare: Comparisons
) -> None:
    # The constrained likelihood is maximized numerically here; the code has it in closed form.
    x1, n1, x0, n0 = counts
    interval = miettinen_nurminen(table_of(*counts), level=level).interval
    quantile = NormalDist().inv_cdf((1 + level) / 2)
    for bound, expected in ((interval.lower, quantile), (interval.upper, -quantile)):

        def minus_log_likelihood(p0: float, difference: float = bound) -> float:
            p1 = p0 + difference
            terms = ((x1, p1), (n1 - x1, 1 - p1), (x0, p0), (n0 - x0, 1 - p0))
            return -sum(count * log(max(p, 1e-300)) for count, p in terms if count)

        limits = (max(0.0, -bound), min(1.0, 1 - bound))
        p0 = minimize_scalar(minus_log_likelihood, bounds=limits, method="bounded", options={"xatol": 1e-12}).x
        p1 = p0 + bound
        variance = (p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0) * (n1 + n0) / (n1 + n0 - 1)
        check = compare.of("miettinen_nurminen", "the constrained likelihood, maximized numerically", tolerance=1e-6)
        check((x1 / n1 - x0 / n0 - bound) / sqrt(variance), expected, "score statistic at the bounds")


def test_many_at_once_are_the_same_as_one_by_one() -> None:
    responders = np.arange(9)
    difference, lower, upper = newcombe_bounds(
        treatment_responders=responders,
        treatment_total=8,
        reference_responders=responders[::-1],
        reference_total=11,
        level=0.9,
    )
    for x, row in zip(responders, zip(difference, lower, upper, strict=True), strict=True):
        one = newcombe(table_of(int(x), 8, int(8 - x), 11), level=0.9)
        assert row == (one.estimate, one.interval.lower, one.interval.upper)


def test_many_at_once_leave_an_empty_arm_without_number() -> None:
    bounds = newcombe_bounds(
        treatment_responders=[0, 1], treatment_total=[0, 2], reference_responders=1, reference_total=2
    )
    assert np.isnan(bounds.difference).tolist() == [True, False]
    assert np.isnan(bounds.lower).tolist() == [True, False]
    assert np.isnan(bounds.upper).tolist() == [True, False]
