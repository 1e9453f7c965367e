"""Kaplan-Meier: the proportion still free of an event, with Greenwood's variance and the log(-log) interval."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from il2dash.analysis.event_curve import EventCurve, FloatArray, counts_by_time
from il2dash.analysis.score_interval import normal_quantile

KAPLAN_MEIER = "Kaplan-Meier, log(-log) interval with Greenwood's variance"


def kaplan_meier(*, time: ArrayLike, event: ArrayLike, level: float = 0.95) -> EventCurve:
    """Estimate the proportion free of the event over time.

    Parameters
    ----------
    time : array, shape (patients,)
        When the event happened or the follow-up ended; not negative, not NaN.
    event : bool array, shape (patients,)
        Whether it is the event's time.
    level : float
        Confidence level of the pointwise interval.

    Returns
    -------
    EventCurve
        Before the first event the interval is 1 to 1, and once everybody has had it there is none (NaN), as in R's
        ``survfit(conf.type = "log-log")``. Without patients every estimate is NaN.

    References
    ----------
    Kaplan and Meier, JASA 1958;53:457-481. Kalbfleisch and Prentice, The Statistical Analysis of Failure Time Data
    (2002), section 1.4: the interval of log(-log S). R: ``survival::survfit``.
    """
    counts = counts_by_time(time=time, event=event)
    n = int(counts.n_risk[0])
    remaining = counts.n_risk - counts.n_events
    # With nobody at risk, at week 0 of an empty group, there is no proportion.
    patients = np.where(counts.n_risk > 0, counts.n_risk, np.nan)
    survival = np.asarray(np.cumprod(remaining / patients), dtype=np.float64)
    with np.errstate(divide="ignore"):
        log_variance = np.cumsum(counts.n_events / (patients * remaining))
    lower, upper = _log_log_bounds(survival, np.sqrt(log_variance), level=level)
    return EventCurve(
        n=n,
        weeks=counts.weeks,
        n_risk=counts.n_risk,
        n_events=counts.n_events,
        n_competing=counts.n_competing,
        n_censored=counts.n_censored,
        estimate=survival,
        standard_error=np.where(survival > 0, survival * np.sqrt(np.where(survival > 0, log_variance, 0.0)), np.nan),
        lower=lower,
        upper=upper,
        level=level,
        method=KAPLAN_MEIER,
    )


def _log_log_bounds(
    survival: FloatArray, log_standard_error: FloatArray, *, level: float
) -> tuple[FloatArray, FloatArray]:
    """Return S^exp(-z se / log S) and S^exp(z se / log S); 1 and 1 at S = 1, NaN at S = 0."""
    inside = (survival > 0) & (survival < 1)
    share = np.where(inside, survival, 0.5)
    shift = normal_quantile(level) * np.where(inside, log_standard_error, 0.0) / np.log(share)
    edge = np.where(survival == 1, 1.0, np.nan)
    return (
        np.where(inside, share ** np.exp(-shift), edge),
        np.where(inside, share ** np.exp(shift), edge),
    )
