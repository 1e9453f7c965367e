"""Trials made in memory, patient by patient, as reading a study would have made them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import nan
from typing import Any

import pandas as pd
import pytest

from il2dash.study.definition import (
    Arms,
    Covariate,
    CovariateLevel,
    Endpoint,
    Marker,
    Model,
    StudyDefinition,
    StudyInformation,
    Visits,
)
from il2dash.study.trial import DOSE_COLUMNS, EVENT_COLUMNS, MEASUREMENT_COLUMNS, Trial

SCHEDULE = (0.0, 6.0, 12.0)


def _levels(*labels: str) -> tuple[CovariateLevel, ...]:
    return tuple(CovariateLevel(value=label, label=f"level {label}") for label in labels)


DEFINITION = StudyDefinition(
    study=StudyInformation(id="memory", title="A trial in memory", synthetic=True, planned=40),
    arms=Arms(
        reference="control",
        levels=({"code": "control", "label": "Control"}, {"code": "il2", "label": "IL-2"}),
    ),
    visits=Visits(schedule=SCHEDULE),
    markers={
        "cd4": Marker(label="CD4", unit="cells/uL", scale="sqrt"),
        "rna": Marker(label="RNA", unit="copies/mL", scale="log10", lower_limit=50, upper_limit=750000),
    },
    covariates=(
        Covariate(name="age", label="Age", unit="years", kind="continuous", step=10),
        Covariate(name="enfuvirtide", label="Enfuvirtide", kind="binary"),
        Covariate(name="sex", label="Sex", kind="binary", levels=_levels("F", "M")),
        Covariate(name="stage", label="CDC stage", kind="categorical", levels=_levels("A", "B", "C")),
        Covariate(name="site", label="Site", kind="categorical"),
        Covariate(name="cycles", label="Cycles received", kind="continuous", timing="post-baseline"),
    ),
    endpoints=(
        Endpoint(id="high", label="CD4 high", marker="cd4", rule="at_least", threshold=200, week=12, role="primary"),
        Endpoint(id="low", label="CD4 low", marker="cd4", rule="below", threshold=100, week=12),
        Endpoint(id="gain", label="CD4 gain", marker="cd4", rule="gain_at_least", threshold=50, week=12),
        Endpoint(id="drop", label="CD4 drop", marker="cd4", rule="drop_at_least", threshold=50, week=12),
        Endpoint(id="suppressed", label="RNA below 50", marker="rna", rule="below", threshold=50, week=12),
        Endpoint(id="log_drop", label="RNA drop", marker="rna", rule="drop_at_least", threshold=1, week=12),
        Endpoint(id="well", label="Well", rule="recorded", column="well"),
    ),
    models=(Model(id="main", endpoint="high", terms=("arm", "age", "enfuvirtide")),),
)


def _parsed(value: float | str) -> tuple[float, str]:
    if isinstance(value, str):
        return float(value[1:]), {"<": "left", ">": "right"}[value[0]]
    return float(value), "none"


def _texts(values: Sequence[str | None]) -> pd.Series:
    return pd.Series(list(values), dtype="str")


def _measurements(patients: Sequence[Mapping[str, Any]], schedule: Sequence[float]) -> pd.DataFrame:
    rows = []
    for number, patient in enumerate(patients):
        for marker in ("cd4", "rna"):
            for week, value in zip(schedule, patient.get(marker, ()), strict=False):
                if value is not None:
                    rows.append((f"P{number:02d}", week, week, marker, *_parsed(value)))
    frame = pd.DataFrame(rows, columns=list(MEASUREMENT_COLUMNS))
    numbers = {"week": "float64", "visit_week": "float64", "value": "float64"}
    return frame.astype(dict.fromkeys(MEASUREMENT_COLUMNS, "str") | numbers)


def build_trial(
    patients: Sequence[Mapping[str, Any]],
    *,
    events: bool = True,
    doses: bool = True,
    **sections: Any,
) -> Trial:
    """Make a trial.

    A patient is a mapping: `arm`; covariates by name; `well`; `last` and `completed`; `cd4` and `rna` as values by
    planned visit (None is missing, "<50" censored); `events` as (category, week) pairs; `doses` as a number. `sections`
    replace those of the definition; without `events` or `doses` the trial has no such table.
    """
    definition = replace(DEFINITION, **sections)
    ids = [f"P{number:02d}" for number in range(len(patients))]
    subjects = pd.DataFrame({"subject_id": _texts(ids), "arm": _texts([patient["arm"] for patient in patients])})
    for column, key in (("last_contact_week", "last"), ("completed", "completed"), ("recorded:well", "well")):
        subjects[column] = pd.Series([patient.get(key, nan) for patient in patients], dtype="float64")
    for covariate in definition.covariates:
        values = [patient.get(covariate.name) for patient in patients]
        numeric = covariate.kind != "categorical"
        subjects[covariate.name] = pd.Series(values, dtype="float64") if numeric else _texts(values)
    event_rows = [
        (identifier, float(week), category, "", nan)
        for identifier, patient in zip(ids, patients, strict=True)
        for category, week in patient.get("events", ())
    ]
    dose_rows = [
        (identifier, cycle, 2.0 * cycle, 45.0)
        for identifier, patient in zip(ids, patients, strict=True)
        for cycle in range(1, patient.get("doses", 0) + 1)
    ]
    tables = {
        "subjects": subjects,
        "measurements": _measurements(patients, definition.visits.schedule),
        "events": pd.DataFrame(event_rows, columns=list(EVENT_COLUMNS)).astype(
            {"subject_id": "str", "week": "float64", "category": "str", "term": "str", "grade": "float64"}
        )
        if events
        else None,
        "doses": pd.DataFrame(dose_rows, columns=list(DOSE_COLUMNS)).astype({"subject_id": "str"}) if doses else None,
    }
    return Trial(definition=definition, **tables, excluded=0, fingerprint="sha256:memory")


@pytest.fixture(scope="session")
def make_trial() -> Callable[..., Trial]:
    """Return `build_trial`."""
    return build_trial


@pytest.fixture(scope="session")
def twenty(make_trial) -> Trial:
    """Return a trial of 20 patients in which everything is known and no covariate follows from another."""
    patients = [
        {
            "arm": ("control", "il2")[number % 2],
            "age": 30 + (number * 7) % 23,
            "enfuvirtide": float(number % 3 == 0),
            "sex": float(number % 5 in (0, 3)),
            "stage": "ABC"[(number * number) % 3 if number % 4 else 2],
            "site": ("north", "south")[(number // 3) % 2],
            "cycles": float(number % 2 * (number % 5)),
            "cd4": [50 + 9 * number, 60 + 10 * number, 40 + 13 * ((number * 11) % 20)],
            "rna": [10000 + 1000 * number, 500, "<50" if number % 3 else 400 + number],
            "well": float(number % 4 != 1),
            "last": 12.0,
            "completed": 1.0,
        }
        for number in range(20)
    ]
    return make_trial(patients)
