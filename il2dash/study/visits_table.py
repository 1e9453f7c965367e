"""The visits table: one value a row, from a long file or from wide columns, with censoring at the assay's limits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from il2dash.study.columns import find_columns, missing_column
from il2dash.study.definition import Marker, StudyDefinition
from il2dash.study.definition_tables import VisitsSource
from il2dash.study.problems import Problem
from il2dash.study.raw_tables import RawTable
from il2dash.study.subject_ids import KnownSubjects, rows_of_known
from il2dash.study.values import Numbers, is_among, number_problems, parse_numbers, problems_where
from il2dash.study.visit_windows import SAME_WEEK
from il2dash.study.weeks import read_weeks

_CENSORING = np.array(["left", "none", "right"])


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TableRead:
    """A typed table, with what was read and what is wrong.

    The index of `frame` is the row in the file. Where its weeks are the file's, `week_column` says in which column.
    """

    frame: pd.DataFrame
    columns_read: tuple[str, ...]
    problems: tuple[Problem, ...]


def read_visits(raw: RawTable, definition: StudyDefinition, known: KnownSubjects | None) -> TableRead:
    """Check the visits table and return `subject_id`, `week`, `marker`, `value`, `censoring`, one row a value."""
    source = definition.tables.visits or VisitsSource()
    return _read_wide(raw, definition, source, known) if source.wide else _read_long(raw, definition, source, known)


def _read_long(
    raw: RawTable, definition: StudyDefinition, source: VisitsSource, known: KnownSubjects | None
) -> TableRead:
    places, problems = find_columns(raw, ("subject_id", "week", *definition.markers), mapping=source.columns)
    kept = raw
    if "subject_id" in places:
        kept, found = rows_of_known(raw, places["subject_id"], known)
        problems += found
    week = np.full(len(kept.data), np.nan)
    if "week" in places:
        week, found = read_weeks(
            kept, places["week"], unit=source.time_unit, what="A visit's week", required=True, negative=True
        )
        problems += found
    if "subject_id" in places and "week" in places:
        problems += _duplicates(kept, places, week, definition)
    parts = []
    for name, marker in definition.markers.items():
        if name in places:
            values, found = _marker_values(kept, places[name], marker)
            problems += found
            parts.append(_part(kept, places.get("subject_id"), name=name, week=week, values=values))
    frame = _joined(parts)
    frame["week_column"] = places.get("week", "")
    return TableRead(frame=frame, columns_read=tuple(places.values()), problems=tuple(problems))


def _read_wide(
    raw: RawTable, definition: StudyDefinition, source: VisitsSource, known: KnownSubjects | None
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
    parts = []
    for wide in source.wide:
        if wide.column not in raw.columns:
            problems.append(missing_column(raw, wide.column))
        elif wide.marker in definition.markers:
            read.append(wide.column)
            values, found = _marker_values(kept, wide.column, definition.markers[wide.marker])
            problems += found
            week = np.full(len(kept.data), wide.week)
            parts.append(_part(kept, places.get("subject_id"), name=wide.marker, week=week, values=values))
    return TableRead(frame=_joined(parts), columns_read=tuple(dict.fromkeys(read)), problems=tuple(problems))


def _marker_values(raw: RawTable, column: str, marker: Marker) -> tuple[Numbers, list[Problem]]:
    """Parse a marker's column and set values beyond the assay's limits to them, as censored."""
    numbers = parse_numbers(raw.data[column])
    problems = number_problems(
        raw,
        numbers,
        column=column,
        what=marker.label,
        date_remedy="Check that the column is the marker's.",
        censored=True,
    )
    value, censoring = numbers.value.copy(), numbers.censoring.copy()
    impossible = (value < 0) | ((value == 0) & (censoring < 0))
    problems += problems_where(
        raw,
        impossible,
        column=column,
        rule=f"{marker.label} isn't negative.",
        remedy="Correct it, or leave the cell empty where the value isn't known.",
    )
    if marker.scale == "log10":
        zero = (value == 0) & (censoring >= 0)
        impossible |= zero
        problems += problems_where(
            raw,
            zero,
            column=column,
            rule=f"{marker.label} is analyzed on a log10 scale and is above 0.",
            remedy="Write a value below the assay's limit as censored, such as <50.",
        )
    for limit, side, word in ((marker.lower_limit, -1, "below"), (marker.upper_limit, 1, "above")):
        if limit is None:
            continue
        beyond = ((value - limit) * side > 0) & (censoring * side >= 0) & ~impossible
        sign = "<" if side < 0 else ">"
        problems += problems_where(
            raw,
            beyond,
            column=column,
            rule=f"A value {word} the assay's limit of {limit:g} {marker.unit}".rstrip() + " is censored there.",
            remedy=f"It is read as {sign}{limit:g}; write it so, or correct the limit in study.toml.",
            warning=True,
        )
        value[beyond], censoring[beyond] = limit, side
    return Numbers(value=value, censoring=censoring, fault=numbers.fault), problems


def _part(raw: RawTable, id_column: str | None, *, name: str, week: np.ndarray, values: Numbers) -> pd.DataFrame:
    known = values.known
    ids = raw.data[id_column][known] if id_column else pd.Series("", index=raw.data.index[known], dtype="str")
    return pd.DataFrame(
        {
            "subject_id": ids,
            "week": week[known],
            "marker": pd.Series(name, index=ids.index, dtype="str"),
            "value": values.value[known],
            "censoring": pd.Series(_CENSORING[values.censoring[known] + 1], index=ids.index, dtype="str"),
        }
    )


def no_measurements() -> pd.DataFrame:
    """Return the measurements of a study without visits."""
    types = {"subject_id": "str", "week": "float64", "marker": "str", "value": "float64", "censoring": "str"}
    columns = {name: pd.Series(dtype=dtype) for name, dtype in types.items()}
    return pd.DataFrame(columns, index=pd.Index([], dtype="int64", name="row"))


def _joined(parts: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(parts).sort_index(kind="stable") if parts else no_measurements()


def _duplicates(raw: RawTable, places: dict[str, str], week: np.ndarray, definition: StudyDefinition) -> list[Problem]:
    """Return a problem for each row of a patient and week that an earlier row has already."""
    keys = pd.DataFrame({"subject": raw.data[places["subject_id"]], "week": week}, index=raw.data.index)
    again = keys.duplicated().to_numpy(dtype=bool) & ~np.isnan(week)
    if not again.any():
        return []
    repeated = keys[keys.duplicated(keep=False)]
    first = {
        key: row for row, key in reversed(list(zip(repeated.index, repeated.itertuples(index=False), strict=True)))
    }
    baseline = definition.visits.schedule[0] if definition.visits.schedule else None
    problems = []
    for row, key in zip(keys.index[again], keys[again].itertuples(index=False), strict=True):
        is_baseline = baseline is not None and abs(float(key[1]) - baseline) <= SAME_WEEK
        problems.append(
            Problem(
                severity="error",
                file=raw.file,
                row=int(row),
                column=places["week"],
                value=str(raw.data.at[row, places["week"]]),
                rule="A patient has one baseline visit; this patient has two baselines."
                if is_baseline
                else "A patient has one row at a week; this is a duplicate.",
                remedy=f"Keep one of rows {first[key]} and {row} of patient {key[0]}, or correct a week.",
            )
        )
    return problems
