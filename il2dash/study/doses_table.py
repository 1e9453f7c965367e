"""The doses table: the treatment cycles given, one row a cycle."""

from __future__ import annotations

import numpy as np
import pandas as pd

from il2dash.study.columns import find_columns
from il2dash.study.definition import StudyDefinition
from il2dash.study.definition_tables import DosesSource
from il2dash.study.problems import Problem
from il2dash.study.raw_tables import RawTable
from il2dash.study.subject_ids import KnownSubjects, rows_of_known
from il2dash.study.values import number_problems, parse_numbers, problems_where
from il2dash.study.visits_table import TableRead
from il2dash.study.weeks import read_weeks

REQUIRED_COLUMNS = ("subject_id", "cycle", "week")
OPTIONAL_COLUMNS = ("dose_miu",)


def read_doses(raw: RawTable, definition: StudyDefinition, known: KnownSubjects | None) -> TableRead:
    """Check the doses table and return `DOSE_COLUMNS`, one row a cycle given."""
    source = definition.tables.doses or DosesSource()
    places, problems = find_columns(raw, REQUIRED_COLUMNS, mapping=source.columns, optional=OPTIONAL_COLUMNS)
    kept = raw
    if "subject_id" in places:
        kept, found = rows_of_known(raw, places["subject_id"], known)
        problems += found
    frame = pd.DataFrame(index=kept.data.index)
    frame["subject_id"] = kept.data[places["subject_id"]] if "subject_id" in places else ""
    frame["cycle"], found = _cycles(kept, places.get("cycle"))
    problems += found
    frame["week"] = np.nan
    frame["week_column"] = places.get("week", "")
    if "week" in places:
        frame["week"], found = read_weeks(
            kept, places["week"], unit=source.time_unit, what="A cycle's week", required=True, negative=False
        )
        problems += found
    frame["dose_miu"], found = _doses(kept, places.get("dose_miu"))
    problems += found
    if "cycle" in places and "subject_id" in places:
        problems += _duplicates(kept, frame, places["cycle"])
    return TableRead(frame=frame, columns_read=tuple(places.values()), problems=tuple(problems))


def _cycles(raw: RawTable, column: str | None) -> tuple[np.ndarray, list[Problem]]:
    if column is None:
        return np.full(len(raw.data), np.nan), []
    numbers = parse_numbers(raw.data[column])
    problems = number_problems(
        raw,
        numbers,
        column=column,
        what="A cycle",
        date_remedy="Number the cycles 1, 2, 3 and give the date as a week.",
    )
    wrong = (numbers.fault == 0) & (numbers.censoring == 0) & ~((numbers.value >= 1) & (numbers.value % 1 == 0))
    problems += problems_where(
        raw, wrong, column=column, rule="Cycles are numbered 1, 2, 3.", remedy="Number the cycle as it was given."
    )
    return np.where(wrong, np.nan, numbers.value), problems


def _doses(raw: RawTable, column: str | None) -> tuple[np.ndarray, list[Problem]]:
    if column is None:
        return np.full(len(raw.data), np.nan), []
    numbers = parse_numbers(raw.data[column])
    problems = number_problems(
        raw, numbers, column=column, what="A dose", date_remedy="Give the dose in million international units."
    )
    problems += problems_where(
        raw,
        numbers.value < 0,
        column=column,
        rule="A dose isn't negative.",
        remedy="Correct it, or leave the cell empty where it isn't known.",
    )
    return numbers.value, problems


def _duplicates(raw: RawTable, frame: pd.DataFrame, column: str) -> list[Problem]:
    again = frame.duplicated(["subject_id", "cycle"]).to_numpy(dtype=bool) & ~np.isnan(frame["cycle"].to_numpy())
    return problems_where(
        raw,
        again,
        column=column,
        rule="A patient has each cycle once; this is a duplicate.",
        remedy="Remove one of the rows, or correct the cycle's number.",
    )
