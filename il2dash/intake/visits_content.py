"""The visits table of a study: the values of all tables that a recipe names, one row a patient and week."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from il2dash.intake.origins import Origin, Place, RowOrigin
from il2dash.intake.patient_rows import one_row_a_patient, rows_that_count
from il2dash.intake.recipe import MarkerChoice, Recipe
from il2dash.intake.recipe_layouts import MarkerColumns, MarkerParameters, VisitTime, WeekColumns
from il2dash.intake.stored_values import in_unit
from il2dash.intake.subjects_content import TableContent, week_text
from il2dash.study.columns import nearest
from il2dash.study.problems import Problem, errors
from il2dash.study.raw_tables import RawTable
from il2dash.study.values import is_missing, problems_where, whole_number_text
from il2dash.study.weeks import read_weeks


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Values:
    """Values of one marker from one column: the rows that have one, with their patients and weeks."""

    marker: str
    place: Place
    subject_id: np.ndarray
    week: np.ndarray
    text: np.ndarray
    row: np.ndarray


def visits_content(
    tables: Mapping[str, RawTable], recipe: Recipe, *, subjects: pd.DataFrame, excluded: frozenset[str]
) -> TableContent:
    """Return the study's visits: `subject_id`, `week` and one column a marker.

    Rows stand in the order of `subjects`, then of the weeks, whatever the order in the files; rows without any value
    aren't visits.
    """
    parts: list[_Values] = []
    problems: list[Problem] = []
    choices = {choice.name: choice for choice in recipe.markers}
    for source in recipe.visits:
        table = tables[source.table]
        if isinstance(source, MarkerColumns):
            found_parts, found = _from_columns(table, source, choices, excluded)
        elif isinstance(source, MarkerParameters):
            found_parts, found = _from_parameters(table, source, choices, excluded)
        else:
            found_parts, found = _from_week_columns(table, source, choices, excluded)
        parts += found_parts
        problems += found
    if errors(problems):
        return TableContent(frame=pd.DataFrame(), origin=_nowhere(), problems=tuple(problems))
    return _joined(parts, list(choices), subjects, problems)


def _from_columns(
    table: RawTable, source: MarkerColumns, choices: Mapping[str, MarkerChoice], excluded: Iterable[str]
) -> tuple[list[_Values], list[Problem]]:
    rows, problems = rows_that_count(table, source.patient, only=source.only, excluded=excluded)
    valued = np.zeros(len(rows.data), dtype=bool)
    for column in source.columns.values():
        valued |= ~is_missing(rows.data[column])
    rows = rows.keeping(valued)
    rows, weeks, found = _weeks(rows, source.time)
    problems += found
    parts = []
    for marker, column in source.columns.items():
        text, found = in_unit(rows, column, stored=choices[marker].stored, what=choices[marker].marker.label)
        problems += found
        columns = {"subject_id": source.patient, "week": source.time.column, marker: column}
        parts.append(_values(rows, source.patient, marker=marker, weeks=weeks, text=text, columns=columns))
    return parts, problems


def _from_parameters(
    table: RawTable, source: MarkerParameters, choices: Mapping[str, MarkerChoice], excluded: Iterable[str]
) -> tuple[list[_Values], list[Problem]]:
    rows, problems = rows_that_count(table, source.patient, only=source.only, excluded=excluded)
    chosen = rows.data[source.parameter].isin(list(source.parameters.values())).to_numpy(dtype=bool)
    rows = rows.keeping(chosen & ~is_missing(rows.data[source.value]))
    rows, weeks, found = _weeks(rows, source.time)
    problems += found
    parts = []
    for marker, parameter in source.parameters.items():
        mine = (rows.data[source.parameter] == parameter).to_numpy(dtype=bool)
        own = rows.keeping(mine)
        text, found = in_unit(own, source.value, stored=choices[marker].stored, what=choices[marker].marker.label)
        problems += found
        columns = {"subject_id": source.patient, "week": source.time.column, marker: source.value}
        parts.append(_values(own, source.patient, marker=marker, weeks=weeks[mine], text=text, columns=columns))
    return parts, problems


def _from_week_columns(
    table: RawTable, source: WeekColumns, choices: Mapping[str, MarkerChoice], excluded: Iterable[str]
) -> tuple[list[_Values], list[Problem]]:
    rows, problems = rows_that_count(table, source.patient, excluded=excluded)
    if source.repeated:
        rows, found = one_row_a_patient(rows, source.patient, [place.column for place in source.columns])
        problems += found
    parts = []
    for place in source.columns:
        choice = choices[place.marker]
        text, found = in_unit(rows, place.column, stored=choice.stored, what=choice.marker.label)
        problems += found
        columns = {"subject_id": source.patient, "week": place.column, place.marker: place.column}
        weeks = np.full(len(rows.data), place.week)
        parts.append(_values(rows, source.patient, marker=place.marker, weeks=weeks, text=text, columns=columns))
    return parts, problems


def _values(
    rows: RawTable,
    patient: str,
    *,
    marker: str,
    weeks: np.ndarray,
    text: pd.Series[str],
    columns: Mapping[str, str],
) -> _Values:
    known = ~is_missing(text)
    return _Values(
        marker=marker,
        place=Place(file=rows.file, columns=columns),
        subject_id=rows.data[patient].to_numpy(dtype=object)[known],
        week=weeks[known],
        text=text.to_numpy(dtype=object)[known],
        row=rows.data.index.to_numpy(dtype=np.int64)[known],
    )


def _weeks(rows: RawTable, time: VisitTime) -> tuple[RawTable, np.ndarray, list[Problem]]:
    """Return the rows of visits that aren't ignored, with their weeks."""
    if not time.weeks:
        weeks, problems = read_weeks(
            rows, time.column, unit=time.unit, what="A visit's time", required=True, negative=True
        )
        return rows, weeks, problems
    ignored = {whole_number_text(name) for name in time.ignored}
    plain = _plain(rows.data[time.column])
    rows = rows.keeping(~plain.isin(ignored).to_numpy(dtype=bool))
    week_of = {whole_number_text(name): week for name, week in time.weeks.items()}
    named = _plain(rows.data[time.column]).map(week_of).to_numpy(dtype=np.float64)
    problems = problems_where(
        rows,
        np.isnan(named),
        column=time.column,
        rule=f"A visit's name is one of {', '.join(time.weeks)}.",
        remedy=lambda name: f"Say at which week this visit is, or leave it out.{nearest(name, time.weeks)}",
    )
    return rows, named, problems


def _plain(text: pd.Series[str]) -> pd.Series[str]:
    return text.map({distinct: whole_number_text(distinct) for distinct in text.unique()})


def _joined(parts: list[_Values], markers: list[str], subjects: pd.DataFrame, problems: list[Problem]) -> TableContent:
    """Put the values of one patient and week into one row."""
    places = tuple(part.place for part in parts)
    if not places:
        empty = {name: pd.Series(dtype="str") for name in ("subject_id", "week", *markers)}
        return TableContent(frame=pd.DataFrame(empty), origin=_nowhere(), problems=tuple(problems))
    values = _in_order(parts, markers, subjects)
    starts = ~values.duplicated(["patient", "week"]).to_numpy(dtype=bool)
    again = np.flatnonzero(values.duplicated(["patient", "week", "marker"]))
    problems = problems + [_second_value(values.iloc[at - 1], values.iloc[at], places, markers) for at in again]
    visit = np.cumsum(starts) - 1
    first = values[starts]
    week_texts = {distinct: week_text(distinct) for distinct in first["week"].unique().tolist()}
    columns = {
        "subject_id": first["subject_id"].reset_index(drop=True),
        "week": first["week"].map(week_texts).astype("str").reset_index(drop=True),
    }
    cells = {}
    count = int(starts.sum())
    marker, text, place, row = (values[name].to_numpy() for name in ("marker", "text", "place", "row"))
    by_marker = np.argsort(marker, kind="stable")
    ends = np.searchsorted(marker[by_marker], np.arange(1, len(markers)))
    for name, mine in zip(markers, np.split(by_marker, ends), strict=True):
        column = np.full(count, "", dtype=object)
        column[visit[mine]] = text[mine]
        columns[name] = pd.Series(column, dtype="str")
        cells[name] = _cell_origin(count, visit[mine], place=place[mine], row=row[mine])
    frame = pd.DataFrame(columns)
    rows = RowOrigin(place=first["place"].to_numpy(), row=first["row"].to_numpy())
    return TableContent(frame=frame, origin=Origin(places=places, rows=rows, cells=cells), problems=tuple(problems))


def _in_order(parts: list[_Values], markers: list[str], subjects: pd.DataFrame) -> pd.DataFrame:
    """Return all values by patient as in `subjects`, then week and marker."""
    values = pd.concat(
        [
            pd.DataFrame(
                {
                    "subject_id": pd.Series(part.subject_id, dtype="str"),
                    "week": part.week,
                    "marker": markers.index(part.marker),
                    "place": number,
                    "row": part.row,
                    "text": part.text,
                }
            )
            for number, part in enumerate(parts)
        ],
        ignore_index=True,
    )
    known = subjects["subject_id"]
    values["patient"] = pd.factorize(pd.concat([known, values["subject_id"]], ignore_index=True))[0][len(known) :]
    return values.sort_values(["patient", "week", "marker", "place", "row"], ignore_index=True)


def _cell_origin(count: int, visit: np.ndarray, *, place: np.ndarray, row: np.ndarray) -> RowOrigin:
    origin = RowOrigin(place=np.zeros(count, dtype=np.int64), row=np.zeros(count, dtype=np.int64))
    origin.place[visit], origin.row[visit] = place, row
    return origin


def _second_value(before: pd.Series, value: pd.Series, places: tuple[Place, ...], markers: list[str]) -> Problem:
    here, there, name = places[value["place"]], places[before["place"]], markers[value["marker"]]
    patient, week = value["subject_id"], value["week"]
    return Problem(
        severity="error",
        file=here.file,
        row=int(value["row"]),
        column=here.columns[name],
        value=str(value["text"]),
        rule=f"A patient has one value of {name} at a week; patient {patient} has two at week {week:g}.",
        remedy=f"Keep this one or that of {there.file}, row {before['row']}, {there.columns[name]}, or correct a time.",
    )


def _nowhere() -> Origin:
    return Origin(
        places=(Place(file="", columns={}),),
        rows=RowOrigin(place=np.zeros(0, dtype=np.int64), row=np.zeros(0, dtype=np.int64)),
    )
