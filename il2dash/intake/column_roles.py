"""What a study expects of each column of a table: how its cells may be repaired follows from that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from il2dash.study.definition import Covariate, StudyDefinition
from il2dash.study.definition_tables import DosesSource, EventsSource, SubjectsSource, TimeUnit, VisitsSource
from il2dash.study.events_table import CATEGORIES
from il2dash.study.table_sources import TableName

ColumnKind = Literal["id", "code", "yes_no", "number", "date", "text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnRole:
    """What a column holds.

    Parameters
    ----------
    kind : {"id", "code", "yes_no", "number", "date", "text"}
        A time is a number. Of a text nothing is repaired.
    levels : tuple of str
        Of a code: how the study writes its levels.
    units : tuple of str
        Of a number: what may stand behind it because it says what is declared anyway.
    """

    kind: ColumnKind
    levels: tuple[str, ...] = ()
    units: tuple[str, ...] = ()


_TIME_WORDS: dict[TimeUnit, tuple[str, ...]] = {
    "weeks": ("weeks", "week"),
    "days": ("days", "day"),
    "months": ("months", "month"),
}


def column_roles(definition: StudyDefinition, name: TableName) -> dict[str, ColumnRole]:
    """Return the role of each column of a table's file that the study asks for, by the file's column."""
    found: dict[str, ColumnRole] = {}
    for column, role in _roles(definition, name):
        found.setdefault(column, role)
    return found


def _roles(definition: StudyDefinition, name: TableName) -> Iterable[tuple[str, ColumnRole]]:
    source = getattr(definition.tables, name)
    if name == "subjects":
        yield from _subjects(definition, definition.tables.subjects)
    elif name == "visits":
        yield from _visits(definition, source or VisitsSource())
    elif name == "events":
        yield from _events(source or EventsSource())
    else:
        yield from _doses(source or DosesSource())


def _subjects(definition: StudyDefinition, source: SubjectsSource) -> Iterable[tuple[str, ColumnRole]]:
    columns = source.columns
    yield columns.get("subject_id", "subject_id"), ColumnRole(kind="id")
    arms = tuple(level.file_value for level in definition.arms.levels)
    yield columns.get("arm", "arm"), ColumnRole(kind="code", levels=arms)
    yield columns.get("last_contact_week", "last_contact_week"), _time(source.time_unit)
    yield columns.get("completed", "completed"), ColumnRole(kind="yes_no")
    for covariate in definition.covariates:
        yield covariate.file_column, _covariate(covariate)
    for endpoint in definition.endpoints:
        if endpoint.rule == "recorded":
            yield endpoint.column, ColumnRole(kind="yes_no")
    visits, events = definition.tables.visits, definition.tables.events
    if visits is not None and not visits.file:
        yield from _wide_visits(definition, visits)
    if events is not None and not events.file:
        yield from _wide_events(events)


def _covariate(covariate: Covariate) -> ColumnRole:
    if covariate.kind == "continuous":
        return _number(covariate.unit)
    if covariate.levels:
        return ColumnRole(kind="code", levels=tuple(level.value for level in covariate.levels))
    return ColumnRole(kind="yes_no" if covariate.kind == "binary" else "text")


def _visits(definition: StudyDefinition, source: VisitsSource) -> Iterable[tuple[str, ColumnRole]]:
    yield source.columns.get("subject_id", "subject_id"), ColumnRole(kind="id")
    if source.wide:
        yield from _wide_visits(definition, source)
        return
    yield source.columns.get("week", "week"), _time(source.time_unit)
    for name, marker in definition.markers.items():
        yield source.columns.get(name, name), _number(marker.unit)


def _wide_visits(definition: StudyDefinition, source: VisitsSource) -> Iterable[tuple[str, ColumnRole]]:
    for wide in source.wide:
        if wide.marker in definition.markers:
            yield wide.column, _number(definition.markers[wide.marker].unit)


def _events(source: EventsSource) -> Iterable[tuple[str, ColumnRole]]:
    yield source.columns.get("subject_id", "subject_id"), ColumnRole(kind="id")
    if source.wide:
        yield from _wide_events(source)
        return
    yield source.columns.get("week", "week"), _time(source.time_unit)
    yield source.columns.get("category", "category"), ColumnRole(kind="code", levels=CATEGORIES)
    yield source.columns.get("grade", "grade"), ColumnRole(kind="number")


def _wide_events(source: EventsSource) -> Iterable[tuple[str, ColumnRole]]:
    for wide in source.wide:
        yield wide.column, ColumnRole(kind="yes_no")
        yield wide.week_column, _time(source.time_unit)


def _doses(source: DosesSource) -> Iterable[tuple[str, ColumnRole]]:
    yield source.columns.get("subject_id", "subject_id"), ColumnRole(kind="id")
    yield source.columns.get("cycle", "cycle"), ColumnRole(kind="number")
    yield source.columns.get("week", "week"), _time(source.time_unit)
    yield source.columns.get("dose_miu", "dose_miu"), _number("MIU")


def _number(unit: str) -> ColumnRole:
    return ColumnRole(kind="number", units=(unit,) if unit else ())


def _time(unit: TimeUnit) -> ColumnRole:
    return ColumnRole(kind="number", units=_TIME_WORDS[unit])
