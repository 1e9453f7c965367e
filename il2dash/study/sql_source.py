"""The tables of a study that a SQL database holds, as text cells: from here on they are read as files are.

All of them are read in one read-only transaction, so they belong to one state of the database.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from decimal import Decimal
from time import monotonic
from typing import TYPE_CHECKING, Any
from uuid import UUID

from il2dash.study.definition import Source, StudyDefinition
from il2dash.study.problems import Problem
from il2dash.study.raw_tables import RawTable, table_of_rows
from il2dash.study.source_rules import table_parts
from il2dash.study.sql_connection import Credentials, read_only_transaction
from il2dash.study.study_files import UnreadableError, unreadable
from il2dash.study.table_sources import TABLE_NAMES, RawTables, TableName
from il2dash.study.workbook_rows import Cell, cell_text

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.exc import SQLAlchemyError

STATEMENT_SECONDS = 30
"""How long the database may take for one table."""

_BATCH = 5_000

# https://www.postgresql.org/docs/current/errcodes-appendix.html
_SQLSTATES = {
    "42P01": ("The database has no such table.", "Correct its name; upper and lower case count."),
    "3F000": ("The database has no such schema.", "Correct the name before the dot; upper and lower case count."),
    "42703": ("The query names a column that isn't there.", "Correct the query."),
    "42601": ("The query isn't SQL that the database understands.", "Try it in the database's own client."),
    "42501": ("The database's user may not read this table.", "Have its owner grant SELECT to that user."),
    "57014": (f"A table is read within {STATEMENT_SECONDS} s.", "Make the query simpler, or store what it gives."),
    "25006": ("il2dash reads a database and changes nothing in it.", "Write a query that only selects."),
}


def read_source_tables(definition: StudyDefinition, credentials: Credentials | None) -> RawTables:
    """Read the tables that [source] names; no problem tells how one logs in.

    Parameters
    ----------
    definition : StudyDefinition
        One with a `source`.
    credentials : callable, optional
        Gives the database's URL by the source's `secret`. None where this reading may use no database: an upload's
        study.toml must not open what the server's own studies may.

    Raises
    ------
    UnreadableError
        Where the database can't be opened.
    """
    source = definition.source
    if source is None:
        raise ValueError("read_source_tables needs a definition with a [source]; this one has none.")
    tables: dict[TableName, RawTable] = {}
    problems: list[Problem] = []
    with read_only_transaction(source.secret, credentials, statement_seconds=STATEMENT_SECONDS) as connection:
        for name in TABLE_NAMES:
            if getattr(source.tables, name).strip() or getattr(source.queries, name).strip():
                table, found = _read_table(connection, source, name)
                problems += found
                if table is not None:
                    tables[name] = table
    for name in ("visits", "events"):
        section = getattr(definition.tables, name)
        if section is not None and section.wide and "subjects" in tables:
            tables[name] = tables["subjects"]
    return RawTables(tables=tables, problems=tuple(problems))


def _read_table(connection: Connection, source: Source, name: TableName) -> tuple[RawTable | None, tuple[Problem, ...]]:
    from sqlalchemy.exc import SQLAlchemyError

    table, query = getattr(source.tables, name).strip(), getattr(source.queries, name).strip()
    file = f"{source.secret}[{table or f'query of {name}'}]"
    if not query:
        quoted = (connection.dialect.identifier_preparer.quote_identifier(part) for part in table_parts(table) or ())
        query = f"SELECT * FROM {'.'.join(quoted)}"
    try:
        # A savepoint: what fails here leaves the transaction as it was, for the other tables.
        with connection.begin_nested(), closing(_rows(connection, query, file)) as rows:
            return table_of_rows(file, rows)
    except SQLAlchemyError as error:
        return None, (_statement_problem(error, file, table=table),)
    except UnreadableError as error:
        return None, (error.problem,)


def _rows(connection: Connection, query: str, file: str) -> Generator[list[str], None, None]:
    """Yield the header and the rows of a query, as long as its time lasts."""
    deadline = monotonic() + STATEMENT_SECONDS
    if connection.dialect.name == "sqlite":
        driver: Any = connection.connection.driver_connection
        driver.set_progress_handler(lambda: monotonic() > deadline, 10_000)
    # As it stands: a query's % and : are no parameters. PostgreSQL takes nothing but one SELECT for a cursor.
    plain = {"no_parameters": True, "stream_results": True, "max_row_buffer": _BATCH}
    with connection.exec_driver_sql(query, execution_options=plain) as result:
        headers = list(result.keys())
        yield headers
        while batch := result.fetchmany(_BATCH):
            for row in batch:
                yield [_text(value, file, column) for value, column in zip(row, headers, strict=True)]
            if monotonic() > deadline:
                raise unreadable(file, *_SQLSTATES["57014"])


def _text(value: object, file: str, column: str) -> str:
    """Write a value as a CSV file would have it."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Cell):
        return cell_text(value)
    raise unreadable(
        file,
        "A cell of a table is a text, a number, a date or yes or no.",
        "Leave the column out in a query, or cast it there to one of these.",
        column=column,
        value=type(value).__name__,
    )


def _statement_problem(error: SQLAlchemyError, file: str, *, table: str) -> Problem:
    """Say why a table couldn't be read. A driver's words may hold patients' values, so only their kind is told."""
    original = getattr(error, "orig", None)
    code, found = getattr(original, "sqlstate", None), str(original).casefold()
    if "no such table" in found:
        code = "42P01"
    elif "no such column" in found:
        code = "42703"
    elif "interrupted" in found:
        code = "57014"
    elif "syntax error" in found:
        code = "42601"
    elif "readonly database" in found:
        code = "25006"
    words = _SQLSTATES.get(code or "")
    if words is None:
        words = (
            f"The database gave up on this {'table' if table else 'query'}" + (f" (SQLSTATE {code})." if code else "."),
            "Try the same SELECT in the database's own client.",
        )
    return unreadable(file, *words).problem
