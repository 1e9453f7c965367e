"""The course of a marker by arm: median and quartiles or mean and interval, single patients faintly behind."""

from __future__ import annotations

from math import isnan
from typing import Any, Literal

import numpy as np

from il2dash.analysis.trajectory import Courses, Trajectory, VisitSummary
from il2dash.display.chart import LONGEST_LINE, NEUTRAL, Chart, arm_style, chart, heading, lines, literal, note
from il2dash.display.numbers import count, decimal, places_of, week_number, with_known_bounds
from il2dash.display.patient_sample import MOST_LINES, drawn_places
from il2dash.display.week_axis import arm_course, legend_lines, numbers_under_axis, visit_axis, visit_gap
from il2dash.study.definition import Arms, StudyDefinition

Statistic = Literal["median", "mean"]

STATISTIC_WORDS: dict[Statistic, str] = {
    "median": "median and quartiles",
    "mean": "mean and 95% t interval",
}


def trajectory_figure(
    definition: StudyDefinition,
    trajectory: Trajectory,
    *,
    statistic: Statistic,
    courses: Courses | None,
    thresholds: tuple[tuple[float, str], ...],
) -> Chart:
    """Draw both arms' course over the planned visits, with the numbers of patients under the axis.

    Parameters
    ----------
    definition : StudyDefinition
        The study that the figure is of.
    trajectory : Trajectory
        The summaries by arm and visit.
    statistic : {"median", "mean"}
        What is drawn at each visit.
    courses : Courses or None
        Single patients, drawn faintly, of many some (`drawn_places`); None leaves them out.
    thresholds : tuple of (value, label)
        Horizontal lines, on the scale that is shown.
    """
    arms = definition.arms
    data: list[dict[str, Any]] = []
    if courses is not None:
        data += [_single_patients(arms, courses, code, places=decimals_of(trajectory)) for code in arms.codes]
    weeks = [visit.week for visit in trajectory.visits]
    gap = visit_gap(weeks)
    annotations = []
    for index, code in enumerate(arms.codes):
        data.append(_arm_course(arms, trajectory, code, statistic=statistic, gap=gap))
        counts = [(visit.week, visit.arms[code].n) for visit in trajectory.visits]
        annotations += numbers_under_axis(arms, code, counts, row=index)
    change = "change from baseline, " if trajectory.change else ""
    title = lines(f"{trajectory.label}, {change}{trajectory.unit}".removesuffix(", "), LONGEST_LINE)
    title += _legend(arms, trajectory)
    top = 20 + 17 * len(title)
    shapes = [_threshold_line(value) for value, _ in thresholds]
    annotations += [
        note(literal(label), x=0.01, y=value, yref="y", xanchor="left", yanchor="bottom", size=12)
        for value, label in thresholds
    ]
    return chart(
        definition,
        data=data,
        layout={
            "xaxis": visit_axis(weeks, gap=gap),
            "yaxis": {
                "zeroline": trajectory.change,
                "zerolinecolor": NEUTRAL,
                "fixedrange": True,
                "automargin": True,
                "rangemode": "normal" if trajectory.change or _is_logarithmic(trajectory) else "tozero",
            },
            "shapes": shapes,
            "annotations": [*annotations, heading(title, xshift=-54)],
            "margin": {"t": top, "b": 112, "l": 62},
        },
        alt=_alt(arms, trajectory, statistic),
        name=f"trajectory_{trajectory.marker}",
        height=434 + top,
    )


def decimals_of(trajectory: Trajectory) -> int:
    """Return the decimals that all numbers of one course share: two for a log10, else what its medians need."""
    if _is_logarithmic(trajectory):
        return 2
    summaries = [summary for visit in trajectory.visits for summary in visit.arms.values()]
    return places_of(*(value for summary in summaries for value in (summary.median, summary.q1, summary.q3)))


def _is_logarithmic(trajectory: Trajectory) -> bool:
    return trajectory.unit.startswith("log10")


def _center(summary: VisitSummary, statistic: Statistic) -> tuple[float, float, float]:
    if statistic == "mean":
        return summary.mean, summary.interval.lower, summary.interval.upper
    return summary.median, summary.q1, summary.q3


def _arm_course(arms: Arms, trajectory: Trajectory, code: str, *, statistic: Statistic, gap: float) -> dict[str, Any]:
    known = [
        (visit.week, *_center(visit.arms[code], statistic), visit.arms[code])
        for visit in trajectory.visits
        if not isnan(_center(visit.arms[code], statistic)[0])
    ]
    name, places = literal(arms.label(code)), decimals_of(trajectory)
    hover = [f"{name}, week {week_number(week)}<br>{_hover(summary, places)}" for week, *_, summary in known]
    behind = [summary.measured for *_, summary in known]
    return arm_course(arms, code, [point[:4] for point in known], gap=gap, hover=hover, name=name, patients=behind)


def _hover(summary: VisitSummary, places: int) -> str:
    def write(value: float) -> str:
        return decimal(value, places)

    lines_of_text = [
        f"n = {summary.n:,} of {summary.in_population:,}",
        f"median {write(summary.median)} [{write(summary.q1)}, {write(summary.q3)}]",
        f"mean {with_known_bounds(summary.mean, summary.interval, write)}",
    ]
    if summary.below_limit:
        lines_of_text.append(f"{summary.below_limit:,} below the limit")
    return "<br>".join(lines_of_text)


def _single_patients(arms: Arms, courses: Courses, code: str, *, places: int) -> dict[str, Any]:
    members = np.flatnonzero(courses.is_treatment == (code == arms.treatment))
    members = members[drawn_places(members.size, MOST_LINES)]
    x: list[float | None] = []
    y: list[float | None] = []
    texts: list[str] = []
    behind: list[tuple[str, ...]] = []
    for subject, values in zip(courses.subject_ids[members], courses.values[members], strict=True):
        known = ~np.isnan(values)
        x += [*courses.weeks[known].tolist(), None]
        y += [*values[known].tolist(), None]
        texts += [*[f"{literal(subject)}: {decimal(value, places)}" for value in values[known]], ""]
        behind += [*[(str(subject),)] * int(known.sum()), ()]
    style = arm_style(arms, code)
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "line": {"color": style.color, "width": 1, "dash": style.dash},
        "opacity": 0.22,
        "hovertext": texts,
        "hoverinfo": "text",
        "patients": behind,
    }


def _legend(arms: Arms, trajectory: Trajectory) -> list[str]:
    """Return which arm is which, above the plot: beside the lines the names would hide them on a phone."""
    names = {}
    for code in arms.codes:
        known = any(visit.arms[code].n for visit in trajectory.visits)
        names[code] = f"{arms.label(code)}{'' if known else ': no values'}"
    return legend_lines(arms, names)


def _threshold_line(value: float) -> dict[str, Any]:
    return {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": value,
        "y1": value,
        "line": {"color": NEUTRAL, "width": 1.2, "dash": "dot"},
    }


def _alt(arms: Arms, trajectory: Trajectory, statistic: Statistic) -> str:
    places = decimals_of(trajectory)
    parts = []
    for code in arms.codes:
        points = ", ".join(
            f"week {week_number(visit.week)} {decimal(_center(visit.arms[code], statistic)[0], places)} "
            f"(n {visit.arms[code].n:,})"
            if visit.arms[code].n
            else f"week {week_number(visit.week)} no values"
            for visit in trajectory.visits
        )
        parts.append(f"{arms.label(code)}: {points or 'no visits'}.")
    change = "change from baseline in " if trajectory.change else ""
    unit = f" in {trajectory.unit}" if trajectory.unit else ""
    what = f"{change}{trajectory.label}{unit}, {STATISTIC_WORDS[statistic]} at {count(len(trajectory.visits), 'visit')}"
    return f"Line chart of {what}. {' '.join(parts)}"
