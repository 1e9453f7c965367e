"""An endpoint in two arms: proportions, their difference, ratios and tests, under a rule for missing outcomes."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from il2dash.analysis import odds_ratio, proportion, risk_difference, risk_ratio, two_proportion_tests
from il2dash.analysis.boschloo import boschloo
from il2dash.analysis.estimate import Estimate, Interval, SignificanceTest
from il2dash.analysis.number_needed_to_treat import NumberNeededToTreat, number_needed_to_treat
from il2dash.analysis.outcome import MISSING_RULES, EndpointSpec, outcome, resolve, responders_at, threshold_unit
from il2dash.analysis.patient_ids import BEHIND, PatientIds, ids_of
from il2dash.analysis.population import Population
from il2dash.analysis.standing import Standing
from il2dash.analysis.two_by_two import ArmCount, TwoByTwo
from il2dash.errors import SpecificationError
from il2dash.study.definition import MissingRule


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmOutcome:
    """Responders of one arm. `missing` had no observed outcome: the rule counts them in `total`, or leaves them out.

    `responding` and `not_responding` are who is counted as such, under the rule; `not_known` had no observed outcome.
    """

    responders: int
    total: int
    missing: int
    proportion: float
    interval: Interval
    other_intervals: tuple[Interval, ...]
    responding: PatientIds = field(default=(), compare=False, repr=False, metadata=BEHIND)
    not_responding: PatientIds = field(default=(), compare=False, repr=False, metadata=BEHIND)
    not_known: PatientIds = field(default=(), compare=False, repr=False, metadata=BEHIND)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointResult:
    """Everything about one endpoint. Differences and ratios are treatment against reference."""

    id: str
    label: str
    role: str
    rule: str
    marker: str
    threshold: float | None
    unit: str
    week: float | None
    missing_rule: MissingRule
    missing_assumption: str
    arms: dict[str, ArmOutcome]
    risk_difference: Estimate
    risk_difference_score: Estimate
    risk_ratio: Estimate
    odds_ratio: Estimate
    conditional_odds_ratio: Estimate
    number_needed_to_treat: NumberNeededToTreat
    tests: tuple[SignificanceTest, ...]
    standing: Standing
    reason: str = ""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ThresholdCurve:
    """The risk difference over thresholds of one endpoint, with its pointwise Newcombe interval; arrays alike long."""

    thresholds: np.ndarray
    difference: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    responders: dict[str, np.ndarray]
    total: dict[str, np.ndarray]
    level: float


def endpoint_result(population: Population, spec: EndpointSpec, *, level: float = 0.95) -> EndpointResult:
    """Analyse one endpoint in a population.

    Parameters
    ----------
    population : Population
        The patients who are counted.
    spec : EndpointSpec
        Which endpoint, and what departs from its definition.
    level : float
        Confidence level of all intervals.

    Raises
    ------
    SpecificationError
        Where the study has no such endpoint or week.
    """
    trial = population.trial
    resolved = resolve(trial, spec)
    outcomes = outcome(trial, resolved)
    response, known = outcomes.response[population.included], outcomes.known[population.included]
    counts, arms = {}, {}
    for code in trial.definition.arms.codes:
        members = population.arm(code)
        counted = members & ~np.isnan(response)
        counts[code] = ArmCount(responders=int(response[counted].sum()), total=int(counted.sum()))
        arms[code] = ArmOutcome(
            responders=counts[code].responders,
            total=counts[code].total,
            missing=int((members & ~known).sum()),
            proportion=counts[code].proportion,
            interval=proportion.wilson(counts[code], level=level),
            other_intervals=(
                proportion.clopper_pearson(counts[code], level=level),
                proportion.jeffreys(counts[code], level=level),
            ),
            responding=ids_of(population, counted & (response == 1)),
            not_responding=ids_of(population, counted & (response == 0)),
            not_known=ids_of(population, members & ~known),
        )
    arm_codes = trial.definition.arms
    table = TwoByTwo(treatment=counts[arm_codes.treatment], reference=counts[arm_codes.reference])
    difference = risk_difference.newcombe(table, level=level)
    endpoint = resolved.endpoint
    return EndpointResult(
        id=endpoint.id,
        label=endpoint.label,
        role=endpoint.role,
        rule=endpoint.rule,
        marker=endpoint.marker,
        threshold=resolved.threshold,
        unit=threshold_unit(trial, endpoint),
        week=resolved.week,
        missing_rule=resolved.missing_rule,
        missing_assumption=MISSING_RULES[resolved.missing_rule],
        arms=arms,
        risk_difference=difference,
        risk_difference_score=risk_difference.miettinen_nurminen(table, level=level),
        risk_ratio=risk_ratio.risk_ratio(table, level=level),
        odds_ratio=odds_ratio.odds_ratio(table, level=level),
        conditional_odds_ratio=odds_ratio.conditional_odds_ratio(table, level=level),
        number_needed_to_treat=number_needed_to_treat(difference),
        tests=(
            two_proportion_tests.fisher(table),
            two_proportion_tests.midp(table),
            boschloo(table),
        ),
        standing=population.standing.and_also(*resolved.standing.reasons),
        reason=outcomes.reason,
    )


def threshold_curve(
    population: Population, spec: EndpointSpec, thresholds: np.ndarray, *, level: float = 0.95
) -> ThresholdCurve:
    """Return how the risk difference moves when an endpoint's threshold does.

    Parameters
    ----------
    population : Population
        The patients who are counted.
    spec : EndpointSpec
        The endpoint, week and rule; its threshold is not used.
    thresholds : array, shape (thresholds,)
        In the unit of the endpoint's threshold.

    Raises
    ------
    SpecificationError
        Where the endpoint is a recorded one, which has no threshold.
    """
    trial = population.trial
    resolved = resolve(trial, spec)
    if resolved.week is None or resolved.threshold is None:
        raise SpecificationError(f"Endpoint {resolved.endpoint.id}: a recorded outcome has no threshold to move.")
    responders, total = responders_at(population, resolved, thresholds)
    treatment, reference = trial.definition.arms.treatment, trial.definition.arms.reference
    difference, lower, upper = risk_difference.newcombe_bounds(
        treatment_responders=responders[treatment],
        treatment_total=total[treatment],
        reference_responders=responders[reference],
        reference_total=total[reference],
        level=level,
    )
    return ThresholdCurve(
        thresholds=thresholds,
        difference=difference,
        lower=lower,
        upper=upper,
        responders=responders,
        total=total,
        level=level,
    )
