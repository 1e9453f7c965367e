"""One proportion: Wilson score, Clopper-Pearson and Jeffreys intervals."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from il2dash.analysis.estimate import Interval, no_interval
from il2dash.analysis.score_interval import normal_quantile, tail_probability
from il2dash.analysis.two_by_two import ArmCount

# statsmodels' proportion_confint has these three (its Jeffreys without the convention at 0 and n), but its import takes
# a second or two; the closed forms need numpy and scipy.special only.

_NO_PATIENTS = "The arm has no patients."


def wilson_bounds(
    *, responders: ArrayLike, total: ArrayLike, level: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Wilson score bounds of many proportions at once.

    Parameters
    ----------
    responders, total : array_like
        Counts, broadcast against each other.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    lower, upper : ndarray
        Bounds in [0, 1]; NaN where `total` is 0.

    Raises
    ------
    ValueError
        If `level` isn't between 0 and 1.

    References
    ----------
    Wilson, JASA 1927;22:209-212. Equals ``binom::binom.wilson`` in R.
    """
    x, n = np.broadcast_arrays(np.asarray(responders, dtype=float), np.asarray(total, dtype=float))
    square = normal_quantile(level) ** 2
    patients = np.where(n > 0, n, np.nan)
    center = x + square / 2
    half_width = np.sqrt(square * (x * (n - x) / patients + square / 4))
    # At no and at all responders the bound is 0 and 1 exactly; the formula leaves a rounding error there.
    lower = np.where((x == 0) & (n > 0), 0.0, (center - half_width) / (patients + square))
    upper = np.where((x == n) & (n > 0), 1.0, (center + half_width) / (patients + square))
    return lower, upper


def wilson(arm: ArmCount, *, level: float = 0.95) -> Interval:
    """Wilson score interval of a proportion.

    Parameters
    ----------
    arm : ArmCount
        Responders of all patients of the arm.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    Interval
        Bounds in [0, 1]; NaN with a reason in an empty arm.

    Raises
    ------
    ValueError
        If `level` isn't between 0 and 1.

    References
    ----------
    Wilson, JASA 1927;22:209-212.
    """
    lower, upper = wilson_bounds(responders=arm.responders, total=arm.total, level=level)
    if not arm.total:
        return no_interval(level=level, method="wilson", reason=_NO_PATIENTS)
    return Interval(lower=float(lower), upper=float(upper), level=level, method="wilson")


def clopper_pearson(arm: ArmCount, *, level: float = 0.95) -> Interval:
    """Clopper-Pearson exact interval of a proportion.

    Parameters and errors as for `wilson`.

    References
    ----------
    Clopper and Pearson, Biometrika 1934;26:404-413. Equals ``binom.test`` in R.
    """
    # The Clopper-Pearson bounds are quantiles of two different beta distributions, one for each tail.
    x, others = arm.responders, arm.total - arm.responders
    return _beta_interval(arm, lower=(x, others + 1), upper=(x + 1, others), level=level, method="clopper-pearson")


def jeffreys(arm: ArmCount, *, level: float = 0.95) -> Interval:
    """Jeffreys interval of a proportion: equal tails of Beta(x + 1/2, n - x + 1/2).

    The lower bound is 0 where nobody responds and the upper bound 1 where all do, so that coverage doesn't fall to 0
    there. Parameters and errors as for `wilson`.

    References
    ----------
    Brown, Cai and DasGupta, Statistical Science 2001;16:101-133.
    """
    posterior = (arm.responders + 0.5, arm.total - arm.responders + 0.5)
    return _beta_interval(arm, lower=posterior, upper=posterior, level=level, method="jeffreys")


def _beta_interval(
    arm: ArmCount, *, lower: tuple[float, float], upper: tuple[float, float], level: float, method: str
) -> Interval:
    """Take the tail quantiles of two beta distributions, with 0 and 1 exactly at no and at all responders."""
    from scipy.special import betainccinv, betaincinv

    tail = tail_probability(level)
    if not arm.total:
        return no_interval(level=level, method=method, reason=_NO_PATIENTS)
    return Interval(
        lower=float(betaincinv(*lower, tail)) if arm.responders > 0 else 0.0,
        upper=float(betainccinv(*upper, tail)) if arm.responders < arm.total else 1.0,
        level=level,
        method=method,
    )
