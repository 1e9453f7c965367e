"""Rubin's rules: one estimate from those of several imputations."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, nan, sqrt

import numpy as np
from numpy.typing import NDArray

from il2dash.analysis.moments import mean_and_sd
from il2dash.analysis.score_interval import tail_probability


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """A pooled estimate: its standard error, degrees of freedom, t interval, p of 0, and what imputation cost.

    `missing_information` is the part of the information on the quantity that the missing values took. NaN with a
    reason where the estimates have no variance.
    """

    estimate: float
    se: float
    degrees_of_freedom: float
    lower: float
    upper: float
    p: float
    missing_information: float
    reason: str = ""


def pool(
    estimates: NDArray[np.float64], variances: NDArray[np.float64], *, complete_freedom: float, level: float = 0.95
) -> Pooled:
    """Combine the estimates of m imputed data sets.

    Parameters
    ----------
    estimates, variances : array, shape (m,)
        Of each imputed data set; the variance is the square of its standard error.
    complete_freedom : float
        Degrees of freedom that the estimate would have if nothing were missing.
    level : float
        Confidence level, between 0 and 1.

    Raises
    ------
    ValueError
        If there are fewer than two imputations, or `level` isn't between 0 and 1.

    References
    ----------
    Rubin, Multiple Imputation for Nonresponse in Surveys, 1987, chapter 3. Barnard and Rubin, Biometrika
    1999;86:948-955, for the degrees of freedom. The fraction of missing information is ``fmi`` of ``mice::pool`` in R.
    """
    tail = tail_probability(level)
    m = estimates.size
    if m < 2:
        raise ValueError(f"imputations must be at least 2; got {m}. Ask for 20 or more.")
    # Of equal estimates the spread is 0, not the rounding error of their mean.
    estimate, spread = mean_and_sd(estimates)
    within, between = float(variances.mean()), spread**2 * (1 + 1 / m)
    total = within + between
    if not total > 0 or complete_freedom <= 0:
        reason = (
            "in every imputation each arm's patients all do the same: there is no variance to judge by"
            if complete_freedom > 0
            else "too few patients for degrees of freedom"
        )
        return Pooled(
            estimate=estimate,
            se=nan,
            degrees_of_freedom=nan,
            lower=nan,
            upper=nan,
            p=nan,
            missing_information=nan,
            reason=reason,
        )
    from scipy.special import stdtr, stdtrit

    share = between / total
    imputed_freedom = (m - 1) / share**2 if share > 0 else inf
    observed_freedom = (complete_freedom + 1) / (complete_freedom + 3) * complete_freedom * (1 - share)
    freedom = 1 / (1 / imputed_freedom + 1 / observed_freedom) if observed_freedom > 0 else imputed_freedom
    se = sqrt(total)
    half = -float(stdtrit(freedom, tail)) * se
    increase = between / within if within > 0 else inf
    missing = (increase + 2 / (freedom + 3)) / (increase + 1) if within > 0 else 1.0
    return Pooled(
        estimate=estimate,
        se=se,
        degrees_of_freedom=freedom,
        lower=estimate - half,
        upper=estimate + half,
        p=float(2 * stdtr(freedom, -abs(estimate) / se)),
        missing_information=missing if between > 0 else 0.0,
    )
