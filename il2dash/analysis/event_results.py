"""All that is said of one category of events: rates, time to the first, competing death, mean number, grades."""

from __future__ import annotations

from dataclasses import dataclass

from il2dash.analysis.event_grades import EventGrades, event_grades
from il2dash.analysis.event_rates import EventRates, event_rates
from il2dash.analysis.events_and_death import CurvesByArm, all_events_until_death, first_event_with_death
from il2dash.analysis.population import Population
from il2dash.analysis.time_to_first import TimeToFirst, time_to_first
from il2dash.study.definition_tables import EventCategory


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class EventResults:
    """One category of events; None for what has no meaning for it: with deaths nothing competes, and none recurs."""

    rates: EventRates
    time_to_first: TimeToFirst
    cumulative_incidence: CurvesByArm | None
    mean_cumulative: CurvesByArm | None
    grades: EventGrades | None


def event_results(population: Population, category: EventCategory, *, level: float = 0.95) -> EventResults:
    """Run every analysis of one category of events; parameters and errors as for `event_rates`."""
    recurs = category != "death"
    return EventResults(
        rates=event_rates(population, category, level=level),
        time_to_first=time_to_first(population, category, level=level),
        cumulative_incidence=first_event_with_death(population, category, level=level) if recurs else None,
        mean_cumulative=all_events_until_death(population, category, level=level) if recurs else None,
        grades=event_grades(population, category) if category == "adverse" else None,
    )
