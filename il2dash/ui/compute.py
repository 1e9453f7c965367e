"""Results for the pages, remembered: the only place that caches, by the data's fingerprint and the frozen specs."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from il2dash.analysis.adjusted_difference import AdjustedRiskDifference, adjusted_risk_difference
from il2dash.analysis.arm_interaction import ArmInteraction, arm_interaction
from il2dash.analysis.baseline import BaselineTable, baseline_table
from il2dash.analysis.censored_visit import BelowLimit, below_limit
from il2dash.analysis.document import results_document
from il2dash.analysis.endpoint import EndpointResult, ThresholdCurve, endpoint_result, threshold_curve
from il2dash.analysis.event_grades import EventGrades, event_grades
from il2dash.analysis.event_rates import EventRates, event_rates
from il2dash.analysis.events_and_death import CurvesByArm, all_events_until_death, first_event_with_death
from il2dash.analysis.logistic_model import LogisticModel, logistic_model
from il2dash.analysis.model_comparison import ModelComparison, model_comparison
from il2dash.analysis.model_data import ModelSpec
from il2dash.analysis.model_performance import ModelPerformance, model_performance
from il2dash.analysis.model_resamples import Progress
from il2dash.analysis.multiple_imputation import ImputedEndpoint, imputed_endpoint
from il2dash.analysis.outcome import EndpointSpec
from il2dash.analysis.participant_flow import ParticipantFlow, participant_flow
from il2dash.analysis.patient_influence import PatientInfluence, patient_influence
from il2dash.analysis.population import Population, whole_population
from il2dash.analysis.predicted_probability import PredictedProbability, predicted_probability
from il2dash.analysis.repeated_measures import RepeatedMeasures, repeated_measures
from il2dash.analysis.repeated_measures_design import RepeatedMeasuresSpec
from il2dash.analysis.results import all_results
from il2dash.analysis.stratified_endpoint import StratifiedEndpoint, stratified_endpoint
from il2dash.analysis.threshold_grid import threshold_grid
from il2dash.analysis.time_to_first import TimeToFirst, time_to_first
from il2dash.analysis.timelines import Timelines
from il2dash.analysis.timelines import timelines as timelines_of
from il2dash.analysis.trajectory import Trajectory, trajectory
from il2dash.analysis.visit_comparison import VisitComparison, visit_comparison
from il2dash.display.event_curve_figure import Quantity
from il2dash.study.definition import EventCategory
from il2dash.study.problems import Problem
from il2dash.study.reading import read_study
from il2dash.study.trial import Trial

STUDY_VARIABLE = "IL2DASH_STUDY"
DATA_VARIABLE = "IL2DASH_DATA_DIR"
SHIPPED_STUDY = Path(__file__).resolve().parents[2] / "sample_data" / "etoile"

_remember = st.cache_data(max_entries=2000, show_spinner=False)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ServedStudy:
    """The study that this server shows: its trial where it could be read, and everything that was found in it."""

    trial: Trial | None
    problems: tuple[Problem, ...]
    readme: str


def study() -> ServedStudy:
    """Return the study that the server was started with; the shipped one where none was named."""
    folder = Path(os.environ.get(STUDY_VARIABLE) or SHIPPED_STUDY)
    return _study(folder, Path(data) if (data := os.environ.get(DATA_VARIABLE)) else None)


@st.cache_resource(max_entries=4, show_spinner="Reading the study")
def _study(folder: Path, data_dir: Path | None) -> ServedStudy:
    reading = read_study(folder, data_dir=data_dir)
    return ServedStudy(trial=reading.trial, problems=reading.problems, readme=_readme(folder))


def _readme(folder: Path) -> str:
    """Return what a study's folder says about itself; nothing where it has no README.md."""
    page = folder / "README.md"
    return page.read_text(encoding="utf-8") if page.is_file() else ""


def population(trial: Trial) -> Population:
    """Return the patients that the pages count."""
    return whole_population(trial)


def baseline(patients: Population) -> BaselineTable:
    """Return the baseline table."""
    return _baseline(patients.trial.fingerprint, patients.filters, patients)


def course(patients: Population, marker: str, *, change: bool) -> Trajectory:
    """Return a marker's course."""
    return _course(patients.trial.fingerprint, patients.filters, marker, change, patients)


def modeled_course(patients: Population, spec: RepeatedMeasuresSpec) -> RepeatedMeasures:
    """Return the model of a marker's visits."""
    return _modeled_course(patients.trial.fingerprint, patients.filters, spec, patients)


def flow(patients: Population) -> ParticipantFlow:
    """Return the flow of patients."""
    return _flow(patients.trial.fingerprint, patients.filters, patients)


def endpoint(patients: Population, spec: EndpointSpec) -> EndpointResult:
    """Return an endpoint's result."""
    return _endpoint(patients.trial.fingerprint, patients.filters, spec, patients)


def thresholds(trial: Trial, endpoint_id: str) -> np.ndarray:
    """Return the thresholds that are offered for an endpoint."""
    return _thresholds(trial.fingerprint, endpoint_id, trial)


def curve(patients: Population, spec: EndpointSpec, over: np.ndarray) -> ThresholdCurve:
    """Return the risk difference over thresholds."""
    return _curve(patients.trial.fingerprint, patients.filters, spec, over, patients)


def model(patients: Population, spec: ModelSpec) -> LogisticModel:
    """Return a fitted model."""
    return _model(patients.trial.fingerprint, patients.filters, spec, patients)


def beside_model(patients: Population, spec: ModelSpec) -> ModelComparison:
    """Return what stands beside a fitted model."""
    return _beside_model(patients.trial.fingerprint, patients.filters, spec, patients)


def interaction(patients: Population, spec: ModelSpec, covariate: str) -> ArmInteraction:
    """Return the interaction of arm and a covariate of a model."""
    return _interaction(patients.trial.fingerprint, patients.filters, spec, covariate, patients)


def influence(patients: Population, spec: ModelSpec) -> PatientInfluence:
    """Return a model without each patient in turn."""
    return _influence(patients.trial.fingerprint, patients.filters, spec, patients)


def predicted(patients: Population, spec: ModelSpec, covariate: str, *, progress: Progress) -> PredictedProbability:
    """Return the predicted probability over a covariate. Not remembered, as all that tells how far it is."""
    return predicted_probability(patients, spec, covariate, progress=progress)


def adjusted(patients: Population, spec: ModelSpec, *, progress: Progress) -> AdjustedRiskDifference:
    """Return the adjusted risk difference. Not remembered, as all that tells how far it is."""
    return adjusted_risk_difference(patients, spec, progress=progress)


def performance(patients: Population, spec: ModelSpec, *, progress: Progress) -> ModelPerformance:
    """Return how well a model's predictions hold. Not remembered, as all that tells how far it is."""
    return model_performance(patients, spec, progress=progress)


def rates(patients: Population, category: EventCategory) -> EventRates:
    """Return the rates of a category of events."""
    return _rates(patients.trial.fingerprint, patients.filters, category, patients)


def event_curves(patients: Population, category: EventCategory, quantity: Quantity) -> TimeToFirst | CurvesByArm:
    """Return a category's curves: time to the first event, the same with death competing, or all events."""
    return _event_curves(patients.trial.fingerprint, patients.filters, category, quantity, patients)


def timelines(patients: Population) -> Timelines:
    """Return single patients' courses."""
    return _timelines(patients.trial.fingerprint, patients.filters, patients)


def grades(patients: Population) -> EventGrades:
    """Return the adverse events by grade."""
    return _grades(patients.trial.fingerprint, patients.filters, patients)


def comparison(patients: Population, marker: str, *, week: float, change: bool) -> VisitComparison:
    """Return the comparison of a marker at a visit."""
    return _comparison(patients.trial.fingerprint, patients.filters, marker, week, change, patients)


def below_assay_limit(patients: Population, marker: str) -> BelowLimit:
    """Return the proportions below the assay's limit over the visits."""
    return _below_limit(patients.trial.fingerprint, patients.filters, marker, patients)


def stratified(patients: Population, spec: EndpointSpec, covariate: str) -> StratifiedEndpoint:
    """Return an endpoint within the levels of a covariate."""
    return _stratified(patients.trial.fingerprint, patients.filters, spec, covariate, patients)


def imputed(
    patients: Population, spec: EndpointSpec, *, imputations: int, seed: int, progress: Callable[[float], None]
) -> ImputedEndpoint:
    """Return an endpoint under multiple imputation.

    Not remembered here, as a remembered function can't show how far it is; the draws themselves stay with the trial.
    """
    return imputed_endpoint(patients, spec, imputations=imputations, seed=seed, progress=progress)


def document(trial: Trial) -> dict[str, Any]:
    """Return the results document of the whole population."""
    return _document(trial.fingerprint, trial)


@_remember
def _baseline(fingerprint: str, filters: object, _patients: Population) -> BaselineTable:
    return baseline_table(_patients)


@_remember
def _course(fingerprint: str, filters: object, marker: str, change: bool, _patients: Population) -> Trajectory:
    return trajectory(_patients, marker, change=change)


@_remember
def _modeled_course(
    fingerprint: str, filters: object, spec: RepeatedMeasuresSpec, _patients: Population
) -> RepeatedMeasures:
    return repeated_measures(_patients, spec)


@_remember
def _flow(fingerprint: str, filters: object, _patients: Population) -> ParticipantFlow:
    return participant_flow(_patients)


@_remember
def _endpoint(fingerprint: str, filters: object, spec: EndpointSpec, _patients: Population) -> EndpointResult:
    return endpoint_result(_patients, spec)


@_remember
def _thresholds(fingerprint: str, endpoint_id: str, _trial: Trial) -> np.ndarray:
    return threshold_grid(_trial, endpoint_id)


@_remember
def _curve(
    fingerprint: str, filters: object, spec: EndpointSpec, thresholds: np.ndarray, _patients: Population
) -> ThresholdCurve:
    return threshold_curve(_patients, spec, thresholds)


@_remember
def _model(fingerprint: str, filters: object, spec: ModelSpec, _patients: Population) -> LogisticModel:
    return logistic_model(_patients, spec)


@_remember
def _beside_model(fingerprint: str, filters: object, spec: ModelSpec, _patients: Population) -> ModelComparison:
    return model_comparison(_patients, spec)


@_remember
def _interaction(
    fingerprint: str, filters: object, spec: ModelSpec, covariate: str, _patients: Population
) -> ArmInteraction:
    return arm_interaction(_patients, spec, covariate)


@_remember
def _influence(fingerprint: str, filters: object, spec: ModelSpec, _patients: Population) -> PatientInfluence:
    return patient_influence(_patients, spec)


@_remember
def _rates(fingerprint: str, filters: object, category: EventCategory, _patients: Population) -> EventRates:
    return event_rates(_patients, category)


@_remember
def _event_curves(
    fingerprint: str, filters: object, category: EventCategory, quantity: Quantity, _patients: Population
) -> TimeToFirst | CurvesByArm:
    if quantity == "survival":
        return time_to_first(_patients, category)
    return (first_event_with_death if quantity == "incidence" else all_events_until_death)(_patients, category)


@_remember
def _timelines(fingerprint: str, filters: object, _patients: Population) -> Timelines:
    return timelines_of(_patients)


@_remember
def _grades(fingerprint: str, filters: object, _patients: Population) -> EventGrades:
    return event_grades(_patients)


@_remember
def _comparison(
    fingerprint: str, filters: object, marker: str, week: float, change: bool, _patients: Population
) -> VisitComparison:
    return visit_comparison(_patients, marker, week=week, change=change)


@_remember
def _below_limit(fingerprint: str, filters: object, marker: str, _patients: Population) -> BelowLimit:
    return below_limit(_patients, marker)


@_remember
def _stratified(
    fingerprint: str, filters: object, spec: EndpointSpec, covariate: str, _patients: Population
) -> StratifiedEndpoint:
    return stratified_endpoint(_patients, spec, covariate)


@_remember
def _document(fingerprint: str, _trial: Trial) -> dict[str, Any]:
    return results_document(all_results(_trial))
