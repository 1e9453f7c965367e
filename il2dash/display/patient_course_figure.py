"""One patient's course: a panel a marker before the arm's quartiles, then lanes of cycles, events and the follow-up."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil, floor, isfinite, isnan
from typing import Any

from il2dash.analysis.patient_course import MarkerCourse, Measurement, PatientCourse
from il2dash.display.chart import (
    LONGEST_LINE,
    NEUTRAL,
    Chart,
    arm_mark,
    arm_style,
    chart,
    heading,
    lines,
    literal,
    note,
    standing_at,
)
from il2dash.display.numbers import compact, count, decimal, places_of
from il2dash.display.patient_course_view import at_week, measured_words, patient_course_sentence
from il2dash.display.patient_lanes import end_week, patient_lanes
from il2dash.display.week_axis import axis_weeks, week_axis
from il2dash.study.definition import Arms, StudyDefinition

PANEL_HEIGHT = 190
LANE_HEIGHT = 40
LINE_HEIGHT = 17
"""Pixels."""

LANES_GAP = 14
LEFT = 52


@dataclass(slots=True)
class _Drawing:
    """What is drawn so far, and how high it is in pixels, from the top."""

    data: list[dict[str, Any]] = field(default_factory=list)
    axes: dict[str, Any] = field(default_factory=dict)
    annotations: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    shapes: list[dict[str, Any]] = field(default_factory=list)
    panels: list[tuple[str, int, int]] = field(default_factory=list)
    height: int = 0


def patient_course_figure(definition: StudyDefinition, course: PatientCourse) -> Chart:
    """Draw one patient's values over the arm's median and quartiles, and under them what was given and what happened.

    Parameters
    ----------
    definition : StudyDefinition
        The study that the figure is of.
    course : PatientCourse
        The patient.
    """
    arms = definition.arms
    drawing = _Drawing()
    for number, marker in enumerate(course.markers, start=1):
        _panel(drawing, arms, course, marker, number)
    _lanes(drawing, definition, course, len(course.markers) + 1)
    weeks = axis_weeks(max(course.last_week, _last_of_arm(course), 1.0))
    last = max(course.last_week, _last_of_arm(course), 1.0)
    first = min([0.0, *(each.week for marker in course.markers for each in marker.measurements)])
    legend = _legend(arms, course)
    top = 14 + LINE_HEIGHT * len(legend)
    total = drawing.height
    for axis, start, end in drawing.panels:
        drawing.axes[axis]["domain"] = [1 - end / total, 1 - start / total]
    return chart(
        definition,
        data=drawing.data,
        layout={
            "xaxis": week_axis(
                weeks,
                anchor="y" if not course.markers else f"y{len(course.markers) + 1}",
                range=[first - 0.03 * last, 1.04 * last],
                showgrid=True,
            ),
            **drawing.axes,
            "shapes": drawing.shapes,
            "annotations": [
                *({**words, "y": 1 - below / total} if below >= 0 else words for below, words in drawing.annotations),
                heading(legend, yshift=6, xshift=-LEFT),
            ],
            "margin": {"t": top, "b": 60, "l": LEFT},
        },
        alt=f"Course of one patient. {patient_course_sentence(course, definition)}",
        name="patient_course",
        height=top + 60 + total,
    )


def _panel(drawing: _Drawing, arms: Arms, course: PatientCourse, marker: MarkerCourse, number: int) -> None:
    """Add a marker: the arm's quartiles, its median, the patient's line and points, the assay's limits."""
    axis = "y" if number == 1 else f"y{number}"
    unit = f", {marker.shown_unit}" if marker.shown_unit else ""
    title = lines(f"{marker.label}{unit}", LONGEST_LINE)
    drawing.height += LINE_HEIGHT * len(title) + (10 if number > 1 else 4)
    words = "<br>".join(f"<b>{line}</b>" for line in title)
    drawing.annotations.append(
        (drawing.height, standing_at(0, words, yref="paper", xshift=-LEFT, yshift=2))
    )  # its height is set when the whole is known
    style = arm_style(arms, course.row.arm)
    known = [visit for visit in marker.arm if not isnan(visit.summary.median)]
    places = 2 if marker.logarithmic else places_of(*(visit.summary.median for visit in known))
    if known:
        drawing.data += [
            {
                "type": "scatter",
                "mode": "lines",
                "x": [visit.week for visit in known] + [visit.week for visit in reversed(known)],
                "y": [visit.summary.q1 for visit in known] + [visit.summary.q3 for visit in reversed(known)],
                "fill": "toself",
                "fillcolor": style.fill,
                "line": {"color": style.color, "width": 0.6},
                "hoverinfo": "skip",
                "yaxis": axis,
            },
            {
                "type": "scatter",
                "mode": "lines",
                "x": [visit.week for visit in known],
                "y": [visit.summary.median for visit in known],
                "line": {"color": style.color, "width": 1.4, "dash": "dot"},
                "hovertext": [
                    f"{literal(arms.label(course.row.arm))}, {at_week(visit.week)}, n = {visit.summary.n:,}<br>"
                    f"median {decimal(visit.summary.median, places)} "
                    f"[{decimal(visit.summary.q1, places)}, {decimal(visit.summary.q3, places)}]"
                    for visit in known
                ],
                "hoverinfo": "text",
                "yaxis": axis,
            },
        ]
    measured = [each for each in marker.measurements if isfinite(each.shown)]
    if measured:
        drawing.data.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "x": [each.week for each in measured],
                "y": [each.shown for each in measured],
                "line": {"color": style.color, "width": 2.5},
                "marker": {
                    "color": style.color,
                    "symbol": [style.symbol + ("" if each.censoring == "none" else "-open") for each in measured],
                    "size": 9,
                    "opacity": 1,
                    "line": {"width": 2, "color": style.color},
                },
                "hovertext": [_hover(each, marker) for each in measured],
                "hoverinfo": "text",
                "yaxis": axis,
            }
        )
    else:
        drawing.annotations.append((-1, note("never measured", x=0.5, y=0.5, yref=f"{axis} domain")))
    drawn = [each.shown for each in measured] + [x for visit in known for x in (visit.summary.q1, visit.summary.q3)]
    lower, upper = _limits(drawing, marker, axis, drawn)
    drawing.axes["yaxis" if number == 1 else f"yaxis{number}"] = {
        "range": [lower, upper],
        "fixedrange": True,
        "zeroline": False,
        "nticks": 5,
        "anchor": "x",
    }
    drawing.panels.append(("yaxis" if number == 1 else f"yaxis{number}", drawing.height, drawing.height + PANEL_HEIGHT))
    drawing.height += PANEL_HEIGHT


def _limits(drawing: _Drawing, marker: MarkerCourse, axis: str, drawn: list[float]) -> tuple[float, float]:
    """Add the lines of the assay's limits; return the range that shows all values, and the limits that they are near.

    The lower limit belongs on a logarithmic scale always: how far a value is from it is what is looked for.
    """
    lower_limit, upper_limit = marker.limits
    shown = list(drawn)
    for limit, wanted in (
        (lower_limit, marker.logarithmic or any(each.censoring == "left" for each in marker.measurements)),
        (upper_limit, any(each.censoring == "right" for each in marker.measurements)),
    ):
        if isnan(limit) or not wanted:
            continue
        shown.append(limit)
        drawing.shapes.append(
            {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "yref": axis, "y0": limit, "y1": limit,
             "line": {"color": NEUTRAL, "width": 1.2, "dash": "dot"}}
        )  # fmt: skip
        value = 10**limit if marker.logarithmic else limit
        words = literal(f"assay limit {compact(float(f'{value:.6g}'))} {marker.unit}".rstrip())
        drawing.annotations.append(
            (-1, note(words, x=0.01, y=limit, yref=axis, xanchor="left", yanchor="bottom", size=12))
        )
    if not marker.logarithmic:
        shown.append(0.0)
    if not shown:
        return 0.0, 1.0
    lowest, highest = min(shown), max(shown)
    room = 0.08 * (highest - lowest) or 1.0
    if marker.logarithmic:
        return floor(10 * (lowest - room)) / 10, ceil(10 * (highest + room)) / 10
    return lowest - 0.5 * room, highest + room


def _hover(measurement: Measurement, marker: MarkerCourse) -> str:
    visit = "unplanned visit" if isnan(measurement.visit_week) else f"visit of {at_week(measurement.visit_week)}"
    value = measured_words(measurement, marker.unit, signs=True).replace("< ", "<").replace("> ", ">")
    scale = f" ({decimal(measurement.shown, 2)} log10)" if marker.logarithmic else ""
    return literal(f"{marker.label} {value}{scale}") + f"<br>{at_week(measurement.week)}, {visit}"


def _lanes(drawing: _Drawing, definition: StudyDefinition, course: PatientCourse, number: int) -> None:
    """Add the lanes on one axis, each with the follow-up as its line and its words above."""
    style = arm_style(definition.arms, course.row.arm)
    axis = "y" if number == 1 else f"y{number}"
    place = 0.0
    drawing.height += LANES_GAP
    start = drawing.height
    end = end_week(course)
    for lane in patient_lanes(definition, course):
        text = lines(lane.words, LONGEST_LINE)
        place -= LINE_HEIGHT * len(text)
        drawing.annotations.append((-1, standing_at(place, "<br>".join(text), yref=axis, xshift=-LEFT, yshift=1)))
        place -= LANE_HEIGHT - LINE_HEIGHT
        middle = place + 0.55 * (LANE_HEIGHT - LINE_HEIGHT)
        if isfinite(end):
            drawing.data.append(
                {"type": "scatter", "mode": "lines", "x": [0.0, end], "y": [middle, middle], "yaxis": axis,
                 "line": {"color": style.color, "width": 2.5}, "opacity": 0.4, "hoverinfo": "skip"}
            )  # fmt: skip
        if lane.marks:
            drawing.data.append(
                {
                    "type": "scatter",
                    "mode": "markers",
                    "x": [week for week, _ in lane.marks],
                    "y": [middle] * len(lane.marks),
                    "marker": {**lane.look, "opacity": 1},
                    "hovertext": [told for _, told in lane.marks],
                    "hoverinfo": "text",
                    "yaxis": axis,
                }
            )
    name = "yaxis" if number == 1 else f"yaxis{number}"
    drawing.axes[name] = {"visible": False, "range": [place, 0], "fixedrange": True, "anchor": "x"}
    drawing.height += round(-place)
    drawing.panels.append((name, start, drawing.height))


def _last_of_arm(course: PatientCourse) -> float:
    return max((visit.week for marker in course.markers for visit in marker.arm if visit.summary.n), default=0.0)


def _legend(arms: Arms, course: PatientCourse) -> list[str]:
    """Return who the line is, and what stands behind it."""
    arm = arms.label(course.row.arm)
    n = next((visit.summary.in_population for marker in course.markers for visit in marker.arm), 0)
    who = lines(f"{course.row.subject_id}, {arm}", LONGEST_LINE - 4)
    legend = [arm_mark(arms, course.row.arm, f"<b>{who[0]}</b>"), *(f"<b>{line}</b>" for line in who[1:])]
    if course.markers:
        legend += lines(f"behind: median (dots) and quartiles, {count(n, 'patient')} of this arm", LONGEST_LINE + 8)
    if any(each.censoring != "none" for marker in course.markers for each in marker.measurements):
        legend.append("open: beyond the assay's limit")
    return legend
