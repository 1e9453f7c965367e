"""Curves of events as a table and as sentences."""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan

import numpy as np

from il2dash.analysis.event_curve import EventCurve
from il2dash.analysis.events_and_death import CurvesByArm
from il2dash.analysis.time_to_first import TimeToFirst
from il2dash.display.event_curve_figure import MOST_STEPS, CurveWords, Quantity, curve_words
from il2dash.display.event_words import event_words, ratio_remains
from il2dash.display.numbers import (
    bounds,
    capitalized,
    decimal,
    level,
    listed,
    number_cell,
    or_none,
    p_value,
    ratio,
    week_number,
    within,
)
from il2dash.display.tables import TableSpec
from il2dash.display.week_axis import axis_weeks
from il2dash.study.definition import Arms, StudyDefinition
from il2dash.study.definition_tables import EventCategory

CURVE_TITLES: dict[Quantity, str] = {
    "survival": "Time to the first event",
    "incidence": "First event, with death competing",
    "mean": "All events of a patient",
}

FEWEST_OBSERVED = 0.1
"""A sentence reads a curve where at least this share of those who may still have the event is observed."""


def event_curve_spec(
    result: TimeToFirst | CurvesByArm, definition: StudyDefinition, *, quantity: Quantity
) -> TableSpec:
    """Write the patients at risk and the curves' values at the weeks that the figure's axis names."""
    arms, curves, category = definition.arms, result.arms, result.category
    words = curve_words(definition, category, quantity)
    weeks = axis_weeks(max(curve.last_week for curve in curves.values()))
    order = (arms.treatment, arms.reference)
    there = {code: curves[code].at(weeks) for code in order}
    rows = [
        (week_number(week), *(cell for code in order for cell in _cells(there[code], index, words)))
        for index, week in enumerate(weeks)
    ]
    confidence = level(curves[arms.reference])
    headers = [
        header for code in order for header in (f"{arms.label(code)}, at risk", f"{arms.label(code)} ({confidence})")
    ]
    return TableSpec(
        identifier=f"{quantity}-{category}",
        columns=("Week", *headers),
        rows=tuple(rows),
        notes=(logrank_note(result, arms),) if isinstance(result, TimeToFirst) else (),
        caption=words.title.removesuffix(", percent"),
    )


def event_curve_sentence(result: TimeToFirst | CurvesByArm, definition: StudyDefinition, *, quantity: Quantity) -> str:
    """Say what the curves show late in the trial."""
    if isinstance(result, TimeToFirst):
        return survival_sentence(result, definition)
    return incidence_sentence(result, definition) if quantity == "incidence" else mean_sentence(result, definition)


def survival_sentence(first: TimeToFirst, definition: StudyDefinition) -> str:
    """Say how many are free of the event late in the trial, and compare the whole curves."""
    category = first.category
    opening = _late_values(first.arms, definition, category=category, quantity="survival", reason=first.reason)
    if first.reason:
        return opening
    test, hazard = first.logrank, first.hazard_ratio
    if isnan(test.p):
        return f"{opening} The curves can't be compared: {within(test.reason)}."
    compared = f"{opening} Log-rank test over the whole follow-up: {p_value(test.p)}"
    if isnan(hazard.estimate):
        return f"{compared}; {within(hazard.reason)}."
    size = f"hazard ratio {ratio(hazard.estimate)} ({level(hazard.interval)} {bounds(hazard.interval, ratio)})"
    return f"{compared}; {size}. {ratio_remains(hazard, 'hazard', definition.arms)}"


def logrank_note(first: TimeToFirst, arms: Arms) -> str:
    """Return the log-rank test with observed and expected patients: ``chi-square 0.35, P = 0.55; IL-2 ...``."""
    if isnan(first.logrank.p):
        return f"Log-rank test not possible: {within(first.logrank.reason)}."
    parts = [
        f"{arms.label(code)} {first.observed[code]:,} observed, {decimal(first.expected[code], 1)} expected"
        for code in (arms.treatment, arms.reference)
    ]
    return f"Log-rank chi-square {decimal(first.logrank.statistic, 2)}, {p_value(first.logrank.p)}: {listed(parts)}."


def incidence_sentence(curves: CurvesByArm, definition: StudyDefinition) -> str:
    """Say how many have had the event late in the trial, and how many died before it."""
    arms = definition.arms
    opening = _late_values(
        curves.arms, definition, category=curves.category, quantity="incidence", reason=curves.reason
    )
    if curves.reason:
        return opening
    died = {code: int(curves.arms[code].n_competing.sum()) for code in arms.codes}
    parts = [f"{or_none(died[code])} with {arms.label(code)}" for code in (arms.treatment, arms.reference)]
    return f"{opening} Died without {event_words(definition, curves.category).with_article}: {listed(parts)}."


def mean_sentence(curves: CurvesByArm, definition: StudyDefinition) -> str:
    """Say how many events a patient had on average late in the trial."""
    return _late_values(curves.arms, definition, category=curves.category, quantity="mean", reason=curves.reason)


def curve_method(result: TimeToFirst | CurvesByArm, quantity: Quantity) -> str:
    """Return the estimator, what the marks are, and what ends a patient's count, in one line."""
    method = next(curve.method for curve in result.arms.values())
    counted = {
        "survival": "Patients who die without the event are censored at their death. The hazard ratio (Cox regression, "
        "ties by Efron) takes the hazards to be proportional; the log-rank test doesn't.",
        "incidence": "Whoever dies first can't have the event any more, and isn't censored.",
        "mean": "All events of a patient count; the dead have no more of them.",
    }[quantity]
    many = any(len(curve.weeks) > MOST_STEPS for curve in result.arms.values())
    thinned = f" Of more than {MOST_STEPS} weeks in which something happens the figure draws about {MOST_STEPS}." * many
    return f"{capitalized(method)}, pointwise. Strokes on a curve: a follow-up that ended. {counted}{thinned}"


def late_week(curves: Mapping[str, EventCurve]) -> float | None:
    """Return the last week of the axis at which enough of each arm are still observed; None without patients."""
    peopled = [curve for curve in curves.values() if curve.n]
    if not peopled:
        return None
    weeks = axis_weeks(max(curve.last_week for curve in peopled))
    enough = np.all([curve.share_observed(weeks) >= FEWEST_OBSERVED for curve in peopled], axis=0)
    return weeks[int(np.flatnonzero(enough)[-1])]


def _late_values(
    curves: Mapping[str, EventCurve],
    definition: StudyDefinition,
    *,
    category: EventCategory,
    quantity: Quantity,
    reason: str,
) -> str:
    if reason:
        return f"Not estimable: {within(reason)}."
    week = late_week(curves)
    if week is None:
        return "There is nobody to count."
    arms, events = definition.arms, event_words(definition, category)
    words = curve_words(definition, category, quantity)
    parts, nobody = [], ""
    for code in (arms.treatment, arms.reference):
        curve = curves[code]
        if not curve.n:
            nobody = f" Nobody is counted in the arm {arms.label(code)}."
            continue
        there = curve.at([week])
        value = words.write_with_interval(
            float(there.estimate[0]), float(there.lower[0]), float(there.upper[0]), confidence=level(curve)
        )
        parts.append(f"{value} with {arms.label(code)}")
    pair = " and ".join(parts)
    if quantity == "mean":
        return f"By week {week_number(week)} the mean number of {events.many} per patient was {pair}.{nobody}"
    verb = f"were {events.free_of}" if quantity == "survival" else f"had {events.had_one}"
    return f"{'At' if quantity == 'survival' else 'By'} week {week_number(week)}, {pair} {verb}.{nobody}"


def _cells(curve: EventCurve, index: int, words: CurveWords) -> tuple[str, str]:
    value, lower, upper = (float(values[index]) for values in (curve.estimate, curve.lower, curve.upper))
    at_risk = f"{int(curve.n_risk[index]):,}"
    return at_risk, number_cell(value, lambda known: words.write_with_interval(known, lower, upper))
