"""One parameter of an ADaM findings dataset as measurements: which records count, when they are, and what they say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from il2dash.intake.adam_datasets import cells, fault, flag_is_used, is_yes
from il2dash.intake.adam_values import finding_values
from il2dash.intake.adam_visit_names import is_kind, is_unscheduled, own_weeks, planned_weeks, visit_names
from il2dash.intake.adam_weeks import VisitKind
from il2dash.study.problems import Problem
from il2dash.study.raw_tables import RawTable
from il2dash.study.values import is_missing, number_problems, parse_numbers
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

    1. Under several ``BASETYPE`` one record stands once for each: it counts once.
    2. A record with a ``DTYPE`` (LOCF, WOCF, INTERPOL, ...) was made by the sponsor and not measured: it would stand
       beside il2dash's own rules for missing outcomes. Left out unless asked for, but for the baseline (``ABLFL``): a
       mean of screening and day 1 is the value that the trial measured changes from. A mean (AVERAGE) of a visit's
       own measurements that ``ANL01FL`` puts in their place counts too: nothing of it is missing.
    3. The value is that of `finding_values`.
    4. The baseline is the record with ``ABLFL = "Y"``, at week 0, whatever its visit is called and whether or not it is
       flagged for analysis; where no record has the flag, the visit called Baseline. With the flag, any other record at
       week 0 is no baseline and is left out.
    5. Where ``ANL01FL`` has any Y or N, only records with Y count: the sponsor chose one of several records of a visit
       so. A flag that is empty throughout chooses nothing.
    6. An unscheduled visit (`is_unscheduled`) counts only if ``ANL01FL`` says Y, on its own day, and stands for no
       planned visit.
    7. A planned visit is at the week of its name (`named_week`); one without (``Visit 3``) at the whole week nearest to
       the median of its study days; without days the user is asked.
    8. A visit at no planned time (End of Treatment, Early Termination) that repeats a record of the same day and value
       is that record again and is left out; otherwise it counts on its own day, and stands for no planned visit.
    9. Several records of a patient at one planned week are a problem: none of them is chosen here.
    """
    left_out: dict[str, int] = {}
    problems: list[Problem] = []
    again = _again_by_basetype(table)
    _count(left_out, "again under another BASETYPE", again)
    table = table.keeping(~again)
    if not include_derived:
        derived = is_derived(table) & ~is_yes(table, "ABLFL")
        if analysis_flag:
            derived &= ~_means_of_visits(table, derived)
        _count(left_out, "derived by the sponsor (DTYPE)", derived)
        table = table.keeping(~derived)
    value, stand_in, found = finding_values(table)
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


def is_derived(table: RawTable) -> np.ndarray:
    """Tell where ``DTYPE`` says that the sponsor derived a record."""
    return ~is_missing(cells(table, "DTYPE"))


def _again_by_basetype(table: RawTable) -> np.ndarray:
    """Tell where a record repeats one of another ``BASETYPE``; of those that are the same the flagged one stays."""
    if cells(table, "BASETYPE").nunique() < 2:
        return np.zeros(len(table.data), dtype=bool)
    order = np.lexsort([~is_yes(table, "ANL01FL"), ~is_yes(table, "ABLFL")])
    names = ("USUBJID", "ADY", "AVAL", "AVALC", "DTYPE")
    keys = pd.concat([visit_names(table), *(cells(table, name) for name in names)], axis="columns")
    again = np.zeros(len(table.data), dtype=bool)
    again[order] = keys.iloc[order].duplicated().to_numpy(dtype=bool)
    return again


def _means_of_visits(table: RawTable, derived: np.ndarray) -> np.ndarray:
    """Tell where a record is the mean of a visit's measurements, and flagged for analysis in place of all of them."""
    flagged = is_yes(table, "ANL01FL")
    means = derived & flagged & cells(table, "DTYPE").str.upper().isin(["AVERAGE", "MEAN"]).to_numpy(dtype=bool)
    keys = pd.MultiIndex.from_arrays([table.data["USUBJID"], visit_names(table)])
    measured = ~derived
    in_place: np.ndarray = means & keys.isin(keys[measured & ~flagged]) & ~keys.isin(keys[measured & flagged])
    return in_place


def _count(left_out: dict[str, int], reason: str, where: np.ndarray) -> None:
    if where.any():
        left_out[reason] = left_out.get(reason, 0) + int(where.sum())


def _placed(
    table: RawTable,
    value: pd.Series[str],
    *,
    analysis_flag: bool,
    said: Mapping[str, float],
    by_days: Mapping[str, float],
) -> tuple[pd.DataFrame, dict[str, np.ndarray], bool]:
    """Return all records with their weeks, which of them are left out by the reason, and `flag_selects_one`."""
    names = visit_names(table)
    flagged = is_yes(table, "ANL01FL")
    flag_used = analysis_flag and flag_is_used(table, "ANL01FL")
    baseline, baseline_flagged = _baseline(table, names, flagged)
    unscheduled = is_unscheduled(table, names) & ~baseline
    unscheduled &= ~names.str.casefold().isin([name.casefold() for name in said]).to_numpy(dtype=bool)
    days = own_weeks(table)
    week = planned_weeks(names, said=said, by_days=by_days)
    unplanned = is_kind(names, VisitKind.UNPLANNED) & np.isnan(week) & ~baseline & ~unscheduled
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


def _baseline(table: RawTable, names: pd.Series[str], flagged: np.ndarray) -> tuple[np.ndarray, bool]:
    """Return which records are baselines, and whether a flag says so; of several, those flagged for analysis."""
    marked = is_yes(table, "ABLFL")
    by_flag = bool(marked.any())
    if not by_flag:
        marked = is_kind(names, VisitKind.BASELINE)
    ids = table.data["USUBJID"]
    chosen = marked & flagged
    resolved = ids.isin(ids[chosen]).to_numpy(dtype=bool)
    return np.where(resolved, chosen, marked), by_flag


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
