"""The same result in all randomized patients beside the current one, in words: the courses of markers.

The study names no analysis of a marker's course beforehand, so the reference isn't called the trial's own.
"""

from __future__ import annotations

from math import isnan

from il2dash.analysis.censored_visit import BelowLimit, BelowLimitVisit
from il2dash.analysis.estimate import Estimate, no_estimate
from il2dash.analysis.repeated_measures import RepeatedMeasures, VisitContrast
from il2dash.analysis.trajectory import Trajectory, Visit
from il2dash.analysis.visit_comparison import VisitComparison
from il2dash.display.numbers import decimal, or_none, percent, places_of, week_number, within
from il2dash.display.own_comparison import (
    POINTS,
    Scale,
    compared,
    estimate_words,
    higher_or_lower,
    in_unit,
    own_opening,
    same_analysis,
)
from il2dash.display.repeated_measures_words import difference_words, told_contrast
from il2dash.display.trajectory_figure import decimals_of
from il2dash.study.definition import Arms, StudyDefinition


def beside_trajectory(current: Trajectory, own: Trajectory, arms: Arms, *, week: float | None) -> str:
    """Put the medians of all randomized patients at the primary week (or the last with values) beside the current.

    Parameters
    ----------
    current, own : Trajectory
        Of one marker, both of values or both of changes.
    arms : Arms
        The arms.
    week : float or None
        The study's primary week.
    """
    if same_analysis(current, own, "marker", "change"):
        return ""
    patients = _in_population(own, arms)
    visit = _told_visit(own, arms, week)
    if visit is None:
        return f"{own_opening(None, patients)} no value of {own.label} is known at a planned visit."
    places = decimals_of(own)
    unit = f", in {own.unit}" if own.unit else ""
    parts = []
    for code in reversed(arms.codes):
        summary = visit.arms[code]
        median = decimal(summary.median, places) if summary.n else "not known"
        parts.append(f"{median} with {arms.label(code)} ({summary.n:,} of {summary.in_population:,})")
    what = f"{'change in ' if own.change else ''}{own.label}"
    when = f"at week {week_number(visit.week)}"
    words = f"{own_opening(None, patients)}, the median {what} {when} is {' and '.join(parts)}{unit}."
    if current.marker != own.marker or current.change != own.change:
        return words
    here = next((each for each in current.visits if each.week == visit.week), None)
    if here is None or not any(here.arms[code].n for code in arms.codes):
        return f"{words} Here nobody has a value at that week."

    def apart(value: float) -> str:
        return decimal(value, places)

    moved = [
        f"{higher_or_lower(here.arms[code].median, visit.arms[code].median, apart)} with {arms.label(code)}"
        for code in reversed(arms.codes)
    ]
    return f"{words} Here the median is {moved[0]} and {moved[1]}."


def beside_repeated_measures(current: RepeatedMeasures, own: RepeatedMeasures, definition: StudyDefinition) -> str:
    """Put the contrast of the model in all randomized patients beside the current one, at the same week."""
    if same_analysis(current, own, "marker", "adjusted_for_baseline", "covariates", "df_method"):
        return ""
    patients = own.n + own.left_out
    used = f"{own.n:,} in the model" if own.left_out else ""
    opening = own_opening(None, patients, used)
    if own.reason:
        return f"{opening}, the model of {own.label} can't be fitted: {within(own.reason)}."
    contrast = told_contrast(own, definition)
    if contrast is None:
        return f"{opening}, the arms can't be compared at any visit."
    noun = f"difference of {difference_words(own)}"
    scale = in_unit(2, "")
    words = f"{opening}, at week {week_number(contrast.week)}: {estimate_words(noun, _as_estimate(contrast), scale)}."
    if current.reason:
        return f"{words} Here the model can't be fitted ({within(current.reason)})."
    if current.scale != own.scale or current.marker != own.marker:
        return words
    here = next((each for each in current.contrasts if each.week == contrast.week), None)
    if here is None:
        return f"{words} Here that week isn't in the model."
    return f"{words} {compared('difference', _as_estimate(here), _as_estimate(contrast), scale)}"


def beside_comparison(current: VisitComparison, own: VisitComparison, arms: Arms) -> str:
    """Put the Hodges-Lehmann shift in all randomized patients beside the current one."""
    if same_analysis(current, own, "marker", "week", "change"):
        return ""
    patients = sum(own.arms[code].in_population for code in arms.codes)
    known = sum(own.arms[code].n for code in arms.codes)
    scale = _shift_scale(own, arms)
    what = f"the change in {own.label} from baseline" if own.change else own.label
    details = f"{what} at week {week_number(own.week)}, known of {or_none(known, 'nobody')}"
    words = f"{own_opening(None, patients, details)}: {estimate_words('shift', own.hodges_lehmann, scale)}."
    if current.marker != own.marker or current.change != own.change:
        return words
    return f"{words} {compared('shift', current.hodges_lehmann, own.hodges_lehmann, scale)}"


def beside_below_limit(
    current: BelowLimit, own: BelowLimit, arms: Arms, *, week: float, patients: int | None = None
) -> str:
    """Put who is below the assay's limit among all randomized patients beside the current ones, at one week.

    Parameters
    ----------
    current, own : BelowLimit
        Of one marker.
    arms : Arms
        The arms.
    week : float
        A planned visit.
    patients : int, optional
        How many were randomized: the result counts only those with a value.
    """
    here, there = (_visit_at(course, week) for course in (current, own))
    if same_analysis(current, own, "marker") or there is None:
        return ""
    parts = []
    for code in reversed(arms.codes):
        arm = there.arms[code]
        share = f"{arm.below:,} of {arm.total:,} ({percent(arm.proportion)})" if arm.total else "nobody has a value"
        parts.append(f"{share} with {arms.label(code)}")
    words = (
        f"{own_opening(None, patients, f'week {week_number(week)}')}: {' against '.join(parts)} below the limit, "
        f"{estimate_words('difference', there.risk_difference, POINTS)}."
    )
    if here is None:
        return words
    return f"{words} {compared('difference', here.risk_difference, there.risk_difference, POINTS)}"


def _visit_at(course: BelowLimit, week: float) -> BelowLimitVisit | None:
    return next((visit for visit in course.visits if visit.week == week), None)


def _in_population(course: Trajectory, arms: Arms) -> int | None:
    if not course.visits:
        return None
    return sum(course.visits[0].arms[code].in_population for code in arms.codes)


def _told_visit(course: Trajectory, arms: Arms, week: float | None) -> Visit | None:
    followed = course.visits[1 if course.change else 0 :]
    known = [visit for visit in followed if any(visit.arms[code].n for code in arms.codes)]
    return next((visit for visit in known if visit.week == week), known[-1] if known else None)


def _shift_scale(own: VisitComparison, arms: Arms) -> Scale:
    if own.unit.startswith("log10"):
        return in_unit(2, own.unit)
    summaries = [own.arms[code] for code in arms.codes]
    return in_unit(places_of(*(value for each in summaries for value in (each.median, each.q1, each.q3))), own.unit)


def _as_estimate(contrast: VisitContrast) -> Estimate:
    if isnan(contrast.estimate):
        interval = contrast.interval
        return no_estimate(level=interval.level, method=interval.method, reason=contrast.reason or interval.reason)
    return Estimate(estimate=contrast.estimate, interval=contrast.interval, reason=contrast.reason)
