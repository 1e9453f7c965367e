"""Two arms compared by ranks: the Wilcoxon rank-sum test, and the Hodges-Lehmann shift with the interval it gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import inf, nan, sqrt

import numpy as np
from numpy.typing import NDArray

from il2dash.analysis.estimate import Estimate, Interval, SignificanceTest, no_estimate
from il2dash.analysis.rank_distribution import exact_rank_sum_p
from il2dash.analysis.rank_shift import SAME, RankShift, normal_p
from il2dash.analysis.score_interval import tail_probability

EXACT_PATIENTS = 200
"""Most patients, both arms together, for whom the exact distribution is computed."""

_EXACT = "exact, two-sided by the distance of the rank sum from its expectation, ties by midranks"
_NORMAL = "normal approximation without continuity correction, two-sided, ties by midranks"
_INTERVAL = "shifts that the {} Wilcoxon rank-sum test doesn't reject"


@dataclass(frozen=True, eq=False, kw_only=True)
class RankComparison:
    """Values of two arms, to compare by ranks.

    Parameters
    ----------
    treatment, reference : array, shape (patients of the arm,)
        Values without NaN. Equal ones are tied; what differs in the last digit isn't equal.
    """

    treatment: NDArray[np.float64]
    reference: NDArray[np.float64]

    @property
    def reason(self) -> str:
        """Why they can't be compared; the empty string where they can."""
        empty = [name for name in ("treatment", "reference") if not getattr(self, name).size]
        if len(empty) == 2:
            return "neither arm has values"
        return f"the {empty[0]} arm has no values" if empty else ""

    @property
    def exact(self) -> bool:
        """Whether there are few enough patients for the exact distribution."""
        return self.treatment.size + self.reference.size <= EXACT_PATIENTS

    def wilcoxon(self) -> SignificanceTest:
        """Wilcoxon rank-sum (Mann-Whitney) test that the arms differ by no shift.

        Returns
        -------
        SignificanceTest
            p in (0, 1]; 1 where all values are the same. The statistic is the rank sum of the treatment arm less its
            expectation, in standard deviations. NaN with a reason where an arm has no values.

        References
        ----------
        ``coin::wilcox_test`` in R, ``distribution = "exact"`` up to `EXACT_PATIENTS` patients, else
        ``distribution = "asymptotic"``.
        """
        convention = _EXACT if self.exact else _NORMAL
        if self.reason:
            return SignificanceTest(name="wilcoxon", convention=convention, p=nan, reason=self.reason)
        if self.exact:
            ranks, chosen = self._ranks_at(self._zero_region)
            statistic = _standardized(ranks, chosen)
            p = exact_rank_sum_p(ranks, chosen=chosen)
        else:
            statistic = RankShift(treatment=self.treatment, reference=self.reference).statistic(0.0)
            p = normal_p(statistic)
        return SignificanceTest(name="wilcoxon", convention=convention, p=p, statistic=statistic)

    def hodges_lehmann(self, *, level: float = 0.95) -> Estimate:
        """Hodges-Lehmann shift: the median of all differences between a treated and a reference patient.

        The interval holds the shifts that, taken off the treatment arm, leave a Wilcoxon rank-sum test with a p-value
        above 1 - `level`: the same test as `wilcoxon`, ties included, so that it excludes 0 where that test rejects (an
        end at exactly 0 says that the test is at its step there).

        Parameters
        ----------
        level : float
            Confidence level, between 0 and 1.

        Returns
        -------
        Estimate
            Treatment minus reference; infinite bounds where there are too few patients to reject any shift; NaN with
            a reason where an arm has no values.

        Raises
        ------
        ValueError
            If `level` isn't between 0 and 1.

        References
        ----------
        Hodges and Lehmann, Annals of Mathematical Statistics 1963;34:598-611; Bauer, JASA 1972;67:687-690. Without
        ties the exact interval is that of ``wilcox.test(conf.int = TRUE)`` in R.
        """
        rejected = 2 * tail_probability(level)
        method = _INTERVAL.format("exact" if self.exact else "asymptotic")
        if self.reason:
            return no_estimate(level=level, method=method, reason=self.reason)

        if not self.exact:
            return self._approximate_shift(rejected, level=level, method=method)

        def accepts_roughly(region: int) -> bool:
            return normal_p(_standardized(*self._ranks_at(region))) > rejected

        def accepts(region: int) -> bool:
            ranks, chosen = self._ranks_at(region)
            return exact_rank_sum_p(ranks, chosen=chosen) > rejected

        ends = 0, 2 * self._differences.size
        bounds = []
        for end in ends:
            inside = self._balanced_region
            outside = end
            # What the test says of no shift at all is known: the interval agrees with it.
            zero = self._zero_region
            if min(end, inside) < zero < max(end, inside):
                inside, outside = (zero, outside) if accepts(zero) else (inside, zero)
            bounds.append(self._bound(accepts, accepts_roughly, outside=outside, inside=inside, end=end))
        return Estimate(
            estimate=self._median_difference,
            interval=Interval(lower=bounds[0], upper=bounds[1], level=level, method=method),
        )

    def _approximate_shift(self, rejected: float, *, level: float, method: str) -> Estimate:
        shifts = RankShift(treatment=self.treatment, reference=self.reference)
        median = shifts.median()
        lower, upper = (shifts.bound(upper=up, rejected=rejected, estimate=median) for up in (False, True))
        return Estimate(estimate=median, interval=Interval(lower=lower, upper=upper, level=level, method=method))

    def _bound(
        self,
        accepts: Callable[[int], bool],
        accepts_roughly: Callable[[int], bool],
        *,
        outside: int,
        inside: int,
        end: int,
    ) -> float:
        """Return the difference at which acceptance ends; infinity where even the last region is accepted."""
        if outside == end and accepts(end):
            return inf if end else -inf
        guess = _last_inside(accepts_roughly, outside=outside, inside=inside, step=abs(outside - inside))
        if guess != inside:
            # From the normal approximation's answer it is a few steps to the exact one, each of which costs.
            if accepts(guess):
                inside = guess
            else:
                outside = guess
        inside = _last_inside(accepts, outside=outside, inside=inside, step=4)
        # The region beside it in the direction of `end` is rejected: a difference and the open range beside it meet in
        # that difference.
        boundary = (inside if end else inside - 1) // 2
        return float(self._differences[min(max(boundary, 0), self._differences.size - 1)])

    @cached_property
    def _all_differences(self) -> NDArray[np.float64]:
        return np.subtract.outer(self.treatment, self.reference)

    @cached_property
    def _coded(self) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
        """The distinct differences, ascending, and which of them each pair's is."""
        values, codes = np.unique(self._all_differences, return_inverse=True)
        closer = SAME * max(abs(values[0]), abs(values[-1]))
        # A difference of exactly 0 is a tie of two values, and stays one of its own.
        new = (np.diff(values) > closer) | ((values[1:] == 0) != (values[:-1] == 0))
        group = np.concatenate(([0], np.cumsum(new)))
        first = np.concatenate(([True], new))
        return values[first], group[codes].reshape(self._all_differences.shape)

    @property
    def _differences(self) -> NDArray[np.float64]:
        return self._coded[0]

    @cached_property
    def _median_difference(self) -> float:
        return float(np.median(self._all_differences))

    @cached_property
    def _zero_region(self) -> int:
        """The region of no shift. Region 2k + 1 is the k-th difference; 2k is the open range before it."""
        position = int(np.searchsorted(self._differences, 0.0))
        at = position < self._differences.size and self._differences[position] == 0
        return 2 * position + int(at)

    @cached_property
    def _balanced_region(self) -> int:
        """The region in which the rank sum is nearest to its expectation."""
        weights = np.bincount(self._coded[1].ravel(), minlength=self._differences.size)
        above = weights.sum() - np.cumsum(weights)
        half = weights.sum() / 2
        regions = np.empty(2 * weights.size + 1)
        regions[0] = weights.sum()
        regions[1::2] = above + weights / 2
        regions[2::2] = above
        return int(np.abs(regions - half).argmin())

    @cached_property
    def _own_ranks(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return midranks(self.treatment), midranks(self.reference)

    def _ranks_at(self, region: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Return the pooled midranks with the treatment arm shifted back by a region's shift, and who is treated."""
        place = 2 * self._coded[1] + 1
        above = (place > region) + 0.5 * (place == region)
        treatment = self._own_ranks[0] + above.sum(axis=1)
        reference = self._own_ranks[1] + (1 - above).sum(axis=0)
        ranks = np.concatenate([treatment, reference])
        return ranks, np.arange(ranks.size) < treatment.size


def midranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ranks from 1, the mean rank for equal values."""
    _, codes, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks: NDArray[np.float64] = (np.cumsum(counts) - (counts - 1) / 2)[codes]
    return ranks


def _standardized(ranks: NDArray[np.float64], chosen: NDArray[np.bool_]) -> float:
    n, treated = ranks.size, int(chosen.sum())
    centered = ranks - (n + 1) / 2
    variance = treated * (n - treated) / (n * (n - 1)) * float(centered @ centered)
    return float(centered[chosen].sum()) / sqrt(variance) if variance > 0 else nan


def _last_inside(accepts: Callable[[int], bool], *, outside: int, inside: int, step: int) -> int:
    """Return the accepted region beside a rejected one, between a rejected and an accepted region.

    It goes out from `inside` in doubled steps, then halves: the answer is near.
    """
    direction = 1 if outside > inside else -1
    while abs(outside - inside) > 1:
        probe = inside + direction * min(step, abs(outside - inside) - 1)
        if abs(outside - inside) <= step:
            probe = (outside + inside) // 2
        if accepts(probe):
            inside, step = probe, 2 * step
        else:
            outside = probe
    return inside
