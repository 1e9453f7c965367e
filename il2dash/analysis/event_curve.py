"""A step function of time with its pointwise interval, and how many patients are still observed at each step."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from il2dash.analysis.patient_ids import BEHIND, PatientIds

FloatArray = NDArray[np.float64]
CountArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class EventCurve:
    """One group's curve. All arrays are alike long, one entry a week at which something happens, ascending from 0.

    The value of a week holds from that week on, until the next; `n_risk` counts the patients who are observed and free
    of the end of their follow-up just before it, as R's ``survfit`` does.

    Parameters
    ----------
    n : int
        Patients of the group.
    weeks : float array
        Week 0, and every week with an event or the end of somebody's follow-up.
    n_risk, n_events, n_competing, n_censored : int array
        Patients under observation just before the week; and of that week the events, the competing events, and the
        patients whose follow-up ends without either.
    estimate : float array
        A proportion, or a mean number of events; NaN in a group without patients.
    standard_error : float array
        Of the estimate itself, on its own scale.
    lower, upper : float array
        Pointwise bounds; NaN where the method has none.
    level : float
        Confidence level.
    method : str
        Estimator and interval, in words.
    patients : tuple of tuples of str
        Who has the event in each week; empty where it isn't said, and at weeks that aren't the curve's own.
    """

    n: int
    weeks: FloatArray
    n_risk: CountArray
    n_events: CountArray
    n_competing: CountArray
    n_censored: CountArray
    estimate: FloatArray
    standard_error: FloatArray
    lower: FloatArray
    upper: FloatArray
    level: float
    method: str
    patients: tuple[PatientIds, ...] = field(default=(), compare=False, repr=False, metadata=BEHIND)

    @property
    def events(self) -> int:
        """Events of the whole curve."""
        return int(self.n_events.sum())

    @property
    def last_week(self) -> float:
        """The end of the longest follow-up: the curve says nothing beyond it."""
        return float(self.weeks[-1])

    def at(self, weeks: ArrayLike) -> EventCurve:
        """Return the curve at given weeks: the values that hold there, nothing happening at weeks of its own.

        A week after the end of the longest follow-up has nobody at risk, and no estimate, unless that end was itself
        the event or the competing one: then nothing more can change.
        """
        wanted = np.asarray(weeks, dtype=float)
        holds = np.searchsorted(self.weeks, wanted, side="right") - 1
        step = np.searchsorted(self.weeks, wanted, side="left")
        beyond = step >= len(self.weeks)
        on_step = ~beyond & (self.weeks[np.where(beyond, 0, step)] == wanted)

        def counted(values: CountArray, *, always: bool = False) -> CountArray:
            there = ~beyond if always else on_step
            return np.where(there, values[np.where(beyond, 0, step)], 0)

        def held(values: FloatArray) -> FloatArray:
            return np.where(beyond & (self.n_censored[-1] > 0 or not self.n), np.nan, values[holds])

        return replace(
            self,
            weeks=wanted,
            n_risk=counted(self.n_risk, always=True),
            n_events=counted(self.n_events),
            n_competing=counted(self.n_competing),
            n_censored=counted(self.n_censored),
            estimate=held(self.estimate),
            standard_error=held(self.standard_error),
            lower=held(self.lower),
            upper=held(self.upper),
            patients=(),
        )

    def share_observed(self, weeks: ArrayLike) -> FloatArray:
        """Return at given weeks how many of those who may still have the event are observed; 1 where nobody may."""
        wanted = np.asarray(weeks, dtype=float)
        at_risk = self.at(wanted).n_risk
        lost_before = np.concatenate(([0], np.cumsum(self.n_censored)))[np.searchsorted(self.weeks, wanted)]
        undecided = at_risk + lost_before
        return np.where(undecided > 0, at_risk / np.maximum(undecided, 1), 1.0)

    def with_weeks(self, weeks: ArrayLike) -> EventCurve:
        """Return the curve with rows of more weeks between its own; weeks beyond the longest follow-up get none."""
        more = np.asarray(weeks, dtype=float)
        return self.at(np.union1d(self.weeks, more[(more >= 0) & (more <= self.last_week)]))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Counts:
    """What happens at each distinct time of one group, ascending from 0."""

    weeks: FloatArray
    n_risk: CountArray
    n_events: CountArray
    n_competing: CountArray
    n_censored: CountArray


def unknown_curve(*, n: int, level: float, method: str) -> EventCurve:
    """Return the curve of `n` patients whose follow-up isn't known: week 0 alone, without an estimate."""
    none, nothing = np.zeros(1, dtype=np.int64), np.full(1, np.nan)
    return EventCurve(
        n=n,
        weeks=np.zeros(1),
        n_risk=np.array([n], dtype=np.int64),
        n_events=none,
        n_competing=none,
        n_censored=none,
        estimate=nothing,
        standard_error=nothing,
        lower=nothing,
        upper=nothing,
        level=level,
        method=method,
    )


def counts_by_time(*, time: ArrayLike, event: ArrayLike, competing: ArrayLike | None = None) -> Counts:
    """Count who is at risk, and what happens, at each distinct time and at 0.

    Whoever has the event at a time, or leaves then, is at risk until then: of what happens at one time, events come
    before the ends of follow-up (R's convention).

    Parameters
    ----------
    time : array, shape (patients,)
        When the event happened or the follow-up ended; not negative, not NaN.
    event, competing : bool array, shape (patients,)
        Whether `time` is that of the event, or of the competing event; nobody has both.
    """
    times = np.asarray(time, dtype=float)
    happened = np.asarray(event, dtype=bool)
    other = np.zeros(len(times), dtype=bool) if competing is None else np.asarray(competing, dtype=bool)
    weeks, place = np.unique(np.append(times, 0.0), return_inverse=True)
    place = place[:-1]

    def counted(which: NDArray[np.bool_]) -> CountArray:
        return np.bincount(place[which], minlength=len(weeks)).astype(np.int64)

    leaving = counted(np.ones(len(times), dtype=bool))
    return Counts(
        weeks=weeks,
        n_risk=len(times) - np.cumsum(leaving) + leaving,
        n_events=counted(happened),
        n_competing=counted(other & ~happened),
        n_censored=counted(~happened & ~other),
    )
