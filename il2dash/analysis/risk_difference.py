"""Risk difference, treatment minus reference: Newcombe hybrid score and Miettinen-Nurminen score intervals."""

from __future__ import annotations

from math import acos, copysign, cos, inf, pi, sqrt, tanh
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from il2dash.analysis.empty_arm import empty_arm
from il2dash.analysis.estimate import Estimate, Interval, no_estimate
from il2dash.analysis.proportion import wilson_bounds
from il2dash.analysis.score_interval import crossing, normal_quantile
from il2dash.analysis.two_by_two import TwoByTwo


class NewcombeBounds(NamedTuple):
    """Risk differences with their bounds, all of one shape; NaN where an arm is empty."""

    difference: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]


def newcombe_bounds(
    *,
    treatment_responders: ArrayLike,
    treatment_total: ArrayLike,
    reference_responders: ArrayLike,
    reference_total: ArrayLike,
    level: float = 0.95,
) -> NewcombeBounds:
    """Newcombe hybrid score intervals of many risk differences at once.

    Parameters
    ----------
    treatment_responders, treatment_total, reference_responders, reference_total : array_like
        Counts, broadcast against each other.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    NewcombeBounds
        Differences (treatment minus reference) and bounds in [-1, 1]; NaN where an arm is empty.

    Raises
    ------
    ValueError
        If `level` isn't between 0 and 1.

    References
    ----------
    Newcombe, Statistics in Medicine 1998;17:873-890, method 10 (no continuity correction).
    """
    treatment, lower_treatment, upper_treatment = _proportion_with_wilson(treatment_responders, treatment_total, level)
    reference, lower_reference, upper_reference = _proportion_with_wilson(reference_responders, reference_total, level)
    difference = treatment - reference
    return NewcombeBounds(
        difference=difference,
        lower=difference - np.hypot(treatment - lower_treatment, upper_reference - reference),
        upper=difference + np.hypot(upper_treatment - treatment, reference - lower_reference),
    )


def newcombe(table: TwoByTwo, *, level: float = 0.95) -> Estimate:
    """Risk difference with the Newcombe hybrid score interval.

    Parameters
    ----------
    table : TwoByTwo
        Responders and patients in the two arms.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    Estimate
        Treatment minus reference, in [-1, 1]; NaN with a reason where an arm is empty.

    Raises
    ------
    ValueError
        If `level` isn't between 0 and 1.

    References
    ----------
    Newcombe, Statistics in Medicine 1998;17:873-890, method 10 (no continuity correction).
    """
    bounds = newcombe_bounds(
        treatment_responders=table.treatment.responders,
        treatment_total=table.treatment.total,
        reference_responders=table.reference.responders,
        reference_total=table.reference.total,
        level=level,
    )
    if reason := empty_arm(table):
        return no_estimate(level=level, method="newcombe", reason=reason)
    interval = Interval(lower=float(bounds.lower), upper=float(bounds.upper), level=level, method="newcombe")
    return Estimate(estimate=float(bounds.difference), interval=interval)


def miettinen_nurminen(table: TwoByTwo, *, level: float = 0.95) -> Estimate:
    """Risk difference with the Miettinen-Nurminen score interval.

    The variance has the factor N / (N - 1), N the patients of both arms. Parameters, errors and the empty arm as for
    `newcombe`.

    References
    ----------
    Miettinen and Nurminen, Statistics in Medicine 1985;4:213-226. Equals ``ratesci::scoreci(contrast = "RD",
    skew = FALSE)`` in R, which stops its bisection when the bound is known to 5e-8 and gives the outer end.
    """
    quantile = normal_quantile(level)
    method = "miettinen-nurminen"
    if reason := empty_arm(table):
        return no_estimate(level=level, method=method, reason=reason)
    difference = table.treatment.proportion - table.reference.proportion
    # The hyperbolic scale keeps the difference inside (-1, 1). The statistic doesn't reach the quantile where the
    # estimate itself is -1 or 1: there the bound is the estimate.
    lower = -1.0 if difference == -1 else tanh(crossing(lambda scaled: _score(table, tanh(scaled)) - quantile))
    upper = 1.0 if difference == 1 else tanh(crossing(lambda scaled: _score(table, tanh(scaled)) + quantile))
    return Estimate(estimate=difference, interval=Interval(lower=lower, upper=upper, level=level, method=method))


def _proportion_with_wilson(
    responders: ArrayLike, total: ArrayLike, level: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    patients = np.asarray(total, dtype=float)
    proportion = np.asarray(responders, dtype=float) / np.where(patients > 0, patients, np.nan)
    return proportion, *wilson_bounds(responders=responders, total=total, level=level)


def _score(table: TwoByTwo, difference: float) -> float:
    """Score statistic of one hypothetical difference: positive where the estimate lies above it."""
    treatment, reference = table.treatment, table.reference
    p_reference = _reference_proportion(table, difference)
    p_treatment = p_reference + difference
    patients = treatment.total + reference.total
    variance = (
        p_treatment * (1 - p_treatment) / treatment.total + p_reference * (1 - p_reference) / reference.total
    ) * (patients / (patients - 1))
    deviation = treatment.proportion - reference.proportion - difference
    if variance <= 0:
        return copysign(inf, deviation) if deviation else 0.0
    return deviation / sqrt(variance)


def _reference_proportion(table: TwoByTwo, difference: float) -> float:
    """Maximum-likelihood proportion of the reference arm under a given difference, in closed form."""
    x0, n0, n1 = table.reference.responders, table.reference.total, table.treatment.total
    responders, patients = table.treatment.responders + x0, n0 + n1
    l2 = (n1 + 2 * n0) * difference - patients - responders
    l1 = (n0 * difference - patients - 2 * x0) * difference + responders
    l0 = x0 * difference * (1 - difference)
    third = l2 / (3 * patients)
    q = third**3 - l1 * l2 / (6 * patients**2) + l0 / (2 * patients)
    p = copysign(sqrt(max(third**2 - l1 / (3 * patients), 0.0)), q)
    angle = (pi + acos(min(max(q / p**3, -1.0), 1.0))) / 3 if p else 0.0
    root = 2 * p * cos(angle) - third
    return min(max(root, 0.0, -difference), 1.0, 1 - difference)
