"""Dates become days since randomization: further columns of the tables, which a recipe then takes as times."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from il2dash.intake.date_texts import date_style, plain_date
from il2dash.intake.recipe import DAYS_SINCE, DaysSince, Recipe
from il2dash.study.definition_tables import TimeUnit
from il2dash.study.problems import Problem
from il2dash.study.raw_tables import RawTable
from il2dash.study.values import MISSING_TEXTS, is_missing, problems_where

_SAMPLE = 2000
_ISO = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"


def date_columns(table: RawTable) -> tuple[str, ...]:
    """Return the columns whose texts are dates, in whatever order of day and month."""
    return tuple(column for column in table.columns if _holds_dates(table.data[column]))


def unit_of(column: str, otherwise: TimeUnit) -> TimeUnit:
    """Return the unit of a column of times: columns that were counted from dates hold days."""
    return "days" if DAYS_SINCE in column else otherwise


def days_since(
    tables: Iterable[RawTable], *, subjects: str, start: str, patients: Mapping[str, str]
) -> tuple[DaysSince, ...]:
    """Return a column of days for each column of dates, from the date of randomization on.

    Parameters
    ----------
    subjects, start : str
        The table of the patients, and its column with the date of randomization; an empty one gives none.
    patients : mapping of str to str
        Each table's column of the patient.
    """
    if not start:
        return ()
    return tuple(
        DaysSince(table=table.file, patient=patients[table.file], column=column, start=start)
        for table in tables
        if table.file in patients
        for column in date_columns(table)
        if (table.file, column) != (subjects, start)
    )


def with_day_columns(tables: Sequence[RawTable], recipe: Recipe) -> tuple[RawTable, ...]:
    """Return the tables with the recipe's columns of days; a cell is empty where either date can't be read."""
    by_file = {table.file: table for table in tables}
    main = by_file.get(recipe.subjects.table)
    for since in recipe.days:
        table = by_file.get(since.table)
        if table is None or main is None or not {since.column, since.patient} <= set(table.columns):
            continue
        if since.start not in main.columns or recipe.subjects.patient not in main.columns:
            continue
        by_file[since.table] = _with(table, since, _starts(main, recipe.subjects.patient, since.start))
    return tuple(by_file[table.file] for table in tables)


def day_problems(tables: Mapping[str, RawTable], recipe: Recipe, used: Iterable[tuple[str, str]]) -> list[Problem]:
    """Return a problem for each date that can't be read, in the columns that the used columns of days are from.

    Parameters
    ----------
    used : iterable of (file, column)
        The columns that the recipe takes.
    """
    taken = set(used)
    wanted = [since for since in recipe.days if (since.table, since.name) in taken]
    places = [(since.table, since.column) for since in wanted]
    places += [(recipe.subjects.table, since.start) for since in wanted]
    problems: list[Problem] = []
    for file, column in dict.fromkeys(places):
        if file in tables and column in tables[file].columns:
            text = tables[file].data[column]
            unread = ~text.str.fullmatch(_ISO).to_numpy(dtype=bool) & ~is_missing(text)
            problems += problems_where(
                tables[file],
                unread,
                column=column,
                rule="A date is written as year-month-day, or in one way that can be seen from its column.",
                remedy="The step Repairs writes it so, and asks what comes first, the day or the month.",
            )
    return problems


def _with(table: RawTable, since: DaysSince, starts: pd.Series) -> RawTable:
    if since.name in table.columns:
        return table
    start = starts.reindex(table.data[since.patient].to_numpy()).to_numpy(dtype="datetime64[D]")
    days = (_dates(table.data[since.column]).to_numpy(dtype="datetime64[D]") - start).astype("float64")
    days[np.isnat(start)] = np.nan
    written = ["" if np.isnan(day) else str(int(day)) for day in _without_nat(days)]
    return replace(
        table,
        data=table.data.assign(**{since.name: pd.Series(written, index=table.data.index, dtype="str")}),
    )


def _without_nat(days: np.ndarray) -> Iterator[float]:
    """Yield the days, NaN where there is no date: as a number it would be the smallest there is."""
    for day in days.tolist():
        yield day if abs(day) < 1e6 else float("nan")


def _starts(main: RawTable, patient: str, start: str) -> pd.Series:
    """Return the first date of each patient that is known."""
    dates = _dates(main.data[start])
    dates.index = pd.Index(main.data[patient].to_numpy())
    known = dates.dropna()
    return known[~known.index.duplicated()]


def _dates(text: pd.Series[str]) -> pd.Series:
    return pd.to_datetime(text.where(text.str.fullmatch(_ISO), None), format="%Y-%m-%d", errors="coerce")


def _holds_dates(text: pd.Series[str]) -> bool:
    known = [one for one in text.head(_SAMPLE).unique() if str(one).lower() not in MISSING_TEXTS]
    return bool(known) and all(_is_date(str(one)) for one in known)


def _is_date(text: str) -> bool:
    if text.isdigit():
        return False
    style = date_style([text])
    return bool(style.questions or style.short_years) or _has_iso(plain_date(text, None))


def _has_iso(text: str) -> bool:
    return len(text) == 10 and text[4] == text[7] == "-" and text.replace("-", "").isdigit()
