"""The visits of an ADaM findings dataset: what each is called, which are unscheduled, and at which week they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from il2dash.intake.adam_datasets import cells, texts_of
from il2dash.intake.adam_weeks import VisitKind, named_week, rounded_week, visit_kind, weeks_of_study_days
from il2dash.study.raw_tables import RawTable
from il2dash.study.values import is_among, is_missing, parse_distinct, parse_numbers


def visit_names(table: RawTable) -> pd.Series[str]:
    """Return ``AVISIT`` with runs of spaces as one; where it is empty, ``Visit`` and the whole ``AVISITN``.

    Names that differ by case alone are one visit, called as it is first written.
    """
    text = cells(table, "AVISIT")
    named = texts_of(text.mask(is_missing(text), ""), lambda name: " ".join(name.split()))
    first: dict[str, str] = {}
    named = texts_of(named, lambda name: first.setdefault(name.casefold(), name))
    numbers = cells(table, "AVISITN")
    whole = numbers.str.fullmatch(r"[0-9]+(\.0*)?")
    return named.mask((named == "") & whole, "Visit " + numbers.str.replace(r"\.0*$", "", regex=True))


def is_kind(names: pd.Series[str], kind: VisitKind) -> np.ndarray:
    """Tell where a visit's name is of a kind."""
    of_kind: np.ndarray = parse_distinct(names, lambda name: float(visit_kind(name) is kind)) == 1
    return of_kind


def is_unscheduled(table: RawTable, names: pd.Series[str]) -> np.ndarray:
    """Tell where a visit is unscheduled, by its name or by ``AVISITN``.

    A name that says when the visit is stays planned whatever its number (4, 104, 400, or none): the number sorts
    visits. But a fraction (4.1) beside the same name with a whole number is a visit between two planned ones. A name
    that says no time is unscheduled with a fraction, and without a number where other visits have one.
    """
    unscheduled = is_kind(names, VisitKind.UNSCHEDULED)
    numbers = parse_numbers(cells(table, "AVISITN")).value
    without: np.ndarray = np.isnan(numbers)
    if without.all():
        return unscheduled
    fraction: np.ndarray = ~without & (numbers != np.floor(numbers))
    timed = is_kind(names, VisitKind.TIMED) | is_kind(names, VisitKind.BASELINE)
    beside = is_among(names, frozenset(names[~without & ~fraction]))
    unscheduled |= (without & ~timed) | (fraction & (~timed | beside))
    return unscheduled


def own_weeks(table: RawTable) -> np.ndarray:
    """Return each record's own week, by its study day ``ADY``; NaN without one."""
    days = parse_numbers(cells(table, "ADY"))
    weeks: np.ndarray = np.round(weeks_of_study_days(np.where(days.censoring == 0, days.value, np.nan)), 9)
    return weeks


def planned_weeks(names: pd.Series[str], *, said: Mapping[str, float], by_days: Mapping[str, float]) -> np.ndarray:
    """Return the weeks of planned visits; NaN where a name is of no planned visit, or nothing says the week.

    Parameters
    ----------
    said : mapping of str to float
        Weeks by name, as the user says them, before any rule.
    by_days : mapping of str to float
        Weeks of visits whose name has none, by `weeks_by_days`.
    """
    user = {name.casefold(): rounded_week(week) for name, week in said.items()}

    def week_of(name: str) -> float:
        folded = name.casefold()
        if folded in user:
            return user[folded]
        kind = visit_kind(name)
        if kind is VisitKind.BASELINE:
            return 0.0
        week = named_week(name) if kind is VisitKind.TIMED else by_days.get(folded)
        return np.nan if week is None else week

    return parse_distinct(names, week_of)


def weeks_by_days(tables: Iterable[RawTable]) -> dict[str, float]:
    """Return the week of each planned visit whose name says none, from the study days of all its records.

    It is the whole week nearest to their median, so that all parameters of the visit are at one week. A visit without
    any study day has no entry. The keys are the names in lower case.
    """
    found = []
    for table in tables:
        names = visit_names(table)
        where = is_kind(names, VisitKind.NUMBERED) & ~is_unscheduled(table, names)
        found.append(pd.DataFrame({"visit": texts_of(names[where], str.casefold), "week": own_weeks(table)[where]}))
    if not found:
        return {}
    medians = pd.concat(found).groupby("visit")["week"].median().dropna()
    return {str(name): float(np.floor(week + 0.5)) for name, week in medians.items()}
