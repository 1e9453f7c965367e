"""The mean number of events per patient over time, all of a patient's events counted, death ending the count."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from il2dash.analysis.event_curve import EventCurve, FloatArray, counts_by_time
from il2dash.analysis.score_interval import normal_quantile

_ROUNDING = 1e-14

MEAN_CUMULATIVE_COUNT = "mean cumulative count (Ghosh-Lin), robust variance by patient, interval on the log scale"


def mean_cumulative_count(
    *, end: ArrayLike, died: ArrayLike, event_patient: ArrayLike, event_time: ArrayLike, level: float = 0.95
) -> EventCurve:
    """Estimate the mean number of events per patient by each time, the dead having no more of them.

    Parameters
    ----------
    end : array, shape (patients,)
        When each patient's follow-up ended, by death or otherwise; not negative, not NaN.
    died : bool array, shape (patients,)
        Whether it ended by death.
    event_patient : int array, shape (events,)
        Each event's patient, as a place in `end`.
    event_time : array, shape (events,)
        Each event's time, at most the `end` of its patient: a later one has nobody at risk.
    level : float
        Confidence level of the pointwise interval.

    Returns
    -------
    EventCurve
        `n_competing` are the deaths, `n_censored` the other ends of follow-up. There is no interval (NaN) before the
        first event. Without patients every estimate is NaN.

    Raises
    ------
    ValueError
        If an event is after its patient's end of follow-up.

    Notes
    -----
    The sum over t_j <= t of S(t_j-) dN(t_j) / Y(t_j): N counts the events, Y the patients under observation, S is the
    Kaplan-Meier of death. The variance is the sum of the squared influences of the patients (infinitesimal jackknife),
    which doesn't assume that a patient's events are independent: Ghosh and Lin's in the limit, Lawless and Nadeau's
    exactly where nobody dies. The interval is mu exp(-+ z se / mu).

    References
    ----------
    Ghosh and Lin, Biometrics 2000;56:554-562, equations 2.2 and 2.3. Lawless and Nadeau, Technometrics
    1995;37:158-168. The same estimate: Dong et al., American Journal of Epidemiology 2015;181:532-540.
    """
    ends = np.asarray(end, dtype=float)
    deaths = np.asarray(died, dtype=bool)
    patient = np.asarray(event_patient, dtype=np.int64)
    times = np.asarray(event_time, dtype=float)
    late = times > ends[patient]
    if late.any():
        raise ValueError(
            f"event_time must not be after the end of the patient's follow-up; {int(late.sum())} of {len(times)} are: "
            "let the follow-up end with them."
        )
    weeks = np.unique(np.concatenate(([0.0], ends, times)))
    follow_up = counts_by_time(time=ends, event=np.zeros(len(ends), dtype=bool), competing=deaths)
    own = np.searchsorted(weeks, follow_up.weeks)
    n_deaths, n_censored = np.zeros(len(weeks), dtype=np.int64), np.zeros(len(weeks), dtype=np.int64)
    n_deaths[own], n_censored[own] = follow_up.n_competing, follow_up.n_censored
    n_risk = len(ends) - np.searchsorted(np.sort(ends), weeks, side="left")
    n_events = np.bincount(np.searchsorted(weeks, times), minlength=len(weeks)).astype(np.int64)
    patients = np.where(n_risk > 0, n_risk, np.nan)
    alive = np.cumprod(1 - n_deaths / patients)
    before = np.concatenate(([1.0], alive[:-1]))
    mean = np.cumsum(before * n_events / patients)
    standard_error = np.sqrt(
        _influence_squares(
            weeks,
            end_place=np.searchsorted(weeks, ends),
            died=deaths,
            event_patient=patient,
            event_place=np.searchsorted(weeks, times),
            patients=patients,
            before=before,
            n_events=n_events,
            n_deaths=n_deaths,
            mean=mean,
        )
    )
    if not len(ends):
        standard_error = np.full(len(weeks), np.nan)
    positive = mean > 0
    center = np.where(positive, mean, 1.0)
    factor = np.exp(normal_quantile(level) * standard_error / center)
    return EventCurve(
        n=len(ends),
        weeks=weeks,
        n_risk=n_risk.astype(np.int64),
        n_events=n_events,
        n_competing=n_deaths,
        n_censored=n_censored,
        estimate=mean,
        standard_error=standard_error,
        lower=np.where(positive, mean / factor, np.nan),
        upper=np.where(positive, mean * factor, np.nan),
        level=level,
        method=MEAN_CUMULATIVE_COUNT,
    )


def _influence_squares(
    weeks: FloatArray,
    *,
    end_place: np.ndarray,
    died: np.ndarray,
    event_patient: np.ndarray,
    event_place: np.ndarray,
    patients: FloatArray,
    before: FloatArray,
    n_events: np.ndarray,
    n_deaths: np.ndarray,
    mean: FloatArray,
) -> FloatArray:
    """Return at each week the sum over patients of the squared derivative of the mean by the patient's weight.

    That derivative is A(t) - mu(t) B(t) + C(t): A sums S(u-) dM(u) / Y(u) over the events' martingale M, B and C sum
    1 and mu(v) over the deaths' martingale, dM^D(v) / (Y(v) - dD(v)).

    Of all who are watched it is one function of t and the steps of their own events. From the end of a patient's
    follow-up on it is a + b mu(t), with the patient's own a and b. So the sums of squares and products of these few
    numbers, cumulated over the weeks, give it without a matrix of patients by weeks.
    """
    remaining = patients - n_deaths
    # Where the last patients die nobody remains, and no event follows that their deaths could take away.
    each_death = np.where(remaining > 0, 1 / np.where(remaining > 0, remaining, 1.0), 0.0)
    deaths = np.cumsum(n_deaths / patients * each_death)
    deaths_by_mean = np.cumsum(n_deaths / patients * each_death * mean)
    step = before / patients
    watched = mean * deaths - deaths_by_mean - np.cumsum(n_events / patients * step)
    own_step = step[event_place]
    own = np.bincount(event_patient, weights=own_step, minlength=len(end_place))
    death = died * each_death[end_place]
    level = own - np.cumsum(n_events / patients * step)[end_place] - deaths_by_mean[end_place] + death * mean[end_place]
    slope = deaths[end_place] - death

    def ended(values: np.ndarray) -> FloatArray:
        return np.asarray(np.cumsum(np.bincount(end_place, weights=values, minlength=len(weeks))), dtype=np.float64)

    order = np.lexsort((event_place, event_patient))
    place, stepped = event_place[order], own_step[order]
    first = np.concatenate(([True], np.diff(event_patient[order]) > 0))[: len(order)]
    so_far = np.cumsum(stepped) - stepped
    so_far -= np.repeat(so_far[first], np.diff(np.append(np.flatnonzero(first), len(order))))

    def happened(values: FloatArray) -> FloatArray:
        return np.asarray(np.cumsum(np.bincount(place, weights=values, minlength=len(weeks))), dtype=np.float64)

    still = len(end_place) - ended(np.ones(len(end_place)))
    of_watched = happened(stepped) - ended(own)
    squares_of_watched = happened((so_far + stepped) ** 2 - so_far**2) - ended(own**2)
    positive = still * watched**2 + squares_of_watched + ended(level**2) + mean**2 * ended(slope**2)
    squares = positive + 2 * watched * of_watched + 2 * mean * ended(level * slope)
    # Where nobody differs from the mean nothing is left but the rounding of these sums.
    return np.where(squares > _ROUNDING * positive, squares, 0.0)
