"""What the intervals share: the quantile of a confidence level, and the point where a statistic crosses it."""

from __future__ import annotations

from collections.abc import Callable
from statistics import NormalDist

from il2dash.analysis.bracketed_root import bracketed_root

# The scales of the callers are logarithmic or hyperbolic: 64 there is further out than double precision can tell apart.
_FURTHEST = 64.0


def tail_probability(level: float) -> float:
    """Return the probability outside a two-sided interval on one side: 0.025 at level 0.95.

    Parameters
    ----------
    level : float
        Confidence level, between 0 and 1.

    Raises
    ------
    ValueError
        If `level` isn't between 0 and 1.
    """
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1; got {level}. Write 0.95 for a 95% interval.")
    return (1 - level) / 2


def normal_quantile(level: float) -> float:
    """Return the standard normal quantile of a two-sided interval: 1.96 at level 0.95.

    Raises
    ------
    ValueError
        If `level` isn't between 0 and 1.
    """
    return -NormalDist().inv_cdf(tail_probability(level))


def crossing(decreasing: Callable[[float], float]) -> float:
    """Find where a decreasing function on the real line is 0.

    Parameters
    ----------
    decreasing : callable
        Continuous, positive far to the left and negative far to the right.

    Returns
    -------
    float
        The root, to 1e-13; the far end where the function has no root that double precision could tell apart.
    """
    inner, value = 0.0, decreasing(0.0)
    outward = 0.5 if value > 0 else -0.5
    while value != 0 and abs(inner) < _FURTHEST:
        outer = inner + outward
        beyond = decreasing(outer)
        if (value > 0) != (beyond > 0):
            return bracketed_root(decreasing, inner, outer, absolute=1e-13, relative=1e-14)
        inner, value, outward = outer, beyond, 2 * outward
    return inner
