"""Who is at risk in each of two arms whenever an event happens."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from il2dash.analysis.event_curve import CountArray


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TwoArmRiskSets:
    """One entry a time with at least one event, ascending; `reason` says why the arms can't be compared."""

    at_risk: CountArray
    at_risk_treatment: CountArray
    events: CountArray
    events_treatment: CountArray
    reason: str = ""


def two_arm_risk_sets(*, time: ArrayLike, event: ArrayLike, is_treatment: ArrayLike) -> TwoArmRiskSets:
    """Count patients at risk and events by arm at each time with an event.

    Parameters
    ----------
    time : array, shape (patients,)
        When the event happened or the follow-up ended; not negative, not NaN.
    event, is_treatment : bool array, shape (patients,)
        Whether it is the event's time, and whether the patient is in the treatment arm.
    """
    times = np.asarray(time, dtype=float)
    happened = np.asarray(event, dtype=bool)
    treated = np.asarray(is_treatment, dtype=bool)
    moments, place = np.unique(times[happened], return_inverse=True)

    def at_risk(members: np.ndarray) -> CountArray:
        own = np.sort(times[members])
        return (len(own) - np.searchsorted(own, moments, side="left")).astype(np.int64)

    in_treatment = at_risk(treated)
    everybody = at_risk(np.ones(len(times), dtype=bool))
    if not treated.any() or treated.all():
        reason = "an arm has no patients"
    elif not happened.any():
        reason = "no event in either arm"
    elif not ((in_treatment > 0) & (in_treatment < everybody)).any():
        reason = "whenever there was an event, one arm had nobody left at risk"
    else:
        reason = ""
    return TwoArmRiskSets(
        at_risk=everybody,
        at_risk_treatment=in_treatment,
        events=np.bincount(place, minlength=len(moments)).astype(np.int64),
        events_treatment=np.bincount(place[treated[happened]], minlength=len(moments)).astype(np.int64),
        reason=reason,
    )
