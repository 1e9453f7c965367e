"""What is in a study, as tables: its tables with their sizes, and every column with its meaning."""

from __future__ import annotations

import pandas as pd

from il2dash.analysis.design_matrix import step_words
from il2dash.display.numbers import compact, count, listed
from il2dash.display.tables import TableSpec
from il2dash.study.definition import Covariate, StudyDefinition
from il2dash.study.trial import Trial

TABLE_MEANINGS = {
    "subjects": "one row a randomized patient",
    "measurements": "one row a value of a marker",
    "events": "one row an event",
    "doses": "one row a cycle given",
}


def tables_of(trial: Trial) -> dict[str, pd.DataFrame]:
    """Return the tables that the study has, by name."""
    tables = {
        "subjects": trial.subjects,
        "measurements": trial.measurements,
        "events": trial.events,
        "doses": trial.doses,
    }
    return {name: table for name, table in tables.items() if table is not None and len(table)}


def tables_spec(trial: Trial) -> TableSpec:
    """Write the tables with their sizes."""
    rows = tuple(
        (name, TABLE_MEANINGS[name], f"{len(table):,}", f"{table['subject_id'].nunique():,}")
        for name, table in tables_of(trial).items()
    )
    notes = [f"Fingerprint of the content: {trial.fingerprint}."]
    if trial.excluded:
        verb = "was" if trial.excluded == 1 else "were"
        patients = count(trial.excluded, "patient")
        notes.append(f"{patients} of arms that aren't compared {verb} left out, as the definition says.")
    return TableSpec(
        identifier="tables-table",
        columns=("Table", "What a row is", "Rows", "Patients"),
        rows=rows,
        notes=tuple(notes),
        caption="What is loaded",
    )


def dictionary_spec(definition: StudyDefinition) -> TableSpec:
    """Write every covariate, marker and endpoint with its meaning and unit."""
    rows: list[tuple[str, ...]] = [
        (covariate.name, covariate.label, _kind(covariate), covariate.unit, covariate.timing)
        for covariate in definition.covariates
    ]
    for name, marker in definition.markers.items():
        bounds = (("lower", marker.lower_limit), ("upper", marker.upper_limit))
        limits = listed([f"{which} limit {compact(limit)}" for which, limit in bounds if limit is not None])
        rows.append((name, marker.label, f"marker, models on the scale {marker.scale}", marker.unit, limits))
    for endpoint in definition.endpoints:
        rows.append((endpoint.id, endpoint.label, f"endpoint, {endpoint.role}", "", ""))
    return TableSpec(
        identifier="dictionary-table",
        columns=("Name", "Meaning", "Kind", "Unit", "When, limits"),
        rows=tuple(rows),
        caption="Dictionary",
    )


def _kind(covariate: Covariate) -> str:
    if covariate.kind == "continuous":
        return f"number, odds ratios {step_words(covariate)}"
    levels = ", ".join(level.label for level in covariate.levels)
    return f"{covariate.kind}{': ' + levels if levels else ''}"
