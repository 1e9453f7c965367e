"""A marker compared at one visit: the patients of both arms, the difference by each method, a table and a sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite, isnan

from il2dash.analysis.estimate import Estimate, Interval
from il2dash.analysis.trajectory import Courses
from il2dash.analysis.visit_comparison import VisitComparison
from il2dash.analysis.visit_values import visit_index
from il2dash.display.chart import Chart
from il2dash.display.distribution_figure import PatientPoints, points_figure
from il2dash.display.forest import ForestRow, forest
from il2dash.display.numbers import (
    NO_NUMBER,
    bounds,
    capitalized,
    decimal,
    level,
    number_cell,
    p_number,
    p_value,
    places_of,
    signed,
    week_number,
    within,
)
from il2dash.display.tables import TableSpec
from il2dash.study.definition import Arms, StudyDefinition

COMPARISON_METHOD = (
    "Patients without a value at the visit are left out. Shift: Hodges-Lehmann, the median of all differences between "
    "a patient of one arm and one of the other. Adjusted: at the same value at baseline. Several methods are shown so "
    "that a reader sees how little, or how much, hangs on the choice."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Method:
    label: str
    estimate: Estimate
    p: float
    test: str
    how: str


def comparison_sentence(comparison: VisitComparison, arms: Arms) -> str:
    """Say how far the arms are apart, and what the interval still allows."""
    shift, places = comparison.hodges_lehmann, _places(comparison)
    sizes = " and ".join(
        f"{comparison.arms[code].n:,} of {comparison.arms[code].in_population:,} with {arms.label(code)}"
        for code in (arms.treatment, arms.reference)
    )
    opening = f"At week {week_number(comparison.week)}, {_what(comparison)} is known of {sizes}."
    if isnan(shift.estimate):
        return f"{opening} No difference can be estimated ({within(shift.reason)})."
    unit = f" {comparison.unit}" if comparison.unit else ""
    interval = shift.interval
    size = f"{signed(shift.estimate, places)}{unit}" if shift.estimate else "0"
    return (
        f"{opening} The shift, {arms.label(arms.treatment)} minus {arms.label(arms.reference)}, is {size} "
        f"({level(interval)} {bounds(interval, lambda value: signed(value, places))}; Wilcoxon "
        f"{p_value(comparison.wilcoxon.p)}). {difference_remains(interval, arms, places=places, unit=unit)}"
    )


def comparison_figure(definition: StudyDefinition, comparison: VisitComparison, courses: Courses) -> Chart:
    """Draw the patients of both arms at the visit, with their quartiles.

    Parameters
    ----------
    definition : StudyDefinition
        The study that the figure is of.
    comparison : VisitComparison
        What is compared.
    courses : Courses
        Single patients, values or changes as in the comparison.
    """
    arms = definition.arms
    index = visit_index(courses.weeks, comparison.week)
    places = _places(comparison)
    groups = {}
    for code in arms.codes:
        members = courses.is_treatment == (code == arms.treatment)
        summary = comparison.arms[code]
        words = "no values"
        if summary.n:
            median, q1, q3 = (decimal(value, places) for value in (summary.median, summary.q1, summary.q3))
            words = f"median {median} [{q1}, {q3}], n = {summary.n:,}"
        groups[code] = PatientPoints(
            subject_ids=courses.subject_ids[members],
            values=courses.values[members, index],
            quartiles=(summary.q1, summary.median, summary.q3),
            words=words,
        )
    unit = f", {comparison.unit}" if comparison.unit else ""
    title = f"{_at_visit(comparison)}{unit}"
    return points_figure(
        definition,
        groups,
        title=title,
        what=f"{title}, by arm",
        name=f"comparison_{comparison.marker}",
    )


def comparison_forest(definition: StudyDefinition, comparison: VisitComparison) -> Chart:
    """Draw the difference by each method with its interval."""
    arms = definition.arms
    places = _places(comparison)
    unit = f", {comparison.unit}" if comparison.unit else ""
    confidence = level(comparison.hodges_lehmann.interval)
    return forest(
        definition,
        tuple(
            ForestRow(label=method.label, estimate=method.estimate.estimate, interval=method.estimate.interval)
            for method in _methods(comparison)
        ),
        axis_title=f"Difference{unit} ({confidence})",
        favors=(f"lower with {arms.label(arms.treatment)}", "higher"),
        write=lambda value: signed(value, places),
        logarithmic=False,
        name=f"differences_{comparison.marker}",
    )


def comparison_spec(comparison: VisitComparison, arms: Arms) -> TableSpec:
    """Write the difference by each method: estimate, interval, p and how it was computed."""
    places, methods = _places(comparison), _methods(comparison)
    rows = tuple(
        (
            method.label,
            number_cell(method.estimate.estimate, lambda value: signed(value, places)),
            _interval(method.estimate, lambda value: signed(value, places)),
            number_cell(method.p, p_number),
            method.test,
        )
        for method in methods
    )
    notes = [f"{arms.label(arms.treatment)} minus {arms.label(arms.reference)}."]
    if comparison.unit:
        notes = [f"All in {comparison.unit}; {notes[0]}"]
    censored = comparison.censored_normal
    if censored is not None:
        model = censored.unadjusted
        hidden = [f"{number:,} {side}" for number, side in ((model.below, "below"), (model.above, "above")) if number]
        if hidden:
            notes.append(
                f"Of {model.n:,} values, {' and '.join(hidden)} the limit: counted at it, but not in the censored "
                "normal model, which takes each for the probability of lying beyond."
            )
    return TableSpec(
        identifier=f"comparison-{comparison.marker}-{comparison.name}",
        columns=("Comparison", "Difference", level(comparison.hodges_lehmann.interval), "P", "Test"),
        rows=rows,
        notes=(*notes, *_notes(methods)),
        caption=_at_visit(comparison),
    )


def _methods(comparison: VisitComparison) -> list[_Method]:
    ancova, welch, ranks = comparison.ancova, comparison.welch, comparison.wilcoxon
    methods = [
        _Method(
            label="Shift (Hodges-Lehmann)",
            estimate=comparison.hodges_lehmann,
            p=ranks.p,
            test=f"Wilcoxon, {ranks.convention.partition(',')[0].removesuffix(' without continuity correction')}",
            how=f"Wilcoxon rank-sum test, {ranks.convention}; interval: {comparison.hodges_lehmann.interval.method}",
        ),
        _Method(
            label="Difference of means (Welch)",
            estimate=welch.difference,
            p=welch.test.p,
            test="Welch t",
            how=welch.test.convention,
        ),
        _Method(
            label="Adjusted for baseline (ANCOVA)",
            estimate=ancova.difference,
            p=ancova.test.p,
            test=f"t, n = {ancova.n:,}",
            how=ancova.test.convention,
        ),
    ]
    if comparison.censored_normal is not None:
        for label, model in (
            ("Censored normal", comparison.censored_normal.unadjusted),
            ("Censored normal, adjusted for baseline", comparison.censored_normal.adjusted),
        ):
            methods.append(
                _Method(
                    label=label,
                    estimate=model.difference,
                    p=model.test.p,
                    test=f"likelihood ratio, n = {model.n:,}",
                    how=f"maximum likelihood with one standard deviation, {model.difference.interval.method} interval; "
                    f"{model.test.convention}",
                )
            )
    return methods


def _notes(methods: list[_Method]) -> list[str]:
    """Return how each method works and, where it gives no number, why; what two share is said once."""
    notes = []
    for position, method in enumerate(methods):
        label = method.label.removesuffix(", adjusted for baseline")
        reason = method.estimate.reason or method.estimate.interval.reason
        if reason:
            notes.append(f"{method.label}: {within(reason)}.")
        if method.how not in [before.how for before in methods[:position]]:
            notes.append(f"{label}: {method.how}.")
    return notes


def _interval(estimate: Estimate, write: Callable[[float], str]) -> str:
    interval = estimate.interval
    if isnan(interval.lower) and isnan(interval.upper):
        return NO_NUMBER
    return f"{write(interval.lower)} to {write(interval.upper)}"


def _what(comparison: VisitComparison) -> str:
    return f"the change in {comparison.label} from baseline" if comparison.change else comparison.label


def _at_visit(comparison: VisitComparison) -> str:
    return f"{capitalized(_what(comparison))} at week {week_number(comparison.week)}"


def _places(comparison: VisitComparison) -> int:
    if comparison.unit.startswith("log10"):
        return 2
    summaries = comparison.arms.values()
    known = [value for summary in summaries for value in (summary.median, summary.q1, summary.q3) if not isnan(value)]
    return places_of(*known)


def difference_remains(interval: Interval, arms: Arms, *, places: int, unit: str) -> str:
    """Say what the interval still allows, and never that there is no difference."""
    label = arms.label(arms.treatment)
    if isnan(interval.lower) or isnan(interval.upper):
        return "Without an interval nothing more can be said."
    if interval.lower > 0 or interval.upper < 0:
        return f"The interval excludes equality: {'higher' if interval.lower > 0 else 'lower'} values with {label}."
    if not isfinite(interval.lower) or not isfinite(interval.upper):
        return "So few patients exclude hardly any difference."
    sides = [
        f"up to {decimal(abs(bound), places)}{unit} {'higher' if bound > 0 else 'lower'}"
        for bound in (interval.lower, interval.upper)
        if decimal(abs(bound), places) != decimal(0, places)
    ]
    if not sides:
        return "The interval is too narrow for the figures shown; neither a difference nor equality is shown."
    return (
        f"The data are compatible with values {' and '.join(sides)} with {label}: neither a difference nor equality is "
        "shown."
    )
