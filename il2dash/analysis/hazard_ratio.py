"""The hazard ratio of two arms by Cox regression, ties by Efron's approximation."""

from __future__ import annotations

from math import exp, nan, sqrt

import numpy as np
from numpy.typing import ArrayLike

from il2dash.analysis.estimate import Estimate, Interval, no_estimate
from il2dash.analysis.event_curve import FloatArray
from il2dash.analysis.score_interval import normal_quantile
from il2dash.analysis.time_limit import within_time
from il2dash.analysis.two_arm_risk_sets import TwoArmRiskSets, two_arm_risk_sets

COX_WALD = "Cox regression, ties by Efron, Wald"
MOST_STEPS = 50
CONVERGED = 1e-12


def hazard_ratio(*, time: ArrayLike, event: ArrayLike, is_treatment: ArrayLike, level: float = 0.95) -> Estimate:
    """Estimate the ratio of two arms' hazards, treatment over reference, assumed constant over time.

    Parameters
    ----------
    time : array, shape (patients,)
        When the event happened or the follow-up ended; not negative, not NaN.
    event, is_treatment : bool array, shape (patients,)
        Whether it is the event's time, and whether the patient is in the treatment arm.
    level : float
        Confidence level of the Wald interval of the log hazard ratio.

    Returns
    -------
    Estimate
        NaN with a reason where the partial likelihood has no maximum: no events in one of the arms.

    References
    ----------
    Cox, JRSS B 1972;34:187-220. Efron, JASA 1977;72:557-565. R: ``survival::coxph``,
    whose default is ``ties = "efron"``.
    """
    sets = two_arm_risk_sets(time=time, event=event, is_treatment=is_treatment)
    reason = sets.reason or _no_maximum(sets)
    if reason:
        return no_estimate(level=level, method=COX_WALD, reason=reason)
    treated, reference = _efron_risk_sets(sets)
    log_ratio, information = _maximum(treated, reference, events_treatment=float(sets.events_treatment.sum()))
    half = normal_quantile(level) / sqrt(information)
    return Estimate(
        estimate=exp(log_ratio),
        interval=Interval(lower=exp(log_ratio - half), upper=exp(log_ratio + half), level=level, method=COX_WALD),
    )


def _no_maximum(sets: TwoArmRiskSets) -> str:
    """Say why the likelihood grows without end: in one arm nobody has an event while the other is at risk."""
    events_reference = sets.events - sets.events_treatment
    compared = (sets.at_risk_treatment > 0) & (sets.at_risk_treatment < sets.at_risk)
    missing = [
        arm
        for arm, events in (("treatment", sets.events_treatment), ("reference", events_reference))
        if not events[compared].sum()
    ]
    if not missing:
        return ""
    return f"the {missing[0]} arm has no event while the other is at risk: the hazard ratio has no finite estimate"


def _efron_risk_sets(sets: TwoArmRiskSets) -> tuple[FloatArray, FloatArray]:
    """Return the patients at risk in each arm, one entry an event: of d tied ones the l-th has l/d of them removed."""
    times = np.repeat(np.arange(len(sets.events)), sets.events)
    earlier = np.arange(len(times)) - np.repeat(np.cumsum(sets.events) - sets.events, sets.events)
    removed = earlier / sets.events[times]
    events_reference = sets.events - sets.events_treatment
    at_risk_reference = sets.at_risk - sets.at_risk_treatment
    return (
        np.asarray(sets.at_risk_treatment[times] - removed * sets.events_treatment[times], dtype=np.float64),
        np.asarray(at_risk_reference[times] - removed * events_reference[times], dtype=np.float64),
    )


def _maximum(treated: FloatArray, reference: FloatArray, *, events_treatment: float) -> tuple[float, float]:
    """Return the log hazard ratio and its information: Newton's steps, halved where they leave the score's bracket."""
    lowest, highest = -60.0, 60.0
    log_ratio = 0.0
    information = nan
    for _ in range(MOST_STEPS):
        within_time()
        weighted = treated * exp(log_ratio)
        share = weighted / (weighted + reference)
        score = events_treatment - float(share.sum())
        information = float((share * (1 - share)).sum())
        # The score falls with the log hazard ratio, so its sign tells on which side the maximum is.
        if score > 0:
            lowest = log_ratio
        else:
            highest = log_ratio
        step = score / information
        if abs(step) < CONVERGED:
            break
        log_ratio = log_ratio + step if lowest < log_ratio + step < highest else (lowest + highest) / 2
    return log_ratio, information
