"""The visits table, the markers and the schedule of a study from ADaM findings."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from il2dash.intake.adam_datasets import (
    AdamDatasets,
    cells,
    fault,
    first_text,
    identifier,
    of_patients,
    record_count,
    week_text,
)
from il2dash.intake.adam_findings import ParameterRecords, parameter_records, weeks_by_days
from il2dash.intake.adam_questions import AdamChoices, AdamParameter, AdamVisit
from il2dash.study.definition import Marker, Scale
from il2dash.study.definition_rules import RESERVED_NAMES
from il2dash.study.problems import Problem
from il2dash.study.raw_tables import RawTable
from il2dash.study.values import parse_numbers
from il2dash.study.visit_windows import SAME_WEEK

_UNIT = re.compile(r"(.*\S)\s*\(([^()]*(?:\([^()]*\)[^()]*)*)\)")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class VisitsBuilt:
    """The visits of a study; `baselines` are the markers' baseline values as text, by marker and then patient."""

    table: pd.DataFrame
    markers: Mapping[str, Marker]
    schedule: tuple[float, ...]
    baselines: Mapping[str, pd.Series[str]]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Source:
    """A parameter's own records, with the name that it has in the study."""

    id: str
    code: str
    table: RawTable


def parameters_of(datasets: AdamDatasets, patients: Collection[str]) -> tuple[AdamParameter, ...]:
    """Return the parameters of the findings datasets that have a number for some of the `patients`."""
    day_weeks = weeks_by_days(of_patients(table, patients) for table in datasets.findings)
    found = []
    for source in _sources(datasets, patients):
        records = parameter_records(
            source.table, include_derived=False, analysis_flag=True, said_weeks={}, day_weeks=day_weeks
        )
        if records.frame.empty:
            continue
        label, unit = _label_and_unit(source.table)
        planned = records.frame[records.frame["planned"]]
        visits = planned.groupby("visit", sort=False).agg(week=("week", "first"), patients=("subject_id", "nunique"))
        visits = visits.sort_values("week", na_position="last", kind="stable")
        found.append(
            AdamParameter(
                id=source.id,
                code=source.code,
                label=label,
                unit=unit,
                file=source.table.file,
                scale=_scale(unit),
                patients=records.frame["subject_id"].nunique(),
                records=len(source.table.data),
                derived=int((cells(source.table, "DTYPE") != "").sum()),
                visits=tuple(
                    AdamVisit(name=str(name), week=None if np.isnan(week) else float(week), patients=int(number))
                    for name, week, number in visits.itertuples(name=None)
                ),
                flag_selects_one=records.flag_selects_one,
            )
        )
    return tuple(found)


def visits_of(datasets: AdamDatasets, choices: AdamChoices, patients: Collection[str]) -> VisitsBuilt:
    """Return the visits of the chosen parameters for some patients.

    A visit is at the week that ADaM's own visit has (`parameter_records` says how), so the study is read with
    ``window = "exact"``: the sponsor has already said which record stands for which visit, and a record on a day of
    its own stands for none. One whose own day happens to be that of a planned visit is left out and counted.
    """
    day_weeks = weeks_by_days(of_patients(table, patients) for table in datasets.findings)
    sources = {source.id: source for source in _sources(datasets, patients)}
    problems: list[Problem] = []
    notes: list[str] = []
    read: dict[str, ParameterRecords] = {}
    markers: dict[str, Marker] = {}
    for name in dict.fromkeys(choices.parameters):
        if name not in sources:
            problems.append(_unknown_parameter(datasets, name, sources))
            continue
        source = sources[name]
        records = parameter_records(
            source.table,
            include_derived=choices.include_derived,
            analysis_flag=choices.analysis_flag,
            said_weeks=dict(choices.visit_weeks),
            day_weeks=day_weeks,
        )
        problems += [*records.problems, *_one_meaning(source), *_questions_left(source, records)]
        notes += _notes(source, records)
        markers[name] = _marker(source, records)
        read[name] = records
    used = {visit for records in read.values() for visit in records.frame["visit"].unique()}
    notes += [
        f"The visit {visit!r} is at week {week:g}, by its study days."
        for visit, week in day_weeks.items()
        if visit in used and visit not in dict(choices.visit_weeks)
    ]
    schedule = _schedule(read.values())
    table, on_planned_days = _joined(read, schedule)
    if on_planned_days:
        notes.append(
            f"{record_count(on_planned_days)} left out: of the day of a planned visit, and not that visit's record."
        )
    baselines = {
        name: records.frame[records.frame["baseline"]].drop_duplicates("subject_id").set_index("subject_id")["value"]
        for name, records in read.items()
    }
    return VisitsBuilt(
        table=table,
        markers=markers,
        schedule=schedule,
        baselines=baselines,
        problems=tuple(problems),
        notes=tuple(notes),
    )


def _sources(datasets: AdamDatasets, patients: Collection[str]) -> list[_Source]:
    sources: list[_Source] = []
    taken = set(RESERVED_NAMES)
    for table in datasets.findings:
        rows = of_patients(table, patients)
        codes = rows.data["PARAMCD"]
        positions = codes.groupby(codes, sort=False).indices
        for code in codes.unique():
            if code:
                name = identifier(code, taken)
                taken.add(name)
                part = RawTable(file=rows.file, data=rows.data.iloc[positions[code]])
                sources.append(_Source(id=name, code=code, table=part))
    return sources


def _label_and_unit(table: RawTable) -> tuple[str, str]:
    """Return a parameter's name and unit: ``AVALU``, else what stands last in brackets in ``PARAM``."""
    text = first_text(table, "PARAM") or first_text(table, "PARAMCD")
    match = _UNIT.fullmatch(text)
    unit = first_text(table, "AVALU")
    if match and (not unit or unit.casefold() == match[2].casefold()):
        return match[1], match[2]
    return text, unit


def _scale(unit: str) -> Scale:
    return "log10" if re.fullmatch(r"(copies|cp|iu|eq)s?\s*/\s*ml", unit.casefold()) else "identity"


def _marker(source: _Source, records: ParameterRecords) -> Marker:
    """Describe a marker; where all censored values name one limit and none passes it, that is the assay's."""
    label, unit = _label_and_unit(source.table)
    numbers = parse_numbers(records.frame["value"])
    measured = numbers.value[numbers.censoring == 0]
    below, above = (np.unique(numbers.value[numbers.censoring == side]) for side in (-1, 1))
    lower = float(below[0]) if below.size == 1 and not (measured < below[0]).any() else None
    upper = float(above[0]) if above.size == 1 and not (measured > above[0]).any() else None
    return Marker(label=label, unit=unit, scale=_scale(unit), lower_limit=lower, upper_limit=upper)


def _one_meaning(source: _Source) -> list[Problem]:
    """Return a problem where one ``PARAMCD`` has several ``PARAM`` or units: their values may not be of one kind."""
    problems = []
    for column in ("PARAM", "AVALU"):
        texts = cells(source.table, column)
        distinct = texts[texts != ""].drop_duplicates()
        if len(distinct) > 1:
            problems.append(
                fault(
                    source.table,
                    f"The parameter {source.code} has one {column}; this is another than {distinct.iloc[0]!r}.",
                    "Correct it, or leave out the parameter.",
                    row=int(distinct.index[1]),
                    column=column,
                    value=distinct.iloc[1],
                )
            )
    return problems


def _questions_left(source: _Source, records: ParameterRecords) -> list[Problem]:
    problems = []
    open_visits = records.frame[records.frame["planned"] & records.frame["week"].isna()]
    for row, name in open_visits["visit"].drop_duplicates().items():
        problems.append(
            fault(
                source.table,
                "The week of a visit stands in its name, or follows from its study days (ADY).",
                "Say at which week this visit is.",
                row=int(str(row)),
                column="AVISIT",
                value=name,
            )
        )
    if records.flag_selects_one:
        problems.append(
            fault(
                source.table,
                f"ANL01FL marks the records of {source.code} that were analyzed; here it marks one visit a patient at "
                "most, another one by patient, as for an extreme value.",
                "Read the parameter without the analysis flag, or leave it out.",
                column="ANL01FL",
            )
        )
    return problems


def _notes(source: _Source, records: ParameterRecords) -> list[str]:
    place = f"{source.table.file}, {source.code}"
    notes = [f"{place}: {record_count(count)} left out: {reason}." for reason, count in records.left_out.items()]
    if records.stand_ins:
        notes.append(f"{place}: {record_count(records.stand_ins)} read as AVALC says (such as <50), and not as AVAL.")
    return notes


def _unknown_parameter(datasets: AdamDatasets, name: str, sources: Mapping[str, _Source]) -> Problem:
    return fault(
        datasets.findings[0] if datasets.findings else datasets.subjects,
        f"A parameter is one of {', '.join(sources) or 'none: no findings dataset is there'}.",
        "Choose another one.",
        column="PARAMCD",
        value=name,
    )


def _schedule(read: Collection[ParameterRecords]) -> tuple[float, ...]:
    weeks = {0.0} if read else set()
    for records in read:
        planned = records.frame.loc[records.frame["planned"], "week"].dropna()
        weeks |= {float(week) for week in planned.unique() if week > 0}
    return tuple(sorted(weeks))


def _joined(read: Mapping[str, ParameterRecords], schedule: Sequence[float]) -> tuple[pd.DataFrame, int]:
    """Return one row a patient and week, and how many values were left out for their day."""
    columns = ["subject_id", "week", *read]
    parts, left_out = [], 0
    planned_weeks = np.asarray(schedule)
    for name, records in read.items():
        frame = records.frame[records.frame["week"].notna()]
        week = frame["week"].to_numpy(dtype=np.float64)
        place = np.clip(np.searchsorted(planned_weeks, week - SAME_WEEK), 0, len(planned_weeks) - 1)
        beside = ~frame["planned"].to_numpy(dtype=bool) & (np.abs(planned_weeks[place] - week) <= SAME_WEEK)
        left_out += int(beside.sum())
        frame = frame[~beside].drop_duplicates(["subject_id", "week"])
        parts.append(frame.set_index(["subject_id", "week"])["value"].rename(name))
    if not parts:
        return pd.DataFrame(columns=columns, dtype="str"), 0
    table = pd.concat(parts, axis="columns").fillna("").sort_index().reset_index()
    text = {week: week_text(week) for week in table["week"].unique()}
    return table.assign(week=table["week"].map(text).astype("str")).astype("str")[columns], left_out
