"""Results for the pages, remembered: the only place that keeps answers, by the data's fingerprint and frozen specs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache, partial, wraps
from pathlib import Path
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
from il2dash.analysis.patient_course import patient_course
from il2dash.analysis.patient_influence import patient_influence
from il2dash.analysis.patient_list import patient_list
from il2dash.analysis.population import Population
from il2dash.analysis.predicted_probability import predicted_probability
from il2dash.analysis.repeated_measures import repeated_measures
from il2dash.analysis.results import all_results
from il2dash.analysis.stratified_endpoint import stratified_endpoint
from il2dash.analysis.threshold_grid import threshold_grid
from il2dash.analysis.time_to_first import time_to_first
from il2dash.analysis.timelines import timelines as timelines_of
from il2dash.analysis.trajectory import trajectory
from il2dash.analysis.visit_comparison import visit_comparison
from il2dash.study.problems import Problem
from il2dash.study.reading import read_study
from il2dash.study.trial import Trial
from il2dash.ui.ahead import Ahead
from il2dash.ui.credentials import source_url
from il2dash.ui.memory import Memory

STUDY_VARIABLE = "IL2DASH_STUDY"
DATA_VARIABLE = "IL2DASH_DATA_DIR"
SHIPPED_STUDY = Path(__file__).resolve().parents[2] / "sample_data" / "etoile"
REMEMBERED = 2000
A_MOMENT = 16

Specs = ParamSpec("Specs")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ServedStudy:
    """The study that this server shows: its trial where it could be read, what was found in it, and what was asked."""

    trial: Trial | None
    problems: tuple[Problem, ...]
    readme: str
    memory: Memory = field(default_factory=lambda: Memory(REMEMBERED))
    moment: Memory = field(default_factory=lambda: Memory(A_MOMENT))
    ahead: Ahead = field(init=False)

    def __post_init__(self) -> None:
        """Have one worker for this study's memory."""
        object.__setattr__(self, "ahead", Ahead(self.memory))


def study() -> ServedStudy:
    """Return the study that the server was started with; the shipped one where none was named."""
    folder = Path(os.environ.get(STUDY_VARIABLE) or SHIPPED_STUDY)
    return _study(folder, Path(data) if (data := os.environ.get(DATA_VARIABLE)) else None)


@lru_cache(maxsize=4)
def _study(folder: Path, data_dir: Path | None) -> ServedStudy:
    reading = read_study(folder, data_dir=data_dir, credentials=source_url)
    return ServedStudy(trial=reading.trial, problems=reading.problems, readme=_readme(folder))


def _readme(folder: Path) -> str:
    """Return what a study's folder says about itself; nothing where it has no README.md."""
    page = folder / "README.md"
    return page.read_text(encoding="utf-8") if page.is_file() else ""


def remembered(
    analysis: Callable[Concatenate[Population, Specs], Result],
) -> Callable[Concatenate[Population, Specs], Result]:
    """Remember what an analysis gives, by its patients and its specs; who is told the progress doesn't matter."""

    @wraps(analysis)
    def recalled(patients: Population, /, *specs: Specs.args, **named: Specs.kwargs) -> Result:
        asked = tuple((name, value) for name, value in sorted(named.items()) if name != "progress")
        question = (analysis, patients.trial.fingerprint, patients.filters, specs, asked)
        # Who is told the progress may leave at any time, so nobody waits for their answer.
        alone = "progress" in named
        return study().memory.recall(question, lambda: analysis(patients, *specs, **named), alone=alone)

    return recalled


baseline = remembered(baseline_table)
course = remembered(trajectory)
modeled_course = remembered(repeated_measures)
comparison = remembered(visit_comparison)
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
one_patient = remembered(patient_course)
event_curves = {
    "survival": remembered(time_to_first),
    "incidence": remembered(first_event_with_death),
    "mean": remembered(all_events_until_death),
}
"""By what is drawn over time: the first event, the same with death competing, or all events."""


@remembered
def model(patients: Population, spec: ModelSpec) -> LogisticModel:
    """Return a logistic model."""
    return logistic_model(patients, spec, fitted=_fitted(patients, spec))


def endpoints_ahead(patients: Population, specs: Iterable[EndpointSpec]) -> None:
    """Have endpoints found out that may be asked next, while nobody asks for anything."""
    study().ahead.find_out(partial(endpoint, patients, spec) for spec in specs)


def models_ahead(patients: Population, specs: Iterable[ModelSpec]) -> None:
    """Have models fitted that may be asked next, while nobody asks for anything."""
    study().ahead.find_out(partial(model, patients, spec) for spec in specs)


@remembered
def beside_model(patients: Population, spec: ModelSpec) -> ModelComparison:
    """Return what stands beside a logistic model."""
    fitted = _fitted(patients, spec)
    data, forms = fitted.data, dict(spec.forms)
    about = (terms_alone, patients.trial.fingerprint, patients.filters, spec.endpoint, data.patients_digest)
    questions = {} if data.reason else {term: (*about, term, forms.get(term)) for term in single_terms(data)}
    alone = study().memory.recall_each(questions, lambda terms: terms_alone(data, terms))
    return model_comparison(patients, spec, fitted=fitted, alone=alone)


def _fitted(patients: Population, spec: ModelSpec) -> FittedModel:
    """Return a model as it was fitted a moment ago: a few are kept, as they hold the patients' rows."""
    question = (fitted_model, patients.trial.fingerprint, patients.filters, spec)
    return study().moment.recall(question, lambda: fitted_model(patients, spec))


@remembered
def thresholds(patients: Population, endpoint_id: str) -> tuple[float, ...]:
    """Return the thresholds that are offered for an endpoint."""
    return tuple(float(threshold) for threshold in threshold_grid(patients.trial, endpoint_id))


@remembered
def curve(patients: Population, spec: EndpointSpec) -> ThresholdCurve:
    """Return the risk difference over the thresholds that are offered."""
    return threshold_curve(patients, spec, threshold_grid(patients.trial, spec.endpoint))


@remembered
def document(patients: Population) -> dict[str, Any]:
    """Return the results document of a trial's own population."""
    return results_document(all_results(patients.trial))
