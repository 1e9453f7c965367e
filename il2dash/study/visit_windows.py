"""Which planned visit a value stands for: visit windows around the schedule's weeks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

Window = Literal["nearest", "exact"]

SAME_WEEK = 1e-6
"""Weeks closer than this are the same week: half a second."""


def visit_weeks(measurements: pd.DataFrame, *, schedule: Sequence[float], window: Window) -> np.ndarray:
    """Return the planned week that each value stands for, at most one value a patient, marker and visit.

    Parameters
    ----------
    measurements : DataFrame
        `subject_id`, `marker` and `week`, one row a value.
    schedule : sequence of float
        Planned weeks, increasing; the first is the baseline.
    window : {"nearest", "exact"}
        ``"nearest"``: see `nearest_planned_week`. ``"exact"``: only the planned week itself.

    Returns
    -------
    float array of shape (n,)
        The planned week; NaN where the value stands for no visit, because none is planned near it or because another
        value of this patient and marker is closer to the plan (of two equally close, the earlier stands for it).
    """
    week = measurements["week"].to_numpy(dtype=np.float64)
    candidate = (exact_planned_week if window == "exact" else nearest_planned_week)(week, schedule=schedule)
    subject = pd.factorize(measurements["subject_id"])[0]
    marker = pd.factorize(measurements["marker"])[0]
    order = np.lexsort((week, np.abs(week - candidate), candidate, marker, subject))
    first = np.ones(len(order), dtype=bool)
    for key in (subject, marker, candidate):
        ordered = key[order]
        same = ordered[1:] == ordered[:-1]
        first[1:] = ~same if key is subject else first[1:] | ~same
    planned = np.full(len(week), np.nan)
    planned[order[first]] = candidate[order[first]]
    return planned


def nearest_planned_week(week: np.ndarray, *, schedule: Sequence[float]) -> np.ndarray:
    """Return the planned week nearest to each actual week; of two equally near, the earlier.

    A value up to the baseline week belongs to the baseline visit, because treatment starts there; a later value never
    does. One that comes after the baseline and is still nearer to it than to the first visit after it stands for no
    visit (NaN).
    """
    planned = np.asarray(schedule, dtype=np.float64)
    midpoints = (planned[:-1] + planned[1:]) / 2.0
    nearest = planned[np.searchsorted(midpoints, week - SAME_WEEK, side="left")]
    before_treatment = week <= planned[0] + SAME_WEEK
    if len(planned) == 1:
        return np.where(before_treatment, planned[0], np.nan)
    too_early = ~before_treatment & (week < midpoints[0] - SAME_WEEK)
    nearest = np.where(~before_treatment & (nearest == planned[0]), planned[1], nearest)
    return np.where(before_treatment, planned[0], np.where(too_early, np.nan, nearest))


def exact_planned_week(week: np.ndarray, *, schedule: Sequence[float]) -> np.ndarray:
    """Return the planned week where the actual week is one, else NaN."""
    planned = np.asarray(schedule, dtype=np.float64)
    after = np.clip(np.searchsorted(planned, week - SAME_WEEK), 0, len(planned) - 1)
    return np.where(np.abs(planned[after] - week) <= SAME_WEEK, planned[after], np.nan)
