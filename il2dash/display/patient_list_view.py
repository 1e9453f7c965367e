"""The list of patients: a table to sort and to choose from, and a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan

import pandas as pd

from il2dash.analysis.patient_list import MarkerEnds, MeasuredValue, PatientList, PatientRow
from il2dash.display.event_words import event_words
from il2dash.display.missing_rules_view import MISSING_LABELS
from il2dash.display.numbers import capitalized, count, listed, or_none
from il2dash.study.definition import StudyDefinition

PATIENT = "Patient"
LIMIT_WORDS = {"none": "", "left": "below", "right": "above"}


def patient_frame(patients: PatientList, definition: StudyDefinition) -> pd.DataFrame:
    """Return one row a patient under labels that a reader knows; numbers stay numbers, so that they sort as such.

    A censored value stands at the assay's limit, and the column beside it says on which side of it the value is.
    """
    rows = patients.rows
    columns: list[tuple[str, pd.Series]] = [
        (PATIENT, _texts([row.subject_id for row in rows])),
        ("Arm", _texts([definition.arms.label(row.arm) for row in rows])),
    ]
    for place, endpoint in enumerate(definition.endpoints):
        columns.append((endpoint.label, _texts([row.outcomes[place].kind for row in rows])))
    for place, marker in enumerate(definition.markers.values()):
        unit = f", {marker.unit}" if marker.unit else ""
        ends = [row.markers[place] for row in rows]
        columns += _measured(f"{marker.label} at baseline{unit}", [end.baseline for end in ends])
        columns += _measured(f"{marker.label}, last{unit}", [end.last for end in ends])
        columns.append((f"{marker.label}, week of the last", _weeks([_week(end) for end in ends])))
    columns += _given_and_happened(patients, definition)
    for place, covariate in enumerate(definition.covariates):
        if covariate.timing != "baseline":
            continue
        values = [row.covariates[place].value for row in rows]
        label = f"{covariate.label}, {covariate.unit}" if covariate.unit else covariate.label
        numeric = covariate.kind == "continuous"
        columns.append((label, _numbers(values) if numeric else _texts([value or "" for value in values])))
    return pd.concat([column for _, column in columns], axis=1, keys=_distinct([label for label, _ in columns]))


def patient_list_sentence(patients: PatientList, definition: StudyDefinition) -> str:
    """Say how many are listed, by arm, and how many died or had a clinical event."""
    listed_patients = sum(patients.n.values())
    if not listed_patients:
        return f"None of {count(patients.total, 'patient')} is counted: no patient passes the filters."
    of_all = f"{listed_patients:,} of {count(patients.total, 'patient')}" if listed_patients < patients.total else ""
    arms = [f"{patients.n[code]:,} with {definition.arms.label(code)}" for code in reversed(definition.arms.codes)]
    happened = []
    if "aids" in patients.categories:
        happened.append(f"{or_none(patients.with_aids, 'nobody')} {event_words(definition, 'aids').had_one}")
    if "death" in patients.categories:
        happened.append(f"{or_none(patients.died, 'nobody')} died")
    more = f" {capitalized(listed(happened))}." if happened else ""
    return f"{of_all or count(listed_patients, 'patient')}: {listed(arms)}.{more}"


def patient_list_method(patients: PatientList, definition: StudyDefinition, *, first: int = 0) -> str:
    """Say what the columns hold, and which patients are listed, from the first, where they aren't all."""
    words = ["Choose a row to see the patient; a column's head sorts."]
    counted, rows = sum(patients.n.values()), len(patients.rows)
    if rows < counted:
        words.append(f"Patients {first + 1:,} to {first + rows:,} of {counted:,} are listed; a filter leaves fewer.")
    if definition.endpoints:
        rule = MISSING_LABELS[definition.missing.rule]
        words.append(f"Outcomes as the trial defines them; missing ones are shown as missing (the trial: {rule}).")
    if any(_has_limits(row) for row in patients.rows):
        words.append("A value beyond the assay's limit stands at the limit.")
    return " ".join(words)


def _given_and_happened(patients: PatientList, definition: StudyDefinition) -> list[tuple[str, pd.Series]]:
    rows = patients.rows
    columns = []
    if any(row.cycles is not None for row in rows):
        columns.append(("Cycles given", _numbers([row.cycles for row in rows])))
    if "aids" in patients.categories:
        columns.append((event_words(definition, "aids").title, _numbers([row.aids_events for row in rows])))
    if "adverse" in patients.categories:
        columns.append(("Adverse events", _numbers([row.adverse_events for row in rows])))
    if "death" in patients.categories:
        columns.append(("Week of death", _weeks([row.death_week for row in rows])))
    if any(row.completed is not None for row in rows):
        columns.append(("Completed", _texts([_completed(row) for row in rows])))
    if any(not isnan(row.last_contact_week) for row in rows):
        columns.append(("Week of last contact", _weeks([row.last_contact_week for row in rows])))
    return columns


def _measured(label: str, values: Sequence[MeasuredValue | None]) -> list[tuple[str, pd.Series]]:
    columns = [(label, _numbers([value.value if value else None for value in values]))]
    if any(value is not None and value.censoring != "none" for value in values):
        sides = [LIMIT_WORDS[value.censoring] if value else "" for value in values]
        columns.append((f"{label}: side of the limit", _texts(sides)))
    return columns


def _has_limits(row: PatientRow) -> bool:
    values = (value for end in row.markers for value in (end.baseline, end.last))
    return any(value is not None and value.censoring != "none" for value in values)


def _week(end: MarkerEnds) -> float | None:
    return end.last.week if end.last else None


def _completed(row: PatientRow) -> str:
    return "" if row.completed is None else "yes" if row.completed else "no"


def _numbers(values: Sequence[float | str | None]) -> pd.Series:
    return pd.Series(values, dtype="float64")


def _weeks(values: Sequence[float | None]) -> pd.Series:
    """Return weeks to one decimal, as they are shown everywhere."""
    return _numbers(values).round(1)


def _texts(values: Sequence[object]) -> pd.Series:
    return pd.Series([str(value) for value in values], dtype="str")


def _distinct(labels: list[str]) -> list[str]:
    """Return labels of which no two are the same: a study may call two things by one name."""
    seen: dict[str, int] = {}
    distinct = []
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
        distinct.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return distinct
