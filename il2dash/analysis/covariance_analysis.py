"""Analysis of covariance: two arms' means compared at the same baseline value."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan, sqrt

import numpy as np
from numpy.typing import NDArray

from il2dash.analysis.estimate import Estimate, Interval, SignificanceTest, no_estimate, no_interval
from il2dash.analysis.score_interval import tail_probability

_METHOD = "t interval of the arm's coefficient"
_CONVENTION = "two-sided, t with the residual degrees of freedom"


@dataclass(frozen=True, slots=True, kw_only=True)
class CovarianceAnalysis:
    """The difference of two arms adjusted for one covariate; `n` patients had value and covariate."""

    n: int
    difference: Estimate
    se: float
    degrees_of_freedom: int
    test: SignificanceTest


def covariance_analysis(
    response: NDArray[np.float64],
    *,
    is_treatment: NDArray[np.bool_],
    baseline: NDArray[np.float64],
    level: float = 0.95,
) -> CovarianceAnalysis:
    """Compare two arms by least squares of response on arm and baseline, one slope for both arms.

    Parameters
    ----------
    response, baseline : array, shape (patients,)
        Values; a patient with a NaN in either is left out.
    is_treatment : bool array, shape (patients,)
        Who is in the treatment arm.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    CovarianceAnalysis
        Treatment minus reference. NaN with a reason where an arm is empty, the baseline doesn't vary apart from the
        arm, or too few patients leave no residual degrees of freedom.

    Raises
    ------
    ValueError
        If `level` isn't between 0 and 1.

    References
    ----------
    ``lm(response ~ arm + baseline)`` in R.
    """
    tail = tail_probability(level)
    known = ~(np.isnan(response) | np.isnan(baseline))
    treated, y, x = is_treatment[known], response[known], baseline[known]
    n = int(known.sum())
    reason = _why_not(treated, x)
    if reason:
        return _untested(no_estimate(level=level, method=_METHOD, reason=reason), n=n, reason=reason)
    from scipy.special import stdtr, stdtrit

    # Both variables about their arm's own mean: the slope, and what is left, come without a matrix.
    arm = np.where(treated, 1, 0)
    size = np.bincount(arm)
    mean_x, mean_y = (np.bincount(arm, weights=values) / size for values in (x, y))
    own_x, own_y = x - mean_x[arm], y - mean_y[arm]
    spread = float(own_x @ own_x)
    slope = float(own_x @ own_y) / spread
    residual = own_y - slope * own_x
    apart = float(mean_x[1] - mean_x[0])
    estimate = float(mean_y[1] - mean_y[0]) - slope * apart
    freedom = n - 3
    se = sqrt(float(residual @ residual) / freedom * (1 / size[0] + 1 / size[1] + apart**2 / spread))
    if se <= 1e-12 * float(np.abs(y).max()):
        reason = "the baseline and the arm give every value exactly: nothing is left to judge the difference by"
        interval = no_interval(level=level, method=_METHOD, reason=reason)
        return _untested(Estimate(estimate=estimate, interval=interval), n=n, reason=reason)
    half = -float(stdtrit(freedom, tail)) * se
    statistic = estimate / se
    return CovarianceAnalysis(
        n=n,
        difference=Estimate(
            estimate=estimate,
            interval=Interval(lower=estimate - half, upper=estimate + half, level=level, method=_METHOD),
        ),
        se=se,
        degrees_of_freedom=freedom,
        test=SignificanceTest(
            name="ancova",
            convention=_CONVENTION,
            p=float(2 * stdtr(freedom, -abs(statistic))),
            statistic=statistic,
        ),
    )


def _untested(difference: Estimate, *, n: int, reason: str) -> CovarianceAnalysis:
    return CovarianceAnalysis(
        n=n,
        difference=difference,
        se=nan,
        degrees_of_freedom=max(n - 3, 0),
        test=SignificanceTest(name="ancova", convention=_CONVENTION, p=nan, reason=reason),
    )


def _why_not(treated: NDArray[np.bool_], x: NDArray[np.float64]) -> str:
    """Return why the model can't be fitted; the empty string where it can."""
    if not treated.any() or treated.all():
        which = "reference" if treated.any() else "treatment"
        return (
            f"the {which} arm has no patient with both a value and a baseline"
            if treated.size
            else ("no patient has both a value and a baseline")
        )
    if treated.size < 4:
        return f"{treated.size} patients with both a value and a baseline: four are needed"
    if np.ptp(x[treated]) <= 0 and np.ptp(x[~treated]) <= 0:
        return "within the arms the baseline is the same for everybody"
    return ""
