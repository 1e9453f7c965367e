"""Boschloo's unconditional exact test of two proportions."""

from __future__ import annotations

from math import nan

import numpy as np
from numpy.typing import NDArray

from il2dash.analysis.empty_arm import empty_arm
from il2dash.analysis.estimate import SignificanceTest
from il2dash.analysis.time_limit import within_time
from il2dash.analysis.two_by_two import TwoByTwo

BOSCHLOO_TABLES = 100_000
"""Most tables (patients of one arm times patients of the other) for which it is computed: a twentieth of a second."""

GRID = 401
"""Common proportions at which the size is looked at first, evenly spaced on the arcsine scale: there a hill of the size
is about 1 / (2 sqrt(patients)) wide, however near 0 or 1 it lies."""

REFINEMENTS = 6
REFINED = 21
"""Each refinement looks at so many proportions between the neighbors of the best one."""

HILLS = 0.98
"""Hills of the size are refined that reach this share of the highest."""

_CONVENTION = "twice the smaller of the two one-sided p-values, at most 1"

# Tables as extreme as the observed one differ from it in the last digits only.
_SAME = 1 + 1e-9

Array = NDArray[np.float64]


def boschloo(table: TwoByTwo) -> SignificanceTest:
    """Boschloo's unconditional exact test: Fisher's one-sided p as the statistic, the worst common proportion.

    Parameters
    ----------
    table : TwoByTwo
        Responders and patients in the two arms.

    Returns
    -------
    SignificanceTest
        p in [0, 1], with Fisher's one-sided p as the statistic; NaN with a reason where an arm is empty or the arms
        have more than `BOSCHLOO_TABLES` possible tables.

    References
    ----------
    Boschloo, Statistica Neerlandica 1970;24(1):1-9. ``scipy.stats.boschloo_exact`` gives the same to 12 digits,
    after half a second of import and five times as long a table.
    """
    n1, n0 = table.treatment.total, table.reference.total
    reason = empty_arm(table)
    if not reason and n1 * n0 > BOSCHLOO_TABLES:
        reason = (
            f"Boschloo's test isn't computed for more than {BOSCHLOO_TABLES:,} possible tables; {n1:,} and {n0:,} "
            f"patients have {n1 * n0:,}. Fisher's test has no limit."
        )
    if reason:
        return SignificanceTest(name="boschloo", convention=_CONVENTION, p=nan, reason=reason)
    sides = [
        (float(fisher[table.treatment.responders, table.reference.responders]), fisher)
        for fisher in _fisher_one_sided(n1, n0)
    ]
    sizes = [_largest_size(fisher <= statistic * _SAME) for statistic, fisher in sides]
    return SignificanceTest(
        name="boschloo",
        convention=_CONVENTION,
        p=min(1.0, 2 * min(sizes)),
        statistic=min(1.0, *(statistic for statistic, _ in sides)),
    )


def _fisher_one_sided(n1: int, n0: int) -> tuple[Array, Array]:
    """Return Fisher's p of every table against fewer and against more responders in the first arm: (x1, x0)."""
    x1, x0 = np.arange(n1 + 1)[:, None], np.arange(n0 + 1)[None, :]
    log_weights = _log_binomial(n1)[:, None] + _log_binomial(n0)[None, :] - _log_binomial(n1 + n0)[x1 + x0]
    # By the responders of both arms together (rows), so that a row is one conditional distribution.
    by_total = np.zeros((n1 + n0 + 1, n1 + 1))
    by_total[x1 + x0, x1] = np.exp(log_weights)
    fewer = np.cumsum(by_total, axis=1)
    more = np.cumsum(by_total[:, ::-1], axis=1)[:, ::-1]
    return fewer[x1 + x0, x1], more[x1 + x0, x1]


def _largest_size(extreme: NDArray[np.bool_]) -> float:
    """Return the highest probability of the extreme tables over all common proportions; roughly where it is over 1/2.

    Twice that is over 1 in any case, and where every table is extreme the size has a hill everywhere.
    """
    angles = np.linspace(0.0, np.pi / 2, GRID)
    sizes = _sizes(extreme, angles)
    if sizes.max() >= 0.5:
        return float(sizes.max())
    inner = np.concatenate(([-1.0], sizes, [-1.0]))
    peaks = np.flatnonzero((sizes >= inner[:-2]) & (sizes >= inner[2:]) & (sizes >= HILLS * sizes.max()))
    centers, reach = angles[peaks], angles[1]
    for _ in range(REFINEMENTS):
        within_time()
        near = np.clip(centers[:, None] + np.linspace(-reach, reach, REFINED), 0.0, np.pi / 2)
        refined = _sizes(extreme, near.ravel()).reshape(near.shape)
        centers = near[np.arange(len(near)), refined.argmax(axis=1)]
        reach *= 2 / (REFINED - 1)
    return float(refined.max())


def _sizes(extreme: NDArray[np.bool_], angles: Array) -> Array:
    """Return the probability of the extreme tables at common proportions sin(angle)^2."""
    n1, n0 = (side - 1 for side in extreme.shape)
    first, second = (_binomial_probabilities(patients, angles) for patients in (n1, n0))
    return np.asarray(np.einsum("xg,xg->g", first, extreme.astype(float) @ second))


def _binomial_probabilities(patients: int, angles: Array) -> Array:
    """Return the probability of every count at every proportion: (count, angle)."""
    count = np.arange(patients + 1)[:, None]
    # A proportion of exactly 0 or 1 has the logarithm of the smallest number instead, and so the right limit.
    least = np.finfo(float).tiny
    responding = np.log(np.maximum(np.sin(angles) ** 2, least))
    failing = np.log(np.maximum(np.cos(angles) ** 2, least))
    return np.asarray(np.exp(_log_binomial(patients)[:, None] + count * responding + (patients - count) * failing))


def _log_binomial(patients: int) -> Array:
    """Return the logarithm of the number of ways to choose 0, 1, ... of the patients."""
    factorial = np.concatenate(([0.0], np.cumsum(np.log(np.arange(1.0, patients + 1)))))
    return np.asarray(factorial[-1] - factorial - factorial[::-1])
