"""The tables of a study that a SQL database holds, as text cells: from here on they are read as files are.

SQLite and PostgreSQL, the two whose read-only transactions and time limits are tested. All tables are read in one
read-only transaction, so they belong to one state of the database.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import UUID

from il2dash.study.definition import Source, StudyDefinition
from il2dash.study.problems import Problem
from il2dash.study.raw_tables import RawTable, table_of_rows
from il2dash.study.source_rules import table_parts
from il2dash.study.study_files import DEFINITION_FILE, UnreadableError, unreadable
from il2dash.study.table_sources import TABLE_NAMES, RawTables, TableName
from il2dash.study.workbook_rows import Cell, cell_text

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine
    from sqlalchemy.exc import SQLAlchemyError

Credentials = Callable[[str], str | None]
"""What gives the URL of a database by the name that study.toml calls it, or None where it isn't known."""

CONNECT_SECONDS = 10
STATEMENT_SECONDS = 30
"""How long the database may take for one table."""

_BATCH = 5_000
_BACKENDS = ("sqlite", "postgresql")

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
_CONNECTION_WORDS = (
    ("password", "The database refused the user or the password.", "Correct the address in the server's secrets."),
    ("role", "The database refused the user or the password.", "Correct the address in the server's secrets."),
    ("pg_hba", "The database lets nobody in from this machine.", "Have its administrator allow it."),
    ("refused", "The database doesn't answer at its address.", "See that it runs, and correct host and port."),
    ("timeout", f"The database answers within {CONNECT_SECONDS} s.", "See that it runs and can be reached."),
    ("resolve", "The database's host isn't known.", "Correct the host in the server's secrets."),
    ("translate host", "The database's host isn't known.", "Correct the host in the server's secrets."),
    ("no such file", "The database doesn't answer at its address.", "See that it runs, and correct host and port."),
    ("unable to open", "The database's file can't be opened.", "Correct its path in the server's secrets."),
    ("not a database", "The database's file isn't one of SQLite.", "Correct its path in the server's secrets."),
    ("does not exist", "The server has no such database.", "Correct its name in the server's secrets."),
)


def variable_of(secret: str) -> str:
    """Return the environment variable in which the URL of a source stands."""
    return f"IL2DASH_SOURCE_{secret.upper()}"


def environment_credentials(environment: Mapping[str, str] = os.environ) -> Credentials:
    """Return what finds the URL of a source in the environment."""
    return lambda secret: environment.get(variable_of(secret)) or None


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
    with _connection(_url(source, credentials), source) as connection:
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


def _url(source: Source, credentials: Credentials | None) -> URL:
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    if credentials is None:
        raise unreadable(
            DEFINITION_FILE,
            "This study's tables are in a database, which only a study of the server's own may name.",
            "Load files with the tables, or have the server's administrator add the study.",
        )
    text = credentials(source.secret)
    if not text:
        raise unreadable(
            DEFINITION_FILE,
            "The server doesn't know the database of this name.",
            f"Set {variable_of(source.secret)} in its environment, or {source.secret} under [il2dash.sources] in "
            "Streamlit's secrets, to postgresql://USER:PASSWORD@HOST/DATABASE or sqlite:////PATH.",
            value=source.secret,
        )
    try:
        url = make_url(text.strip())
    except (ArgumentError, ValueError):
        # Not the library's words: they may hold the address.
        raise unreadable(
            source.secret,
            "A database's address has the form postgresql://USER:PASSWORD@HOST:PORT/DATABASE or sqlite:////PATH.",
            "Correct it in the server's secrets; signs like @ : / in a password are written as %40 %3A %2F.",
        ) from None
    if url.get_backend_name() not in _BACKENDS:
        raise unreadable(
            source.secret,
            "il2dash reads SQLite and PostgreSQL databases.",
            "Correct the start of the address in the server's secrets: postgresql:// or sqlite:///.",
            value=url.get_backend_name(),
        )
    return url


@contextmanager
def _connection(url: URL, source: Source) -> Iterator[Connection]:
    """Open a read-only transaction for all tables; nothing of it outlives the block."""
    from sqlalchemy.exc import SQLAlchemyError

    engine = _engine(url, source)
    try:
        try:
            connection = engine.connect()
        except SQLAlchemyError as error:
            raise _connection_fault(error, source) from None
        with closing(connection):
            try:
                if url.get_backend_name() == "postgresql":
                    connection = connection.execution_options(
                        isolation_level="REPEATABLE READ", postgresql_readonly=True
                    )
                    connection.exec_driver_sql(f"SET LOCAL statement_timeout = {STATEMENT_SECONDS * 1000}")
                else:
                    connection.exec_driver_sql("BEGIN")
                    connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")  # finds out what file it is
            except SQLAlchemyError as error:
                raise _connection_fault(error, source) from None
            yield connection
    finally:
        engine.dispose()


def _engine(url: URL, source: Source) -> Engine:
    from sqlalchemy import create_engine
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError
    from sqlalchemy.pool import NullPool

    try:
        if url.get_backend_name() == "sqlite":
            path = _sqlite_path(url, source)
            return create_engine("sqlite://", creator=lambda: _open_sqlite(path), poolclass=NullPool)
        options = {"connect_timeout": CONNECT_SECONDS}
        return create_engine(url, connect_args=options, poolclass=NullPool, hide_parameters=True)
    except (ImportError, NoSuchModuleError):
        raise unreadable(
            source.secret,
            "The library that talks to this kind of database isn't installed.",
            "Write the address with postgresql+psycopg://, whose library il2dash brings, or install the other.",
            value=url.drivername,
        ) from None
    except (ArgumentError, TypeError, ValueError):
        raise unreadable(
            source.secret,
            "The options after the ? of the database's address are ones that its library knows.",
            "Correct the address in the server's secrets.",
        ) from None


def _sqlite_path(url: URL, source: Source) -> Path:
    if not url.database or url.database == ":memory:":
        raise unreadable(
            source.secret,
            "A SQLite address names a file.",
            "Write sqlite:////PATH, with four slashes before an absolute path.",
        )
    return Path(url.database)


def _open_sqlite(path: Path) -> Any:
    import sqlite3

    connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=CONNECT_SECONDS)
    connection.execute("PRAGMA query_only = ON")
    return connection


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


def _connection_fault(error: SQLAlchemyError, source: Source) -> UnreadableError:
    """Say why a database didn't open. Only in our own words: a driver's may hold the user and the host."""
    found = str(getattr(error, "orig", "")).casefold()
    for sign, rule, remedy in _CONNECTION_WORDS:
        if sign in found:
            return unreadable(source.secret, rule, remedy)
    return unreadable(
        source.secret, "The database couldn't be opened.", "Try its address from the server with the database's client."
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
