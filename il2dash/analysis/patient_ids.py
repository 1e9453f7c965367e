"""Who stands behind a number: the ids that a result carries beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import Field
from typing import Any

import numpy as np

from il2dash.analysis.population import Population

PatientIds = tuple[str, ...]

BEHIND = {"patients behind a number": True}
"""Marks a result's attribute that holds the ids of the patients whom its numbers count.

It leads a reader from a figure to the patients. It isn't a number of its own: the results document leaves it out, and
it takes no part in whether two results are equal.
"""


def is_patients_behind(attribute: Field[Any]) -> bool:
    """Return whether an attribute of a result is marked with `BEHIND`."""
    return attribute.metadata.keys() >= BEHIND.keys()


def ids_of(population: Population, members: np.ndarray) -> PatientIds:
    """Return the ids of some of the counted patients (bool array, one entry a counted patient)."""
    return tuple(population.subjects["subject_id"].to_numpy()[members].tolist())


def ids_by_week(ids: Iterable[str], weeks: Iterable[float], steps: Iterable[float]) -> tuple[PatientIds, ...]:
    """Return for each step of a curve who is there at its week; `weeks` are the patients', and may be NaN."""
    there: dict[float, list[str]] = {}
    for subject, week in zip(ids, weeks, strict=True):
        there.setdefault(week, []).append(subject)
    return tuple(tuple(dict.fromkeys(there.get(step, ()))) for step in steps)
