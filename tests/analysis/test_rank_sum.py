from __future__ import annotations

from itertools import combinations
from math import inf, isnan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2dash.analysis.rank_distribution import exact_rank_sum_p
from il2dash.analysis.rank_sum import RankComparison, midranks

small = st.lists(st.integers(0, 6), min_size=1, max_size=7)


def ranked(treatment, reference) -> RankComparison:
    return RankComparison(treatment=np.array(treatment, dtype=float), reference=np.array(reference, dtype=float))


def brute_force(treatment, reference) -> float:
    """Enumerate every assignment of the pooled midranks."""
    ranks = midranks(np.array([*treatment, *reference], dtype=float))
    size, expected = len(treatment), len(treatment) * (ranks.size + 1) / 2
    observed = abs(ranks[:size].sum() - expected)
    sums = [abs(ranks[list(which)].sum() - expected) for which in combinations(range(ranks.size), size)]
    return float(np.mean([distance >= observed - 1e-9 for distance in sums]))


@given(small, small)
@settings(max_examples=60, deadline=None)
def test_exact_p_is_that_of_all_assignments(treatment, reference):
    assert ranked(treatment, reference).wilcoxon().p == pytest.approx(brute_force(treatment, reference), rel=1e-12)


def test_exact_p_without_ties_is_scipy_s(compare):
    from scipy.stats import mannwhitneyu

    rng = np.random.default_rng(1)
    for treated, controls in ((3, 4), (9, 7), (30, 41)):
        x, y = rng.normal(size=treated), rng.normal(0.4, size=controls)
        check = compare.of("wilcoxon", "scipy.stats.mannwhitneyu", tolerance=1e-11)
        check(ranked(x, y).wilcoxon().p, mannwhitneyu(x, y, method="exact").pvalue, "exact p, without ties")


def test_interval_without_ties_is_r_s_order_statistics(compare):
    # The exact interval of wilcox.test: qwilcox(0.025, 9, 7) is 13, so the 13th of 63 differences from either end.
    rng = np.random.default_rng(4)
    x, y = rng.normal(size=9), rng.normal(size=7)
    differences = np.sort(np.subtract.outer(x, y).ravel())
    shift = ranked(x, y).hodges_lehmann()
    check = compare.of("hodges_lehmann", "order statistics of all differences", tolerance=0.0)
    check(shift.estimate, np.median(differences), "shift")
    check([shift.interval.lower, shift.interval.upper], [differences[12], differences[-13]], "bounds, without ties")


@given(small, small)
@settings(max_examples=120, deadline=None)
def test_interval_holds_the_estimate_and_agrees_with_p(treatment, reference):
    compared = ranked(treatment, reference)
    p, shift = compared.wilcoxon().p, compared.hodges_lehmann()
    lower, upper = shift.interval.lower, shift.interval.upper
    assert lower <= shift.estimate <= upper
    assert 0 < p <= 1
    if p > 0.05:
        assert lower <= 0 <= upper
    else:
        assert not lower < 0 < upper


@given(small, small, st.sampled_from([1.0, 3.0, 0.125]), st.integers(-5, 5))
@settings(max_examples=60, deadline=None)
def test_arms_order_and_units(treatment, reference, scale, shift):
    compared, swapped = ranked(treatment, reference), ranked(reference, treatment)
    estimate, mirrored = compared.hodges_lehmann(), swapped.hodges_lehmann()
    assert swapped.wilcoxon().p == pytest.approx(compared.wilcoxon().p, rel=1e-12)
    assert mirrored.estimate == -estimate.estimate
    assert (mirrored.interval.lower, mirrored.interval.upper) == (-estimate.interval.upper, -estimate.interval.lower)
    other = ranked(scale * np.array(treatment[::-1]) + shift, scale * np.array(reference) + shift)
    assert other.wilcoxon().p == pytest.approx(compared.wilcoxon().p, rel=1e-12)
    assert other.hodges_lehmann().estimate == pytest.approx(scale * estimate.estimate)
    assert other.hodges_lehmann().interval.upper == pytest.approx(scale * estimate.interval.upper)


@pytest.mark.parametrize("sizes", [(150, 60), (40, 30)])
def test_large_arms_agree_with_p_too(sizes):
    rng = np.random.default_rng(sizes[0])
    for effect in (0, 4, 8):
        x, y = rng.integers(0, 20, sizes[0]) + effect, rng.integers(0, 20, sizes[1])
        compared = ranked(x, y)
        shift, p = compared.hodges_lehmann(), compared.wilcoxon().p
        assert (shift.interval.lower <= 0 <= shift.interval.upper) == (p > 0.05)
        assert compared.exact == (sum(sizes) <= 200)
        assert ("exact" in shift.interval.method) == compared.exact


def test_the_approximation_is_near_the_exact_distribution():
    rng = np.random.default_rng(3)
    values, treated = rng.integers(0, 40, 200).astype(float), np.arange(200) < 100
    ranks = midranks(values)
    exact = exact_rank_sum_p(ranks, chosen=treated)
    more = ranked(np.append(values[treated], 20.0), values[~treated])
    assert not more.exact
    assert more.wilcoxon().p == pytest.approx(exact, abs=0.02)


def test_too_few_to_reject_anything():
    shift = ranked([1, 2], [5, 9]).hodges_lehmann()
    assert shift.estimate == -5.5
    assert (shift.interval.lower, shift.interval.upper) == (-inf, inf)


def test_all_the_same():
    compared = ranked([3] * 5, [3] * 6)
    assert compared.wilcoxon().p == 1
    assert compared.hodges_lehmann().estimate == 0


@pytest.mark.parametrize(
    ("treatment", "reference", "reason"),
    [
        ([], [1], "the treatment arm has no values"),
        ([1], [], "the reference arm has no values"),
        ([], [], "neither arm has values"),
    ],
)
def test_an_empty_arm_is_told(treatment, reference, reason):
    compared = ranked(treatment, reference)
    test, shift = compared.wilcoxon(), compared.hodges_lehmann()
    assert isnan(test.p)
    assert isnan(shift.estimate)
    assert isnan(shift.interval.lower)
    assert {test.reason, shift.reason, shift.interval.reason} == {reason}


def test_level_out_of_range():
    with pytest.raises(ValueError, match="level must be between 0 and 1"):
        ranked([1], [2]).hodges_lehmann(level=1)
