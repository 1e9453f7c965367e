"""When an ADaM record is: what a visit's name says, and weeks from study days."""

from __future__ import annotations

import re
from enum import Enum

import numpy as np

from il2dash.study.weeks import WEEKS_PER_UNIT

_TIME = re.compile(r"(?<![A-Z])(WEEK|WK|MONTH|DAY)S?[\s_]*(-?\s?[0-9]+(?:\.[0-9]+)?)(?![0-9.]|\s*(?:-|TO)\s*[0-9])")
_OTHER_CLOCK = re.compile(r"FOLLOW|\bF/?U\b|\bPOST|CYCLE|COURSE|PERIOD|\bPART\b|RE-?TREAT|EXTENSION|AFTER|\bLAST\b")
_UNPLANNED = re.compile(
    r"\bEND\b|\bEO[TSC]\b|EARLY|TERMINAT|DISCONTIN|WITHDRAW|\bLAST\b|ENDPOINT|FOLLOW|SCREEN|MINIMUM|MAXIMUM|WORST|BEST"
)
_NOT_BASELINE = re.compile(r"\b(POST|BEYOND|AFTER|CHANGE)\b")


class VisitKind(Enum):
    """What a visit's name says about when it is."""

    BASELINE = "baseline"
    TIMED = "timed"
    NUMBERED = "numbered"
    UNPLANNED = "unplanned"
    UNSCHEDULED = "unscheduled"


def visit_kind(name: str) -> VisitKind:
    """Return what an `AVISIT` says: the baseline, a time, only its place among the visits, or no planned time."""
    text = name.upper()
    if "UNSCHED" in text or not text:
        return VisitKind.UNSCHEDULED
    if "BASELINE" in text and not _NOT_BASELINE.search(text):
        return VisitKind.BASELINE
    if named_week(name) is not None:
        return VisitKind.TIMED
    if _TIME.search(text):
        return VisitKind.NUMBERED
    return VisitKind.UNPLANNED if _UNPLANNED.search(text) else VisitKind.NUMBERED


def named_week(name: str) -> float | None:
    """Return the week that a visit's name says: ``Week 12``, ``Month 3``, ``Day 29``; None where it says none.

    ``AVISITN`` isn't asked: it is a number to sort visits by, and the week only by some sponsors' habit. A day is
    counted as ADaM counts it, from 1; a month has 30.4375 days. In a name with several times the week counts before the
    month and the day (``WEEK 1 DAY 8``). A name that counts from elsewhere (``Cycle 2 Day 1``, ``Follow-up Week 4``)
    or gives a range (``Week 4-8``) says no week of the trial.
    """
    text = name.upper()
    if _OTHER_CLOCK.search(text):
        return None
    found = {unit: float(number.replace(" ", "")) for unit, number in reversed(_TIME.findall(text))}
    for unit in ("WEEK", "WK"):
        if unit in found:
            return found[unit]
    if "MONTH" in found:
        return rounded_week(found["MONTH"] * WEEKS_PER_UNIT["months"][0] / WEEKS_PER_UNIT["months"][1])
    return rounded_week(float(weeks_of_study_days(np.array([found["DAY"]]))[0])) if "DAY" in found else None


def weeks_of_study_days(days: np.ndarray) -> np.ndarray:
    """Return weeks since day 1: ADaM's days have no day 0, so day 1 is week 0 and day -7 is week -1.

    A day 0, which a sponsor's own count may have, is taken as the start.
    """
    return np.where(days >= 1, days - 1, days) / 7


def rounded_week(week: float) -> float:
    """Return a visit's week to nine decimals, so that a month and its days don't give two weeks 1e-15 apart."""
    return round(week, 9) + 0.0
