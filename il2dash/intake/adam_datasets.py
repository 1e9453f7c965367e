"""Which of several tables are CDISC ADaM datasets, told by their columns, and their cells as the rules read them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from il2dash.intake.date_texts import plain_date
from il2dash.study.definition_tables import EventCategory
from il2dash.study.problems import Problem
from il2dash.study.raw_tables import RawTable
from il2dash.study.values import is_among

EVENT_COLUMNS = ("subject_id", "week", "category", "term", "grade")
_ARM_COLUMNS = ("TRT01P", "ARM", "ARMCD")
_SAS_DAYS = re.compile(r"(-?[0-9]{1,5})(?:\.0+)?")
_SAS_START = date(1960, 1, 1)
MOST_STRANGERS = 5
"""How many patients whom ADSL lacks are named."""
_RECORD_COLUMNS = ("PARAMCD", "AETERM", "AEDECOD", "AVISIT", "AVAL")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class AdamDatasets:
    """The ADaM datasets of one trial; column names are upper case and cells trimmed.

    Parameters
    ----------
    subjects : RawTable
        ADSL: one row a patient.
    findings : tuple of RawTable
        Measurements in the basic data structure: ADLB, ADVS and the like, one row a patient, parameter and visit.
    times : tuple of RawTable
        Times to an event: ADTTE, one row a patient and parameter, with `CNSR`.
    adverse : tuple of RawTable
        Adverse events: ADAE, one row an event.
    ignored : tuple of str
        Files that are none of these.
    """

    subjects: RawTable
    findings: tuple[RawTable, ...]
    times: tuple[RawTable, ...]
    adverse: tuple[RawTable, ...]
    ignored: tuple[str, ...] = ()

    @property
    def files(self) -> tuple[str, ...]:
        """The files that are read, ADSL first."""
        return tuple(table.file for table in (self.subjects, *self.findings, *self.times, *self.adverse))


def recognize(tables: Sequence[RawTable]) -> AdamDatasets | None:
    """Return the ADaM datasets among some tables, or None where there is no ADSL.

    A dataset is known by the variables that the ADaM implementation guide requires of its kind, and not by its file's
    name, which anybody may change: ADSL has `USUBJID` and a planned arm and no variable of a record; times to an event
    have `PARAMCD`, `AVAL` and `CNSR`; other findings `PARAMCD`, `AVAL` or `AVALC`, and a visit or day; adverse events
    `AETERM` or `AEDECOD`. A table with `ARM` or `ARMCD` alone is taken for ADSL only beside another ADaM dataset,
    because many a table has a column of that name. Of several subject tables the one with `TRT01P` is ADSL; of
    several of these one with a row a patient (a dataset of medications has the arm too), and then the one whose file's
    name begins so.
    """
    subjects: list[RawTable] = []
    kinds: dict[str, list[RawTable]] = {"findings": [], "times": [], "adverse": []}
    ignored: list[str] = []
    for table in tables:
        plain = _upper_case(table)
        kind = "" if plain is None else _kind(plain)
        if plain is None or not kind:
            ignored.append(table.file)
        elif kind == "subjects":
            subjects.append(plain)
        else:
            kinds[kind].append(plain)
    subjects.sort(key=_likeness_to_adsl)
    if not subjects or ("TRT01P" not in subjects[0].columns and not any(kinds.values())):
        return None
    return AdamDatasets(
        subjects=_trimmed(subjects[0]),
        findings=tuple(map(_trimmed, kinds["findings"])),
        times=tuple(map(_trimmed, kinds["times"])),
        adverse=tuple(map(_trimmed, kinds["adverse"])),
        ignored=(*ignored, *(table.file for table in subjects[1:])),
    )


def cells(table: RawTable, column: str) -> pd.Series[str]:
    """Return a column's cells, all empty where the dataset lacks the column."""
    if column in table.columns:
        return table.data[column]
    return pd.Series("", index=table.data.index, dtype="str")


def first_text(table: RawTable, column: str) -> str:
    """Return the first text of a column that isn't empty, or ``""``."""
    text = cells(table, column)
    return str(next(iter(text[text != ""].head(1)), ""))


def texts_of(text: pd.Series[str], write: Callable[[str], str]) -> pd.Series[str]:
    """Return `write` of each text, calling it once for each distinct one."""
    codes, distinct = pd.factorize(text)
    written = pd.Series([write(str(one)) for one in distinct], dtype="str")
    return written.take(codes).set_axis(text.index)


def is_yes(table: RawTable, column: str) -> np.ndarray:
    """Tell where a flag is Y: ADaM's flags are Y, N or empty, and only Y says that it holds."""
    return (cells(table, column).str.upper() == "Y").to_numpy(dtype=bool)


def flag_is_used(table: RawTable, column: str) -> bool:
    """Tell whether a flag says anything: one that is empty throughout was never set, and chooses nothing."""
    return bool(cells(table, column).str.upper().isin(["Y", "N"]).any())


def of_patients(table: RawTable, patients: Collection[str]) -> RawTable:
    """Return the rows of some patients."""
    return table.keeping(is_among(table.data["USUBJID"], patients))


def strangers(table: RawTable, subjects: RawTable) -> list[Problem]:
    """Return one problem of all patients who have rows here and none in ADSL, with the first of them."""
    ids = table.data["USUBJID"]
    unknown = ids[~is_among(ids, frozenset(subjects.data["USUBJID"]))].drop_duplicates()
    if unknown.empty:
        return []
    more = len(unknown) - MOST_STRANGERS
    are = "1 patient isn't" if len(unknown) == 1 else f"{len(unknown):,} patients aren't"
    return [
        fault(
            table,
            f"A patient with rows here is in {subjects.file}; {are}.",
            "Correct the ids, or load the ADSL that belongs to this dataset.",
            row=int(unknown.index[0]),
            column="USUBJID",
            value=", ".join(unknown.head(MOST_STRANGERS)) + (f" and {more:,} more" if more > 0 else ""),
        )
    ]


def fault(
    table: RawTable,
    rule: str,
    remedy: str,
    *,
    row: int | None = None,
    column: str | None = None,
    value: str | None = None,
    warning: bool = False,
) -> Problem:
    """Return a problem of an ADaM dataset."""
    return Problem(
        severity="warning" if warning else "error",
        file=table.file,
        row=row,
        column=column,
        value=value,
        rule=rule,
        remedy=remedy,
    )


def record_count(count: int) -> str:
    """Write a number of records."""
    return "1 record" if count == 1 else f"{count:,} records"


def dates(table: RawTable, column: str) -> pd.Series[pd.Timestamp]:
    """Return a column's dates; NaT for what isn't a whole one.

    ISO 8601 and SAS's own form (``01JAN2020``), with or without a time; in a numeric variable (``RANDDT``), as a file
    without formats has it, SAS's count of days since 1960. A ``DTC`` variable is text, in which ``2020`` is a year.
    """
    numeric = not column.endswith("DTC")
    text = texts_of(cells(table, column), lambda date: _date_text(date, numeric=numeric))
    return pd.to_datetime(text, format="%Y-%m-%d", errors="coerce")


def _date_text(text: str, *, numeric: bool) -> str:
    if numeric and (match := _SAS_DAYS.fullmatch(text)):
        return (_SAS_START + timedelta(days=int(match[1]))).isoformat()
    return plain_date(text[:10] if text[4:5] == "-" else text.split(":")[0], None)


def event_rows(
    table: RawTable,
    weeks: np.ndarray,
    *,
    category: EventCategory,
    term: pd.Series[str] | str,
    grade: pd.Series[str] | str,
) -> pd.DataFrame:
    """Return rows of the events table, one a row of `table`, in text."""
    part = pd.DataFrame({"subject_id": table.data["USUBJID"]})
    part["week"] = pd.Series([week_text(week) for week in weeks], index=part.index, dtype="str")
    part["category"] = category
    part["term"], part["grade"] = term, grade
    return part[list(EVENT_COLUMNS)]


def week_text(week: float) -> str:
    """Write a week so that it is read as the same number."""
    return str(int(week)) if float(week).is_integer() else repr(float(week))


def _upper_case(table: RawTable) -> RawTable | None:
    """Return a table with upper-case column names; None where two columns differ by case alone."""
    names = [str(column).strip().upper() for column in table.columns]
    return None if len(set(names)) != len(names) else replace(table, data=table.data.set_axis(names, axis="columns"))


def _trimmed(table: RawTable) -> RawTable:
    """Trim the spaces with which SAS transport files fill a text to its variable's length."""
    return replace(table, data=table.data.apply(lambda column: column.str.strip()))


def _kind(table: RawTable) -> str:
    columns = set(table.columns)
    if "USUBJID" not in columns:
        return ""
    if {"PARAMCD", "AVAL", "CNSR"} <= columns:
        return "times"
    if "PARAMCD" in columns and columns & {"AVAL", "AVALC"} and columns & {"AVISIT", "AVISITN", "ADY"}:
        return "findings"
    if columns & {"AETERM", "AEDECOD"}:
        return "adverse"
    return "subjects" if columns & set(_ARM_COLUMNS) and not columns & set(_RECORD_COLUMNS) else ""


def _likeness_to_adsl(table: RawTable) -> tuple[bool, bool, bool]:
    several = bool(table.data["USUBJID"].duplicated().any())
    return "TRT01P" not in table.columns, several, not re.split(r"[\\/]", table.file)[-1].casefold().startswith("adsl")
