"""Aalen-Johansen: the proportion who have had an event by a time, when another event can come first."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from il2dash.analysis.event_curve import EventCurve, FloatArray, counts_by_time
from il2dash.analysis.score_interval import normal_quantile

AALEN_JOHANSEN = "Aalen-Johansen, log(-log) interval with the delta-method variance"
ROUNDING = 1e-12
"""A sum of proportions this near to 1 is 1."""


def cumulative_incidence(*, time: ArrayLike, event: ArrayLike, competing: ArrayLike, level: float = 0.95) -> EventCurve:
    """Estimate the proportion who have had the event by each time, with a competing event that rules it out.

    Parameters
    ----------
    time : array, shape (patients,)
        When the first of both events happened or the follow-up ended; not negative, not NaN.
    event, competing : bool array, shape (patients,)
        Whether it is the event's time, or the competing event's; nobody has both.
    level : float
        Confidence level of the pointwise interval.

    Returns
    -------
    EventCurve
        Before the first event there is no interval (NaN), as in R's ``survfit`` and Stata's ``stcompet``. Without
        patients every estimate is NaN.

    Notes
    -----
    With n at risk, d events of interest and D of both kinds at each time t_j, S the Kaplan-Meier of both together and
    F the cumulative incidence, the variance is the sum over t_j <= t of
    (F(t) - F(t_j))^2 D / (n (n - D)) + S(t_j-)^2 d (n - d) / n^3 - 2 (F(t) - F(t_j)) S(t_j-) d / n^2.
    It is p(1 - p)/n without censoring, and Greenwood's without competing events. The interval is
    F^exp(-+ z se / (F log F)).

    References
    ----------
    Aalen and Johansen, Scandinavian Journal of Statistics 1978;5:141-150. Marubini and Valsecchi, Analysing Survival
    Data from Clinical Trials and Observational Studies (1995), section 10.2: the variance. Choudhury, Statistics in
    Medicine 2002;21:1129-1144: the interval.
    """
    counts = counts_by_time(time=time, event=event, competing=competing)
    patients = np.where(counts.n_risk > 0, counts.n_risk, np.nan)
    both = counts.n_events + counts.n_competing
    survival = np.cumprod(1 - both / patients)
    before = np.concatenate(([1.0], survival[:-1]))
    incidence = np.cumsum(before * counts.n_events / patients)
    incidence = np.where(incidence > 1 - ROUNDING, 1.0, incidence)
    standard_error = np.sqrt(_variance(incidence, before=before, patients=patients, events=counts.n_events, both=both))
    lower, upper = _log_log_bounds(incidence, standard_error, level=level)
    return EventCurve(
        n=int(counts.n_risk[0]),
        weeks=counts.weeks,
        n_risk=counts.n_risk,
        n_events=counts.n_events,
        n_competing=counts.n_competing,
        n_censored=counts.n_censored,
        estimate=incidence,
        standard_error=standard_error,
        lower=lower,
        upper=upper,
        level=level,
        method=AALEN_JOHANSEN,
    )


def _variance(
    incidence: FloatArray, *, before: FloatArray, patients: FloatArray, events: np.ndarray, both: np.ndarray
) -> FloatArray:
    """Return the delta-method variance at each time; the square is multiplied out, so that sums are cumulative."""
    remaining = patients - both
    # Where nobody remains, nothing follows: F(t) - F(t_j) is 0 from there on.
    hazard = np.where(remaining > 0, both / (patients * np.where(remaining > 0, remaining, 1.0)), 0.0)
    cross = before * events / patients**2
    own = before**2 * events * (patients - events) / patients**3
    squared = incidence**2 * np.cumsum(hazard)
    squared += np.cumsum(incidence**2 * hazard) - 2 * incidence * np.cumsum(incidence * hazard)
    crossed = incidence * np.cumsum(cross) - np.cumsum(incidence * cross)
    variance: FloatArray = np.maximum(squared + np.cumsum(own) - 2 * crossed, 0.0)
    return variance


def _log_log_bounds(
    incidence: FloatArray, standard_error: FloatArray, *, level: float
) -> tuple[FloatArray, FloatArray]:
    """Return F^exp(-+ z se / (F log F)); NaN at F = 0, and 1 to 1 once everybody has had the event."""
    inside = (incidence > 0) & (incidence < 1)
    share = np.where(inside, incidence, 0.5)
    shift = normal_quantile(level) * np.where(inside, standard_error, 0.0) / (share * np.log(share))
    edge = np.where(incidence >= 1, 1.0, np.nan)
    return (
        np.where(inside, share ** np.exp(-shift), edge),
        np.where(inside, share ** np.exp(shift), edge),
    )
