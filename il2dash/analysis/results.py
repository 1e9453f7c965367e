"""Everything the dashboard shows of one trial, as one frozen result."""

from __future__ import annotations

from dataclasses import dataclass

from il2dash.analysis.baseline import BaselineTable, baseline_table
from il2dash.analysis.endpoint import EndpointResult, endpoint_result
from il2dash.analysis.event_rates import EventRates, event_rates
from il2dash.analysis.logistic_model import LogisticModel, logistic_model
from il2dash.analysis.model_comparison import ModelComparison, model_comparison
from il2dash.analysis.model_data import ModelSpec
from il2dash.analysis.outcome import EndpointSpec
from il2dash.analysis.participant_flow import ParticipantFlow, participant_flow
from il2dash.analysis.population import Filter, Population, select_population
from il2dash.analysis.trajectory import Trajectory, trajectory
from il2dash.study.definition import EventCategory, MissingRule
from il2dash.study.trial import Trial

EVENT_CATEGORIES: tuple[EventCategory, ...] = ("aids", "death", "adverse")


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkerTrajectories:
    """One marker's course, as values and as change from baseline."""

    absolute: Trajectory
    change: Trajectory


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedModel:
    """One of the trial's models, with what stands beside it."""

    model: LogisticModel
    comparison: ModelComparison


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Results:
    """All results in one population, under one rule for missing outcomes."""

    population: Population
    flow: ParticipantFlow
    baseline: BaselineTable
    trajectories: tuple[MarkerTrajectories, ...]
    endpoints: tuple[EndpointResult, ...]
    models: tuple[ComparedModel, ...]
    events: dict[EventCategory, EventRates]


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
                absolute=trajectory(population, marker), change=trajectory(population, marker, change=True)
            )
            for marker in definition.markers
        ),
        endpoints=tuple(
            endpoint_result(population, EndpointSpec(endpoint=endpoint.id, missing_rule=missing_rule))
            for endpoint in definition.endpoints
        ),
        models=tuple(
            ComparedModel(model=logistic_model(population, spec), comparison=model_comparison(population, spec))
            for spec in (
                ModelSpec(endpoint=EndpointSpec(endpoint=model.endpoint, missing_rule=missing_rule), terms=model.terms)
                for model in definition.models
            )
        ),
        events={category: event_rates(population, category) for category in _recorded_categories(trial)},
    )


def _recorded_categories(trial: Trial) -> list[EventCategory]:
    """Return AIDS events, and the others where the study records any: 0 deaths isn't said of one that counts none."""
    if trial.events is None:
        return []
    present = set(trial.events["category"])
    return [category for category in EVENT_CATEGORIES if category == "aids" or category in present]
