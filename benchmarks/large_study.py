"""A synthetic study of any number of patients: one marker at 12 visits, 8 covariates, events; as files in memory."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pandas as pd

VISITS = 12
"""Planned visits of a patient; with 100,000 patients about 1.2 million values."""

WEEKS = tuple(4 * visit for visit in range(VISITS))

LIMIT = 20
"""The assay's lower limit: lower values are written ``<20``."""

STUDY = """
[study]
id = "large"
title = "Large synthetic study"
synthetic = true
primary_week = {last}

[arms]
reference = "control"
[[arms.levels]]
code = "control"
label = "Control"
[[arms.levels]]
code = "active"
label = "Active"

[visits]
schedule = {weeks}

[markers.cd4]
label = "CD4"
unit = "cells/uL"
scale = "sqrt"
lower_limit = {limit}
{covariates}
[[endpoints]]
id = "cd4_200"
label = "CD4 at least 200 cells/uL"
marker = "cd4"
rule = "at_least"
threshold = 200
week = {last}
role = "primary"

[[endpoints]]
id = "cd4_gain_50"
label = "CD4 gain of at least 50 cells/uL"
marker = "cd4"
rule = "gain_at_least"
threshold = 50
week = {last}
role = "secondary"

[[models]]
id = "own"
endpoint = "cd4_200"
terms = ["arm", "age", "baseline_cd4"]
"""

CONTINUOUS = ("age", "weight", "baseline_cd4")
BINARY = ("smoker", "treated_before", "severe")
CATEGORICAL = {"region": ("north", "south", "east"), "stage": ("I", "II", "III")}
CATEGORIES = ("aids", "death", "adverse")


def study_toml() -> str:
    """Return the study's definition."""
    covariates = [_covariate(name, 'kind = "continuous"\nstep = 10') for name in CONTINUOUS]
    covariates += [_covariate(name, 'kind = "binary"') for name in BINARY]
    for name, values in CATEGORICAL.items():
        levels = ", ".join(f'{{ value = "{value}", label = "{value}" }}' for value in values)
        covariates.append(_covariate(name, f'kind = "categorical"\nlevels = [{levels}]'))
    return STUDY.format(last=WEEKS[-1], weeks=list(WEEKS), limit=LIMIT, covariates="".join(covariates))


def study_files(patients: int, *, seed: int = 5) -> dict[str, bytes]:
    """Return study.toml, subjects.csv, visits.csv and events.csv by name; the same numbers for the same seed."""
    chance = np.random.default_rng(seed)
    ids = np.array([f"P{number:06d}" for number in range(1, patients + 1)])
    treated = chance.permutation(np.arange(patients) % 2 == 1)
    contact = np.where(chance.random(patients) < 0.9, float(WEEKS[-1]) + 1.0, chance.integers(4, WEEKS[-1], patients))
    first = np.clip(chance.normal(11.0, 4.0, patients), 2.0, None)
    subjects = pd.DataFrame({"subject_id": ids, "arm": np.where(treated, "active", "control")})
    subjects["age"] = chance.integers(18, 80, patients)
    subjects["weight"] = chance.normal(75.0, 12.0, patients).round(1)
    subjects["baseline_cd4"] = np.round(first**2)
    for name in BINARY:
        subjects[name] = chance.integers(0, 2, patients)
    for name, values in CATEGORICAL.items():
        subjects[name] = chance.choice(values, patients)
    subjects["last_contact_week"] = contact
    subjects["completed"] = (contact > WEEKS[-1]).astype(int)
    slope = chance.normal(0.04, 0.05, patients) + 0.01 * treated - 0.0004 * (subjects["age"].to_numpy() - 49)
    root = first[:, None] + slope[:, None] * np.array(WEEKS) + chance.normal(0.0, 1.0, (patients, VISITS))
    cells = np.round(np.clip(root, 0.0, None) ** 2).astype(int)
    weeks = np.round(
        np.array(WEEKS) + np.where(np.arange(VISITS), chance.integers(-7, 8, (patients, VISITS)), 0) / 7, 2
    )
    there = (weeks <= contact[:, None]) & (chance.random((patients, VISITS)) < 0.98)
    row, visit = np.nonzero(there)
    values = cells[row, visit]
    visits = pd.DataFrame({"subject_id": ids[row], "week": weeks[row, visit]})
    visits["cd4"] = np.where(values < LIMIT, f"<{LIMIT}", values.astype(str))
    return {
        "study.toml": study_toml().encode(),
        "subjects.csv": _csv(subjects),
        "visits.csv": _csv(visits),
        "events.csv": _csv(_events(ids, contact, treated, chance)),
    }


def study_zip(files: dict[str, bytes]) -> bytes:
    """Return the files as a study's zip, stored and not compressed."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, file in files.items():
            archive.writestr(name, file)
    return content.getvalue()


def _events(ids: np.ndarray, contact: np.ndarray, treated: np.ndarray, chance: np.random.Generator) -> pd.DataFrame:
    """Return about one event for two patients; who died did so at the last contact."""
    patients = len(ids)
    died = (contact < WEEKS[-1]) & (chance.random(patients) < 0.3)
    rows = [pd.DataFrame({"subject_id": ids[died], "week": contact[died], "category": "death", "term": "Death"})]
    for category, rate, terms in (
        ("aids", 0.1, ("Pneumonia", "Candidiasis", "Wasting")),
        ("adverse", 0.35, ("Fever", "Rash", "Nausea", "Headache")),
    ):
        who = np.repeat(np.arange(patients), chance.poisson(rate * (1.0 - 0.2 * treated)))
        when = np.round(chance.random(len(who)) * contact[who], 1)
        found = {"subject_id": ids[who], "week": when, "category": category, "term": chance.choice(terms, len(who))}
        rows.append(pd.DataFrame(found))
    events = pd.concat(rows, ignore_index=True)
    events["grade"] = np.where(events["category"] == "adverse", chance.integers(1, 5, len(events)).astype(str), "")
    return events


def _covariate(name: str, keys: str) -> str:
    label = name.replace("_", " ").capitalize()
    return f'\n[[covariates]]\nname = "{name}"\nlabel = "{label}"\n{keys}\n'


def _csv(table: pd.DataFrame) -> bytes:
    return table.to_csv(index=False).encode()
