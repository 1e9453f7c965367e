"""Events that death can forestall, by arm: the cumulative incidence of the first, and the mean number of all."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from il2dash.analysis.aalen_johansen import AALEN_JOHANSEN, cumulative_incidence
from il2dash.analysis.event_curve import EventCurve, unknown_curve
from il2dash.analysis.follow_up import NOT_PRESPECIFIED, FollowUp, follow_up, unknown_follow_up
from il2dash.analysis.mean_cumulative_count import MEAN_CUMULATIVE_COUNT, mean_cumulative_count
from il2dash.analysis.patient_ids import ids_by_week
from il2dash.analysis.population import Population
from il2dash.analysis.standing import Standing
from il2dash.errors import SpecificationError
from il2dash.study.definition_tables import EventCategory


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CurvesByArm:
    """One curve an arm code. Where `reason` isn't empty the follow-up isn't known, and there is no estimate."""

    category: EventCategory
    arms: dict[str, EventCurve]
    standing: Standing
    warnings: tuple[str, ...]
    reason: str = ""


def first_event_with_death(population: Population, category: EventCategory, *, level: float = 0.95) -> CurvesByArm:
    """Estimate by arm the proportion who have had a first event, with death as the competing event.

    Parameters
    ----------
    population : Population
        The patients who are counted.
    category : {"aids", "adverse"}
        Which events; of deaths themselves nothing competes.
    level : float
        Confidence level of the pointwise intervals.

    Raises
    ------
    SpecificationError
        For deaths, or where the study has no table of events.
    """
    _check(category)
    times = follow_up(population, category)
    time, happened, died = times.time_to_first, times.had_first, times.died_before

    def curve(members: np.ndarray) -> EventCurve:
        found = cumulative_incidence(time=time[members], event=happened[members], competing=died[members], level=level)
        there = ids_by_week(population.subject_ids[members & happened], time[members & happened], found.weeks)
        return replace(found, patients=there)

    reason = unknown_follow_up(time)
    curves = {}
    for code in population.trial.definition.arms.codes:
        members = population.arm(code)
        unknown = unknown_curve(n=int(members.sum()), level=level, method=AALEN_JOHANSEN)
        curves[code] = unknown if reason else curve(members)
    return _result(population, times, category, curves, reason)


def all_events_until_death(population: Population, category: EventCategory, *, level: float = 0.95) -> CurvesByArm:
    """Estimate by arm the mean number of events per patient, which death ends.

    Parameters and errors as for `first_event_with_death`.
    """
    _check(category)
    times = follow_up(population, category)
    reason = unknown_follow_up(times.end)
    everybody = population.subject_ids
    curves = {}
    for code in population.trial.definition.arms.codes:
        members = population.arm(code)
        if reason:
            curves[code] = unknown_curve(n=int(members.sum()), level=level, method=MEAN_CUMULATIVE_COUNT)
            continue
        counted = members[times.event_patient] & (times.event_week <= times.end[times.event_patient])
        places = np.cumsum(members) - 1
        curve = mean_cumulative_count(
            end=times.end[members],
            died=~np.isnan(times.death[members]),
            event_patient=places[times.event_patient[counted]],
            event_time=times.event_week[counted],
            level=level,
        )
        there = ids_by_week(everybody[times.event_patient[counted]], times.event_week[counted], curve.weeks)
        curves[code] = replace(curve, patients=there)
    return _result(population, times, category, curves, reason)


def _check(category: EventCategory) -> None:
    if category == "death":
        raise SpecificationError(
            "Events 'death': nothing competes with death; ask for its Kaplan-Meier curve (time_to_first)."
        )


def _result(
    population: Population, times: FollowUp, category: EventCategory, curves: dict[str, EventCurve], reason: str
) -> CurvesByArm:
    silent = () if times.deaths_recorded else ("The study records no deaths: nothing is known to compete.",)
    return CurvesByArm(
        category=category,
        arms=curves,
        standing=population.standing.and_also(NOT_PRESPECIFIED),
        warnings=(*times.warnings, *silent),
        reason=reason,
    )
