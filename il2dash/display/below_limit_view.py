"""The proportion of values below the assay's limit over the visits: a figure, a table and a sentence."""

from __future__ import annotations

from math import isnan
from typing import Any

import numpy as np

from il2dash.analysis.censored_visit import BelowLimit, BelowLimitArm, BelowLimitVisit
from il2dash.display.chart import Chart, arm_mark, arm_style, chart, lines, literal, note
from il2dash.display.numbers import NARROW, bounds, compact, level, percent, points
from il2dash.display.tables import TableSpec
from il2dash.study.definition import Arms, StudyDefinition

BELOW_LIMIT_METHOD = (
    "Of the patients with a value at the visit. Wilson intervals, and Newcombe's for the difference, each for one "
    "visit by itself."
)
LONGEST_LINE = 44
"""Characters that a phone has room for."""


def below_limit_sentence(course: BelowLimit, definition: StudyDefinition, *, week: float) -> str:
    """Say which part of each arm is below the limit at a week."""
    arms = definition.arms
    visit = next(visit for visit in course.visits if visit.week == week)
    parts = [f"{_share(visit.arms[code])} with {arms.label(code)}" for code in (arms.treatment, arms.reference)]
    opening = (
        f"At week {compact(week)}, {course.label} was {_limit_words(course, definition)} in {' and '.join(parts)}."
    )
    difference = visit.risk_difference
    if isnan(difference.estimate):
        return opening
    return (
        f"{opening} The proportions differ by {points(difference.estimate)} percentage points "
        f"({level(difference.interval)} {bounds(difference.interval, points)})."
    )


def below_limit_figure(course: BelowLimit, definition: StudyDefinition) -> Chart:
    """Draw the proportion below the limit by arm over the planned visits."""
    arms = definition.arms
    weeks = [visit.week for visit in course.visits]
    gap = float(min(np.diff(weeks), default=1.0)) * 0.1
    data, spoken = [], []
    for index, code in enumerate(arms.codes):
        data.append(_arm(arms, course, code, shift=gap * (2 * index - 1)))
        told = ", ".join(f"week {compact(visit.week)} {_share(visit.arms[code])}" for visit in course.visits)
        spoken.append(f"{arms.label(code)}: {told}")
    names = [arm_mark(arms, code, f"<b>{literal(arms.label(code))}</b>") for code in arms.codes]
    title = lines(f"{course.label} {_limit_words(course, definition)}, percent", LONGEST_LINE)
    short = sum(len(arms.label(code)) for code in arms.codes) < LONGEST_LINE - 10
    title += [f"{3 * NARROW}".join(names)] if short else names
    top = 20 + 17 * len(title)
    legend = note("<br>".join(title), x=0, y=1, xanchor="left", yanchor="bottom", xshift=-40, yshift=8, align="left")
    return chart(
        definition,
        data=data,
        layout={
            "xaxis": {
                "title": {"text": "Week"},
                "tickvals": weeks,
                "ticktext": [compact(week) for week in weeks],
                "zeroline": False,
                "showgrid": False,
                "fixedrange": True,
            },
            "yaxis": {"range": [-3, 103], "zeroline": False, "fixedrange": True},
            "annotations": [legend],
            "margin": {"t": top, "b": 64, "l": 44},
        },
        alt=f"Line chart of the proportion of {course.label} {_limit_words(course, definition)}. {'; '.join(spoken)}.",
        name=f"below_limit_{course.marker}",
        height=280 + top,
    )


def below_limit_spec(course: BelowLimit, definition: StudyDefinition) -> TableSpec:
    """Write one row a visit: patients below the limit by arm, and the difference."""
    arms = definition.arms
    order = (arms.treatment, arms.reference)
    rows = []
    for visit in course.visits:
        cells = []
        for code in order:
            arm = visit.arms[code]
            interval = f" ({bounds(arm.interval, percent)})" if arm.total else ""
            cells += [f"{arm.below} / {arm.total}", f"{percent(arm.proportion)}{interval}" if arm.total else "\u2013"]
        rows.append((compact(visit.week), *cells, _difference(visit)))
    confidence = level(course.visits[0].arms[arms.reference].interval) if course.visits else "95% CI"
    headers = [head for code in order for head in (f"{arms.label(code)}, n", f"{arms.label(code)} ({confidence})")]
    return TableSpec(
        identifier=f"below-limit-{course.marker}",
        columns=("Week", *headers, f"Difference, points ({confidence})"),
        rows=tuple(rows),
        caption=f"{course.label} {_limit_words(course, definition)}",
    )


def _arm(arms: Arms, course: BelowLimit, code: str, *, shift: float) -> dict[str, Any]:
    style = arm_style(arms, code)
    known = [(visit.week, visit.arms[code]) for visit in course.visits if visit.arms[code].total]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": [week + shift for week, _ in known],
        "y": [100 * arm.proportion for _, arm in known],
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [100 * (arm.interval.upper - arm.proportion) for _, arm in known],
            "arrayminus": [100 * (arm.proportion - arm.interval.lower) for _, arm in known],
            "color": style.color,
            "thickness": 1.5,
            "width": 0,
        },
        "line": {"color": style.color, "dash": style.dash, "width": 2.5},
        "marker": {"color": style.color, "symbol": style.symbol, "size": 9, "opacity": 1},
        "hovertext": [f"{literal(arms.label(code))}, week {compact(week)}<br>{_share(arm)}" for week, arm in known],
        "hoverinfo": "text",
    }


def _limit_words(course: BelowLimit, definition: StudyDefinition) -> str:
    marker = definition.markers[course.marker]
    if marker.lower_limit is None:
        return "below the assay's limit"
    return f"below {compact(marker.lower_limit)} {marker.unit}".rstrip()


def _share(arm: BelowLimitArm) -> str:
    return f"{arm.below} of {arm.total} ({percent(arm.proportion)})" if arm.total else "no values"


def _difference(visit: BelowLimitVisit) -> str:
    difference = visit.risk_difference
    if isnan(difference.estimate):
        return "\u2013"
    return f"{points(difference.estimate)} ({bounds(difference.interval, points)})"
