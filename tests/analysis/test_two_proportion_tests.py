from __future__ import annotations

from collections.abc import Callable
from itertools import product
from math import isnan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.stats import binom, fisher_exact, hypergeom

from il2dash.analysis.boschloo import BOSCHLOO_TABLES, boschloo
from il2dash.analysis.estimate import SignificanceTest
from il2dash.analysis.two_by_two import ArmCount, TwoByTwo
from il2dash.analysis.two_proportion_tests import fisher, midp
from tests.reference_comparison import Comparisons

arms = st.integers(1, 12).flatmap(
    lambda total: st.builds(ArmCount, responders=st.integers(0, total), total=st.just(total))
)
tables = st.builds(TwoByTwo, treatment=arms, reference=arms)


def table_of(x1: int, n1: int, x0: int, n0: int) -> TwoByTwo:
    return TwoByTwo(treatment=ArmCount(responders=x1, total=n1), reference=ArmCount(responders=x0, total=n0))


def fisher_one_sided(x1: int, n1: int, x0: int, n0: int) -> tuple[float, float]:
    null = hypergeom(n1 + n0, x1 + x0, n1)
    return float(null.cdf(x1)), float(null.sf(x1 - 1))


@settings(deadline=None)
@given(table=tables)
def test_fisher_is_that_of_scipy(table: TwoByTwo) -> None:
    treatment, reference = table.treatment, table.reference
    counts = [
        [treatment.responders, treatment.total - treatment.responders],
        [reference.responders, reference.total - reference.responders],
    ]
    assert fisher(table).p == pytest.approx(float(fisher_exact(counts).pvalue), rel=1e-10)


@pytest.mark.parametrize("test", [fisher, midp])
@settings(deadline=None)
@given(table=tables)
def test_p_is_a_probability_and_swapping_the_arms_keeps_it(
    test: Callable[[TwoByTwo], SignificanceTest], table: TwoByTwo
) -> None:
    p = test(table).p
    assert 0 < p <= 1
    assert test(table.swapped).p == pytest.approx(p, rel=1e-10)


@settings(deadline=None)
@given(table=tables)
def test_midp_is_below_the_central_exact_test_by_the_observed_probability(table: TwoByTwo) -> None:
    treatment, reference = table.treatment, table.reference
    counts = (treatment.responders, treatment.total, reference.responders, reference.total)
    observed = hypergeom(counts[1] + counts[3], counts[0] + counts[2], counts[1]).pmf(counts[0])
    central = 2 * min(fisher_one_sided(*counts))
    assert midp(table).p == pytest.approx(min(1.0, central - observed), rel=1e-9)


@pytest.mark.parametrize("test", [fisher, midp])
def test_every_small_table_has_a_p_or_a_reason(test: Callable[[TwoByTwo], SignificanceTest]) -> None:
    for n1, n0 in product(range(7), repeat=2):
        for x1, x0 in product(range(n1 + 1), range(n0 + 1)):
            result = test(table_of(x1, n1, x0, n0))
            if n1 and n0:
                assert 0 < result.p <= 1
                assert not result.reason
            else:
                assert isnan(result.p)
                assert result.reason


def test_boschloo_has_a_p_or_a_reason_in_every_very_small_table() -> None:
    for n1, n0 in product(range(4), repeat=2):
        for x1, x0 in product(range(n1 + 1), range(n0 + 1)):
            result = boschloo(table_of(x1, n1, x0, n0))
            if n1 and n0:
                assert 0 < result.p <= 1
                assert not result.reason
            else:
                assert isnan(result.p)
                assert result.reason


def boschloo_by_brute_force(x1: int, n1: int, x0: int, n0: int) -> float:
    """Add up the probabilities of all tables that are as extreme, and search the worst common proportion on a grid."""
    pairs = list(product(range(n1 + 1), range(n0 + 1)))
    one_sided = []
    for side in (0, 1):
        limit = fisher_one_sided(x1, n1, x0, n0)[side] * (1 + 1e-9)
        extreme = np.array([pair for pair in pairs if fisher_one_sided(pair[0], n1, pair[1], n0)[side] <= limit])

        def minus_size(proportion: float, extreme: np.ndarray = extreme) -> float:
            return -float((binom.pmf(extreme[:, 0], n1, proportion) * binom.pmf(extreme[:, 1], n0, proportion)).sum())

        grid = np.linspace(0, 1, 401)
        sizes = [minus_size(proportion) for proportion in grid]
        place = int(np.argmin(sizes))
        around = (grid[max(place - 1, 0)], grid[min(place + 1, len(grid) - 1)])
        refined = minimize_scalar(minus_size, bounds=around, method="bounded", options={"xatol": 1e-10})
        one_sided.append(-min(float(refined.fun), sizes[place]))
    return min(1.0, 2 * min(one_sided))


@pytest.mark.parametrize(
    ("counts", "p"),
    [
        # To ten digits by the brute force above on a grid of 4001 proportions; the brute force is run again below.
        ((4, 28, 5, 28), 0.8938530948),
        ((0, 28, 3, 28), 0.1426183600),
        ((1, 5, 4, 6), 0.1679694824),
        ((0, 10, 0, 12), 1.0),
        ((10, 10, 12, 12), 1.0),
    ],
)
def test_boschloo_reference_values(counts: tuple[int, int, int, int], p: float) -> None:
    assert boschloo(table_of(*counts)).p == pytest.approx(p, rel=1e-9)


@pytest.mark.parametrize("counts", [(1, 5, 4, 6), (10, 10, 12, 12), (0, 9, 3, 8), (7, 12, 3, 11), (8, 8, 2, 9)])
def test_boschloo_by_brute_force(counts: tuple[int, int, int, int], compare: Comparisons) -> None:
    result = boschloo(table_of(*counts))
    reference = "all tables, worst proportion by a grid"
    compare.of("boschloo", reference, tolerance=1e-8)(result.p, boschloo_by_brute_force(*counts), "p")
    assert result.statistic == pytest.approx(min(fisher_one_sided(*counts)), rel=1e-10)


@settings(max_examples=20, deadline=None)
@given(table=tables)
def test_boschloo_is_never_above_twice_fisher_one_sided(table: TwoByTwo) -> None:
    result = boschloo(table)
    assert 0 < result.p <= min(1.0, 2 * result.statistic) * (1 + 1e-9)
    assert boschloo(table.swapped).p == pytest.approx(result.p, rel=1e-8)


def test_boschloo_is_not_computed_for_a_large_trial() -> None:
    result = boschloo(table_of(20, 401, 30, 250))
    assert isnan(result.p)
    assert f"{BOSCHLOO_TABLES:,}" in result.reason
    assert "401 and 250 patients have 100,250" in result.reason


def test_ties_count_as_extreme_in_a_large_symmetric_trial() -> None:
    # Equal arms: a table and its mirror image are equally likely, so that p is twice the smaller tail.
    counts = (900, 20_000, 1000, 20_000)
    assert fisher(table_of(*counts)).p == pytest.approx(2 * min(fisher_one_sided(*counts)), rel=1e-9)


def test_the_convention_is_in_the_result() -> None:
    table = table_of(4, 28, 5, 28)
    assert [(test.name, test.convention.split(":")[0]) for test in (fisher(table), midp(table), boschloo(table))] == [
        ("fisher", "two-sided by probability"),
        ("mid-p", "central"),
        ("boschloo", "twice the smaller of the two one-sided p-values, at most 1"),
    ]
