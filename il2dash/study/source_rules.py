"""What [source] of a study.toml may say: names and SELECTs, and never how to log in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields

from il2dash.study.definition import Source, SourceTexts, StudyDefinition

NO_LOGIN = (
    "How to log in to a database doesn't stand in study.toml.",
    "Take it out, and change that password if others could read the file. Write `secret` = a name of your choice, and "
    "give the server the address under that name: as IL2DASH_SOURCE_NAME in its environment, or in Streamlit's "
    "secrets under [il2dash.sources].",
)
"""Rule and remedy for an address or a password in the file."""

_LOGIN_KEYS = frozenset(
    {"url", "uri", "dsn", "password", "passwd", "pwd", "user", "username", "host", "port", "database", "connection"}
)
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_LOGIN = re.compile(r"(://)\S*@")
# Texts, quoted names and comments, in which a semicolon means nothing.
_QUOTED = re.compile(
    r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|/\*.*?\*/|(\$(?:[A-Za-z_][A-Za-z0-9_]*)?\$).*?\1""", re.DOTALL
)
_SELECT = re.compile(r"\s*(SELECT|WITH)\b", re.IGNORECASE)


def without_login(text: str) -> str:
    """Return a text without the user and password of any address in it."""
    return _LOGIN.sub(r"\1...@", text)


def is_login(key: object, value: object) -> bool:
    """Tell whether a key or its value under [source] says how to log in."""
    return str(key).casefold() in _LOGIN_KEYS or (isinstance(value, str) and bool(_ADDRESS.match(value.strip())))


def is_single_select(query: str) -> bool:
    """Tell whether a text is one statement that starts with SELECT or WITH; a semicolon may end it."""
    bare = _QUOTED.sub(" ", query).strip().removesuffix(";")
    return bool(_SELECT.match(bare)) and ";" not in bare


def table_parts(name: str) -> tuple[str, ...] | None:
    """Return the schema, where there is one, and the table of ``schema.table``; None for another form."""
    parts = tuple(part.strip() for part in name.split("."))
    return parts if len(parts) <= 2 and all(parts) else None


def source_faults(definition: StudyDefinition) -> Iterator[tuple[str, str, str]]:
    """Yield place, rule and remedy of each breach of what [source] and [tables] may say together."""
    source = definition.source
    if source is None:
        return
    for name in (each.name for each in fields(SourceTexts)):
        yield from _table_faults(definition, source, name)


def _table_faults(definition: StudyDefinition, source: Source, name: str) -> Iterator[tuple[str, str, str]]:
    table, query = getattr(source.tables, name).strip(), getattr(source.queries, name).strip()
    columns = getattr(definition.tables, name)
    for kind, text in (("tables", table), ("queries", query)):
        if _ADDRESS.match(text):
            yield f"source.{kind}.{name}", *NO_LOGIN
            return
    if table and query:
        yield f"source.queries.{name}", "A table is read by its name or by a query, not by both.", "Remove one."
    if table and table_parts(table) is None:
        yield (
            f"source.tables.{name}",
            'A table is named "table" or "schema.table".',
            "Correct it, or write a SELECT under [source.queries].",
        )
    if query and not is_single_select(query):
        yield (
            f"source.queries.{name}",
            "A query is one SELECT: il2dash reads a database and changes nothing in it.",
            "Write one statement that starts with SELECT or WITH, without another after a semicolon.",
        )
    if columns is not None and (columns.file or columns.sheet):
        yield (
            f"tables.{name}.{'file' if columns.file else 'sheet'}",
            "A study's tables are in files or in a database, not in both.",
            "Remove the key, or the section [source].",
        )
    wide = bool(getattr(columns, "wide", ()))
    if wide and (table or query):
        yield (
            f"tables.{name}.wide",
            "With a database, wide columns are columns of the subjects' table.",
            "Remove them, or the table's own name under [source]; a query can join them to the subjects.",
        )
    if not (table or query or wide) and (name == "subjects" or columns is not None):
        yield (
            f"source.tables.{name}",
            "A table that the study has is named.",
            'Add its name in the database, as "schema.table", or a SELECT under [source.queries].',
        )
