"""Study days that ADaM datasets lack, counted from their dates as CDISC counts them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from il2dash.intake.adam_datasets import AdamDatasets, cells, dates
from il2dash.study.raw_tables import RawTable
from il2dash.study.values import is_missing

REFERENCES = ("TRTSDT", "RANDDT")
"""ADSL's dates from which days are counted: the first treatment, and the randomization of who has none."""

_FINDINGS = (("ADY", ("ADT",)),)
_ADVERSE = (("ASTDY", ("ASTDT",)), ("AESTDY", ("AESTDTC", "AESTDT")))


def with_study_days(datasets: AdamDatasets) -> tuple[AdamDatasets, tuple[str, ...]]:
    """Count the study days that are missing where the date is there; say how many, and from which date.

    A day is the date minus the reference date, plus one from the reference date on: there is no day 0. Days that a
    dataset has stay as they are.
    """
    references = reference_dates(datasets.subjects)
    notes: list[str] = []

    def counted(tables: Sequence[RawTable], days: Sequence[tuple[str, Sequence[str]]]) -> tuple[RawTable, ...]:
        return tuple(_with_days(table, days, references, notes) for table in tables)

    found = replace(
        datasets, findings=counted(datasets.findings, _FINDINGS), adverse=counted(datasets.adverse, _ADVERSE)
    )
    return found, tuple(notes)


def reference_dates(subjects: RawTable) -> pd.DataFrame:
    """Return each patient's reference date, and the variable that it is of."""
    start = dates(subjects, REFERENCES[0])
    variable = np.where(start.notna(), REFERENCES[0], REFERENCES[1])
    frame = pd.DataFrame({"start": start.fillna(dates(subjects, REFERENCES[1])), "variable": variable})
    return frame.set_axis(subjects.data["USUBJID"]).loc[lambda rows: ~rows.index.duplicated()]


def _with_days(
    table: RawTable, days: Sequence[tuple[str, Sequence[str]]], references: pd.DataFrame, notes: list[str]
) -> RawTable:
    """Return a dataset with the days counted that it lacks, of the first variable whose dates it has."""
    for day, columns in days:
        column = next((name for name in columns if name in table.columns), "")
        if not column:
            continue
        reference = references.reindex(table.data["USUBJID"]).set_axis(table.data.index)
        number = (dates(table, column) - reference["start"]).dt.days
        counted = is_missing(cells(table, day)) & number.notna().to_numpy(dtype=bool)
        if not counted.any():
            return table
        text = (number[counted] + (number[counted] >= 0)).astype("int64").astype("str")
        for variable in REFERENCES:
            of_it = int((reference["variable"][counted] == variable).sum())
            if of_it:
                notes.append(
                    f"{table.file}: {of_it:,} study day{'' if of_it == 1 else 's'} ({day}) counted from {column} since "
                    f"{variable} of ADSL, which is day 1; there is no day 0."
                )
        written = cells(table, day).where(~counted, text.reindex(table.data.index)).astype("str")
        return replace(table, data=table.data.assign(**{day: written}))
    return table
