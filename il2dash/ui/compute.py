"""Results for the pages, remembered: the only place that caches, by the data's fingerprint and the frozen specs."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from il2dash.analysis.baseline import BaselineTable, baseline_table
from il2dash.analysis.document import results_document
from il2dash.analysis.endpoint import EndpointResult, ThresholdCurve, endpoint_result, threshold_curve
from il2dash.analysis.logistic_model import LogisticModel, logistic_model
from il2dash.analysis.model_comparison import ModelComparison, model_comparison
from il2dash.analysis.model_data import ModelSpec
from il2dash.analysis.outcome import EndpointSpec
from il2dash.analysis.participant_flow import ParticipantFlow, participant_flow
from il2dash.analysis.population import Population, whole_population
from il2dash.analysis.results import all_results
from il2dash.analysis.trajectory import Trajectory, trajectory
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


def flow(patients: Population) -> ParticipantFlow:
    """Return the flow of patients."""
    return _flow(patients.trial.fingerprint, patients.filters, patients)


def endpoint(patients: Population, spec: EndpointSpec) -> EndpointResult:
    """Return an endpoint's result."""
    return _endpoint(patients.trial.fingerprint, patients.filters, spec, patients)


def curve(patients: Population, spec: EndpointSpec, thresholds: np.ndarray) -> ThresholdCurve:
    """Return the risk difference over thresholds."""
    return _curve(patients.trial.fingerprint, patients.filters, spec, thresholds, patients)


def model(patients: Population, spec: ModelSpec) -> LogisticModel:
    """Return a fitted model."""
    return _model(patients.trial.fingerprint, patients.filters, spec, patients)


def beside_model(patients: Population, spec: ModelSpec) -> ModelComparison:
    """Return what stands beside a fitted model."""
    return _beside_model(patients.trial.fingerprint, patients.filters, spec, patients)


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
def _flow(fingerprint: str, filters: object, _patients: Population) -> ParticipantFlow:
    return participant_flow(_patients)


@_remember
def _endpoint(fingerprint: str, filters: object, spec: EndpointSpec, _patients: Population) -> EndpointResult:
    return endpoint_result(_patients, spec)


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
def _document(fingerprint: str, _trial: Trial) -> dict[str, Any]:
    return results_document(all_results(_trial))
