"""The course of a marker as a table and as a sentence."""

from __future__ import annotations

from math import isnan, log10

from il2dash.analysis.estimate import Estimate
from il2dash.analysis.trajectory import Trajectory, VisitSummary
from il2dash.display.endpoint_words import RULE_WORDS
from il2dash.display.numbers import bounds, compact, count, decimal, level, signed, together
from il2dash.display.tables import TableSpec
from il2dash.display.trajectory_figure import Statistic
from il2dash.study.definition import Arms, StudyDefinition


def trajectory_spec(trajectory: Trajectory, arms: Arms, *, statistic: Statistic) -> TableSpec:
    """Write one row a visit: n and the chosen summary by arm, and the difference of the means.

    A change has no row for the baseline, where it is nil by definition.

    Parameters
    ----------
    trajectory : Trajectory
        The summaries.
    arms : Arms
        The arms.
    statistic : {"median", "mean"}
        Median [Q1, Q3], or mean with its t interval.
    """
    order = (arms.treatment, arms.reference)
    rows = []
    for visit in trajectory.visits[1 if trajectory.change else 0 :]:
        cells: list[str] = []
        for code in order:
            summary = visit.arms[code]
            cells += [_size(summary), _center(summary, statistic)]
        cells.append(_difference(trajectory, visit.difference))
        rows.append((compact(visit.week), *cells))
    summary_name = "median [Q1, Q3]" if statistic == "median" else "mean (95% CI)"
    headers = [header for code in order for header in (f"{arms.label(code)}, n", f"{arms.label(code)}, {summary_name}")]
    confidence = level(trajectory.visits[0].difference.interval) if trajectory.visits else "95% CI"
    notes = [f"All in {trajectory.unit}; difference of the means, treatment minus reference, with Welch's t interval."]
    if any(visit.arms[code].below_limit for visit in trajectory.visits for code in order):
        notes.append("n (b): b of the values are below the assay's limit and count at the limit, an upper bound.")
    return TableSpec(
        identifier=f"trajectory-{trajectory.marker}",
        columns=("Week", *headers, f"Difference of means ({confidence})"),
        rows=tuple(rows),
        notes=tuple(notes),
        caption=f"{trajectory.label}{', change from baseline' if trajectory.change else ''}",
    )


def trajectory_sentence(trajectory: Trajectory, arms: Arms, *, week: float | None) -> str:
    """Say where both arms stand at the primary week (the last visit with values where there is none)."""
    visits = [visit for visit in trajectory.visits if any(visit.arms[code].n for code in arms.codes)]
    if not visits:
        return f"No values of {trajectory.label} at the planned visits."
    visit = next((visit for visit in visits if visit.week == week), visits[-1])
    what = f"{'change in ' if trajectory.change else ''}{trajectory.label}"
    parts = []
    for code in (arms.treatment, arms.reference):
        summary = visit.arms[code]
        value = together(summary.median)[0] if summary.n else "not known"
        parts.append(f"{value} with {arms.label(code)} ({count(summary.n, 'patient')} of {summary.in_population})")
    opening = f"At week {compact(visit.week)} the median {what} was {parts[0]} and {parts[1]}, in {trajectory.unit}."
    difference = visit.difference
    if isnan(difference.interval.lower):
        return opening
    places = _places(trajectory)
    return (
        f"{opening} The means differ by {signed(difference.estimate, places)} "
        f"({level(difference.interval)} {bounds(difference.interval, lambda x: decimal(x, places))}), "
        "among those who were measured."
    )


def threshold_lines(definition: StudyDefinition, marker: str, *, change: bool) -> tuple[tuple[float, str], ...]:
    """Return the lines that belong to a course: the thresholds of its endpoints, and the assay's lower limit."""
    described = definition.markers[marker]
    rules = ("gain_at_least", "drop_at_least") if change else ("at_least", "below")
    lines: dict[float, str] = {}
    for endpoint in definition.endpoints:
        if endpoint.marker != marker or endpoint.rule not in rules or endpoint.threshold is None:
            continue
        value = -endpoint.threshold if endpoint.rule == "drop_at_least" else endpoint.threshold
        words = f"{RULE_WORDS[endpoint.rule]} {compact(endpoint.threshold)}"
        lines[value if change or described.scale != "log10" else log10(value)] = words
    if not change and described.lower_limit is not None:
        shown = log10(described.lower_limit) if described.scale == "log10" else described.lower_limit
        lines.setdefault(shown, "")
        lines[shown] = f"{lines[shown]}, assay limit".removeprefix(", ")
    return tuple(sorted(lines.items()))


def _places(trajectory: Trajectory) -> int:
    return 2 if trajectory.unit.startswith("log10") else 0


def _difference(trajectory: Trajectory, difference: Estimate) -> str:
    if isnan(difference.estimate):
        return "\u2013"
    places = _places(trajectory)
    return f"{signed(difference.estimate, places)} ({bounds(difference.interval, lambda x: decimal(x, places))})"


def _size(summary: VisitSummary) -> str:
    return f"{summary.n} ({summary.below_limit})" if summary.below_limit else str(summary.n)


def _center(summary: VisitSummary, statistic: Statistic) -> str:
    if summary.n == 0:
        return "no values"
    if statistic == "median":
        median, q1, q3 = together(summary.median, summary.q1, summary.q3)
        return f"{median} [{q1}, {q3}]"
    if isnan(summary.interval.lower):
        return together(summary.mean)[0]
    mean, lower, upper = together(summary.mean, summary.interval.lower, summary.interval.upper)
    return f"{mean} ({lower} to {upper})"
