"""Adverse events from ADAE: which of them count, when they began, and their grades."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from il2dash.intake.adam_datasets import (
    AdamDatasets,
    cells,
    event_rows,
    flag_is_used,
    is_yes,
    of_patients,
    record_count,
)
from il2dash.intake.adam_weeks import weeks_of_study_days
from il2dash.study.problems import Problem
from il2dash.study.raw_tables import RawTable
from il2dash.study.values import number_problems, parse_numbers, problems_where

_SEVERITIES = {"MILD": "1", "MODERATE": "2", "SEVERE": "3", "LIFE THREATENING": "4", "FATAL": "5"}


def treatment_emergent(datasets: AdamDatasets, patients: Collection[str]) -> int | None:
    """Return how many treatment-emergent adverse events there are; None without ADAE."""
    if not datasets.adverse:
        return None
    return sum(int(_emergent(of_patients(table, patients)).sum()) for table in datasets.adverse)


def adverse_events(table: RawTable, notes: list[str]) -> tuple[pd.DataFrame, list[Problem]]:
    """Return the treatment-emergent adverse events of an ADAE, with problems; what is left out is added to `notes`.

    Notes
    -----
    - An event starts on day ``ASTDY`` (else ``AESTDY``), in weeks after day 1 (`weeks_of_study_days`).
    - Only treatment-emergent ones (``TRTEMFL = "Y"``) count, where the flag has any Y or N: what began before isn't an
      outcome of the arm. What has no start day, or a negative one, has no time in the trial. All these are counted.
      A day 0, which ADaM doesn't have, is taken as the start.
    - The grade is ``ATOXGR`` or ``AETOXGR``; without one ``ASEV`` or ``AESEV``: mild is 1, moderate 2, severe 3, life
      threatening 4 and fatal 5, as CTCAE's grades are described.
    - A fatal one is an adverse event: deaths are read from ADTTE, so nobody dies twice.
    - The term is ``AEDECOD``, else ``AETERM``.
    """
    emergent = _emergent(table)
    column = start_column(table)
    days = parse_numbers(cells(table, column))
    problems = number_problems(table, days, column=column, what="A start day", date_remedy="Give the study day.")
    without, before = emergent & ~days.known & (days.fault == 0), emergent & (days.value < 0)
    for where, reason in (
        (~emergent, "not treatment-emergent (TRTEMFL)"),
        (without, "without a start day"),
        (before, "begun before day 1"),
    ):
        if where.any():
            notes.append(f"{table.file}: {record_count(int(where.sum()))} left out: {reason}.")
    kept = emergent & days.known & ~before
    used = table.keeping(kept)
    grade, found = _grades(used)
    problems += found
    decoded = cells(used, "AEDECOD")
    term = decoded.where(decoded != "", cells(used, "AETERM"))
    return event_rows(used, weeks_of_study_days(days.value[kept]), category="adverse", term=term, grade=grade), problems


def start_column(table: RawTable) -> str:
    """Return the variable with the day on which an event began."""
    return next((name for name in ("ASTDY", "AESTDY") if name in table.columns), "ASTDY")


def _emergent(table: RawTable) -> np.ndarray:
    return is_yes(table, "TRTEMFL") if flag_is_used(table, "TRTEMFL") else np.ones(len(table.data), dtype=bool)


def _grades(table: RawTable) -> tuple[pd.Series[str] | str, list[Problem]]:
    column = next((name for name in ("ATOXGR", "AETOXGR") if (cells(table, name) != "").any()), "")
    if column:
        text = cells(table, column).str.upper().str.replace(r"^GRADE\s*|\.0+$", "", regex=True)
        wrong = ~text.isin(["", ".", "1", "2", "3", "4", "5"]).to_numpy(dtype=bool)
        return text.replace(".", ""), problems_where(
            table,
            wrong,
            column=column,
            rule="A toxicity grade is 1, 2, 3, 4 or 5.",
            remedy="Correct it, or leave it empty where it isn't known.",
        )
    column = next((name for name in ("ASEV", "AESEV") if (cells(table, name) != "").any()), "")
    if not column:
        return "", []
    severity = cells(table, column).str.upper().str.replace("-", " ")
    wrong = ~severity.isin(["", ".", *_SEVERITIES]).to_numpy(dtype=bool)
    return severity.map(_SEVERITIES).fillna("").astype("str"), problems_where(
        table,
        wrong,
        column=column,
        rule=f"A severity is one of {', '.join(_SEVERITIES)}.",
        remedy="Correct it, or leave it empty where it isn't known.",
    )
