"""A marker at a visit with what the limits of an assay hide: censored values, and the proportion below the limit."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from il2dash.analysis.censored_likelihood import CensoredValues
from il2dash.analysis.estimate import Estimate, Interval
from il2dash.analysis.patient_ids import BEHIND, PatientIds, ids_of
from il2dash.analysis.population import Population
from il2dash.analysis.proportion import wilson
from il2dash.analysis.risk_difference import newcombe
from il2dash.analysis.standing import Standing
from il2dash.analysis.two_by_two import ArmCount, TwoByTwo
from il2dash.analysis.visit_values import VisitValues, displayed_scale, visit_values
from il2dash.study.trial import Trial


@dataclass(frozen=True, slots=True, kw_only=True)
class BelowLimitArm:
    """One arm at a visit: of `total` patients with a value, `below` had one under the assay's limit."""

    below: int
    total: int
    proportion: float
    interval: Interval
    patients_below: PatientIds = field(default=(), compare=False, repr=False, metadata=BEHIND)


@dataclass(frozen=True, slots=True, kw_only=True)
class BelowLimitVisit:
    """A planned visit: the arms by code, and the difference of their proportions, treatment minus reference."""

    week: float
    arms: dict[str, BelowLimitArm]
    risk_difference: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class BelowLimit:
    """The proportion of values below the assay's limit over the visits, of those who were measured."""

    marker: str
    label: str
    visits: tuple[BelowLimitVisit, ...]
    standing: Standing


def has_limits(trial: Trial, marker: str) -> bool:
    """Whether a marker has a limit in the definition, or values beyond one."""
    source = visit_values(trial, marker)
    definition = trial.definition.markers[marker]
    limited = definition.lower_limit is not None or definition.upper_limit is not None
    return limited or bool(source.below.any() or source.above.any())


def below_limit(population: Population, marker: str, *, level: float = 0.95) -> BelowLimit:
    """Count the values below the assay's limit by arm and visit.

    A value is below if it was reported as such (``<50``), or is a number under the limit of the definition.

    Parameters
    ----------
    population : Population
        The patients who are counted.
    marker : str
        A marker of the study.
    level : float
        Confidence level of the Wilson and Newcombe intervals.

    Raises
    ------
    SpecificationError
        Where the study has no such marker.
    """
    source = visit_values(population.trial, marker)
    definition = population.trial.definition.markers[marker]
    codes = population.trial.definition.arms
    values = source.values[population.places].T
    known = ~np.isnan(values)
    under = source.below[population.places].T
    if definition.lower_limit is not None:
        under = under | (known & (values < definition.lower_limit))
    members = {code: population.arm(code) for code in codes.codes}
    visits = []
    for index, week in enumerate(source.weeks):
        below = {code: own & known[index] & under[index] for code, own in members.items()}
        counts = {
            code: ArmCount(
                responders=int(np.count_nonzero(below[code])), total=int(np.count_nonzero(own & known[index]))
            )
            for code, own in members.items()
        }
        table = TwoByTwo(treatment=counts[codes.treatment], reference=counts[codes.reference])
        visits.append(
            BelowLimitVisit(
                week=float(week),
                arms={
                    code: BelowLimitArm(
                        below=arm.responders,
                        total=arm.total,
                        proportion=arm.proportion,
                        interval=wilson(arm, level=level),
                        patients_below=ids_of(population, below[code]),
                    )
                    for code, arm in counts.items()
                },
                risk_difference=newcombe(table, level=level),
            )
        )
    return BelowLimit(
        marker=marker,
        label=definition.label,
        visits=tuple(visits),
        standing=population.standing.and_also(
            "of those who were measured, at every visit: not an endpoint of the trial"
        ),
    )


def censored_values(population: Population, marker: str, *, week: float, change: bool) -> CensoredValues:
    """Return each counted patient's value at a visit, on the scale that is shown, and on which side of it the truth is.

    A change is from the patient's baseline; one whose ends are both open (below the limit at both visits) isn't known.

    Raises
    ------
    SpecificationError
        Where the study has no such marker or planned week.
    """
    source = visit_values(population.trial, marker)
    least, greatest = _bounds(population, marker, source, source.visit(week))
    if change:
        first_least, first_greatest = _bounds(population, marker, source, 0)
        least, greatest = least - first_greatest, greatest - first_least
    side = np.where(np.isneginf(least), -1, np.where(np.isposinf(greatest), 1, 0))
    value = np.where(side < 0, greatest, least)
    return CensoredValues(value=np.where(np.isfinite(value), value, np.nan), side=side)


def _bounds(population: Population, marker: str, source: VisitValues, visit: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the least and the greatest value that each may stand for, shown; a normal model knows no least of 0."""
    shown = source.values[population.included, visit]
    if displayed_scale(population.trial, marker)[0]:
        shown = np.log10(shown)
    below, above = (flags[population.included, visit] for flags in (source.below, source.above))
    return np.where(below, -np.inf, shown), np.where(above, np.inf, shown)
