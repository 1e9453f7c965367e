"""Everything the dashboard shows of one trial, as one frozen result."""

from __future__ import annotations

from dataclasses import dataclass

from il2dash.analysis.adjusted_difference import AdjustedRiskDifference, adjusted_risk_difference
from il2dash.analysis.baseline import BaselineTable, baseline_table
from il2dash.analysis.censored_visit import BelowLimit, below_limit, has_limits
from il2dash.analysis.endpoint import EndpointResult, endpoint_result
from il2dash.analysis.event_rates import recorded_categories
from il2dash.analysis.event_results import EventResults, event_results
from il2dash.analysis.fitted_model import fitted_model
from il2dash.analysis.logistic_model import LogisticModel, logistic_model
from il2dash.analysis.model_comparison import ModelComparison, model_comparison
from il2dash.analysis.model_data import ModelSpec
from il2dash.analysis.model_performance import ModelPerformance, model_performance
from il2dash.analysis.model_resamples import SEED, fitted_resamples
from il2dash.analysis.model_spread import resamples_wanted
from il2dash.analysis.multiple_imputation import ImputedEndpoint, imputed_endpoint
from il2dash.analysis.outcome import EndpointSpec
from il2dash.analysis.participant_flow import ParticipantFlow, participant_flow
from il2dash.analysis.patient_influence import PatientInfluence, patient_influence
from il2dash.analysis.population import Filter, Population, select_population
from il2dash.analysis.repeated_measures import RepeatedMeasures, repeated_measures
from il2dash.analysis.repeated_measures_design import RepeatedMeasuresSpec
from il2dash.analysis.stratified_endpoint import StratifiedEndpoint, stratified_endpoint, stratifying_covariates
from il2dash.analysis.trajectory import Trajectory, trajectory
from il2dash.analysis.visit_comparison import VisitComparison, primary_comparison_week, visit_comparison
from il2dash.study.definition import MissingRule
from il2dash.study.definition_tables import EventCategory
from il2dash.study.trial import Trial

DOCUMENT_RESAMPLES = 250
"""Of each model; the pages draw four times as many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkerTrajectories:
    """One marker's course, as values and as change from baseline, and the model of its visits."""

    absolute: Trajectory
    change: Trajectory
    mmrm: RepeatedMeasures
    comparisons: tuple[VisitComparison, ...]
    below_limit: BelowLimit | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointAddition:
    """What stands beside an endpoint's own result; None where the study gives nothing to compute it from."""

    stratified: StratifiedEndpoint | None
    imputed: ImputedEndpoint | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedModel:
    """One of the trial's models, with what stands beside it."""

    model: LogisticModel
    comparison: ModelComparison
    adjusted: AdjustedRiskDifference
    performance: ModelPerformance
    influence: PatientInfluence


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Results:
    """All results in one population, under one rule for missing outcomes."""

    population: Population
    flow: ParticipantFlow
    baseline: BaselineTable
    trajectories: tuple[MarkerTrajectories, ...]
    endpoints: tuple[EndpointResult, ...]
    additions: tuple[EndpointAddition, ...]
    models: tuple[ComparedModel, ...]
    events: dict[EventCategory, EventResults]


def all_results(trial: Trial, *, filters: tuple[Filter, ...] = (), missing_rule: MissingRule | None = None) -> Results:
    """Run every analysis that the definition names.

    Parameters
    ----------
    trial : Trial
        The trial.
    filters : tuple of Filter
        Conditions on the patients; none of them is the trial's own population.
    missing_rule : str, optional
        The rule for missing outcomes; the trial's own where None.

    Raises
    ------
    SpecificationError
        Where a filter names what the study doesn't have.
    """
    population = select_population(trial, filters)
    definition = trial.definition
    return Results(
        population=population,
        flow=participant_flow(population),
        baseline=baseline_table(population),
        trajectories=tuple(
            MarkerTrajectories(
                absolute=trajectory(population, marker),
                change=trajectory(population, marker, change=True),
                mmrm=repeated_measures(population, RepeatedMeasuresSpec(marker=marker)),
                comparisons=_comparisons(population, marker),
                below_limit=below_limit(population, marker) if has_limits(trial, marker) else None,
            )
            for marker in definition.markers
        ),
        endpoints=tuple(
            endpoint_result(population, EndpointSpec(endpoint=endpoint.id, missing_rule=missing_rule))
            for endpoint in definition.endpoints
        ),
        additions=tuple(
            _addition(population, EndpointSpec(endpoint=endpoint.id, missing_rule=missing_rule))
            for endpoint in definition.endpoints
        ),
        models=tuple(
            _compared(population, spec)
            for spec in (
                ModelSpec(endpoint=EndpointSpec(endpoint=model.endpoint, missing_rule=missing_rule), terms=model.terms)
                for model in definition.models
            )
        ),
        events={category: event_results(population, category) for category in recorded_categories(trial)},
    )


def _compared(population: Population, spec: ModelSpec) -> ComparedModel:
    """Fit a model and what stands beside it, with fewer resamples than the pages draw: a document comes quickly."""
    fitted = fitted_model(population, spec)
    data = fitted.data
    number = resamples_wanted(data, DOCUMENT_RESAMPLES)
    drawn = fitted_resamples(data, resamples=number, seed=SEED) if number and not data.reason else None
    return ComparedModel(
        model=logistic_model(population, spec, fitted=fitted),
        comparison=model_comparison(population, spec, fitted=fitted),
        adjusted=adjusted_risk_difference(population, spec, resamples=DOCUMENT_RESAMPLES, drawn=drawn),
        performance=model_performance(population, spec, resamples=DOCUMENT_RESAMPLES, drawn=drawn),
        influence=patient_influence(population, spec),
    )


def _comparisons(population: Population, marker: str) -> tuple[VisitComparison, ...]:
    """Compare the values and the changes of a marker at the primary week."""
    week = primary_comparison_week(population)
    if week is None:
        return ()
    return tuple(visit_comparison(population, marker, week=week, change=change) for change in (False, True))


def _addition(population: Population, spec: EndpointSpec) -> EndpointAddition:
    """Stratify an endpoint by the first covariate of its model that has levels (else of the study), and impute it."""
    definition = population.trial.definition
    covariates = stratifying_covariates(definition, spec.endpoint)
    recorded = definition.endpoint(spec.endpoint).rule == "recorded"
    return EndpointAddition(
        stratified=stratified_endpoint(population, spec, covariates[0].name) if covariates else None,
        imputed=None if recorded else imputed_endpoint(population, spec),
    )
