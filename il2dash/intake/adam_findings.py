"""One parameter of an ADaM findings dataset as measurements: which records count, when they are, and what they say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from il2dash.intake.adam_datasets import cells, fault, is_yes, texts_of
from il2dash.intake.adam_weeks import VisitKind, named_week, rounded_week, visit_kind, weeks_of_study_days
from il2dash.study.problems import Problem
from il2dash.study.raw_tables import RawTable
from il2dash.study.values import number_problems, parse_distinct, parse_numbers
from il2dash.study.visit_windows import SAME_WEEK


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ParameterRecords:
    """The records of one parameter that count.

    Parameters
    ----------
    frame : DataFrame
        `subject_id`, `week` (NaN where the user must say it), `value` (text), `visit` (its name), `planned` (whether it
        stands for a planned visit) and `baseline`; the index is the row in the file.
    left_out : mapping of str to int
        Records that don't count, by the reason in words.
    flag_selects_one : bool
        See `AdamParameter`.
    stand_ins : int
        Records whose ``AVAL`` is a stand-in for what ``AVALC`` says is below or above a limit.
    """

    frame: pd.DataFrame
    left_out: Mapping[str, int]
    flag_selects_one: bool
    stand_ins: int
    problems: tuple[Problem, ...]


def parameter_records(
    table: RawTable,
    *,
    include_derived: bool,
    analysis_flag: bool,
    said_weeks: Mapping[str, float],
    day_weeks: Mapping[str, float],
) -> ParameterRecords:
    """Return the records of one parameter that count as measurements.

    Parameters
    ----------
    table : RawTable
        The parameter's records, of the patients who are analyzed.
    include_derived : bool
        Whether records with a ``DTYPE`` count.
    analysis_flag : bool
        Whether ``ANL01FL`` is followed.
    said_weeks : mapping of str to float
        Weeks of visits by name, as the user says them, before any rule.
    day_weeks : mapping of str to float
        Weeks of visits whose name has none, by `weeks_by_days`.

    Notes
    -----
    The rules, in their order:

    1. A record with a ``DTYPE`` (LOCF, AVERAGE, ...) was made by the sponsor and not measured: it would stand beside
       il2dash's own rules for missing outcomes. Left out unless asked for, but for the baseline (``ABLFL``): a mean of
       screening and day 1 is the value that the trial measured changes from.
    2. ``AVALC`` such as ``<50`` is a censored value, whatever stands in ``AVAL`` for it (a blank, the limit or half of
       it): a stand-in isn't a measurement. Otherwise the value is ``AVAL``.
    3. The baseline is the record with ``ABLFL = "Y"``, at week 0, whatever its visit is called and whether or not it is
       flagged for analysis; where no record has the flag, the visit called Baseline. With the flag, any other record at
       week 0 is no baseline and is left out.
    4. Where ``ANL01FL`` has any Y, only records with Y count: the sponsor chose one of several records of a visit so.
    5. An unscheduled visit (called so, without ``AVISITN`` where others have one, or with a fraction in it that
       isn't in the time that ``AVISIT`` names) counts only if ``ANL01FL`` says Y, on its own day, and stands for no
       planned visit.
    6. A planned visit is at the week of its name (`named_week`); one without (``Visit 3``) at the whole week nearest to
       the median of its study days; without days the user is asked.
    7. A visit at no planned time (End of Treatment, Early Termination) that repeats a record of the same day and value
       is that record again and is left out; otherwise it counts on its own day, and stands for no planned visit.
    8. Several records of a patient at one planned week are a problem: none of them is chosen here.
    """
    left_out: dict[str, int] = {}
    problems: list[Problem] = []
    derived = (cells(table, "DTYPE") != "").to_numpy(dtype=bool) & ~is_yes(table, "ABLFL")
    if not include_derived:
        _count(left_out, "derived by the sponsor (DTYPE)", derived)
        table = table.keeping(~derived)
    value, stand_in, found = _values(table)
    problems += found
    problems += number_problems(
        table,
        parse_numbers(cells(table, "ADY")),
        column="ADY",
        what="A study day",
        date_remedy="Give the day's number.",
    )
    known = (value != "").to_numpy(dtype=bool)
    _count(left_out, "without a value", ~known)
    stand_ins = int((stand_in & known).sum())
    table, value = table.keeping(known), value[known]
    frame, excluded, one = _placed(table, value, analysis_flag=analysis_flag, said=said_weeks, by_days=day_weeks)
    for reason, where in excluded.items():
        _count(left_out, reason, where)
    counted = ~np.logical_or.reduce([np.zeros(len(frame), dtype=bool), *excluded.values()])
    frame = frame[counted]
    problems += _several_of_a_visit(table, frame)
    frame, same_day = _without_same_day(frame)
    if same_day:
        left_out["one of several of a day without a planned visit"] = same_day
    return ParameterRecords(
        frame=frame,
        left_out=left_out,
        flag_selects_one=one,
        stand_ins=stand_ins,
        problems=tuple(problems),
    )


def weeks_by_days(tables: Iterable[RawTable]) -> dict[str, float]:
    """Return the week of each planned visit whose name says none, from the study days of all its records.

    It is the whole week nearest to their median, so that all parameters of the visit are at one week. A visit without
    any study day has no entry.
    """
    found = []
    for table in tables:
        names = _visit_names(table)
        where = _is_kind(names, VisitKind.NUMBERED) & ~_numbered_unscheduled(table, names)
        found.append(pd.DataFrame({"visit": names[where], "week": _own_weeks(table)[where]}))
    if not found:
        return {}
    medians = pd.concat(found).groupby("visit")["week"].median().dropna()
    return {str(name): float(np.floor(week + 0.5)) for name, week in medians.items()}


def _count(left_out: dict[str, int], reason: str, where: np.ndarray) -> None:
    if where.any():
        left_out[reason] = left_out.get(reason, 0) + int(where.sum())


def _values(table: RawTable) -> tuple[pd.Series[str], np.ndarray, list[Problem]]:
    """Return each record's value as text (empty where there is none), where ``AVAL`` is a stand-in, and problems."""
    number_text, character = cells(table, "AVAL"), cells(table, "AVALC")
    numbers, characters = parse_numbers(number_text), parse_numbers(character)
    problems = number_problems(
        table, numbers, column="AVAL", what="AVAL", date_remedy="Check the dataset.", censored=True
    )
    censored = (characters.censoring != 0) & characters.known
    usable = numbers.known
    words = ~usable & ~censored & (characters.known | (characters.fault != 0)) & (numbers.fault == 0)
    problems += [
        fault(
            table,
            "A value that stands in AVALC alone is below or above a limit, such as <50.",
            "The record is left out; give AVAL where the value was measured.",
            row=row,
            column="AVALC",
            value=text,
            warning=True,
        )
        for row, text in zip(character.index[words].to_list(), character[words], strict=True)
    ]
    value = number_text.where(usable, "").mask(censored, character)
    return value, censored & usable, problems


def _placed(
    table: RawTable,
    value: pd.Series[str],
    *,
    analysis_flag: bool,
    said: Mapping[str, float],
    by_days: Mapping[str, float],
) -> tuple[pd.DataFrame, dict[str, np.ndarray], bool]:
    """Return all records with their weeks, which of them are left out by the reason, and `flag_selects_one`."""
    names = _visit_names(table)
    flagged = is_yes(table, "ANL01FL")
    flag_used = analysis_flag and bool(flagged.any())
    baseline, baseline_flagged = _baseline(table, names, flagged)
    unscheduled = _is_kind(names, VisitKind.UNSCHEDULED) | _numbered_unscheduled(table, names)
    unscheduled &= ~names.isin(list(said)).to_numpy(dtype=bool) & ~baseline
    days = _own_weeks(table)
    week = parse_distinct(names, lambda name: _planned_week(name, said=said, by_days=by_days))
    unplanned = _is_kind(names, VisitKind.UNPLANNED) & np.isnan(week) & ~baseline & ~unscheduled
    week = np.where(unplanned | unscheduled, days, week)
    week = np.where(baseline, 0.0, week)
    frame = pd.DataFrame(
        {
            "subject_id": table.data["USUBJID"],
            "week": week,
            "value": value,
            "visit": names,
            "planned": ~(unplanned | unscheduled),
            "baseline": baseline,
        },
        index=table.data.index,
    )
    reasons: dict[str, np.ndarray] = {}
    reasons["unscheduled and not flagged for analysis"] = unscheduled & ~flagged
    open_ = ~reasons["unscheduled and not flagged for analysis"]
    if flag_used:
        reasons["not flagged for analysis (ANL01FL)"] = open_ & ~flagged & ~baseline
        open_ &= ~reasons["not flagged for analysis (ANL01FL)"]
    if baseline_flagged:
        at_start = open_ & ~baseline & (np.abs(week) <= SAME_WEEK) & frame["planned"].to_numpy()
        reasons["at the baseline visit and not its record (ABLFL)"] = at_start
        open_ &= ~at_start
    again = open_ & unplanned
    if again.any():
        again &= _repeats(frame, days, of=open_ & ~unplanned)
    reasons["again under a visit without a planned time"] = again
    open_ &= ~again
    reasons["at a visit without a planned time and without a study day"] = (
        open_ & (unplanned | unscheduled) & np.isnan(week)
    )
    at_visits = ~baseline & frame["planned"].to_numpy(dtype=bool)
    one = flag_used and _flag_selects_one(frame[at_visits], flagged=flagged[at_visits])
    return frame, reasons, one


def _visit_names(table: RawTable) -> pd.Series[str]:
    """Return ``AVISIT`` with runs of spaces as one; where it is empty, ``Visit`` and the whole ``AVISITN``."""
    text = cells(table, "AVISIT")
    text = text.mask(text == ".", "")
    numbers = cells(table, "AVISITN")
    named = texts_of(text, lambda name: " ".join(name.split()))
    whole = numbers.str.fullmatch(r"[0-9]+(\.0*)?")
    return named.mask((named == "") & whole, "Visit " + numbers.str.replace(r"\.0*$", "", regex=True))


def _numbered_unscheduled(table: RawTable, names: pd.Series[str]) -> np.ndarray:
    """Tell where ``AVISITN`` says that a visit is unscheduled: none where others have one, or a fraction."""
    numbers = parse_numbers(cells(table, "AVISITN")).value
    without: np.ndarray = np.isnan(numbers)
    if without.all():
        return np.zeros(len(numbers), dtype=bool)
    fraction: np.ndarray = ~without & (numbers != np.floor(numbers))
    if fraction.any():
        shown = cells(table, "AVISITN")
        own = [number in name and named_week(name) is not None for number, name in zip(shown, names, strict=True)]
        fraction &= ~np.array(own, dtype=bool)
    fraction |= without
    return fraction


def _is_kind(names: pd.Series[str], kind: VisitKind) -> np.ndarray:
    is_kind: np.ndarray = parse_distinct(names, lambda name: float(visit_kind(name) is kind)) == 1
    return is_kind


def _baseline(table: RawTable, names: pd.Series[str], flagged: np.ndarray) -> tuple[np.ndarray, bool]:
    """Return which records are baselines, and whether a flag says so; of several, those flagged for analysis."""
    marked = is_yes(table, "ABLFL")
    if not marked.any():
        return _is_kind(names, VisitKind.BASELINE), False
    ids = table.data["USUBJID"]
    chosen = marked & flagged
    resolved = ids.isin(ids[chosen]).to_numpy(dtype=bool)
    return np.where(resolved, chosen, marked), True


def _own_weeks(table: RawTable) -> np.ndarray:
    days = parse_numbers(cells(table, "ADY"))
    weeks: np.ndarray = np.round(weeks_of_study_days(np.where(days.censoring == 0, days.value, np.nan)), 9)
    return weeks


def _planned_week(name: str, *, said: Mapping[str, float], by_days: Mapping[str, float]) -> float:
    """Return the week of a planned visit; NaN where its name is of no planned visit, or nothing says the week."""
    if name in said:
        return rounded_week(said[name])
    kind = visit_kind(name)
    if kind is VisitKind.BASELINE:
        return 0.0
    week = named_week(name) if kind is VisitKind.TIMED else by_days.get(name)
    return np.nan if week is None else week


def _repeats(frame: pd.DataFrame, days: np.ndarray, *, of: np.ndarray) -> np.ndarray:
    """Tell where a record has the patient, day and value of one of those where `of` is true."""
    keys = pd.MultiIndex.from_arrays([frame["subject_id"], days, frame["value"]])
    repeated: np.ndarray = keys.isin(keys[of & ~np.isnan(days)])
    return repeated


def _flag_selects_one(visits: pd.DataFrame, *, flagged: np.ndarray) -> bool:
    """Tell whether the flag leaves each patient one visit at most, another by patient, of the several they have."""
    chosen = visits[flagged].drop_duplicates(["subject_id", "visit"])
    every = visits.drop_duplicates(["subject_id", "visit"])
    return bool(
        chosen["visit"].nunique() > 1
        and not chosen["subject_id"].duplicated().any()
        and every["subject_id"].duplicated().any()
    )


def _several_of_a_visit(table: RawTable, frame: pd.DataFrame) -> list[Problem]:
    planned = frame[frame["planned"] & frame["week"].notna()]
    again = planned[planned.duplicated(["subject_id", "week"])]
    if again.empty:
        return []
    first = planned.drop_duplicates(["subject_id", "week"])
    rows = dict(zip(zip(first["subject_id"], first["week"], strict=True), first.index, strict=True))
    code = cells(table, "PARAMCD")
    return [
        fault(
            table,
            "After the flags a patient has one record of a parameter at a visit; this one has several.",
            f"Mark one of rows {rows[patient, week]} and {row} of patient {patient} by ANL01FL, "
            f"or leave out the parameter {code[row]}.",
            row=row,
            column="AVISIT",
            value=visit,
        )
        for row, patient, week, visit in zip(
            again.index.to_list(), again["subject_id"], again["week"], again["visit"], strict=True
        )
    ]


def _without_same_day(frame: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Leave out all records of a patient's day without a planned visit that has several, rather than choose one."""
    unplanned = frame[~frame["planned"]]
    several = unplanned.index[unplanned.duplicated(["subject_id", "week"], keep=False)]
    return frame.drop(index=several), len(several)
