"""The lanes under one patient's markers: cycles given, clinical and adverse events, and the end of the follow-up."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, isnan
from typing import Any

from il2dash.analysis.event_grades import SEVERE
from il2dash.analysis.patient_course import PatientCourse
from il2dash.analysis.timelines import TimelineEvent
from il2dash.display.chart import NEUTRAL, arm_style, literal
from il2dash.display.event_words import event_words
from il2dash.display.numbers import capitalized, compact
from il2dash.display.patient_course_view import at_week, end_words
from il2dash.display.timeline_figure import AIDS_LOOK, DEATH_LOOK
from il2dash.study.definition import StudyDefinition

Mark = tuple[float, str]
"""The week, and what is told at it."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Lane:
    """One kind of thing that happened: the words above it, its marks, and their look as Plotly's marker."""

    words: str
    marks: list[Mark]
    look: dict[str, Any]


def patient_lanes(definition: StudyDefinition, course: PatientCourse) -> list[Lane]:
    """Return the lanes of what the study records, the one with the end of the follow-up last."""
    row, color = course.row, arm_style(definition.arms, course.row.arm).color
    lanes = []
    if row.cycles is not None and course.most_cycles:
        cycles = [
            (cycle.week, f"cycle {cycle.number}{_dose(cycle.dose_miu)}<br>{at_week(cycle.week)}")
            for cycle in course.cycles
        ]
        look = {"symbol": "circle", "size": 9, "color": "#ffffff", "line": {"color": color, "width": 1.8}}
        lanes.append(Lane(words=f"Cycles given: {row.cycles or 'none'}", marks=cycles, look=look))
    if row.aids_events is not None:
        called = event_words(definition, "aids")
        marks = _happened(literal(called.one), course.aids)
        lanes.append(Lane(words=f"{called.title}: {row.aids_events or 'none'}", marks=marks, look=AIDS_LOOK))
    if row.adverse_events:
        lanes.append(_adverse(course, row.adverse_events))
    end = end_week(course)
    marks = [(end, literal(end_words(course)))] if isfinite(end) else []
    symbol = "triangle-right-open" if row.completed is False else "line-ns-open"
    contact_look = {"symbol": symbol, "size": 11, "color": color, "line": {"width": 2, "color": color}}
    look = DEATH_LOOK if course.death is not None else contact_look
    return [*lanes, Lane(words=capitalized(end_words(course)), marks=marks, look=look)]


def end_week(course: PatientCourse) -> float:
    """Return when the patient's observation ended; NaN where that isn't known."""
    return course.death.week if course.death is not None else course.row.last_contact_week


def _adverse(course: PatientCourse, number: int) -> Lane:
    severe = [event.grade >= SEVERE for event in course.adverse]
    words = f"Adverse events: {number:,}"
    if any(severe):
        words += f", {sum(severe):,} of grade {SEVERE} or above (\u25b2)"
    look = {
        "symbol": ["triangle-up" if each else "triangle-up-open" for each in severe],
        "size": 10,
        "color": NEUTRAL,
        "line": {"color": NEUTRAL, "width": 1.4},
    }
    return Lane(words=words, marks=_happened("adverse event", course.adverse), look=look)


def _happened(what: str, events: tuple[TimelineEvent, ...]) -> list[Mark]:
    told = []
    for event in events:
        grade = "" if isnan(event.grade) else f", grade {event.grade:.0f}"
        told.append((event.week, f"{literal(event.term) or what}{grade}<br>{at_week(event.week)}"))
    return told


def _dose(dose: float) -> str:
    return "" if isnan(dose) else f", {compact(dose)} MIU"
