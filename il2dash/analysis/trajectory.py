"""How a marker went: median and quartiles, mean and t-interval, by arm and planned visit; absolute or as change."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import nan, sqrt

import numpy as np

from il2dash.analysis.estimate import Estimate, Interval, SignificanceTest, no_interval
from il2dash.analysis.moments import mean_and_sd
from il2dash.analysis.patient_ids import BEHIND, PatientIds, ids_of
from il2dash.analysis.population import Population
from il2dash.analysis.standing import Standing
from il2dash.analysis.visit_values import VisitValues, displayed_scale, visit_values

T_INTERVAL = "t interval of the mean"
WELCH = "Welch t interval"


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitSummary:
    """One arm at one visit, on the scale that is shown (log10 for a log10 marker).

    A value below the assay's limit counts at the limit: the medians and quartiles that it reaches are upper bounds, and
    `below_limit` says how many there are; of a change, it counts the visit's values, not the baselines.
    `in_population` is how many patients of the arm are counted at all.
    """

    n: int
    in_population: int
    below_limit: int
    above_limit: int
    median: float
    q1: float
    q3: float
    mean: float
    sd: float
    interval: Interval
    measured: PatientIds = field(default=(), compare=False, repr=False, metadata=BEHIND)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A planned visit: its week, a summary by arm code, and the difference of the means (treatment minus reference)."""

    week: float
    arms: dict[str, VisitSummary]
    difference: Estimate
    test: SignificanceTest


@dataclass(frozen=True, slots=True, kw_only=True)
class Trajectory:
    """The course of one marker in a population."""

    marker: str
    label: str
    unit: str
    change: bool
    visits: tuple[Visit, ...]
    standing: Standing


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Courses:
    """Single patients on the scale that is shown: ids, and `values` and `censored`, shape (patients, visits).

    A change is censored where the visit's value or the baseline is.
    """

    subject_ids: np.ndarray
    is_treatment: np.ndarray
    weeks: np.ndarray
    values: np.ndarray
    censored: np.ndarray


def courses(population: Population, marker: str, *, change: bool) -> Courses:
    """Return each counted patient's values at the planned visits, absolute or as change from their baseline."""
    shown, source = _shown_values(population, marker, change=change)
    censored = source.below | source.above
    if change:
        censored[:, 1:] |= censored[:, :1]
    return Courses(
        subject_ids=population.subject_ids,
        is_treatment=population.is_treatment,
        weeks=source.weeks,
        values=shown[population.included],
        censored=censored[population.included],
    )


def trajectory(population: Population, marker: str, *, change: bool = False, level: float = 0.95) -> Trajectory:
    """Summarize a marker by arm and planned visit.

    Parameters
    ----------
    population : Population
        The patients who are counted.
    marker : str
        A marker of the study.
    change : bool
        Change from the patient's own baseline; patients without one have no change.
    level : float
        Confidence level of the means' intervals.

    Raises
    ------
    SpecificationError
        Where the study has no such marker.
    """
    shown, source = _shown_values(population, marker, change=change)
    shown, below, above = (_by_visit(every[population.included]) for every in (shown, source.below, source.above))
    _, unit = displayed_scale(population.trial, marker)
    arm_codes = population.trial.definition.arms.codes
    members = {code: population.arm(code) for code in arm_codes}
    rows = {code: np.flatnonzero(own) for code, own in members.items()}
    visits = []
    for index, week in enumerate(source.weeks):
        known = ~np.isnan(shown[index])
        arms = {}
        for code in arm_codes:
            arms[code] = _summary(
                shown[index][rows[code]],
                below=below[index][rows[code]],
                above=above[index][rows[code]],
                level=level,
                measured=ids_of(population, members[code] & known),
            )
        treatment, reference = (arms[code] for code in reversed(arm_codes))
        difference, test = welch_difference(treatment=treatment, reference=reference, level=level)
        visits.append(Visit(week=float(week), arms=arms, difference=difference, test=test))
    return Trajectory(
        marker=marker,
        label=population.trial.definition.markers[marker].label,
        unit=unit,
        change=change,
        visits=tuple(visits),
        standing=population.standing,
    )


def welch_difference(
    *, treatment: VisitSummary, reference: VisitSummary, level: float = 0.95
) -> tuple[Estimate, SignificanceTest]:
    """Compare two means without assuming equal variances (Welch 1947; R's ``t.test``)."""
    convention = "two-sided, t with Welch's degrees of freedom"
    variances = [arm.sd**2 / arm.n if arm.n > 1 else nan for arm in (treatment, reference)]
    total = sum(variances)
    if not total > 0:
        small = min(treatment.n, reference.n) < 2
        reason = "an arm has fewer than two values" if small else "the values of neither arm vary"
        return (
            Estimate(
                estimate=treatment.mean - reference.mean,
                interval=no_interval(level=level, method=WELCH, reason=reason),
                reason=reason if small else "",
            ),
            SignificanceTest(name="Welch t test", convention=convention, p=nan, reason=reason),
        )
    from scipy.special import stdtr, stdtrit

    difference = treatment.mean - reference.mean
    freedom = total**2 / sum(
        variance**2 / (arm.n - 1) for variance, arm in zip(variances, (treatment, reference), strict=True)
    )
    half = float(stdtrit(freedom, (1 + level) / 2)) * sqrt(total)
    statistic = difference / sqrt(total)
    return (
        Estimate(
            estimate=difference,
            interval=Interval(lower=difference - half, upper=difference + half, level=level, method=WELCH),
        ),
        SignificanceTest(
            name="Welch t test",
            convention=convention,
            p=float(2 * stdtr(freedom, -abs(statistic))),
            statistic=statistic,
        ),
    )


def _shown_values(population: Population, marker: str, *, change: bool) -> tuple[np.ndarray, VisitValues]:
    source = visit_values(population.trial, marker)
    logarithmic, _ = displayed_scale(population.trial, marker)
    shown = np.log10(source.values) if logarithmic else source.values
    return (shown - shown[:, :1] if change else shown), source


def _by_visit(of_patients: np.ndarray) -> np.ndarray:
    """Return one row a visit, each in one piece of memory: each is gone through many times."""
    return np.ascontiguousarray(of_patients.T)


def _summary(
    values: np.ndarray, *, below: np.ndarray, above: np.ndarray, level: float, measured: PatientIds
) -> VisitSummary:
    known = ~np.isnan(values)
    observed = values[known]
    n = observed.size
    q1, median, q3 = np.quantile(observed, [0.25, 0.5, 0.75]) if n else (nan, nan, nan)
    mean, sd = mean_and_sd(observed)
    return VisitSummary(
        n=n,
        in_population=values.size,
        below_limit=int((below & known).sum()),
        above_limit=int((above & known).sum()),
        median=float(median),
        q1=float(q1),
        q3=float(q3),
        mean=mean,
        sd=sd,
        interval=_t_interval(n=n, mean=mean, sd=sd, level=level),
        measured=measured,
    )


def _t_interval(*, n: int, mean: float, sd: float, level: float) -> Interval:
    if n < 2:
        return no_interval(level=level, method=T_INTERVAL, reason=f"{n} value{'' if n == 1 else 's'}: two are needed")
    if sd == 0:
        return no_interval(level=level, method=T_INTERVAL, reason=f"all {n} values are the same")
    from scipy.special import stdtrit

    half = float(stdtrit(n - 1, (1 + level) / 2)) * sd / sqrt(n)
    return Interval(lower=mean - half, upper=mean + half, level=level, method=T_INTERVAL)
