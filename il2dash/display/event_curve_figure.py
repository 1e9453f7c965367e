"""Curves of events by arm: steps with their band, marks where follow-up ends, patients at risk under the axis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from math import isnan, nan
from typing import Any, Literal

import numpy as np

from il2dash.analysis.event_curve import EventCurve
from il2dash.analysis.patient_ids import PatientIds
from il2dash.display.chart import LONGEST_LINE, Chart, arm_style, chart, heading, lines, literal, note
from il2dash.display.event_words import event_words
from il2dash.display.numbers import NOT_ESTIMABLE, capitalized, decimal, level, percent, week_number
from il2dash.display.week_axis import axis_weeks, legend_lines, numbers_under_axis, week_axis
from il2dash.study.definition import Arms, StudyDefinition
from il2dash.study.definition_tables import EventCategory

Quantity = Literal["survival", "incidence", "mean"]

QUANTITY_WORDS: dict[Quantity, str] = {
    "survival": "Kaplan-Meier",
    "incidence": "Cumulative incidence, death competing",
    "mean": "Mean number of events",
}


MOST_STEPS = 200
"""Of one line: a screen shows no more of them apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveWords:
    """What a curve's value is: the axis' title, how a value is written, and the drawn value before any event."""

    title: str
    as_percent: bool
    initial: float

    def write(self, value: float) -> str:
        """Return a value in words."""
        if isnan(value):
            return NOT_ESTIMABLE
        return percent(value) if self.as_percent else decimal(value, 2)

    def write_with_interval(self, value: float, lower: float, upper: float, *, confidence: str = "") -> str:
        """Return a value with its interval (``95% CI``, where asked); alone where there is none, or no event yet."""
        if isnan(value) or isnan(lower) or isnan(upper) or lower == upper:
            return self.write(value)
        bounds = f"{self.write(lower)} to {self.write(upper)}"
        return f"{self.write(value)} ({f'{confidence} ' if confidence else ''}{bounds})"


def curve_words(definition: StudyDefinition, category: EventCategory, quantity: Quantity) -> CurveWords:
    """Return how a quantity of a category is named and written."""
    events = event_words(definition, category)
    if quantity == "survival":
        return CurveWords(title=f"{capitalized(events.free_of)}, percent", as_percent=True, initial=100.0)
    if quantity == "incidence":
        return CurveWords(title=f"Have had {events.with_article}, percent", as_percent=True, initial=0.0)
    return CurveWords(title=f"Mean number of {events.many} per patient", as_percent=False, initial=0.0)


def event_curve_figure(
    definition: StudyDefinition, curves: Mapping[str, EventCurve], *, category: EventCategory, quantity: Quantity
) -> Chart:
    """Draw both arms' curves, with the patients at risk under the axis.

    Parameters
    ----------
    definition : StudyDefinition
        The study that the figure is of.
    curves : mapping of arm code to EventCurve
        The curves.
    category : {"aids", "death", "adverse"}
        Which events.
    quantity : {"survival", "incidence", "mean"}
        What the curves estimate: the proportion free of the event, the proportion who have had it, or a mean number.
    """
    arms = definition.arms
    words = curve_words(definition, category, quantity)
    last_week = max(curve.last_week for curve in curves.values())
    weeks = axis_weeks(last_week)
    data: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for code in arms.codes:
        data += _band(arms, code, curves[code], words)
    for row, code in enumerate(arms.codes):
        # The treatment's dashes come last, and let the reference's line through where both are the same.
        data.append(_steps(arms, code, curves[code], words))
        data += _ends_of_follow_up(arms, code, curves[code], words)
        at_risk = list(zip(weeks, curves[code].at(weeks).n_risk.tolist(), strict=True))
        annotations += numbers_under_axis(arms, code, at_risk, row=1 - row, first_row=44, beside=14)
    title = [*lines(words.title, LONGEST_LINE), *_legend(arms, curves)]
    top = 20 + 17 * len(title)
    vertical: dict[str, Any] = {"fixedrange": True, "automargin": True, "zeroline": False, "rangemode": "tozero"}
    if quantity == "survival":
        vertical |= {"range": [0, 102], "tickvals": [0, 20, 40, 60, 80, 100]}
    elif not any(curve.events for curve in curves.values()):
        vertical |= {"range": [0, 100 if words.as_percent else 1]}
    span = max(last_week, 1.0)
    return chart(
        definition,
        data=data,
        layout={
            "xaxis": week_axis(weeks, standoff=70, showgrid=False, range=[-0.02 * span, 1.02 * span]),
            "yaxis": vertical,
            "annotations": [
                *annotations,
                note("At risk", x=0, y=0, xanchor="left", yanchor="top", yshift=-26, xshift=-54, size=12),
                heading(title, xshift=-54),
            ],
            "margin": {"t": top, "b": 128, "l": 62},
        },
        alt=_alt(arms, curves, words, weeks),
        name=f"{quantity}_{category}",
        height=420 + top,
    )


def _shown(curve: EventCurve, known: np.ndarray) -> np.ndarray:
    """Return the places of the steps to draw: all that are known, or of many the last in each part of the width."""
    places = np.flatnonzero(known)
    if places.size <= MOST_STEPS:
        return places
    part = np.floor(curve.weeks[places] / max(curve.last_week, 1e-9) * MOST_STEPS)
    last: np.ndarray = places[np.append(np.diff(part) > 0, True)]
    return last


def _since_the_last(curve: EventCurve, places: np.ndarray) -> list[PatientIds]:
    """Return who had the event in the weeks from one step that is drawn to the next."""
    if not curve.patients or not places.size:
        return []
    begins = [0, *(places[:-1] + 1).tolist()]
    return [
        curve.patients[end] if begin == end else tuple(chain.from_iterable(curve.patients[begin : end + 1]))
        for begin, end in zip(begins, places.tolist(), strict=True)
    ]


def _drawn(values: np.ndarray, words: CurveWords) -> np.ndarray:
    return 100 * values if words.as_percent else values


def _steps(arms: Arms, code: str, curve: EventCurve, words: CurveWords) -> dict[str, Any]:
    style = arm_style(arms, code)
    known = _shown(curve, ~np.isnan(curve.estimate))
    rows = zip(
        curve.weeks[known],
        curve.estimate[known],
        curve.lower[known],
        curve.upper[known],
        curve.n_risk[known],
        strict=True,
    )
    hover = [
        f"{literal(arms.label(code))}, week {week_number(week)}<br>"
        f"{words.write_with_interval(value, lower, upper, confidence=level(curve))}<br>{at_risk:,} at risk before"
        for week, value, lower, upper, at_risk in rows
    ]
    # Every curve begins at nobody having had the event, also where somebody has it in week 0.
    start = [0.0] if hover else []
    return {
        "type": "scatter",
        "mode": "lines",
        "name": literal(arms.label(code)),
        "x": start + curve.weeks[known].tolist(),
        "y": [words.initial] * len(start) + _drawn(curve.estimate[known], words).tolist(),
        "line": {"color": style.color, "dash": style.dash, "width": 2.5, "shape": "hv"},
        "hovertext": [""] * len(start) + hover,
        "hoverinfo": "text",
        "patients": [()] * len(start) + _since_the_last(curve, known),
    }


def _band(arms: Arms, code: str, curve: EventCurve, words: CurveWords) -> list[dict[str, Any]]:
    """Return the band between the bounds, with a fine line along both: in grey two bands that overlap stay two."""
    style = arm_style(arms, code)
    known = _shown(curve, ~np.isnan(curve.lower) & ~np.isnan(curve.upper))
    if not known.size:
        return []
    weeks = curve.weeks[known]
    # The last bound holds until the curve ends, or until everybody has had the event.
    following = curve.weeks[curve.weeks > weeks[-1]]
    end = float(following[0]) if following.size else float(weeks[-1])
    x = np.append(np.repeat(weeks, 2)[1:], end)
    lower, upper = (np.repeat(_drawn(bound[known], words), 2) for bound in (curve.lower, curve.upper))
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [*x.tolist(), *x[::-1].tolist()],
            "y": [*lower.tolist(), *upper[::-1].tolist()],
            "fill": "toself",
            "fillcolor": style.fill,
            "line": {"color": style.color, "width": 0.6, "dash": "solid" if style.dash == "solid" else "dot"},
            "hoverinfo": "skip",
        }
    ]


def _ends_of_follow_up(arms: Arms, code: str, curve: EventCurve, words: CurveWords) -> list[dict[str, Any]]:
    """Return a mark wherever somebody's follow-up ended without the event; of many ends close by, one."""
    style = arm_style(arms, code)
    marked = _shown(curve, (curve.n_censored > 0) & ~np.isnan(curve.estimate))
    if not marked.size:
        return []
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": curve.weeks[marked].tolist(),
            "y": _drawn(curve.estimate[marked], words).tolist(),
            "marker": {
                "symbol": "line-ns-open",
                "size": 9,
                "color": style.color,
                "opacity": 1,
                "line": {"width": 1.4, "color": style.color},
            },
            "hovertext": [
                f"{literal(arms.label(code))}, week {week_number(float(week))}<br>"
                f"follow-up of {number:,} ended without the event"
                for week, number in zip(curve.weeks[marked], curve.n_censored[marked], strict=True)
            ],
            "hoverinfo": "text",
        }
    ]


def _legend(arms: Arms, curves: Mapping[str, EventCurve]) -> list[str]:
    names = {
        code: f"{arms.label(code)}{'' if curves[code].n else ': nobody'}" for code in (arms.treatment, arms.reference)
    }
    return legend_lines(arms, names, mark=_line_sample, mark_length=6)


def _line_sample(arms: Arms, code: str, words: str) -> str:
    """Return words behind a sample of the arm's line: its dash is what tells the arms apart without color."""
    style = arm_style(arms, code)
    sample = "\u2501\u2501" if style.dash == "solid" else "\u2578\u2578"
    return f'<span style="color:{style.color}">{sample}</span> {words}'


def _alt(arms: Arms, curves: Mapping[str, EventCurve], words: CurveWords, weeks: list[float]) -> str:
    parts = []
    for code in (arms.treatment, arms.reference):
        there = curves[code].at(weeks)
        points = [
            f"week {week_number(week)} {words.write(value)} ({number:,} at risk)"
            for week, value, number in zip(weeks, there.estimate, there.n_risk, strict=True)
            if not isnan(value)
        ]
        known = curves[code].estimate[~np.isnan(curves[code].estimate)]
        end = f", at the end {words.write(float(known[-1]) if known.size else nan)}" if known.size else ""
        parts.append(
            f"{arms.label(code)}: {', '.join(points)}{end}." if points else f"{arms.label(code)}: no patients."
        )
    return f"Step curves. {words.title}, by week. {' '.join(parts)}"
