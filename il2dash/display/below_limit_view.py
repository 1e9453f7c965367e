"""The proportion of values below the assay's limit over the visits: a figure, a table and a sentence."""

from __future__ import annotations

from math import isnan
from typing import Any

from il2dash.analysis.censored_visit import BelowLimit, BelowLimitArm
from il2dash.display.chart import LONGEST_LINE, Chart, arm_mark, chart, heading, lines, literal
from il2dash.display.endpoint_words import what_remains
from il2dash.display.numbers import (
    NARROW,
    NO_NUMBER,
    bounds,
    compact,
    level,
    percent,
    points,
    week_number,
    with_bounds,
    within,
)
from il2dash.display.tables import TableSpec
from il2dash.display.week_axis import arm_course, visit_gap, week_axis
from il2dash.study.definition import Arms, StudyDefinition

BELOW_LIMIT_METHOD = (
    "Of the patients with a value at the visit. Wilson intervals, and Newcombe's for the difference, each for one "
    "visit by itself."
)


def below_limit_sentence(course: BelowLimit, definition: StudyDefinition, *, week: float) -> str:
    """Say which part of each arm is below the limit at a week."""
    arms = definition.arms
    visit = next(visit for visit in course.visits if visit.week == week)
    order = (arms.treatment, arms.reference)
    parts = [f"{_share(visit.arms[code])} with {arms.label(code)}" for code in order if visit.arms[code].total]
    unknown = [f"with {arms.label(code)}" for code in order if not visit.arms[code].total]
    said = [f"{course.label} was {_limit_words(course, definition)} in {' and '.join(parts)}"] if parts else []
    said += [f"nobody {' or '.join(unknown)} has a value of {course.label}"] if unknown else []
    opening = f"At week {week_number(week)}, {'; '.join(said)}."
    difference = visit.risk_difference
    if isnan(difference.estimate):
        return f"{opening} No difference can be estimated ({within(difference.reason)})."
    remains = what_remains(difference, arms.label(arms.treatment), who="patients below the limit")
    return (
        f"{opening} The proportions differ by {points(difference.estimate)} percentage points "
        f"({level(difference.interval)} {bounds(difference.interval, points)}). {remains}"
    )


def below_limit_figure(course: BelowLimit, definition: StudyDefinition) -> Chart:
    """Draw the proportion below the limit by arm over the planned visits."""
    arms = definition.arms
    weeks = [visit.week for visit in course.visits]
    gap = visit_gap(weeks)
    data, spoken = [], []
    for code in arms.codes:
        data.append(_arm(arms, course, code, gap=gap))
        told = ", ".join(f"week {week_number(visit.week)} {_share(visit.arms[code])}" for visit in course.visits)
        spoken.append(f"{arms.label(code)}: {told}")
    names = [arm_mark(arms, code, f"<b>{literal(arms.label(code))}</b>") for code in arms.codes]
    title = lines(f"{course.label} {_limit_words(course, definition)}, percent", LONGEST_LINE)
    short = sum(len(arms.label(code)) for code in arms.codes) < LONGEST_LINE - 10
    title += [f"{3 * NARROW}".join(names)] if short else names
    top = 20 + 17 * len(title)
    return chart(
        definition,
        data=data,
        layout={
            "xaxis": week_axis(weeks, showgrid=False),
            "yaxis": {"range": [-3, 103], "zeroline": False, "fixedrange": True},
            "annotations": [heading(title, xshift=-40)],
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
            share = with_bounds(arm.proportion, arm.interval, percent) if arm.total else NO_NUMBER
            cells += [f"{arm.below:,} / {arm.total:,}", share]
        difference = visit.risk_difference
        compared = with_bounds(difference.estimate, difference.interval, points, without=NO_NUMBER)
        rows.append((week_number(visit.week), *cells, compared))
    confidence = level(course.visits[0].arms[arms.reference].interval) if course.visits else "95% CI"
    headers = [head for code in order for head in (f"{arms.label(code)}, n", f"{arms.label(code)} ({confidence})")]
    return TableSpec(
        identifier=f"below-limit-{course.marker}",
        columns=("Week", *headers, f"Difference, points ({confidence})"),
        rows=tuple(rows),
        caption=f"{course.label} {_limit_words(course, definition)}",
    )


def _arm(arms: Arms, course: BelowLimit, code: str, *, gap: float) -> dict[str, Any]:
    known = [(visit.week, visit.arms[code]) for visit in course.visits if visit.arms[code].total]
    points = [(week, arm.proportion, arm.interval.lower, arm.interval.upper) for week, arm in known]
    hover = [f"{literal(arms.label(code))}, week {week_number(week)}<br>{_share(arm)}" for week, arm in known]
    behind = [arm.patients_below for _, arm in known]
    return arm_course(arms, code, points, gap=gap, hover=hover, scale=100, patients=behind)


def _limit_words(course: BelowLimit, definition: StudyDefinition) -> str:
    marker = definition.markers[course.marker]
    if marker.lower_limit is None:
        return "below the assay's limit"
    return f"below {compact(marker.lower_limit)} {marker.unit}".rstrip()


def _share(arm: BelowLimitArm) -> str:
    return f"{arm.below:,} of {arm.total:,} ({percent(arm.proportion)})" if arm.total else "no values"
