"""The events table: AIDS events, deaths and adverse events, from a long file or from indicator columns."""

from __future__ import annotations

import numpy as np
import pandas as pd

from il2dash.study.columns import find_columns, missing_column, nearest
from il2dash.study.definition import StudyDefinition
from il2dash.study.definition_tables import EventsSource
from il2dash.study.problems import Problem
from il2dash.study.raw_tables import RawTable
from il2dash.study.subject_ids import KnownSubjects, rows_of_known
from il2dash.study.trial import EVENT_COLUMNS
from il2dash.study.values import is_among, is_missing, number_problems, parse_numbers, parse_yes_no, problems_where
from il2dash.study.visits_table import TableRead
from il2dash.study.weeks import read_weeks

CATEGORIES = ("aids", "death", "adverse")
REQUIRED_COLUMNS = ("subject_id", "week", "category")
OPTIONAL_COLUMNS = ("term", "grade")


def read_events(raw: RawTable, definition: StudyDefinition, known: KnownSubjects | None) -> TableRead:
    """Check the events table and return `EVENT_COLUMNS`, one row an event."""
    source = definition.tables.events or EventsSource()
    read = _read_wide(raw, definition, source, known) if source.wide else _read_long(raw, source, known)
    second_deaths = _second_deaths(read.frame, raw.file)
    return TableRead(frame=read.frame, columns_read=read.columns_read, problems=(*read.problems, *second_deaths))


def _read_long(raw: RawTable, source: EventsSource, known: KnownSubjects | None) -> TableRead:
    places, problems = find_columns(raw, REQUIRED_COLUMNS, mapping=source.columns, optional=OPTIONAL_COLUMNS)
    kept = raw
    if "subject_id" in places:
        kept, found = rows_of_known(raw, places["subject_id"], known)
        problems += found
    frame = pd.DataFrame(index=kept.data.index)
    frame["subject_id"] = kept.data[places["subject_id"]] if "subject_id" in places else ""
    frame["week"] = np.nan
    frame["week_column"] = places.get("week", "")
    if "week" in places:
        frame["week"], found = read_weeks(
            kept, places["week"], unit=source.time_unit, what="An event's week", required=True, negative=False
        )
        problems += found
    frame["category"] = ""
    if "category" in places:
        frame["category"] = kept.data[places["category"]].str.lower()
        problems += problems_where(
            kept,
            ~frame["category"].isin(CATEGORIES).to_numpy(dtype=bool),
            column=places["category"],
            rule=f"An event's category is one of {', '.join(CATEGORIES)}.",
            remedy=lambda value: f"Correct it.{nearest(value, CATEGORIES)}",
        )
    frame["term"] = kept.data[places["term"]] if "term" in places else pd.Series("", index=frame.index, dtype="str")
    frame["grade"], found = _grades(kept, places.get("grade"))
    problems += found
    return TableRead(frame=frame, columns_read=tuple(places.values()), problems=tuple(problems))


def _grades(raw: RawTable, column: str | None) -> tuple[np.ndarray, list[Problem]]:
    if column is None:
        return np.full(len(raw.data), np.nan), []
    numbers = parse_numbers(raw.data[column])
    problems = number_problems(
        raw, numbers, column=column, what="A grade", date_remedy="Check that the column is the grade's."
    )
    problems += problems_where(
        raw,
        numbers.known & ~np.isin(numbers.value, (1, 2, 3, 4, 5)),
        column=column,
        rule="A grade is 1, 2, 3, 4 or 5.",
        remedy="Correct it, or leave the cell empty where it isn't known.",
    )
    return numbers.value, problems


def _read_wide(
    raw: RawTable, definition: StudyDefinition, source: EventsSource, known: KnownSubjects | None
) -> TableRead:
    mapping = source.columns if source.file else definition.tables.subjects.columns
    places, problems = find_columns(
        raw, ("subject_id",), mapping={"subject_id": mapping.get("subject_id", "subject_id")}
    )
    kept = raw
    if "subject_id" in places and source.file:
        kept, found = rows_of_known(raw, places["subject_id"], known)
        problems += found
    elif "subject_id" in places and known:
        kept = raw.keeping(is_among(raw.data[places["subject_id"]], known.included))
    read = list(places.values())
    parts = [_no_events()]
    for wide in source.wide:
        absent = [column for column in (wide.column, wide.week_column) if column not in raw.columns]
        problems += [missing_column(raw, column) for column in absent]
        if absent:
            continue
        read += [wide.column, wide.week_column]
        happened, found = _indicator(kept, wide.column)
        problems += found
        there = kept.keeping(happened)
        week, found = read_weeks(
            there, wide.week_column, unit=source.time_unit, what="An event's week", required=True, negative=False
        )
        problems += found
        ids = there.data[places["subject_id"]] if "subject_id" in places else ""
        part = pd.DataFrame({"subject_id": ids, "week": week}, index=there.data.index)
        parts.append(part.assign(category=wide.category, term=wide.term, grade=np.nan, week_column=wide.week_column))
    frame = pd.concat(parts[1:]).sort_index(kind="stable") if len(parts) > 1 else parts[0]
    return TableRead(frame=frame, columns_read=tuple(dict.fromkeys(read)), problems=tuple(problems))


def _indicator(raw: RawTable, column: str) -> tuple[np.ndarray, list[Problem]]:
    values, _ = parse_yes_no(raw.data[column])
    return values == 1.0, problems_where(
        raw,
        np.isnan(values),
        column=column,
        rule="Whether the event happened is 1 or 0.",
        remedy="Write 1 where it happened and 0 where it didn't until the last contact.",
    )


def _second_deaths(frame: pd.DataFrame, file: str) -> list[Problem]:
    deaths = frame[(frame["category"] == "death") & ~is_missing(frame["subject_id"])]
    again = deaths[deaths["subject_id"].duplicated()]
    first = deaths.drop_duplicates("subject_id").reset_index().set_index("subject_id")["row"]
    return [
        Problem(
            severity="error",
            file=file,
            row=row,
            column="category",
            value="death",
            rule="A patient dies once.",
            remedy=f"Keep one of the deaths of patient {subject}, in rows {first[subject]} and {row}.",
        )
        for row, subject in zip(again.index.to_list(), again["subject_id"], strict=True)
    ]


def _no_events() -> pd.DataFrame:
    types = {"subject_id": "str", "week": "float64", "category": "str", "term": "str", "grade": "float64"}
    columns = {name: pd.Series(dtype=types[name]) for name in EVENT_COLUMNS}
    columns["week_column"] = pd.Series(dtype="str")
    return pd.DataFrame(columns, index=pd.Index([], dtype="int64", name="row"))
