"""The same result in all randomized patients beside the current one, in words: events, their times and their grades."""

from __future__ import annotations

from il2dash.analysis.event_curve import EventCurve
from il2dash.analysis.event_grades import SEVERE, EventGrades
from il2dash.analysis.event_rates import EventRates
from il2dash.analysis.events_and_death import CurvesByArm
from il2dash.analysis.time_to_first import TimeToFirst
from il2dash.analysis.timelines import Timelines
from il2dash.display.event_curve_figure import Quantity
from il2dash.display.event_curve_view import late_week
from il2dash.display.event_words import event_words
from il2dash.display.numbers import count, decimal, or_none, percent, week_number, within
from il2dash.display.own_comparison import (
    POINTS,
    RATIO,
    compared,
    estimate_words,
    higher_or_lower,
    own_opening,
    same_analysis,
)
from il2dash.study.definition import Arms, StudyDefinition

CURVE_WORDS: dict[Quantity, str] = {
    "survival": "proportion without the event",
    "incidence": "cumulative incidence",
    "mean": "mean number of events",
}


def beside_event_rates(current: EventRates, own: EventRates, definition: StudyDefinition) -> str:
    """Put who had an event among all randomized patients, and the ratio of the rates, beside the current result."""
    if same_analysis(current, own, "category"):
        return ""
    arms, had_one = definition.arms, event_words(definition, own.category).had_one
    shares = [
        f"{own.arms[code].patients:,} of {own.arms[code].total:,} with {arms.label(code)}"
        if own.arms[code].total
        else f"nobody in the arm {arms.label(code)}"
        for code in reversed(arms.codes)
    ]
    patients = sum(own.arms[code].total for code in arms.codes)
    words = (
        f"{own_opening(None, patients)}: {' and '.join(shares)} {had_one}, "
        f"{estimate_words('rate ratio', own.rate_ratio, RATIO)}."
    )
    if current.category != own.category:
        return words
    return f"{words} {compared('rate ratio', current.rate_ratio, own.rate_ratio, RATIO)}"


def beside_event_curves(
    current: TimeToFirst | CurvesByArm, own: TimeToFirst | CurvesByArm, arms: Arms, *, quantity: Quantity
) -> str:
    """Put the curves of all randomized patients late in the trial beside the current ones; hazard ratios where known.

    Parameters
    ----------
    current, own : TimeToFirst or CurvesByArm
        Of one category and quantity.
    arms : Arms
        The arms.
    quantity : {"survival", "incidence", "mean"}
        What the curves show.
    """
    if same_analysis(current, own, "category"):
        return ""
    opening = own_opening(None, sum(own.arms[code].n for code in arms.codes))
    if own.reason:
        return f"{opening} the curves can't be estimated: {within(own.reason)}."
    week = late_week(own.arms)
    if week is None:
        return f"{opening} there is nobody to count."

    def write(value: float) -> str:
        return decimal(value, 2) if quantity == "mean" else percent(value)

    there, here = ({code: _value_at(each.arms[code], week) for code in arms.codes} for each in (own, current))
    values = " and ".join(f"{write(there[code])} with {arms.label(code)}" for code in reversed(arms.codes))
    words = f"{opening}, the {CURVE_WORDS[quantity]} at week {week_number(week)} is {values}"
    compares = isinstance(own, TimeToFirst)
    words += f", {estimate_words('hazard ratio', own.hazard_ratio, RATIO)}." if isinstance(own, TimeToFirst) else "."
    if current.reason:
        return f"{words} Here the curves can't be estimated ({within(current.reason)})."
    if compares and isinstance(current, TimeToFirst) and isinstance(own, TimeToFirst):
        return f"{words} {compared('hazard ratio', current.hazard_ratio, own.hazard_ratio, RATIO)}"
    apart = POINTS.write if quantity != "mean" else _two_decimals
    moved = [
        f"{higher_or_lower(here[code], there[code], apart)} with {arms.label(code)}" for code in reversed(arms.codes)
    ]
    # The sentence above may be of another week.
    when = "" if late_week(current.arms) == week else f", at week {week_number(week)},"
    return f"{words} Here it is{when} {moved[0]} and {moved[1]}."


def beside_grades(current: EventGrades, own: EventGrades, definition: StudyDefinition) -> str:
    """Put how many of all randomized patients had an event, and a severe one, beside the current numbers."""
    if same_analysis(current, own, "category"):
        return ""
    arms, had_one = definition.arms, event_words(definition, own.category).had_one
    parts, moved = [], []
    for code in reversed(arms.codes):
        there, here, label = own.arms[code], current.arms[code], arms.label(code)
        if there.total:
            parts.append(
                f"{there.patients:,} of {there.total:,} with {label} {had_one}, "
                f"{or_none(there.severe)} of grade {SEVERE} or above"
            )
        else:
            parts.append(f"nobody is counted in the arm {label}")
        severe = higher_or_lower(_share(here.severe, here.total), _share(there.severe, there.total), POINTS.write)
        moved.append(f"{severe} with {label}")
    patients = sum(own.arms[code].total for code in arms.codes)
    return (
        f"{own_opening(None, patients)}: {'; '.join(parts)}. Here the share with one of grade {SEVERE} or above is "
        f"{moved[0]} and {moved[1]}."
    )


def beside_timelines(current: Timelines, own: Timelines, definition: StudyDefinition) -> str:
    """Put how many patients, and on the lines that are shown clinical events and deaths, beside the current numbers."""
    if same_analysis(current, own):
        return ""
    total, left = (sum(each.total.values()) for each in (own, current))
    words = f"{own_opening(None, total)}{_on_lines(own)}: {_happened(own, definition)}."
    if not left:
        return f"{words} Here nobody is left."
    are = "is" if left == 1 else "are"
    return f"{words} Here {left:,} {are} left{_on_lines(current)}: {_happened(current, definition)}."


def _on_lines(courses: Timelines) -> str:
    return f", of whom {courses.shown:,} are shown" if courses.is_selection else ""


def _happened(courses: Timelines, definition: StudyDefinition) -> str:
    shown = [patient for patients in courses.arms.values() for patient in patients]
    aids = sum(len(patient.aids) for patient in shown)
    deaths = sum(patient.death is not None for patient in shown)
    called = event_words(definition, "aids")
    return f"{count(aids, called.one, called.many)} and {count(deaths, 'death')}"


def _value_at(curve: EventCurve, week: float) -> float:
    return float(curve.at([week]).estimate[0])


def _share(number: int, total: int) -> float:
    return number / total if total else float("nan")


def _two_decimals(value: float) -> str:
    return decimal(value, 2)
