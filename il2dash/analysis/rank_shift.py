"""Shifts between two large arms by ranks: the differences that matter are searched for, never all of them made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import erfc, inf, isnan, nan, sqrt

import numpy as np
from numpy.typing import NDArray

from il2dash.analysis.time_limit import within_time

SAME = 1e-12
"""Differences of floating-point numbers that are closer than this part of the largest are one difference."""

_FEW = 50_000
"""So many differences are made and looked at one by one."""


def normal_p(statistic: float) -> float:
    """Return the two-sided p-value of a standardized statistic; 1 where it is NaN, because nothing varies."""
    return 1.0 if isnan(statistic) else erfc(abs(statistic) / sqrt(2))


@dataclass(frozen=True, eq=False, kw_only=True)
class RankShift:
    """Two arms and the normal approximation of their Wilcoxon rank-sum test after any shift.

    Time grows with the number of distinct values and its logarithm.

    Parameters
    ----------
    treatment, reference : array, shape (patients of the arm,)
        Values without NaN, some in each arm.
    """

    treatment: NDArray[np.float64]
    reference: NDArray[np.float64]

    def statistic(self, shift: float, *, closer: float = 0.0) -> float:
        """Return the treatment arm's rank sum less its expectation, in standard deviations, after taking off a shift.

        Values closer than `closer` are tied across the arms. NaN where all are tied.
        """
        (_, many_x), (_, many_y) = self._counted
        first, last = self._tied(shift, closer)
        before = np.concatenate(([0], np.cumsum(many_y)))
        tied = before[last] - before[first]
        wins = float(many_x @ before[first]) + 0.5 * float(many_x @ tied)
        treated, others = self.treatment.size, self.reference.size
        n = treated + others
        meets = tied > 0
        own, both = many_x[meets].astype(float), (many_x + tied)[meets].astype(float)
        groups = _cubes(many_x) + _cubes(many_y) + float((both**3).sum() - (own**3).sum() - _cubes(tied[meets]))
        variance = treated * others / (n * (n - 1)) * (float(n) ** 3 - groups) / 12
        return (wins - treated * others / 2) / sqrt(variance) if variance > 0 else nan

    def median(self) -> float:
        """Return the median of all differences, treatment minus reference."""
        pairs = self.treatment.size * self.reference.size
        lower, upper = (self._difference(place) for place in ((pairs - 1) // 2, pairs // 2))
        return (lower + upper) / 2

    def bound(self, *, upper: bool, rejected: float, estimate: float) -> float:
        """Return the last difference whose shift isn't rejected; infinity where none is.

        Parameters
        ----------
        upper : bool
            Above the estimate; below it where false.
        rejected : float
            Shifts with a p-value up to it are rejected.
        estimate : float
            The median difference, which isn't rejected.
        """

        def accepts(shift: float, closer: float) -> bool:
            return normal_p(self.statistic(shift, closer=closer)) > rejected

        inside, outside = estimate, self._ends[1 if upper else 0]
        if accepts(outside, 0.0):
            return inf if upper else -inf
        # The interval agrees with what the test says of no shift at all.
        if min(inside, outside) < 0 < max(inside, outside):
            inside, outside = (0.0, outside) if accepts(0.0, 0.0) else (inside, 0.0)
        critical = _critical(rejected)

        def beyond(shift: float) -> float:
            statistic = self.statistic(shift, closer=self._closer)
            return (0.0 if isnan(statistic) else -statistic) - (critical if upper else -critical)

        lower, higher = self._narrowed(beyond, *sorted((inside, outside)))
        differences = _distinct(self._between(lower, higher)[0], self._closer)
        if not upper:
            differences = differences[::-1]
        # Outward: at the first difference, the range after it, at the second, and so on.
        low, high = -1, 2 * differences.size - 1
        while high - low > 1:
            within_time()
            probe = (low + high) // 2
            at, gap = divmod(probe, 2)
            shift = float(differences[at])
            if gap:
                shift = (shift + float(differences[at + 1])) / 2 if at + 1 < differences.size else outside
            low, high = (probe, high) if accepts(shift, 0.0 if gap or shift == 0 else self._closer) else (low, probe)
        return float(differences[high // 2])

    def _difference(self, place: int) -> float:
        """Return the difference at a place, from 0, in the ascending order of all."""
        lower, upper = self._narrowed(lambda shift: self._pairs_up_to(shift) - place - 0.5, *self._ends)
        differences, weights, below = self._between(lower, upper)
        return float(differences[np.searchsorted(below + np.cumsum(weights), place, side="right")])

    @cached_property
    def _counted(self) -> tuple[tuple[NDArray[np.float64], NDArray[np.intp]], ...]:
        """The distinct values of each arm, ascending, and how many patients have each."""
        return tuple(np.unique(values, return_counts=True) for values in (self.treatment, self.reference))

    @cached_property
    def _ends(self) -> tuple[float, float]:
        """Shifts below and above all differences."""
        (x, _), (y, _) = self._counted
        lowest, highest = float(x[0] - y[-1]), float(x[-1] - y[0])
        room = 1.0 + abs(lowest) + abs(highest)
        return lowest - room, highest + room

    @cached_property
    def _closer(self) -> float:
        (x, _), (y, _) = self._counted
        return SAME * max(abs(float(x[0] - y[-1])), abs(float(x[-1] - y[0])))

    def _tied(self, shift: float, closer: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return for each distinct treated value where the references that it is tied with begin and end."""
        x, y = self._counted[0][0] - shift, self._counted[1][0]
        return np.searchsorted(y, x - closer, side="left"), np.searchsorted(y, x + closer, side="right")

    def _pairs_up_to(self, shift: float) -> int:
        """Return how many differences are at most a shift."""
        (_, many_x), (_, many_y) = self._counted
        before = np.concatenate(([0], np.cumsum(many_y)))
        return int(many_x @ (self.reference.size - before[self._tied(shift, 0.0)[0]]))

    def _narrowed(self, rising: Callable[[float], float], lower: float, upper: float) -> tuple[float, float]:
        """Narrow a range around the sign change of a rising function until few distinct differences are in it.

        By the Illinois form of false position, and by halves where that gains little.
        """
        at_lower, at_upper = rising(lower), rising(upper)
        kept = 0
        for step in range(200):
            within_time()
            first, last = self._tied(upper, 0.0)[0], self._tied(lower, 0.0)[1]
            if int((last - first).sum()) <= _FEW or upper - lower <= 4 * self._closer:
                break
            share = at_lower / (at_lower - at_upper) if at_lower < at_upper else 0.5
            probe = lower + (upper - lower) * (min(max(share, 1e-3), 1 - 1e-3) if step % 4 else 0.5)
            value = rising(probe)
            if value < 0:
                at_upper = at_upper / 2 if kept < 0 else at_upper
                lower, at_lower, kept = probe, value, -1
            else:
                at_lower = at_lower / 2 if kept > 0 else at_lower
                upper, at_upper, kept = probe, value, 1
        return lower - 2 * self._closer, upper + 2 * self._closer

    def _between(self, lower: float, upper: float) -> tuple[NDArray[np.float64], NDArray[np.int64], int]:
        """Return the differences in a range, ascending, how many pairs have each, and how many pairs are below."""
        (x, many_x), (y, many_y) = self._counted
        first, last = self._tied(upper, 0.0)[0], self._tied(lower, 0.0)[1]
        sizes = last - first
        left = np.repeat(np.arange(x.size), sizes)
        right = np.arange(left.size) - np.repeat(np.cumsum(sizes) - sizes, sizes) + np.repeat(first, sizes)
        differences = x[left] - y[right]
        order = np.argsort(differences)
        before = np.concatenate(([0], np.cumsum(many_y)))
        below = int(many_x @ (self.reference.size - before[last]))
        return differences[order], (many_x[left] * many_y[right])[order], below


def _cubes(counts: NDArray[np.intp]) -> float:
    return float((counts.astype(float) ** 3).sum())


def _critical(rejected: float) -> float:
    from scipy.special import erfcinv

    return float(erfcinv(rejected)) * sqrt(2)


def _distinct(ascending: NDArray[np.float64], closer: float) -> NDArray[np.float64]:
    """Return one of each group of differences that count as one; exactly 0 stays one of its own."""
    zero = ascending == 0
    new = (np.diff(ascending) > closer) | (zero[1:] != zero[:-1])
    return ascending[np.concatenate(([True], new))]
