"""A trial in memory: its definition and its tables after the checks, frozen, with a fingerprint."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from il2dash.study.definition import StudyDefinition
from il2dash.study.definition_tables import Tables

MEASUREMENT_COLUMNS = ("subject_id", "week", "visit_week", "marker", "value", "censoring")
EVENT_COLUMNS = ("subject_id", "week", "category", "term", "grade")
DOSE_COLUMNS = ("subject_id", "cycle", "week", "dose_miu")


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False, kw_only=True)
class Trial:
    """A trial whose tables hold what the data contract asks.

    Parameters
    ----------
    definition : StudyDefinition
        What study.toml says.
    subjects : DataFrame
        One row a randomized patient of the two arms, in the file's order: `subject_id` (str), `arm` (the arm's code),
        `last_contact_week` (float), `completed` (1.0, 0.0 or NaN), the covariates by name (continuous and binary as
        float with NaN, binary as 0/1 where 1 is the second level; categorical as the level's file value, or NaN), and
        the columns of recorded endpoints as 1.0, 0.0 or NaN under ``recorded:COLUMN``.
    measurements : DataFrame
        One row a value: `subject_id`, `week` (actual), `visit_week` (planned week that it stands for; NaN for a value
        that stands for no planned visit, unscheduled or farther from the planned week than another of the same patient
        and marker), `marker`, `value` (at the limit where censored), `censoring` ("none", "left", "right").
    events : DataFrame or None
        `subject_id`, `week`, `category`, `term`, `grade`; None where the study has no such table.
    doses : DataFrame or None
        `subject_id`, `cycle`, `week`, `dose_miu`; None where the study has no such table.
    excluded : int
        Patients of arms that the definition doesn't list, under ``others = "exclude"``.
    fingerprint : str
        ``sha256:`` and the hash of the canonical content: the same study gives the same fingerprint whatever the
        file format, line ends or order of columns.
    """

    definition: StudyDefinition
    subjects: pd.DataFrame
    measurements: pd.DataFrame
    events: pd.DataFrame | None
    doses: pd.DataFrame | None
    excluded: int
    fingerprint: str

    @property
    def arm_sizes(self) -> dict[str, int]:
        """Randomized patients by arm, the reference first."""
        counts = self.subjects["arm"].value_counts()
        return {code: int(counts.get(code, 0)) for code in self.definition.arms.codes}


def fingerprint_of(definition: StudyDefinition, tables: Mapping[str, pd.DataFrame | None]) -> str:
    """Return ``sha256:`` and the hash of a definition and its tables in canonical form.

    The definition is hashed by its repr without the places of the files; a table by its columns in the order of their
    names and its rows in sorted order, numbers as IEEE 754 doubles and texts as JSON.
    """
    digest = hashlib.sha256(repr(replace(definition, tables=Tables())).encode())
    for name in sorted(tables):
        table = tables[name]
        if table is None:
            continue
        columns = {column: _ranked(table[column]) for column in sorted(table.columns)}
        # The first column is the first to sort by.
        order = np.lexsort([ranks for ranks, _ in reversed(columns.values())])
        for column, (ranks, distinct) in columns.items():
            digest.update(f"\n{name}.{column}\n".encode())
            digest.update(_canonical_bytes(ranks[order], distinct))
    return f"sha256:{digest.hexdigest()}"


def _ranked(column: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Return each cell's rank among the distinct ones, missing ones last, and the distinct ones in their order."""
    if pd.api.types.is_numeric_dtype(column):
        codes, numbers = pd.factorize(column.to_numpy(dtype=np.float64) + 0.0)  # -0.0 becomes 0.0
        ordered = np.argsort(numbers)
        distinct = np.append(numbers[ordered], np.nan)
    else:
        codes, index = pd.factorize(column)
        texts = np.asarray(index, dtype=object)
        ordered = np.argsort(texts)
        distinct = np.array([*texts[ordered], None], dtype=object)
    ranks = np.empty(len(distinct), dtype=np.int64)
    ranks[ordered], ranks[-1] = np.arange(len(ordered)), len(ordered)
    return ranks[codes], distinct


def _canonical_bytes(ranks: np.ndarray, distinct: np.ndarray) -> bytes:
    if distinct.dtype != object:
        return bytes(np.where(np.isnan(distinct), np.nan, distinct).astype("<f8")[ranks].tobytes())
    written = np.array([json.dumps(text) for text in distinct], dtype=object)
    return f"[{', '.join(written[ranks].tolist())}]".encode()
