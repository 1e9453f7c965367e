"""Two arms compared where an assay's limits hide some values: means and difference of a censored normal model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import erfc, inf, isnan, nan, sqrt

import numpy as np
from numpy.typing import NDArray

from il2dash.analysis.censored_likelihood import CensoredFit, CensoredValues, condensed, fit_censored
from il2dash.analysis.censored_profile import ProfileLikelihood
from il2dash.analysis.estimate import Estimate, Interval, SignificanceTest, no_estimate
from il2dash.analysis.score_interval import normal_quantile

_METHOD = "profile likelihood"
_CONVENTION = "likelihood ratio, chi-squared with 1 degree of freedom"


@dataclass(frozen=True, slots=True, kw_only=True)
class CensoredNormal:
    """A censored normal model of two arms with one standard deviation.

    `n` patients of whom `below` and `above` had a value beyond a limit; the means are at the patients' mean baseline
    where the model is adjusted for it.
    """

    n: int
    below: int
    above: int
    adjusted: bool
    treatment_mean: Estimate
    reference_mean: Estimate
    difference: Estimate
    test: SignificanceTest
    sigma: float


def censored_normal(
    values: CensoredValues,
    *,
    is_treatment: NDArray[np.bool_],
    baseline: NDArray[np.float64] | None = None,
    level: float = 0.95,
) -> CensoredNormal:
    """Compare two arms by maximum likelihood, each value beyond a limit counting with the probability of that.

    Parameters
    ----------
    values : CensoredValues
        Of n patients; a NaN isn't counted.
    is_treatment : bool array, shape (n,)
        Who is in the treatment arm.
    baseline : array, shape (n,), optional
        Adjusts for it; a patient without one isn't counted.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    CensoredNormal
        Treatment minus reference. Where one arm has only values beyond the same limit, the difference has no finite
        estimate but a bound on one side. NaN with a reason where an arm is empty, no value was measured, or the
        measured ones leave no spread. Without censoring the estimates are those of least squares.

    Raises
    ------
    ValueError
        If `level` isn't between 0 and 1.

    References
    ----------
    Tobin, Econometrica 1958;26:24-36; ``survival::survreg(dist = "gaussian")`` in R for the estimates. Interval and p
    come from the likelihood ratio, without correction for small samples.
    """
    deviance = normal_quantile(level) ** 2
    known = ~np.isnan(values.value) if baseline is None else ~(np.isnan(values.value) | np.isnan(baseline))
    treated = is_treatment[known]
    middle = float(values.value[known & values.measured].mean()) if (known & values.measured).any() else 0.0
    counted = CensoredValues(value=values.value[known] - middle, side=values.side[known])
    covariate = np.zeros((len(treated), 0))
    if baseline is not None and treated.any() and not treated.all():
        about = baseline[known] - baseline[known].mean()
        if max(np.ptp(about[treated]), np.ptp(about[~treated])) > 1e-12 * np.abs(about).max():
            covariate = about[:, None]
    by_arm = np.column_stack([~treated, treated, covariate])
    by_difference = np.column_stack([np.ones(len(treated)), treated, covariate])
    reason = _why_not(treated)
    few = condensed(counted, by_difference)
    fit = _failed(reason) if reason else fit_censored(*few)
    one_sided = 0 if reason else _hidden(counted, treated)
    if one_sided and not isnan(fit.sigma):
        difference, test = _one_sided(counted, by_difference, treated, toward=one_sided, deviance=deviance, level=level)
    else:
        difference = _profiled(*few, fit, column=1, deviance=deviance, level=level)
        test = _likelihood_ratio(*few, fit.log_likelihood, reason=fit.reason)
    few_by_arm = condensed(counted, by_arm)
    means = []
    for column, members in enumerate((~treated, treated)):
        if not reason and counted[members].side.all():
            hidden = "every value of the arm is beyond the limit"
            means.append(no_estimate(level=level, method=_METHOD, reason=hidden))
            continue
        own = (
            fit
            if fit.reason
            else CensoredFit(
                coefficients=np.array([fit.coefficients[0], fit.coefficients[:2].sum(), *fit.coefficients[2:]]),
                sigma=fit.sigma,
                log_likelihood=fit.log_likelihood,
            )
        )
        mean = _profiled(*few_by_arm, own, column=column, deviance=deviance, level=level)
        means.append(_moved(mean, middle))
    return CensoredNormal(
        n=len(treated),
        below=int((counted.side < 0).sum()),
        above=int((counted.side > 0).sum()),
        adjusted=bool(covariate.size),
        treatment_mean=means[1],
        reference_mean=means[0],
        difference=difference,
        test=test,
        sigma=fit.sigma,
    )


def _why_not(treated: NDArray[np.bool_]) -> str:
    if not treated.size:
        return "neither arm has values"
    if treated.all() or not treated.any():
        return f"the {'reference' if treated.any() else 'treatment'} arm has no values"
    return ""


def _hidden(values: CensoredValues, treated: NDArray[np.bool_]) -> int:
    """Return the sign of an infinite difference: of an arm whose values all lie beyond the same limit; else 0."""
    for members, sign in ((treated, 1), (~treated, -1)):
        sides = values.side[members]
        if (sides != 0).all() and (sides == sides[0]).all() and not (values.side[~members] != 0).all():
            return sign * int(sides[0])
    return 0


def _profiled(
    values: CensoredValues,
    design: NDArray[np.float64],
    fit: CensoredFit,
    *,
    column: int,
    deviance: float,
    level: float,
) -> Estimate:
    if fit.reason:
        return no_estimate(level=level, method=_METHOD, reason=fit.reason)
    estimate, least = float(fit.coefficients[column]), fit.log_likelihood - deviance / 2
    step = 2 * fit.sigma / sqrt(max(values.count, 1))
    profile = ProfileLikelihood(values, design, column, maximum=fit)
    lower, upper = (profile.bound(start=estimate, toward=toward, step=step, least=least) for toward in (-1, 1))
    return Estimate(estimate=estimate, interval=Interval(lower=lower, upper=upper, level=level, method=_METHOD))


def _one_sided(
    values: CensoredValues,
    design: NDArray[np.float64],
    treated: NDArray[np.bool_],
    *,
    toward: int,
    deviance: float,
    level: float,
) -> tuple[Estimate, SignificanceTest]:
    """Bound a difference that the likelihood drives to infinity: its supremum is that of the measured arm alone."""
    members = treated if values.side[treated].all() else ~treated
    alone = fit_censored(values[~members], np.delete(design[~members], 1, axis=1))
    which = "treatment" if members is treated else "reference"
    reason = f"every value of the {which} arm is beyond the limit: the difference has no finite estimate"
    if alone.reason:
        return no_estimate(level=level, method=_METHOD, reason=alone.reason), _likelihood_ratio(
            values, design, nan, reason=alone.reason
        )
    least = alone.log_likelihood - deviance / 2
    # So far on the side of the infinite estimate that the hidden arm is certain.
    profile = ProfileLikelihood(values, design, 1)
    far = (value for value in _outward(toward, alone.sigma) if profile(value) > alone.log_likelihood - 1e-3)
    bound = profile.bound(start=next(far), toward=-toward, step=alone.sigma, least=least)
    lower, upper = (bound, inf) if toward > 0 else (-inf, bound)
    interval = Interval(lower=lower, upper=upper, level=level, method=_METHOD, reason=reason)
    return (
        Estimate(estimate=nan, interval=interval, reason=reason),
        _likelihood_ratio(values, design, alone.log_likelihood, reason=""),
    )


def _outward(toward: int, step: float) -> Iterator[float]:
    distance = step
    while distance < inf:
        yield toward * distance
        distance *= 2


def _likelihood_ratio(
    values: CensoredValues, design: NDArray[np.float64], highest: float, *, reason: str
) -> SignificanceTest:
    if reason:
        return SignificanceTest(name="censored normal", convention=_CONVENTION, p=nan, reason=reason)
    none = ProfileLikelihood(values, design, 1)(0.0)
    statistic = 2 * max(highest - none, 0.0)
    return SignificanceTest(
        name="censored normal", convention=_CONVENTION, p=erfc(sqrt(statistic / 2)), statistic=statistic
    )


def _moved(mean: Estimate, by: float) -> Estimate:
    interval = replace(mean.interval, lower=mean.interval.lower + by, upper=mean.interval.upper + by)
    return replace(mean, estimate=mean.estimate + by, interval=interval)


def _failed(reason: str) -> CensoredFit:
    return CensoredFit(coefficients=np.full(2, nan), sigma=nan, log_likelihood=nan, reason=reason)
