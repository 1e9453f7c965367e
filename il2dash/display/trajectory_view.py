"""The course of a marker as a table and as a sentence."""

from __future__ import annotations

from math import isnan, log10

from il2dash.analysis.estimate import Estimate
from il2dash.analysis.trajectory import Trajectory, VisitSummary
from il2dash.display.comparison_view import difference_remains
from il2dash.display.endpoint_words import RULE_WORDS
from il2dash.display.numbers import (
    NO_NUMBER,
    bounds,
    compact,
    count,
    decimal,
    level,
    signed,
    week_number,
    with_known_bounds,
    within,
)
from il2dash.display.tables import TableSpec
from il2dash.display.trajectory_figure import Statistic, decimals_of
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
    places = decimals_of(trajectory)
    rows = []
    for visit in trajectory.visits[1 if trajectory.change else 0 :]:
        cells: list[str] = []
        for code in order:
            summary = visit.arms[code]
            cells += [_size(summary), _center(summary, statistic, places)]
        cells.append(_difference(visit.difference, places))
        rows.append((week_number(visit.week), *cells))
    summary_name = "median [Q1, Q3]" if statistic == "median" else "mean (95% CI)"
    headers = [header for code in order for header in (f"{arms.label(code)}, n", f"{arms.label(code)}, {summary_name}")]
    confidence = level(trajectory.visits[0].difference.interval) if trajectory.visits else "95% CI"
    unit = f"All in {trajectory.unit}; difference" if trajectory.unit else "Difference"
    notes = [f"{unit} of the means, treatment minus reference, with Welch's t interval."]
    if any(visit.arms[code].below_limit for visit in trajectory.visits for code in order):
        notes.append("n (b): b of the values are below the assay's limit and count at the limit, an upper bound.")
    above = sum(visit.arms[code].above_limit for visit in trajectory.visits for code in order)
    if above:
        verb = "is above the assay's limit and counts" if above == 1 else "are above the assay's limit and count"
        notes.append(f"{count(above, 'value')} {verb} at the limit, a lower bound.")
    return TableSpec(
        identifier=f"trajectory-{trajectory.marker}",
        columns=("Week", *headers, f"Difference of means ({confidence})"),
        rows=tuple(rows),
        notes=tuple(notes),
        caption=f"{trajectory.label}{', change from baseline' if trajectory.change else ''}",
    )


def trajectory_sentence(trajectory: Trajectory, arms: Arms, *, week: float | None) -> str:
    """Say where both arms stand at the primary week (the last visit with values where there is none)."""
    followed = trajectory.visits[1 if trajectory.change else 0 :]
    visits = [visit for visit in followed if any(visit.arms[code].n for code in arms.codes)]
    if not visits and trajectory.change:
        return f"No change of {trajectory.label} from baseline is known at a planned visit."
    if not visits:
        return f"No values of {trajectory.label} at the planned visits."
    visit = next((visit for visit in visits if visit.week == week), visits[-1])
    what = f"{'change in ' if trajectory.change else ''}{trajectory.label}"
    places = decimals_of(trajectory)
    parts = []
    for code in (arms.treatment, arms.reference):
        summary = visit.arms[code]
        value = decimal(summary.median, places) if summary.n else "not known"
        of = (
            f"{summary.n:,} of {count(summary.in_population, 'patient')}"
            if summary.in_population
            else "nobody is counted"
        )
        parts.append(f"{value} with {arms.label(code)} ({of})")
    unit = f", in {trajectory.unit}" if trajectory.unit else ""
    opening = f"At week {week_number(visit.week)} the median {what} was {parts[0]} and {parts[1]}{unit}."
    difference = visit.difference
    if isnan(difference.interval.lower):
        because = f" ({within(difference.interval.reason)})" if difference.interval.reason else ""
        return f"{opening} The means can't be compared{because}."
    remains = difference_remains(
        difference.interval, arms, places=places, unit=f" {trajectory.unit}" if trajectory.unit else ""
    )
    return (
        f"{opening} The means differ by {signed(difference.estimate, places)} "
        f"({level(difference.interval)} {bounds(difference.interval, lambda x: decimal(x, places))}; "
        f"{arms.label(arms.treatment)} minus {arms.label(arms.reference)}) among those who were measured. {remains}"
    )


def threshold_lines(definition: StudyDefinition, marker: str, *, change: bool) -> tuple[tuple[float, str], ...]:
    """Return the lines that belong to a course: the thresholds of its endpoints, and the assay's lower limit."""
    described = definition.markers[marker]
    rules = ("gain_at_least", "drop_at_least") if change else ("at_least", "below")
    lines: dict[float, str] = {}
    for endpoint in definition.endpoints:
        if endpoint.marker != marker or endpoint.rule not in rules or endpoint.threshold is None:
            continue
        if not change and described.scale == "log10" and endpoint.threshold <= 0:
            continue
        value = -endpoint.threshold if endpoint.rule == "drop_at_least" else endpoint.threshold
        words = f"{RULE_WORDS[endpoint.rule]} {compact(endpoint.threshold)}"
        lines[value if change or described.scale != "log10" else log10(value)] = words
    if not change and described.lower_limit is not None:
        shown = log10(described.lower_limit) if described.scale == "log10" else described.lower_limit
        lines.setdefault(shown, "")
        lines[shown] = f"{lines[shown]}, assay limit".removeprefix(", ")
    return tuple(sorted(lines.items()))


def _difference(difference: Estimate, places: int) -> str:
    if isnan(difference.estimate):
        return NO_NUMBER
    if isnan(difference.interval.lower):
        return signed(difference.estimate, places)
    return f"{signed(difference.estimate, places)} ({bounds(difference.interval, lambda x: decimal(x, places))})"


def _size(summary: VisitSummary) -> str:
    return f"{summary.n:,} ({summary.below_limit:,})" if summary.below_limit else f"{summary.n:,}"


def _center(summary: VisitSummary, statistic: Statistic, places: int) -> str:
    if summary.n == 0:
        return "no values"
    if statistic == "median":
        median, q1, q3 = (decimal(value, places) for value in (summary.median, summary.q1, summary.q3))
        return f"{median} [{q1}, {q3}]"
    return with_known_bounds(summary.mean, summary.interval, lambda x: decimal(x, places))
