"""The events table of a study: indicator columns and event tables that a recipe names, one row an event."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from il2dash.intake.origins import Origin, Place, RowOrigin
from il2dash.intake.patient_rows import one_row_a_patient, repeated_patients, rows_that_count
from il2dash.intake.recipe import Recipe
from il2dash.intake.recipe_layouts import EventIndicator, EventRows, EventTimes, TimeColumn
from il2dash.intake.subjects_content import TableContent, answers, week_text
from il2dash.study.columns import nearest
from il2dash.study.problems import Problem
from il2dash.study.raw_tables import RawTable
from il2dash.study.values import is_missing, parse_yes_no, problems_where
from il2dash.study.weeks import read_weeks


def events_content(tables: Mapping[str, RawTable], recipe: Recipe, *, excluded: frozenset[str]) -> TableContent:
    """Return the study's events: `subject_id`, `week`, `category`, `term`, `grade`, as the files have them in turn."""
    frames: list[pd.DataFrame] = []
    places: list[Place] = []
    problems: list[Problem] = []
    for source in recipe.events:
        table = tables[source.table]
        if isinstance(source, EventIndicator):
            frame, place, found = _indicated(table, source, excluded)
        elif isinstance(source, EventTimes):
            frame, place, found = _timed(table, source, excluded)
        else:
            frame, place, found = _listed(table, source, excluded)
        frames.append(frame)
        places.append(place)
        problems += found
    problems += _second_deaths(frames, places)
    origin = RowOrigin(
        place=np.repeat(np.arange(len(frames)), [len(frame) for frame in frames]),
        row=np.concatenate([frame.index.to_numpy(dtype=np.int64) for frame in frames]),
    )
    return TableContent(
        frame=pd.concat(frames, ignore_index=True),
        origin=Origin(places=tuple(places), rows=origin),
        problems=tuple(problems),
    )


def _indicated(
    table: RawTable, source: EventIndicator, excluded: frozenset[str]
) -> tuple[pd.DataFrame, Place, list[Problem]]:
    rows, problems = rows_that_count(table, source.patient, only=source.only, excluded=excluded)
    if source.repeated:
        rows, found = one_row_a_patient(rows, source.patient, [source.column, source.time.column])
        problems += found
    else:
        problems += repeated_patients(rows, source.patient)
    if source.happened or source.not_happened:
        answer, found = answers(
            rows, source.column, yes=source.happened, no=source.not_happened, what=f"Whether {source.term!r} happened"
        )
        problems += found
        values = answer.map({"1": 1.0, "0": 0.0}).to_numpy(dtype=np.float64)
    else:
        values, faulty = parse_yes_no(rows.data[source.column])
        problems += problems_where(
            rows,
            faulty,
            column=source.column,
            rule="Whether the event happened is 1 or 0 (or yes and no, true and false).",
            remedy="Correct it, or say which texts mean that it happened.",
        )
        values = np.where(faulty, 0.0, values)
    problems += problems_where(
        rows,
        is_missing(rows.data[source.column]) & np.isnan(values),
        column=source.column,
        rule="Whether the event happened is always given.",
        remedy="Write 0 where it didn't happen until the last contact.",
    )
    happened = rows.keeping(values == 1.0)
    weeks, found = read_weeks(
        happened, source.time.column, unit=source.time.unit, what="An event's time", required=True, negative=False
    )
    problems += found
    frame = _frame(happened, source.patient, weeks)
    frame = frame.assign(category=source.category, term=source.term, grade="")
    columns = {"subject_id": source.patient, "week": source.time.column, "category": source.column}
    return frame, Place(file=table.file, columns=columns), problems


def _timed(table: RawTable, source: EventTimes, excluded: frozenset[str]) -> tuple[pd.DataFrame, Place, list[Problem]]:
    rows, problems = rows_that_count(table, source.patient, only=source.only, excluded=excluded)
    rows = rows.keeping(~is_missing(rows.data[source.time.column]))
    again = rows.data.duplicated([source.patient, source.time.column]).to_numpy(dtype=bool)
    rows = rows.keeping(~again)
    early, told = _before_randomization(rows, source.time, np.full(len(rows.data), source.category == "death"))
    rows, problems = rows.keeping(~early), [*problems, *told]
    weeks, found = read_weeks(
        rows, source.time.column, unit=source.time.unit, what="An event's time", required=True, negative=False
    )
    frame = _frame(rows, source.patient, weeks).assign(category=source.category, term=source.term, grade="")
    columns = {"subject_id": source.patient, "week": source.time.column, "category": source.time.column}
    return frame, Place(file=table.file, columns=columns), [*problems, *found]


def _listed(table: RawTable, source: EventRows, excluded: frozenset[str]) -> tuple[pd.DataFrame, Place, list[Problem]]:
    rows, problems = rows_that_count(table, source.patient, only=source.only, excluded=excluded)
    columns = {"subject_id": source.patient, "week": source.time.column}
    if source.category_column:
        columns["category"] = source.category_column
        text = rows.data[source.category_column]
        rows = rows.keeping(~text.isin(source.ignored).to_numpy(dtype=bool))
        category = rows.data[source.category_column].map({text: str(kind) for text, kind in source.categories.items()})
        problems += problems_where(
            rows,
            category.isna().to_numpy(dtype=bool),
            column=source.category_column,
            rule=f"An event's kind is one of {', '.join(source.categories)}.",
            remedy=lambda value: f"Say what it is, or leave it out.{nearest(value, source.categories)}",
        )
    else:
        category = pd.Series(str(source.category), index=rows.data.index, dtype="str")
    early, told = _before_randomization(rows, source.time, (category == "death").to_numpy(dtype=bool))
    rows, category, problems = rows.keeping(~early), category[~early], [*problems, *told]
    weeks, found = read_weeks(
        rows, source.time.column, unit=source.time.unit, what="An event's time", required=True, negative=False
    )
    problems += found
    frame = _frame(rows, source.patient, weeks)
    frame["category"] = category.fillna("").astype("str")
    for name, column in (("term", source.term), ("grade", source.grade)):
        frame[name] = rows.data[column] if column else ""
        if column:
            columns[name] = column
    return frame, Place(file=table.file, columns=columns), problems


def _before_randomization(rows: RawTable, time: TimeColumn, dead: np.ndarray) -> tuple[np.ndarray, list[Problem]]:
    """Return which events were before randomization, and a warning for each; a death then is a mistake."""
    weeks, _ = read_weeks(rows, time.column, unit=time.unit, what="An event's time", required=False, negative=True)
    early = (weeks < 0) & ~dead
    return early, problems_where(
        rows,
        early,
        column=time.column,
        rule="What happened before randomization is no event of the trial: it was left out.",
        remedy="Check that the time is counted from randomization.",
        warning=True,
    )


def _frame(rows: RawTable, patient: str, weeks: np.ndarray) -> pd.DataFrame:
    texts = pd.Series([week_text(week) for week in weeks], index=rows.data.index, dtype="str")
    return pd.DataFrame({"subject_id": rows.data[patient], "week": texts})


def _second_deaths(frames: list[pd.DataFrame], places: list[Place]) -> list[Problem]:
    seen: dict[str, tuple[str, int]] = {}
    problems = []
    for frame, place in zip(frames, places, strict=True):
        deaths = frame[frame["category"] == "death"]
        for row, subject in zip(deaths.index.to_list(), deaths["subject_id"], strict=True):
            if subject in seen:
                problems.append(
                    Problem(
                        severity="error",
                        file=place.file,
                        row=row,
                        column=place.columns.get("category", place.columns["week"]),
                        value="death",
                        rule="A patient dies once.",
                        remedy=f"Keep this death of patient {subject} or that of {seen[subject][0]}, "
                        f"row {seen[subject][1]}.",
                    )
                )
            seen.setdefault(subject, (place.file, row))
    return problems
