"""An endpoint compared within the levels of a covariate: the tables, and what they say together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from il2dash.analysis import subject_columns
from il2dash.analysis.estimate import Estimate, SignificanceTest
from il2dash.analysis.outcome import EndpointSpec, outcome, resolve
from il2dash.analysis.population import Population
from il2dash.analysis.risk_difference import newcombe
from il2dash.analysis.standing import Standing
from il2dash.analysis.stratified_tables import cochran_mantel_haenszel, common_odds_ratio, common_risk_difference
from il2dash.analysis.two_by_two import ArmCount, TwoByTwo
from il2dash.errors import SpecificationError
from il2dash.study.definition import Covariate, MissingRule, StudyDefinition


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """One level of the covariate: responders and patients by arm, and their difference."""

    value: str
    label: str
    arms: dict[str, ArmCount]
    risk_difference: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class StratifiedEndpoint:
    """An endpoint stratified by one covariate.

    `unknown` patients have an outcome under the rule but no level; they aren't counted. A stratum with nobody in an arm
    is shown, and adds nothing to the comparison.
    """

    id: str
    covariate: str
    label: str
    missing_rule: MissingRule
    strata: tuple[Stratum, ...]
    unknown: int
    test: SignificanceTest
    odds_ratio: Estimate
    risk_difference: Estimate
    standing: Standing


def stratified_endpoint(
    population: Population, spec: EndpointSpec, covariate: str, *, level: float = 0.95
) -> StratifiedEndpoint:
    """Compare an endpoint between the arms within the levels of a baseline covariate.

    Parameters
    ----------
    population : Population
        The patients who are counted.
    spec : EndpointSpec
        Which endpoint, and what departs from its definition.
    covariate : str
        A binary or categorical covariate that is known at baseline.
    level : float
        Confidence level of all intervals.

    Raises
    ------
    SpecificationError
        Where the study has no such endpoint, week or covariate, or the covariate can't stratify.
    """
    trial = population.trial
    resolved = resolve(trial, spec)
    described = _stratifying(trial.definition, covariate)
    response = outcome(trial, resolved).response[population.included]
    levels = subject_columns.factor(trial, described).levels
    places = population.level_places(described)
    counted = ~np.isnan(response)
    arms = trial.definition.arms
    strata, tables = [], []
    for place, (value, label) in enumerate(levels):
        at_level = places == place
        counts = {}
        for code in arms.codes:
            members = counted & at_level & population.arm(code)
            counts[code] = ArmCount(responders=int(response[members].sum()), total=int(members.sum()))
        if not any(count.total for count in counts.values()):
            continue
        table = TwoByTwo(treatment=counts[arms.treatment], reference=counts[arms.reference])
        tables.append(table)
        strata.append(Stratum(value=value, label=label, arms=counts, risk_difference=newcombe(table, level=level)))
    return StratifiedEndpoint(
        id=resolved.endpoint.id,
        covariate=covariate,
        label=described.label,
        missing_rule=resolved.missing_rule,
        strata=tuple(strata),
        unknown=int((counted & (places < 0)).sum()),
        test=cochran_mantel_haenszel(tables),
        odds_ratio=common_odds_ratio(tables, level=level),
        risk_difference=common_risk_difference(tables, level=level),
        standing=population.standing.and_also(
            *resolved.standing.reasons, f"stratified by {described.label}, which the study doesn't name beforehand"
        ),
    )


def stratifying_covariates(definition: StudyDefinition, endpoint: str) -> tuple[Covariate, ...]:
    """Return the covariates that can stratify: baseline, with levels; those of the endpoint's own model first."""
    model = next((model.terms for model in definition.models if model.endpoint == endpoint), ())
    possible = [
        covariate
        for covariate in definition.covariates
        if covariate.kind != "continuous" and covariate.timing == "baseline"
    ]
    order = {name: position for position, name in enumerate(model)}
    return tuple(sorted(possible, key=lambda covariate: order.get(covariate.name, len(order))))


def _stratifying(definition: StudyDefinition, name: str) -> Covariate:
    try:
        covariate = definition.covariate(name)
    except KeyError:
        known = ", ".join(covariate.name for covariate in definition.covariates) or "none"
        raise SpecificationError(f"Covariate {name!r}: the study has no such one; it has {known}.") from None
    if covariate.kind == "continuous" or covariate.timing != "baseline":
        why = "is a number" if covariate.kind == "continuous" else "is only known after randomization"
        raise SpecificationError(
            f"Covariate {name!r}: {covariate.label} {why}; stratify by a baseline covariate with levels."
        )
    return covariate
