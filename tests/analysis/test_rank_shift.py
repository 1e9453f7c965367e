from __future__ import annotations

from math import inf

import numpy as np
import pytest

from il2dash.analysis.rank_shift import RankShift, normal_p
from il2dash.analysis.rank_sum import RankComparison, midranks


def p_of_all_pairs(treatment, reference, shift, *, at: bool) -> float:
    """Return the p-value by pooled midranks, after a shift that is a difference (`at`) or lies between two."""
    differences = np.subtract.outer(treatment, reference)
    tied = (np.abs(differences - shift) < 1e-9) & at
    above = np.where(tied, 0.5, differences > shift)
    ranks = np.concatenate([midranks(treatment) + above.sum(axis=1), midranks(reference) + (1 - above).sum(axis=0)])
    n, treated = ranks.size, treatment.size
    centered = ranks - (n + 1) / 2
    variance = treated * (n - treated) / (n * (n - 1)) * (centered @ centered)
    return normal_p(centered[:treated].sum() / np.sqrt(variance) if variance > 0 else np.nan)


def last_accepted(treatment, reference, outward) -> float:
    """Walk from difference to difference, and stop where a shift is rejected."""
    for difference, following in zip(outward, [*outward[1:], np.nan], strict=True):
        beyond = (difference + following) / 2 if following == following else 2 * difference - outward[0] + 1
        if p_of_all_pairs(treatment, reference, difference, at=True) <= 0.05:
            return float(difference)
        if p_of_all_pairs(treatment, reference, beyond, at=False) <= 0.05:
            return float(difference)
    return inf


@pytest.mark.parametrize("decimals", [0, 1, 6])
def test_large_arms_have_the_median_and_bounds_of_all_differences(decimals):
    rng = np.random.default_rng(decimals)
    for effect in (0.0, 1.0):
        treatment = np.round(3 * rng.normal(size=118) + effect, decimals)
        reference = np.round(3 * rng.normal(size=97), decimals)
        compared = RankComparison(treatment=treatment, reference=reference)
        assert not compared.exact
        differences = np.unique(np.round(np.subtract.outer(treatment, reference), 9))
        shift = compared.hodges_lehmann()
        median = np.median(np.subtract.outer(treatment, reference))
        place = int(np.searchsorted(differences, median - 1e-9))
        lower = last_accepted(treatment, reference, differences[: place + 1][::-1])
        upper = last_accepted(treatment, reference, differences[place:])
        assert shift.estimate == pytest.approx(median, abs=1e-9)
        assert shift.interval.lower == pytest.approx(lower, abs=1e-9)
        assert shift.interval.upper == pytest.approx(upper, abs=1e-9)
        p = p_of_all_pairs(treatment, reference, 0.0, at=True)
        assert compared.wilcoxon().p == pytest.approx(p, rel=1e-9)


def test_arms_of_thousands_are_searched():
    rng = np.random.default_rng(9)
    treatment, reference = np.round(rng.normal(size=4000) + 0.1, 10), np.round(rng.normal(size=3000), 10)
    shift = RankComparison(treatment=treatment, reference=reference).hodges_lehmann()
    differences = np.sort(np.subtract.outer(treatment, reference), axis=None)
    assert shift.estimate == np.median(differences)
    # Without ties the bounds are order statistics as far from the ends as the normal approximation says.
    wins = 4000 * 3000 / 2 - 1.959963984540054 * np.sqrt(4000 * 3000 * 7001 / 12)
    assert shift.interval.lower == pytest.approx(differences[int(wins)], abs=1e-6)
    assert shift.interval.upper == pytest.approx(differences[-int(wins) - 1], abs=1e-6)


def test_nothing_is_rejected_where_one_arm_has_one_patient():
    shifts = RankShift(treatment=np.array([2.0]), reference=np.arange(5.0))
    estimate = shifts.median()
    assert estimate == 0.0
    assert shifts.bound(upper=True, rejected=0.05, estimate=estimate) == inf
    assert shifts.bound(upper=False, rejected=0.05, estimate=estimate) == -inf
