"""The visits table, the markers and the schedule of a study from ADaM findings."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from il2dash.intake.adam_datasets import (
    AdamDatasets,
    cells,
    fault,
    of_patients,
    record_count,
    week_text,
)
from il2dash.intake.adam_findings import ParameterRecords
from il2dash.intake.adam_parameters import ParameterSource, likely_scale, parameter_sources, source_records
from il2dash.intake.adam_questions import AdamChoices
from il2dash.intake.adam_values import label_and_unit
from il2dash.intake.adam_visit_names import weeks_by_days
from il2dash.study.definition import Marker
from il2dash.study.problems import Problem
from il2dash.study.values import parse_numbers
from il2dash.study.visit_windows import SAME_WEEK


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class VisitsBuilt:
    """The visits of a study; `baselines` are the markers' baseline values as text, by marker and then patient."""

    table: pd.DataFrame
    markers: Mapping[str, Marker]
    schedule: tuple[float, ...]
    baselines: Mapping[str, pd.Series[str]]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]


def visits_of(datasets: AdamDatasets, choices: AdamChoices, patients: Collection[str]) -> VisitsBuilt:
    """Return the visits of the chosen parameters for some patients.

    A visit is at the week that ADaM's own visit has (`parameter_records` says how), so the study is read with
    ``window = "exact"``: the sponsor has already said which record stands for which visit, and a record on a day of
    its own stands for none. One whose own day happens to be that of a planned visit is left out and counted.
    """
    day_weeks = weeks_by_days(of_patients(table, patients) for table in datasets.findings)
    sources = {source.id: source for source in parameter_sources(datasets, patients)}
    problems: list[Problem] = []
    notes: list[str] = []
    read: dict[str, ParameterRecords] = {}
    markers: dict[str, Marker] = {}
    for name in dict.fromkeys(choices.parameters):
        if name not in sources:
            problems.append(_unknown_parameter(datasets, name, sources))
            continue
        source = sources[name]
        records = source_records(
            source,
            include_derived=choices.include_derived,
            analysis_flag=choices.analysis_flag,
            said_weeks=dict(choices.visit_weeks),
            day_weeks=day_weeks,
        )
        problems += [*records.problems, *_one_meaning(source), *_questions_left(source, records)]
        if records.flag_selects_one and choices.analysis_flag:
            problems.append(_extreme_values(source))
        notes += _notes(source, records)
        markers[name] = _marker(source, records)
        read[name] = records
    used = {visit.casefold(): visit for records in read.values() for visit in records.frame["visit"].unique()}
    said = {visit.casefold() for visit, _ in choices.visit_weeks}
    notes += [
        f"The visit {used[visit]!r} is at week {week:g}, by its study days."
        for visit, week in day_weeks.items()
        if visit in used and visit not in said
    ]
    notes += _without_code(datasets, patients)
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


def _without_code(datasets: AdamDatasets, patients: Collection[str]) -> list[str]:
    counts = {
        table.file: int((of_patients(table, patients).data["PARAMCD"] == "").sum()) for table in datasets.findings
    }
    return [f"{file}: {record_count(count)} left out: without PARAMCD." for file, count in counts.items() if count]


def _marker(source: ParameterSource, records: ParameterRecords) -> Marker:
    """Describe a marker; where all censored values name one limit and none passes it, that is the assay's."""
    label, unit = label_and_unit(source.table)
    numbers = parse_numbers(records.frame["value"])
    measured = numbers.value[numbers.censoring == 0]
    below, above = (np.unique(numbers.value[numbers.censoring == side]) for side in (-1, 1))
    lower = float(below[0]) if below.size == 1 and not (measured < below[0]).any() else None
    upper = float(above[0]) if above.size == 1 and not (measured > above[0]).any() else None
    return Marker(label=label, unit=unit, scale=likely_scale(unit), lower_limit=lower, upper_limit=upper)


def _one_meaning(source: ParameterSource) -> list[Problem]:
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


def _questions_left(source: ParameterSource, records: ParameterRecords) -> list[Problem]:
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
    return problems


def _extreme_values(source: ParameterSource) -> Problem:
    return fault(
        source.table,
        f"ANL01FL marks the records of {source.code} that were analyzed; here it marks one visit a patient at most, "
        "another one by patient, as for an extreme value.",
        "Only these records are read; leave the flag aside to read all visits.",
        column="ANL01FL",
        warning=True,
    )


def _notes(source: ParameterSource, records: ParameterRecords) -> list[str]:
    place = f"{source.table.file}, {source.code}"
    notes = [f"{place}: {record_count(count)} left out: {reason}." for reason, count in records.left_out.items()]
    if records.stand_ins:
        notes.append(f"{place}: {record_count(records.stand_ins)} read as AVALC says (such as <50), and not as AVAL.")
    return notes


def _unknown_parameter(datasets: AdamDatasets, name: str, sources: Mapping[str, ParameterSource]) -> Problem:
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
