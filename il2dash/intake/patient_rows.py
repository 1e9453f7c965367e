"""Rows of patients: which of them count, and one row a patient where a table repeats what belongs to the patient."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import numpy as np
import pandas as pd

from il2dash.intake.recipe_layouts import RowCondition
from il2dash.study.problems import Problem
from il2dash.study.raw_tables import RawTable
from il2dash.study.values import is_among, is_missing, parse_numbers, problems_where


def rows_that_count(
    table: RawTable, patient: str, *, only: Sequence[RowCondition] = (), excluded: Iterable[str] = ()
) -> tuple[RawTable, list[Problem]]:
    """Return the rows that meet all conditions and are of no excluded patient, and a problem for each without an id."""
    counts = ~is_among(table.data[patient], frozenset(excluded))
    for condition in only:
        counts &= table.data[condition.column].isin(condition.values).to_numpy(dtype=bool)
    kept = table.keeping(counts)
    nobody = is_missing(kept.data[patient])
    problems = problems_where(
        kept, nobody, column=patient, rule="A row says which patient it is of.", remedy="Fill in the id of the patient."
    )
    return kept.keeping(~nobody), problems


def one_row_a_patient(
    table: RawTable, patient: str, columns: Iterable[str], *, latest: Collection[str] = ()
) -> tuple[RawTable, list[Problem]]:
    """Return the first row of each patient, with what any row of the patient says in `columns`.

    Two different values of one patient are an error, but for those in `latest`, of which the largest is taken; values
    on only some of a patient's rows are one warning a column.
    """
    data = table.data
    codes, patients = pd.factorize(data[patient])
    first = np.zeros(len(patients), dtype=np.int64)
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    reduced = data.iloc[first].copy()
    problems: list[Problem] = []
    for column in dict.fromkeys(columns):
        if column == patient:
            continue
        if column in latest and (largest := _largest(data[column], codes, len(patients))) is not None:
            reduced[column] = largest
            continue
        known = ~is_missing(data[column])
        where = np.flatnonzero(known)
        texts = pd.factorize(data[column])[0]
        pairs = pd.DataFrame({"patient": codes[where], "text": texts[where]}, index=where).drop_duplicates()
        again = pairs["patient"].duplicated().to_numpy(dtype=bool)
        source = np.full(len(patients), -1)
        source[pairs["patient"].to_numpy()[~again]] = pairs.index.to_numpy()[~again]
        problems += _differing(table, patient, column, pairs.index.to_numpy()[again], codes, source)
        problems += _on_some_rows(table, column, known, codes, source)
        reduced[column] = data[column].iloc[np.where(source < 0, first, source)].to_numpy()
    return RawTable(file=table.file, data=reduced), problems


def _largest(text: pd.Series[str], codes: np.ndarray, patients: int) -> np.ndarray | None:
    """Return the text of each patient's largest number; None where any text is no number, which is told elsewhere."""
    numbers = parse_numbers(text)
    if numbers.fault.any():
        return None
    largest = np.full(patients, "", dtype=object)
    known = np.flatnonzero(numbers.known)
    order = known[np.argsort(numbers.value[known], kind="stable")]
    largest[codes[order]] = text.to_numpy(dtype=object)[order]
    return largest


def repeated_patients(table: RawTable, patient: str) -> list[Problem]:
    """Return a problem for each row of a patient who has a row already."""
    ids = table.data[patient]
    again = ids.duplicated().to_numpy(dtype=bool) & ~is_missing(ids)
    if not again.any():
        return []
    first = dict(zip(ids[::-1], ids.index[::-1], strict=True))
    return problems_where(
        table,
        again,
        column=patient,
        rule="A patient has one row in the table of the patients.",
        remedy=lambda text: (
            f"Remove one of the rows or correct its id; it stands first in row {first[text]}. "
            "If the table has several rows a patient on purpose, say so in the step Patients."
        ),
    )


def _differing(
    table: RawTable, patient: str, column: str, positions: np.ndarray, codes: np.ndarray, source: np.ndarray
) -> list[Problem]:
    data = table.data
    problems = []
    for position in positions.tolist():
        other = int(source[codes[position]])
        found = f"row {data.index[other]} of patient {data[patient].iloc[other]} has {str(data[column].iloc[other])!r}."
        problems.append(
            Problem(
                severity="error",
                file=table.file,
                row=int(data.index[position]),
                column=column,
                value=str(data[column].iloc[position]),
                rule=f"What belongs to a patient is the same on all rows of the patient; {found}",
                remedy="Correct one of them. A column that changes from visit to visit is a marker's, or isn't taken.",
            )
        )
    return problems


def _on_some_rows(
    table: RawTable, column: str, known: np.ndarray, codes: np.ndarray, source: np.ndarray
) -> list[Problem]:
    lacking = ~known & (source[codes] >= 0)
    count = len(np.unique(codes[lacking]))
    if not count:
        return []
    position = int(np.flatnonzero(lacking)[0])
    return [
        Problem(
            severity="warning",
            file=table.file,
            row=int(table.data.index[position]),
            column=column,
            value=str(table.data[column].iloc[position]),
            rule=f"What belongs to a patient stands on every row of the patient; for {count} "
            f"patient{'' if count == 1 else 's'} it stands on some rows only.",
            remedy="The value that is there is taken for the patient; check that it is meant so.",
        )
    ]
