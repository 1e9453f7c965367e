"""Two arms compared within strata: Cochran-Mantel-Haenszel test, common odds ratio and common risk difference."""

from __future__ import annotations

from collections.abc import Sequence
from math import erfc, exp, inf, log, nan, sqrt

import numpy as np
from numpy.typing import NDArray

from il2dash.analysis.estimate import Estimate, Interval, SignificanceTest, no_estimate, no_interval
from il2dash.analysis.score_interval import normal_quantile
from il2dash.analysis.two_by_two import TwoByTwo

_TEST_CONVENTION = "chi-squared with 1 degree of freedom, without continuity correction"
_ODDS_METHOD = "mantel-haenszel, Robins-Breslow-Greenland"
_RISK_METHOD = "mantel-haenszel, Klingenberg"


def cochran_mantel_haenszel(tables: Sequence[TwoByTwo]) -> SignificanceTest:
    """Cochran-Mantel-Haenszel test of no difference within any stratum.

    Parameters
    ----------
    tables : sequence of TwoByTwo
        One table a stratum. A stratum with an empty arm carries no information and changes nothing.

    Returns
    -------
    SignificanceTest
        The statistic is the chi-squared value. NaN with a reason where no stratum has both arms, or nobody or everybody
        responds in all of them.

    References
    ----------
    Mantel and Haenszel, JNCI 1959;22:719-748; ``mantelhaen.test(correct = FALSE)`` in R.
    """
    reason, (x1, n1, x0, n0) = _informative(tables)
    n, responders = n1 + n0, x1 + x0
    if not reason and not (responders * (n - responders)).any():
        reason = "within each stratum nobody or everybody responds"
    if reason:
        return SignificanceTest(name="cochran-mantel-haenszel", convention=_TEST_CONVENTION, p=nan, reason=reason)
    # Whole numbers over a common denominator: an excess of exactly nothing comes out as that.
    excess = float(((x1 * n0 - x0 * n1) / n).sum())
    variance = float((n1 * n0 * responders * (n - responders) / (n**2 * (n - 1))).sum())
    statistic = excess**2 / variance
    return SignificanceTest(
        name="cochran-mantel-haenszel",
        convention=_TEST_CONVENTION,
        p=erfc(sqrt(statistic / 2)),
        statistic=statistic,
    )


def common_odds_ratio(tables: Sequence[TwoByTwo], *, level: float = 0.95) -> Estimate:
    """Mantel-Haenszel common odds ratio with the interval of Robins, Breslow and Greenland.

    Parameters
    ----------
    tables : sequence of TwoByTwo
        One table a stratum. A stratum with an empty arm changes nothing.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    Estimate
        Treatment over reference. 0 or infinite without an interval where every stratum is one-sided; NaN with a reason
        where no stratum says anything.

    Raises
    ------
    ValueError
        If `level` isn't between 0 and 1.

    References
    ----------
    Robins, Breslow and Greenland, Biometrics 1986;42:311-323; ``mantelhaen.test`` in R.
    """
    quantile = normal_quantile(level)
    reason, (x1, n1, x0, n0) = _informative(tables)
    n = n1 + n0
    r, s = x1 * (n0 - x0) / n, x0 * (n1 - x1) / n
    total_r, total_s = float(r.sum()), float(s.sum())
    if not reason and total_r == 0 and total_s == 0:
        reason = "within each stratum nobody or everybody responds, in one arm or in both: the odds ratio is 0 / 0"
    if reason:
        return no_estimate(level=level, method=_ODDS_METHOD, reason=reason)
    if total_r == 0 or total_s == 0:
        one_sided = "every stratum has a zero on the same side, so the standard error is infinite"
        interval = no_interval(level=level, method=_ODDS_METHOD, reason=one_sided)
        return Estimate(estimate=inf if total_r else 0.0, interval=interval)
    p, q = (x1 + n0 - x0) / n, (x0 + n1 - x1) / n
    variance = (
        float((p * r).sum()) / (2 * total_r**2)
        + float((p * s + q * r).sum()) / (2 * total_r * total_s)
        + float((q * s).sum()) / (2 * total_s**2)
    )
    center, half = log(total_r / total_s), quantile * sqrt(variance)
    return Estimate(
        estimate=total_r / total_s,
        interval=Interval(lower=exp(center - half), upper=exp(center + half), level=level, method=_ODDS_METHOD),
    )


def common_risk_difference(tables: Sequence[TwoByTwo], *, level: float = 0.95) -> Estimate:
    """Mantel-Haenszel common risk difference with Klingenberg's interval.

    The interval holds the differences d whose distance from the estimate is at most the normal quantile times Sato's
    standard error at d. Sato's at the estimate itself (``metafor::rma.mh(measure = "RD")`` in R) would be Wald's.

    Parameters
    ----------
    tables : sequence of TwoByTwo
        One table a stratum. A stratum with an empty arm changes nothing.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    Estimate
        Treatment minus reference, in [-1, 1]. NaN with a reason where no stratum has both arms; the interval alone
        where nobody or everybody responds within each stratum, or each arm's patients all do the same.

    Raises
    ------
    ValueError
        If `level` isn't between 0 and 1.

    References
    ----------
    Klingenberg, Statistics in Medicine 2014;33:2968-2983. Sato, Greenland and Robins, Biometrics 1989;45:1323-1324.
    """
    quantile = normal_quantile(level)
    reason, (x1, n1, x0, n0) = _informative(tables)
    if reason:
        return no_estimate(level=level, method=_RISK_METHOD, reason=reason)
    n = n1 + n0
    weight = float((n1 * n0 / n).sum())
    estimate = float(((x1 * n0 - x0 * n1) / n).sum()) / weight
    constant = float(((x1 * (n0 - x0) + x0 * (n1 - x1)) / (2 * n)).sum()) / weight**2
    slope = float(((n1**2 * x0 - n0**2 * x1 + n1 * n0 * (n0 - n1) / 2) / n**2).sum()) / weight**2
    if constant == 0:
        reason = "within each stratum nobody or everybody responds: the variance is 0 whatever the number of patients"
        return Estimate(estimate=estimate, interval=no_interval(level=level, method=_RISK_METHOD, reason=reason))
    middle = estimate + quantile**2 * slope / 2
    half = sqrt(max(middle**2 - estimate**2 + quantile**2 * constant, 0.0))
    return Estimate(
        estimate=estimate,
        interval=Interval(
            # Rounding may put an estimate of -1 or 1 outside its own bounds.
            lower=max(min(middle - half, estimate), -1.0),
            upper=min(max(middle + half, estimate), 1.0),
            level=level,
            method=_RISK_METHOD,
        ),
    )


def _informative(tables: Sequence[TwoByTwo]) -> tuple[str, NDArray[np.float64]]:
    """Return why there is nothing to compare, and the counts x1, n1, x0, n0 of the strata with both arms."""
    both = [table for table in tables if table.treatment.total and table.reference.total]
    counts = np.array(
        [(arm.responders, arm.total) for table in both for arm in (table.treatment, table.reference)],
        dtype=float,
    ).reshape(len(both), 4)
    return ("" if both else "no stratum has patients in both arms"), counts.T
