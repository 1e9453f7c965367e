"""A study in memory as our own files hold it: the definition and text tables, written to a zip and read back."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from math import copysign
from typing import Any

import pandas as pd

from il2dash.study.csv_file import csv_file
from il2dash.study.definition import StudyDefinition
from il2dash.study.definition_tables import EventsSource, Tables
from il2dash.study.reading import StudyReading, read_study
from il2dash.study.study_files import DEFINITION_FILE
from il2dash.study.table_sources import TABLE_NAMES, TableName

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The first moment a zip can name: its bytes shall depend on the content alone."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class StudyContent:
    """What a study's files hold.

    Parameters
    ----------
    definition : StudyDefinition
        Its `source` is of no account, and of its `tables` only what events are called: the tables stand under their
        usual names, with weeks in weeks.
    tables : mapping of {"subjects", "visits", "events", "doses"} to DataFrame
        Text cells, ``""`` where empty, in the columns of the data contract. A study without a table lacks its key.
    """

    definition: StudyDefinition
    tables: Mapping[TableName, pd.DataFrame]


def table_file(name: TableName) -> str:
    """Return the file in which `study_zip` keeps a table."""
    return f"{name}.csv"


def study_zip(content: StudyContent, *, compressed: bool = True) -> bytes:
    """Return the study's zip: study.toml and one CSV file a table. Equal contents give equal bytes.

    The CSV files are `csv_file`'s: no cell is a formula, and reading gives each text as it was.
    """
    buffer = io.BytesIO()
    compression = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    with zipfile.ZipFile(buffer, "w") as archive:
        _add(archive, DEFINITION_FILE, _definition_of(content).encode(), compression)
        for name in TABLE_NAMES:
            if name in content.tables:
                _add(archive, table_file(name), csv_file(content.tables[name]), compression)
    return buffer.getvalue()


def _definition_of(content: StudyContent) -> str:
    named = content.definition.tables.events
    tables = Tables()
    if named is not None and named.event_name is not None and "events" in content.tables:
        called = EventsSource(event_name=named.event_name, event_name_plural=named.event_name_plural)
        tables = Tables(events=called)
    # A zip holds its tables: it asks no database for them.
    return definition_toml(replace(content.definition, tables=tables, source=None))


def read_content(content: StudyContent) -> StudyReading:
    """Read a study in memory as its zip would be read; nothing raises."""
    return read_study(io.BytesIO(study_zip(content, compressed=False)))


def definition_toml(definition: StudyDefinition) -> str:
    """Return study.toml: what differs from the defaults, in the definition's order.

    `parse_definition` gives an equal definition back.
    """
    lines: list[str] = []
    _write_section(definition, (), lines)
    return "\n".join(lines).strip() + "\n"


def _add(archive: zipfile.ZipFile, name: str, data: bytes, compression: int) -> None:
    member = zipfile.ZipInfo(name, date_time=_EARLIEST)
    member.compress_type = compression
    member.create_system = 3  # otherwise the bytes say on which system they were made
    archive.writestr(member, data, compresslevel=3)


def _write_section(section: Any, place: tuple[str, ...], lines: list[str]) -> None:
    """Write a dataclass: its own keys first, then the sections in it, as TOML wants it."""
    inner: list[tuple[str, Any]] = []
    for field in fields(section):
        value = getattr(section, field.name)
        if value == _default(field):
            continue
        if is_dataclass(value) or _holds_sections(value, place):
            inner.append((field.name, value))
        else:
            lines.append(f"{_key(field.name)} = {_value(value)}")
    for name, value in inner:
        if isinstance(value, tuple):
            for item in value:
                _write_header((*place, name), lines, opening="[[", closing="]]")
                _write_section(item, (*place, name), lines)
        elif isinstance(value, Mapping):
            for key, item in value.items():
                _write_header((*place, name, key), lines)
                _write_section(item, (*place, name, key), lines)
        else:
            _write_header((*place, name), lines)
            _write_section(value, (*place, name), lines)


def _holds_sections(value: object, place: tuple[str, ...]) -> bool:
    """Tell whether a value is sections with headers of their own; a covariate's levels are easier to read inline."""
    if isinstance(value, Mapping):
        return any(is_dataclass(item) for item in value.values())
    return isinstance(value, tuple) and any(is_dataclass(item) for item in value) and place != ("covariates",)


def _write_header(place: tuple[str, ...], lines: list[str], *, opening: str = "[", closing: str = "]") -> None:
    lines += ["", opening + ".".join(_key(part) for part in place) + closing]


def _default(field: Any) -> object:
    if field.default_factory is not MISSING:
        return field.default_factory()
    return field.default


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else _value(name)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, float):
        plain = value.is_integer() and abs(value) < 1e15 and copysign(1, value) == (-1 if value < 0 else 1)
        return str(int(value)) if plain else repr(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Mapping):
        return _inline({_key(str(key)): item for key, item in value.items()})
    if is_dataclass(value):
        changed = {
            field.name: getattr(value, field.name)
            for field in fields(value)
            if getattr(value, field.name) != _default(field)
        }
        return _inline(changed)
    if isinstance(value, tuple):
        return f"[{', '.join(_value(item) for item in value)}]"
    raise TypeError(f"A definition holds texts, numbers, lists and sections, not {type(value).__name__}: {value!r}.")


def _inline(items: Mapping[str, object]) -> str:
    return "{ " + ", ".join(f"{key} = {_value(item)}" for key, item in items.items()) + " }" if items else "{}"
