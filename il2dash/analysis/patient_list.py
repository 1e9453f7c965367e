"""One row a patient: the arm, what was known at the start, what was given and what happened, and each outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan
from typing import Literal

import numpy as np

from il2dash.analysis.outcome import EndpointSpec, outcome, resolve
from il2dash.analysis.population import Population
from il2dash.analysis.standing import Standing
from il2dash.analysis.subject_columns import (
    event_rows,
    factor,
    is_treatment,
    last_measurements,
    numbers,
    subject_ids,
)
from il2dash.analysis.visit_values import visit_values
from il2dash.study.definition import Covariate, MissingRule
from il2dash.study.definition_tables import EventCategory
from il2dash.study.trial import Trial

OutcomeKind = Literal["response", "no response", "missing"]
Censoring = Literal["none", "left", "right"]

_CATEGORIES: tuple[EventCategory, ...] = ("aids", "adverse", "death")


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
    """The counted patients in the trial's order, some of them as `rows`.

    `n` are the counted patients by arm code, `total` those of the trial; `with_aids` had an AIDS event and `died` died,
    of all who are counted. `categories` are the kinds of events that the study records.
    """

    rows: tuple[PatientRow, ...]
    n: dict[str, int]
    total: int
    with_aids: int
    died: int
    categories: tuple[EventCategory, ...]
    standing: Standing


def patient_list(population: Population, *, first: int = 0, most: int | None = None) -> PatientList:
    """Return one row a counted patient; outcomes are the trial's own, under its rule for missing ones.

    Parameters
    ----------
    population : Population
        The patients who are counted.
    first, most : int
        From which of them on there are rows, counted from 0, and for how many at most.
    """
    trial = population.trial
    counted = np.flatnonzero(population.included)
    places = counted[first:] if most is None else counted[first : first + most]
    arms = trial.definition.arms
    covariates = [_covariate_values(trial, covariate, places) for covariate in trial.definition.covariates]
    outcomes = [_outcomes(trial, endpoint.id, places) for endpoint in trial.definition.endpoints]
    markers = [_marker_ends(trial, marker, places) for marker in trial.definition.markers]
    events = {category: _event_counts(trial, category) for category in _CATEGORIES}
    deaths = _death_weeks(trial)
    rows = zip(
        subject_ids(trial)[places].tolist(),
        is_treatment(trial)[places].tolist(),
        _transposed(covariates, len(places)),
        _transposed(outcomes, len(places)),
        _transposed(markers, len(places)),
        _at(_cycle_counts(trial), places),
        _at(events["aids"], places),
        _at(events["adverse"], places),
        deaths[places].tolist(),
        numbers(trial, "last_contact_week")[places].tolist(),
        numbers(trial, "completed")[places].tolist(),
        strict=True,
    )
    aids = events["aids"]
    return PatientList(
        rows=tuple(
            PatientRow(
                subject_id=subject,
                arm=arms.treatment if treated else arms.reference,
                covariates=values,
                outcomes=results,
                markers=ends,
                cycles=cycles,
                aids_events=aids_events,
                adverse_events=adverse,
                death_week=death,
                last_contact_week=last,
                completed=None if isnan(completed) else bool(completed),
            )
            for subject, treated, values, results, ends, cycles, aids_events, adverse, death, last, completed in rows
        ),
        n=population.n,
        total=len(trial.subjects),
        with_aids=0 if aids is None else int(np.count_nonzero(aids[counted])),
        died=int(np.count_nonzero(~np.isnan(deaths[counted]))),
        categories=tuple(category for category, found in events.items() if found is not None and found.any()),
        standing=population.standing,
    )


def _transposed(columns: Sequence[list], patients: int) -> list[tuple]:  # type: ignore[type-arg]
    return list(zip(*columns, strict=True)) if columns else [()] * patients


def _at(counts: np.ndarray | None, places: np.ndarray) -> list[int | None]:
    return [None] * len(places) if counts is None else counts[places].tolist()


def _covariate_values(trial: Trial, covariate: Covariate, places: np.ndarray) -> list[CovariateValue]:
    if covariate.kind == "continuous":
        values = numbers(trial, covariate.name)[places].tolist()
        return [CovariateValue(covariate=covariate, value=None if isnan(number) else number) for number in values]
    held = factor(trial, covariate)
    levels = [CovariateValue(covariate=covariate, value=label) for _, label in held.levels]
    missing = CovariateValue(covariate=covariate, value=None)
    return [missing if place < 0 else levels[place] for place in held.places[places].tolist()]


def _outcomes(trial: Trial, endpoint: str, places: np.ndarray) -> list[PatientOutcome]:
    resolved = resolve(trial, EndpointSpec(endpoint=endpoint))
    found = outcome(trial, resolved)
    outcomes = []
    for response, known in zip(found.response[places].tolist(), found.known[places].tolist(), strict=True):
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


def _marker_ends(trial: Trial, marker: str, places: np.ndarray) -> list[MarkerEnds]:
    source = visit_values(trial, marker)
    first = [
        None
        if isnan(value)
        else MeasuredValue(
            week=float(source.weeks[0]), value=value, censoring="left" if below else "right" if above else "none"
        )
        for value, below, above in zip(
            *(column[places, 0].tolist() for column in (source.values, source.below, source.above)), strict=True
        )
    ]
    last = last_measurements(trial, marker)[places]
    measured = iter(
        trial.measurements.iloc[last[last >= 0]][["week", "value", "censoring"]].itertuples(index=False, name=None)
    )
    ends = []
    for baseline, row in zip(first, last.tolist(), strict=True):
        later = None
        if row >= 0:
            week, value, censoring = next(measured)
            later = MeasuredValue(week=float(week), value=float(value), censoring=censoring)
        ends.append(MarkerEnds(marker=marker, baseline=baseline, last=later))
    return ends


def _event_counts(trial: Trial, category: EventCategory) -> np.ndarray | None:
    if trial.events is None:
        return None
    return np.bincount(event_rows(trial).of(category).subject, minlength=len(trial.subjects))


def _cycle_counts(trial: Trial) -> np.ndarray | None:
    if trial.doses is None:
        return None
    given = trial.doses["subject_id"].value_counts()
    return given.reindex(subject_ids(trial), fill_value=0).to_numpy(dtype=int)


def _death_weeks(trial: Trial) -> np.ndarray:
    weeks = np.full(len(trial.subjects), np.nan)
    if trial.events is not None:
        deaths = event_rows(trial).of("death")
        np.fmin.at(weeks, deaths.subject, deaths.week)
    return weeks
