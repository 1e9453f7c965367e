"""A marker compared between the arms at one visit: by ranks, by means, adjusted for baseline, and beyond a limit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from il2dash.analysis.censored_normal import CensoredNormal, censored_normal
from il2dash.analysis.censored_visit import censored_values, has_limits
from il2dash.analysis.covariance_analysis import CovarianceAnalysis, covariance_analysis
from il2dash.analysis.estimate import Estimate, SignificanceTest
from il2dash.analysis.population import Population
from il2dash.analysis.rank_sum import RankComparison
from il2dash.analysis.standing import Standing
from il2dash.analysis.trajectory import Trajectory, VisitSummary, courses, trajectory
from il2dash.analysis.visit_values import displayed_scale, visit_index
from il2dash.errors import SpecificationError

# Differences of logarithms leave a rounding error: 1000 to 100 is the same change as 100 to 10.
_DECIMALS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanDifference:
    """A difference of means with the test that belongs to it."""

    difference: Estimate
    test: SignificanceTest


@dataclass(frozen=True, slots=True, kw_only=True)
class CensoredComparison:
    """The censored normal model of a marker with limits, as it is and adjusted for the baseline."""

    unadjusted: CensoredNormal
    adjusted: CensoredNormal


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitComparison:
    """One marker at one week, its value or its change from baseline (`name`), on the scale that is shown.

    Every difference is treatment minus reference, among those who were measured.
    """

    name: str
    marker: str
    label: str
    unit: str
    week: float
    change: bool
    arms: dict[str, VisitSummary]
    wilcoxon: SignificanceTest
    hodges_lehmann: Estimate
    welch: MeanDifference
    ancova: CovarianceAnalysis
    censored_normal: CensoredComparison | None
    standing: Standing


def visit_comparison(
    population: Population,
    marker: str,
    *,
    week: float,
    change: bool,
    level: float = 0.95,
    course: Trajectory | None = None,
) -> VisitComparison:
    """Compare a marker between the arms at a planned week.

    Values are in the marker's unit, or log10 of it; one beyond the assay's limit counts at the limit, but in the
    censored normal model, which a marker without limits doesn't have. The baseline that the analyses adjust for is the
    patient's value at the first planned visit, at the limit where it is beyond one.

    Parameters
    ----------
    population : Population
        The patients who are counted.
    marker : str
        A marker of the study.
    week : float
        A planned week.
    change : bool
        Compare the change from the patient's own baseline instead of the value.
    level : float
        Confidence level of all intervals.
    course : Trajectory, optional
        The marker's, as value or change, where it is known already.

    Raises
    ------
    SpecificationError
        Where the study has no such marker or planned week, or the week is the baseline of a change.
    """
    trial = population.trial
    course = course or trajectory(population, marker, change=change, level=level)
    shown = courses(population, marker, change=change)
    index = visit_index(shown.weeks, week)
    if change and index == 0:
        raise SpecificationError(
            f"Week {week:g} is the baseline, from which {trial.definition.markers[marker].label} hasn't changed; "
            "choose a later planned week."
        )
    visit = course.visits[index]
    values = np.round(shown.values[:, index], _DECIMALS)
    treated = population.is_treatment
    known = ~np.isnan(values)
    ranks = RankComparison(treatment=values[known & treated], reference=values[known & ~treated])
    baseline = courses(population, marker, change=False).values[:, 0]
    censored = None
    if has_limits(trial, marker):
        limited = censored_values(population, marker, week=week, change=change)
        censored = CensoredComparison(
            unadjusted=censored_normal(limited, is_treatment=treated, level=level),
            adjusted=censored_normal(limited, is_treatment=treated, baseline=baseline, level=level),
        )
    return VisitComparison(
        name="change" if change else "value",
        marker=marker,
        label=course.label,
        unit=displayed_scale(trial, marker)[1],
        week=float(week),
        change=change,
        arms=visit.arms,
        wilcoxon=ranks.wilcoxon(),
        hodges_lehmann=ranks.hodges_lehmann(level=level),
        welch=MeanDifference(difference=visit.difference, test=visit.test),
        ancova=covariance_analysis(values, is_treatment=treated, baseline=baseline, level=level),
        censored_normal=censored,
        standing=population.standing.and_also("the study names no test of this marker beforehand"),
    )


def primary_comparison_week(population: Population) -> float | None:
    """Return the trial's primary week, or else its last planned visit; None where no visit follows the baseline."""
    definition = population.trial.definition
    if definition.study.primary_week in definition.visits.schedule[1:]:
        return definition.study.primary_week
    return definition.visits.schedule[-1] if len(definition.visits.schedule) > 1 else None
