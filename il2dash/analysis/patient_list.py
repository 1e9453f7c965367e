"""One row a patient: the arm, what was known at the start, what was given and what happened, and each outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan
from typing import Literal

import numpy as np
import pandas as pd

from il2dash.analysis.covariate_levels import covariate_levels
from il2dash.analysis.outcome import EndpointSpec, outcome, resolve
from il2dash.analysis.population import Population
from il2dash.analysis.standing import Standing
from il2dash.analysis.visit_values import visit_values
from il2dash.study.definition import Covariate, EventCategory, MissingRule
from il2dash.study.trial import Trial

OutcomeKind = Literal["response", "no response", "missing"]
Censoring = Literal["none", "left", "right"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CovariateValue:
    """A patient's value of a covariate: a number, a level's label, or None where it is missing."""

    covariate: Covariate
    value: float | str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientOutcome:
    """A patient's outcome of an endpoint as the trial defines it.

    `kind` is what was observed; `counted` what the trial's rule makes of it, None where the rule leaves the patient
    out. `reason` is why, where the rule can't be applied.
    """

    endpoint: str
    label: str
    kind: OutcomeKind
    counted: bool | None
    missing_rule: MissingRule
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredValue:
    """A measured value in the marker's unit, at its own week; a censored one (left: below) at its limit."""

    week: float
    value: float
    censoring: Censoring


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkerEnds:
    """A marker at the planned baseline visit, and the last value after it by its own week; None where there is none."""

    marker: str
    baseline: MeasuredValue | None
    last: MeasuredValue | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientRow:
    """One patient.

    `cycles` and the numbers of events are None where the study has no such table; `death_week` is NaN where no death
    is recorded, `last_contact_week` where it isn't known, `completed` None where it isn't said.
    """

    subject_id: str
    arm: str
    covariates: tuple[CovariateValue, ...]
    outcomes: tuple[PatientOutcome, ...]
    markers: tuple[MarkerEnds, ...]
    cycles: int | None
    aids_events: int | None
    adverse_events: int | None
    death_week: float
    last_contact_week: float
    completed: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientList:
    """The counted patients in the trial's order; `categories` are the kinds of events that the study records."""

    rows: tuple[PatientRow, ...]
    total: int
    categories: tuple[EventCategory, ...]
    standing: Standing

    @property
    def subject_ids(self) -> tuple[str, ...]:
        """The patients' ids."""
        return tuple(row.subject_id for row in self.rows)


def patient_list(population: Population) -> PatientList:
    """Return one row a counted patient; outcomes are the trial's own, under its rule for missing ones.

    Parameters
    ----------
    population : Population
        The patients who are counted.
    """
    trial = population.trial
    subjects = population.subjects
    ids = list(subjects["subject_id"])
    covariates = [_covariate_values(trial, covariate, subjects) for covariate in trial.definition.covariates]
    outcomes = [_outcomes(population, endpoint.id) for endpoint in trial.definition.endpoints]
    markers = [_marker_ends(population, marker, ids) for marker in trial.definition.markers]
    categories: tuple[EventCategory, ...] = ("aids", "adverse", "death")
    recorded = () if trial.events is None else tuple(c for c in categories if (trial.events["category"] == c).any())
    rows = zip(
        ids,
        subjects["arm"],
        _transposed(covariates, len(ids)),
        _transposed(outcomes, len(ids)),
        _transposed(markers, len(ids)),
        _counts(trial.doses, ids),
        _counts(_of_category(trial, "aids"), ids),
        _counts(_of_category(trial, "adverse"), ids),
        _death_weeks(trial, ids),
        subjects["last_contact_week"].to_numpy(dtype=float).tolist(),
        subjects["completed"].to_numpy(dtype=float).tolist(),
        strict=True,
    )
    return PatientList(
        rows=tuple(
            PatientRow(
                subject_id=subject,
                arm=arm,
                covariates=values,
                outcomes=results,
                markers=ends,
                cycles=cycles,
                aids_events=aids,
                adverse_events=adverse,
                death_week=death,
                last_contact_week=last,
                completed=None if isnan(completed) else bool(completed),
            )
            for subject, arm, values, results, ends, cycles, aids, adverse, death, last, completed in rows
        ),
        total=len(trial.subjects),
        categories=recorded,
        standing=population.standing,
    )


def _transposed(columns: Sequence[list], patients: int) -> list[tuple]:  # type: ignore[type-arg]
    return list(zip(*columns, strict=True)) if columns else [()] * patients


def _covariate_values(trial: Trial, covariate: Covariate, subjects: pd.DataFrame) -> list[CovariateValue]:
    column = subjects[covariate.name]
    if covariate.kind == "continuous":
        numbers = column.to_numpy(dtype=float).tolist()
        return [CovariateValue(covariate=covariate, value=None if isnan(number) else number) for number in numbers]
    levels = covariate_levels(covariate, trial.subjects[covariate.name])
    held: dict[object, CovariateValue] = {
        float(place) if covariate.kind == "binary" else value: CovariateValue(covariate=covariate, value=label)
        for place, (value, label) in enumerate(levels)
    }
    missing = CovariateValue(covariate=covariate, value=None)
    return [held.get(value, missing) for value in column]


def _outcomes(population: Population, endpoint: str) -> list[PatientOutcome]:
    trial = population.trial
    resolved = resolve(trial, EndpointSpec(endpoint=endpoint))
    found = outcome(trial, resolved)
    outcomes = []
    for response, known in zip(found.response[population.included], found.known[population.included], strict=True):
        kind: OutcomeKind = "missing" if not known else "response" if response == 1 else "no response"
        outcomes.append(
            PatientOutcome(
                endpoint=endpoint,
                label=resolved.endpoint.label,
                kind=kind,
                counted=None if isnan(response) else bool(response),
                missing_rule=resolved.missing_rule,
                reason=found.reason,
            )
        )
    return outcomes


def _marker_ends(population: Population, marker: str, ids: list[str]) -> list[MarkerEnds]:
    source = visit_values(population.trial, marker)
    first = [
        None
        if isnan(value)
        else MeasuredValue(
            week=float(source.weeks[0]), value=value, censoring="left" if below else "right" if above else "none"
        )
        for value, below, above in zip(
            *(column[population.included, 0].tolist() for column in (source.values, source.below, source.above)),
            strict=True,
        )
    ]
    rows = population.trial.measurements
    later = rows[(rows["marker"] == marker).to_numpy() & _after_baseline(rows, float(source.weeks[0]))]
    last = {
        subject: MeasuredValue(week=float(week), value=float(value), censoring=censoring)
        for subject, week, value, censoring in later.sort_values("week", kind="stable")[
            ["subject_id", "week", "value", "censoring"]
        ].itertuples(index=False)
    }
    return [
        MarkerEnds(marker=marker, baseline=value, last=last.get(subject))
        for subject, value in zip(ids, first, strict=True)
    ]


def _after_baseline(rows: pd.DataFrame, baseline: float) -> np.ndarray:
    """Return which values are later than the baseline visit: by the planned week where one has it, else by its own."""
    planned = rows["visit_week"].to_numpy(dtype=float)
    return np.where(np.isnan(planned), rows["week"].to_numpy(dtype=float), planned) > baseline


def _of_category(trial: Trial, category: EventCategory) -> pd.DataFrame | None:
    return None if trial.events is None else trial.events[trial.events["category"] == category]


def _counts(table: pd.DataFrame | None, ids: list[str]) -> list[int | None]:
    if table is None:
        return [None] * len(ids)
    counted = table["subject_id"].value_counts().to_dict()
    return [int(counted.get(subject, 0)) for subject in ids]


def _death_weeks(trial: Trial, ids: list[str]) -> list[float]:
    deaths = _of_category(trial, "death")
    if deaths is None:
        return [np.nan] * len(ids)
    weeks = deaths.groupby("subject_id")["week"].min().to_dict()
    return [float(weeks.get(subject, np.nan)) for subject in ids]
