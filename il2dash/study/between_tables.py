"""What must hold between the tables of a study: markers have visits, and nothing follows death or the last contact."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from il2dash.study.definition import StudyDefinition
from il2dash.study.problems import Problem
from il2dash.study.raw_tables import RawTable
from il2dash.study.study_files import DEFINITION_FILE
from il2dash.study.subjects_table import SubjectsRead
from il2dash.study.table_sources import RawTables, TableName
from il2dash.study.values import is_among
from il2dash.study.visit_windows import SAME_WEEK
from il2dash.study.visits_table import TableRead

_ROW_WORDS: dict[TableName, str] = {"visits": "A visit", "events": "An event", "doses": "A cycle"}


def between_table_problems(
    definition: StudyDefinition, raw: RawTables, subjects: SubjectsRead | None, reads: Mapping[TableName, TableRead]
) -> list[Problem]:
    """Return the problems that no table has alone.

    Parameters
    ----------
    subjects : SubjectsRead or None
        None where the subjects table couldn't be read; then only the presence of visits is checked.
    reads : mapping of TableName to TableRead
        The other tables that could be read.
    """
    problems = _visits_wanted(definition, raw)
    if subjects is None:
        return problems
    if "visits" in reads and definition.markers:
        problems += _unseen_patients(raw.tables["subjects"], subjects, reads["visits"])
    last_contact = subjects.frame.drop_duplicates("subject_id").set_index("subject_id")["last_contact_week"]
    deaths = pd.Series(dtype="float64")
    if "events" in reads:
        events = reads["events"].frame
        deaths = events[events["category"] == "death"].groupby("subject_id")["week"].min()
    for name, read in reads.items():
        # wide visits have only the planned week, which says nothing about when the patient came
        if "week_column" in read.frame:
            table = raw.tables[name]
            for limits, words in ((deaths, "the patient's death"), (last_contact, "the last contact")):
                problems += late_rows(read.frame, table, limits, rule=f"{_ROW_WORDS[name]} isn't after {words}")
    return problems


def late_rows(rows: pd.DataFrame, raw: RawTable, limits: pd.Series[float], *, rule: str) -> list[Problem]:
    """Return a warning for each row of the file with a week above its patient's limit.

    Parameters
    ----------
    rows : DataFrame
        `subject_id`, `week` and `week_column` (where the file has the week); the index is the row in the file.
    limits : Series
        Weeks by patient.
    """
    week = rows["week"].to_numpy(dtype=np.float64)
    patient_codes, patients = pd.factorize(rows["subject_id"])
    limit = limits.reindex(patients).to_numpy(dtype=np.float64)[patient_codes]
    late = week > limit + SAME_WEEK
    found = pd.DataFrame(
        {
            "row": rows.index[late],
            "column": rows["week_column"].to_numpy()[late],
            "subject": rows["subject_id"].to_numpy()[late],
            "limit": limit[late],
        }
    ).drop_duplicates(["row", "column"])  # the markers of one visit share its row
    found["value"] = ""
    for column, places in found.groupby("column").groups.items():
        found.loc[places, "value"] = raw.data.loc[found.loc[places, "row"], str(column)].to_numpy()
    return [
        Problem(
            severity="warning",
            file=raw.file,
            row=row,
            column=column,
            value=value,
            rule=f"{rule}.",
            remedy=f"Check the weeks of patient {subject}, for whom that was at week {limit:g}; the row is kept.",
        )
        for row, column, subject, limit, value in zip(*(found[name].tolist() for name in found.columns), strict=True)
    ]


def _unseen_patients(table: RawTable, subjects: SubjectsRead, visits: TableRead) -> list[Problem]:
    unseen = subjects.frame[~is_among(subjects.frame["subject_id"], set(visits.frame["subject_id"].unique()))]
    return [
        Problem(
            severity="warning",
            file=table.file,
            row=row,
            column="subject_id",
            value=subject,
            rule="A patient has a value at one visit at least; this one has none.",
            remedy="Check the id in the visits table; the patient is kept, as missing.",
        )
        for row, subject in zip(unseen.index.to_list(), unseen["subject_id"], strict=True)
    ]


def _visits_wanted(definition: StudyDefinition, raw: RawTables) -> list[Problem]:
    """Return the problem of markers without visits, or of visits without a marker."""
    if definition.markers and "visits" not in raw.tables and definition.tables.visits is None:
        return [
            Problem(
                severity="error",
                file=DEFINITION_FILE,
                column="markers",
                value=", ".join(definition.markers),
                rule="A study with markers has a visits table.",
                remedy="Add visits.csv, or describe it in [tables.visits].",
            )
        ]
    if not definition.markers and "visits" in raw.tables:
        return [
            Problem(
                severity="warning",
                file=raw.tables["visits"].file,
                rule="No marker is described, so nothing of the visits is read.",
                remedy="Describe the markers in study.toml: [markers.cd4].",
            )
        ]
    return []
