"""Results for the pages, remembered: the only place that keeps answers, by the data's fingerprint and frozen specs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from il2dash.analysis.adjusted_difference import adjusted_risk_difference
from il2dash.analysis.arm_interaction import arm_interaction
from il2dash.analysis.baseline import baseline_table
from il2dash.analysis.censored_visit import below_limit
from il2dash.analysis.document import results_document
from il2dash.analysis.endpoint import ThresholdCurve, endpoint_result, threshold_curve
from il2dash.analysis.event_grades import event_grades
from il2dash.analysis.event_rates import event_rates
from il2dash.analysis.events_and_death import all_events_until_death, first_event_with_death
from il2dash.analysis.fitted_model import FittedModel, fitted_model
from il2dash.analysis.logistic_model import LogisticModel, logistic_model
from il2dash.analysis.model_comparison import ModelComparison, model_comparison, single_terms, terms_alone
from il2dash.analysis.model_data import ModelSpec
from il2dash.analysis.model_performance import model_performance
from il2dash.analysis.multiple_imputation import imputed_endpoint
from il2dash.analysis.outcome import EndpointSpec
from il2dash.analysis.participant_flow import participant_flow
from il2dash.analysis.patient_course import PatientCourse, patient_course
from il2dash.analysis.patient_influence import patient_influence
from il2dash.analysis.patient_list import patient_list
from il2dash.analysis.population import Population
from il2dash.analysis.predicted_probability import predicted_probability
from il2dash.analysis.repeated_measures import repeated_measures
from il2dash.analysis.results import all_results
from il2dash.analysis.stratified_endpoint import stratified_endpoint
from il2dash.analysis.threshold_grid import threshold_grid
from il2dash.analysis.time_limit import time_limit
from il2dash.analysis.time_to_first import time_to_first
from il2dash.analysis.timelines import timelines as timelines_of
from il2dash.analysis.trajectory import trajectory
from il2dash.analysis.visit_comparison import VisitComparison, visit_comparison
from il2dash.ui import studies

SECONDS = 20.0
"""Processor time of one analysis; of all of them together, in one file, some times as much."""

Specs = ParamSpec("Specs")
Result = TypeVar("Result")


def remembered(
    analysis: Callable[Concatenate[Population, Specs], Result], *, seconds: float = SECONDS
) -> Callable[Concatenate[Population, Specs], Result]:
    """Remember what an analysis gives, by its patients and its specs; who is told the progress doesn't matter.

    An analysis that takes longer than so many seconds ends in a `TimeLimitError`.
    """
    limit = partial(time_limit, seconds, asked=f"the analysis “{analysis.__name__.replace('_', ' ')}”")

    @wraps(analysis)
    def recalled(patients: Population, /, *specs: Specs.args, **named: Specs.kwargs) -> Result:
        asked = tuple((name, value) for name, value in sorted(named.items()) if name != "progress")
        question = (analysis, patients.trial.fingerprint, patients.filters, specs, asked)
        # Who is told the progress may leave at any time, so nobody waits for their answer.
        alone = "progress" in named
        memory = studies.current().memory
        return memory.recall(question, lambda: analysis(patients, *specs, **named), alone=alone, limit=limit)

    return recalled


baseline = remembered(baseline_table)
course = remembered(trajectory)
modeled_course = remembered(repeated_measures)
below_assay_limit = remembered(below_limit)
flow = remembered(participant_flow)
endpoint = remembered(endpoint_result)
stratified = remembered(stratified_endpoint)
imputed = remembered(imputed_endpoint)
interaction = remembered(arm_interaction)
influence = remembered(patient_influence)
predicted = remembered(predicted_probability)
adjusted = remembered(adjusted_risk_difference)
performance = remembered(model_performance)
rates = remembered(event_rates)
grades = remembered(event_grades)
timelines = remembered(timelines_of)
patient_rows = remembered(patient_list)
event_curves = {
    "survival": remembered(time_to_first),
    "incidence": remembered(first_event_with_death),
    "mean": remembered(all_events_until_death),
}
"""By what is drawn over time: the first event, the same with death competing, or all events."""


@remembered
def comparison(patients: Population, marker: str, *, week: float, change: bool) -> VisitComparison:
    """Return the arms compared at a visit, of a course that is known already."""
    return visit_comparison(patients, marker, week=week, change=change, course=course(patients, marker, change=change))


@remembered
def one_patient(patients: Population, subject_id: str) -> PatientCourse:
    """Return one patient's course, before the courses of the markers as they are known already."""
    return patient_course(patients, subject_id, course=course)


@remembered
def model(patients: Population, spec: ModelSpec) -> LogisticModel:
    """Return a logistic model."""
    return logistic_model(patients, spec, fitted=_fitted(patients, spec))


def endpoints_ahead(patients: Population, specs: Iterable[EndpointSpec]) -> None:
    """Have endpoints found out that may be asked next, while nobody asks for anything."""
    _ahead(partial(endpoint, patients, spec) for spec in specs)


def models_ahead(patients: Population, specs: Iterable[ModelSpec]) -> None:
    """Have models fitted that may be asked next, while nobody asks for anything."""
    _ahead(partial(model, patients, spec) for spec in specs)


def _ahead(answers: Iterable[Callable[[], object]]) -> None:
    """Have answers found out about the study that this session looks at, by a worker that has no session."""
    study = studies.current()

    def of_study(answer: Callable[[], object]) -> object:
        with studies.looking_at(study):
            return answer()

    study.ahead.find_out(partial(of_study, answer) for answer in answers)


@remembered
def beside_model(patients: Population, spec: ModelSpec) -> ModelComparison:
    """Return what stands beside a logistic model."""
    fitted = _fitted(patients, spec)
    data, forms = fitted.data, dict(spec.forms)
    about = (terms_alone, patients.trial.fingerprint, patients.filters, spec.endpoint, data.patients_digest)
    questions = {} if data.reason else {term: (*about, term, forms.get(term)) for term in single_terms(data)}
    alone = studies.current().memory.recall_each(questions, lambda terms: terms_alone(data, terms))
    return model_comparison(patients, spec, fitted=fitted, alone=alone)


def _fitted(patients: Population, spec: ModelSpec) -> FittedModel:
    """Return a model as it was fitted a moment ago: a few are kept, as they hold the patients' rows."""
    question = (fitted_model, patients.trial.fingerprint, patients.filters, spec)
    return studies.current().moment.recall(question, lambda: fitted_model(patients, spec))


@remembered
def thresholds(patients: Population, endpoint_id: str) -> tuple[float, ...]:
    """Return the thresholds that are offered for an endpoint."""
    return tuple(float(threshold) for threshold in threshold_grid(patients.trial, endpoint_id))


@remembered
def curve(patients: Population, spec: EndpointSpec) -> ThresholdCurve:
    """Return the risk difference over the thresholds that are offered."""
    return threshold_curve(patients, spec, threshold_grid(patients.trial, spec.endpoint))


@partial(remembered, seconds=6 * SECONDS)
def document(patients: Population) -> dict[str, Any]:
    """Return the results document of a trial's own population."""
    return results_document(all_results(patients.trial))
