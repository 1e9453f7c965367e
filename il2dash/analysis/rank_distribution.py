"""Exact distribution of a rank sum under random assignment, with ties: the shift algorithm."""

from __future__ import annotations

from math import gcd

import numpy as np
from numpy.typing import NDArray

from il2dash.analysis.time_limit import within_time


def exact_rank_sum_p(ranks: NDArray[np.float64], *, chosen: NDArray[np.bool_]) -> float:
    """Return the two-sided permutation p-value of the sum of some of the ranks.

    Parameters
    ----------
    ranks : array, shape (patients,)
        Midranks: multiples of one half.
    chosen : bool array, shape (patients,)
        Whose ranks are summed; some, but not all.

    Returns
    -------
    float
        Probability, over all choices of as many patients, of a sum at least as far from its expectation as the one
        observed.

    Notes
    -----
    Time and memory grow with the product of the two groups' sizes: about 1 ms for 28 against 28 patients, 0.3 s for
    100 against 100.

    References
    ----------
    Streitberg and Röhmel, Statistical Software Newsletter 1986;12:10-17. The two-sided convention is that of
    ``coin::wilcox_test(distribution = "exact")`` in R.
    """
    doubled = np.rint(2 * ranks).astype(np.int64)
    total, patients, size = int(doubled.sum()), doubled.size, int(chosen.sum())
    observed = int(doubled[chosen].sum())
    if 2 * size > patients:
        # The others' sum is as far from its expectation, and there are fewer of them.
        size, observed = patients - size, total - observed
    lowest = int(doubled.min())
    shifted = doubled - lowest
    step = gcd(*shifted.tolist()) or 1
    counts = _sums_of_subsets(np.sort(shifted // step), size)
    # Deviations from the expectation, times the number of patients: whole numbers, which compare without rounding.
    sums = np.arange(counts.size, dtype=np.int64) * step + size * lowest
    deviation = np.abs(patients * sums - size * total)
    extreme = deviation >= abs(patients * observed - size * total)
    return min(1.0, float(counts[extreme].sum() / counts.sum()))


def _sums_of_subsets(scores: NDArray[np.int64], size: int) -> NDArray[np.float64]:
    """Count the subsets of `size` of the ascending `scores`, by their sum."""
    counts = np.zeros((size + 1, int(scores[-size:].sum()) + 1))
    counts[0, 0] = 1.0
    reached = 0
    for index, score in enumerate(scores.tolist()):
        within_time()
        members = min(index + 1, size)
        reached = min(reached + score, counts.shape[1] - 1)
        # Fewer than size - (those still to come) members can't grow to `size`.
        fewest = max(1, size - (scores.size - 1 - index))
        before = counts[fewest - 1 : members, : reached + 1 - score].copy()
        counts[fewest : members + 1, score : reached + 1] += before
    whole: NDArray[np.float64] = counts[size]
    return whole
