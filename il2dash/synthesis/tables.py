"""The simulated trial as the four tables of the data contract, text for text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from il2dash.study.csv_file import csv_file
from il2dash.synthesis.cycles import Cycles
from il2dash.synthesis.draws import FloatArray, IntArray
from il2dash.synthesis.events import Event
from il2dash.synthesis.follow_up import FollowUp
from il2dash.synthesis.patients import Patients, significant_digits

LOWER_LIMIT = 50
UPPER_LIMIT = 750_000
"""Of the HIV-1 RNA assay, copies/mL, as study.toml has them."""

SUBJECT_COLUMNS = (
    "subject_id",
    "arm",
    "age",
    "sex",
    "cdc_stage",
    "years_treated",
    "nadir_cd4",
    "baseline_cd4",
    "baseline_rna",
    "gss",
    "optimized",
    "enfuvirtide",
    "cycles_received",
    "last_contact_week",
    "completed",
)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SimulatedTrial:
    """All that was simulated; `weeks`, `cd4` and `log_rna` have shape (patients, visits)."""

    patients: Patients
    follow_up: FollowUp
    cycles: Cycles
    weeks: FloatArray
    cd4: IntArray
    log_rna: FloatArray
    events: tuple[Event, ...]


def tables(trial: SimulatedTrial) -> dict[str, str]:
    """Return the content of each CSV file by its name."""
    return {
        "subjects.csv": _csv(SUBJECT_COLUMNS, _subjects(trial)),
        "visits.csv": _csv(("subject_id", "week", "cd4", "rna"), _visits(trial)),
        "events.csv": _csv(
            ("subject_id", "week", "category", "term", "grade"),
            (
                (_subject_id(event.patient), _week(event.week), event.category, event.term, str(event.grade))
                for event in trial.events
            ),
        ),
        "doses.csv": _csv(("subject_id", "cycle", "week", "dose_miu"), _doses(trial)),
    }


def copies_text(log_rna: float) -> str:
    """Write HIV-1 RNA as the laboratory reports it: copies/mL in three digits, or the limit that it is beyond."""
    copies = int(significant_digits(np.array([10.0**log_rna]))[0])
    if copies < LOWER_LIMIT:
        return f"<{LOWER_LIMIT}"
    return f">{UPPER_LIMIT}" if copies > UPPER_LIMIT else str(copies)


def _subjects(trial: SimulatedTrial) -> Iterable[Sequence[str]]:
    patients, follow_up = trial.patients, trial.follow_up
    received = trial.cycles.received
    for patient in range(patients.treated.size):
        nadir = patients.nadir_cd4[patient]
        yield (
            _subject_id(patient),
            "il2" if patients.treated[patient] else "control",
            str(patients.age[patient]),
            "female" if patients.female[patient] else "male",
            "C" if patients.stage_c[patient] else "A or B",
            str(patients.years_treated[patient]),
            "" if nadir < 0 else str(nadir),
            str(patients.baseline_cd4[patient]),
            f"{patients.log_rna[patient]:.2f}",
            str(patients.gss[patient]),
            str(int(patients.optimized[patient])),
            str(int(patients.enfuvirtide[patient])),
            str(received[patient]),
            _week(follow_up.last_contact[patient]),
            str(int(follow_up.completed[patient])),
        )


def _visits(trial: SimulatedTrial) -> Iterable[Sequence[str]]:
    follow_up = trial.follow_up
    for patient, visit in np.argwhere(follow_up.cd4_known | follow_up.rna_known):
        cd4 = str(trial.cd4[patient, visit]) if follow_up.cd4_known[patient, visit] else ""
        rna = ""
        if follow_up.rna_known[patient, visit]:
            # The first is the baseline as it was drawn, not through its logarithm and back.
            first = visit == 0
            rna = str(trial.patients.baseline_rna[patient]) if first else copies_text(trial.log_rna[patient, visit])
        yield _subject_id(patient), _week(trial.weeks[patient, visit]), cd4, rna


def _doses(trial: SimulatedTrial) -> Iterable[Sequence[str]]:
    cycles = trial.cycles
    for patient in range(trial.patients.treated.size):
        given = np.flatnonzero(~np.isnan(cycles.week[patient]))
        for number, cycle in enumerate(given, start=1):
            dose = f"{cycles.dose[patient, cycle]:g}"
            yield _subject_id(patient), str(number), _week(cycles.week[patient, cycle]), dose


def _subject_id(patient: int) -> str:
    return f"S{patient + 1:03d}"


def _week(week: float) -> str:
    return f"{week:.1f}"


def _csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return csv_file(pd.DataFrame(list(rows), columns=list(columns), dtype="str")).decode().replace("\r\n", "\n")
