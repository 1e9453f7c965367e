"""Time to the first event: Kaplan-Meier by arm, the log-rank test and the hazard ratio."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import nan

from il2dash.analysis.estimate import Estimate, SignificanceTest, no_estimate
from il2dash.analysis.event_curve import EventCurve, unknown_curve
from il2dash.analysis.follow_up import NOT_PRESPECIFIED, FollowUp, follow_up, unknown_follow_up
from il2dash.analysis.hazard_ratio import COX_WALD, hazard_ratio
from il2dash.analysis.kaplan_meier import KAPLAN_MEIER, kaplan_meier
from il2dash.analysis.logrank import CONVENTION, LOGRANK, logrank
from il2dash.analysis.patient_ids import ids_by_week
from il2dash.analysis.population import Population
from il2dash.analysis.standing import Standing
from il2dash.study.definition_tables import EventCategory


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TimeToFirst:
    """The first event of a category in two arms: the proportion free of it by arm code, and the arms compared.

    Patients who die without the event are censored at their death. `expected` are the events of an arm if both had the
    same hazard. Where `reason` isn't empty the follow-up isn't known, and the curves have no estimate.
    """

    category: EventCategory
    arms: dict[str, EventCurve]
    logrank: SignificanceTest
    observed: dict[str, int]
    expected: dict[str, float]
    hazard_ratio: Estimate
    standing: Standing
    warnings: tuple[str, ...]
    reason: str = ""


def time_to_first(population: Population, category: EventCategory, *, level: float = 0.95) -> TimeToFirst:
    """Estimate the time to the first event by arm, and compare the arms.

    Parameters
    ----------
    population : Population
        The patients who are counted.
    category : {"aids", "death", "adverse"}
        Which events.
    level : float
        Confidence level.

    Raises
    ------
    SpecificationError
        Where the study has no table of events.
    """
    times = follow_up(population, category)
    time, happened = times.time_to_first, times.had_first
    reason = unknown_follow_up(time)
    if reason:
        return _unknown(population, times, category=category, level=level, reason=reason)
    arms = population.trial.definition.arms
    survival = {}
    for code in arms.codes:
        members = population.arm(code)
        curve = kaplan_meier(time=time[members], event=happened[members], level=level)
        there = ids_by_week(population.subject_ids[members & happened], time[members & happened], curve.weeks)
        survival[code] = replace(curve, patients=there)
    compared = logrank(time=time, event=happened, is_treatment=population.is_treatment)
    return TimeToFirst(
        category=category,
        arms=survival,
        logrank=compared.test,
        observed={arms.reference: compared.observed_reference, arms.treatment: compared.observed_treatment},
        expected={arms.reference: compared.expected_reference, arms.treatment: compared.expected_treatment},
        hazard_ratio=hazard_ratio(time=time, event=happened, is_treatment=population.is_treatment, level=level),
        standing=population.standing.and_also(NOT_PRESPECIFIED),
        warnings=times.warnings,
    )


def _unknown(
    population: Population, times: FollowUp, *, category: EventCategory, level: float, reason: str
) -> TimeToFirst:
    members = {code: population.arm(code) for code in population.trial.definition.arms.codes}
    return TimeToFirst(
        category=category,
        arms={code: unknown_curve(n=int(arm.sum()), level=level, method=KAPLAN_MEIER) for code, arm in members.items()},
        logrank=SignificanceTest(name=LOGRANK, convention=CONVENTION, p=nan, reason=reason),
        observed={code: int(times.had_first[arm].sum()) for code, arm in members.items()},
        expected=dict.fromkeys(members, nan),
        hazard_ratio=no_estimate(level=level, method=COX_WALD, reason=reason),
        standing=population.standing.and_also(NOT_PRESPECIFIED),
        warnings=times.warnings,
        reason=reason,
    )
