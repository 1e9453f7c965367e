"""Risk ratio, treatment over reference, with the Miettinen-Nurminen score interval."""

from __future__ import annotations

from math import copysign, exp, inf, nan, sqrt

from il2dash.analysis.empty_arm import empty_arm
from il2dash.analysis.estimate import Estimate, Interval, no_estimate
from il2dash.analysis.score_interval import crossing, normal_quantile
from il2dash.analysis.two_by_two import TwoByTwo

_METHOD = "miettinen-nurminen"


def risk_ratio(table: TwoByTwo, *, level: float = 0.95) -> Estimate:
    """Risk ratio with the Miettinen-Nurminen score interval.

    Parameters
    ----------
    table : TwoByTwo
        Responders and patients in the two arms.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    Estimate
        Treatment over reference, in [0, infinity]. Without responders in the treatment arm the lower bound is 0,
        without any in the reference arm the upper bound is infinite. NaN with a reason where an arm is empty, and as
        the estimate alone where nobody responds in either arm (the interval is then 0 to infinity).

    Raises
    ------
    ValueError
        If `level` isn't between 0 and 1.

    References
    ----------
    Miettinen and Nurminen, Statistics in Medicine 1985;4:213-226; variance with the factor N / (N - 1). Equals
    ``ratesci::scoreci(contrast = "RR", skew = FALSE)`` in R, which stops its bisection at a width of 5e-8.
    """
    quantile = normal_quantile(level)
    if reason := empty_arm(table):
        return no_estimate(level=level, method=_METHOD, reason=reason)
    treatment, reference = table.treatment, table.reference
    lower = exp(crossing(lambda log: _score(table, exp(log)) - quantile)) if treatment.responders else 0.0
    upper = exp(crossing(lambda log: _score(table, exp(log)) + quantile)) if reference.responders else inf
    interval = Interval(lower=lower, upper=upper, level=level, method=_METHOD)
    if reference.responders:
        return Estimate(estimate=treatment.proportion / reference.proportion, interval=interval)
    if treatment.responders:
        return Estimate(estimate=inf, interval=interval)
    return Estimate(estimate=nan, interval=interval, reason="Nobody responded in either arm: the risk ratio is 0 / 0.")


def _score(table: TwoByTwo, ratio: float) -> float:
    """Score statistic of one hypothetical ratio: positive where the estimate lies above it."""
    treatment, reference = table.treatment, table.reference
    patients = treatment.total + reference.total
    # Maximum-likelihood proportions under the ratio: the smaller root of a p^2 - b p + c = 0,
    # written without the difference of two large numbers.
    b = ratio * (treatment.total + reference.responders) + treatment.responders + reference.total
    c = treatment.responders + reference.responders
    p_reference = 2 * c / (b + sqrt(max(b**2 - 4 * patients * ratio * c, 0.0)))
    p_treatment = ratio * p_reference
    variance = (
        p_treatment * max(1 - p_treatment, 0.0) / treatment.total
        + ratio**2 * p_reference * max(1 - p_reference, 0.0) / reference.total
    ) * (patients / (patients - 1))
    deviation = treatment.proportion - ratio * reference.proportion
    if variance <= 0:
        return copysign(inf, deviation) if deviation else 0.0
    return deviation / sqrt(variance)
