"""A SQL database opened for reading, by the name under which the server knows its address.

SQLite and PostgreSQL, the two whose read-only transactions and time limits are tested. No problem tells how one logs
in.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from il2dash.study.study_files import DEFINITION_FILE, UnreadableError, unreadable

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine
    from sqlalchemy.exc import SQLAlchemyError

Credentials = Callable[[str], str | None]
"""What gives the URL of a database by the name that study.toml calls it, or None where it isn't known."""

CONNECT_SECONDS = 10

_BACKENDS = ("sqlite", "postgresql")
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


@contextmanager
def read_only_transaction(
    secret: str, credentials: Credentials | None, *, statement_seconds: float
) -> Iterator[Connection]:
    """Open a read-only transaction; nothing of it outlives the block.

    Parameters
    ----------
    secret : str
        What study.toml calls the database.
    credentials : callable, optional
        Gives its URL; None where this reading may use no database.
    statement_seconds : float
        How long PostgreSQL may take for one statement.

    Raises
    ------
    UnreadableError
        Where the database can't be opened.
    """
    from sqlalchemy.exc import SQLAlchemyError

    url = _url(secret, credentials)
    engine = _engine(url, secret)
    try:
        try:
            connection = engine.connect()
        except SQLAlchemyError as error:
            raise _connection_fault(error, secret) from None
        with closing(connection):
            try:
                if url.get_backend_name() == "postgresql":
                    connection = connection.execution_options(
                        isolation_level="REPEATABLE READ", postgresql_readonly=True
                    )
                    connection.exec_driver_sql(f"SET LOCAL statement_timeout = {statement_seconds * 1000}")
                else:
                    connection.exec_driver_sql("BEGIN")
                    connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")  # finds out what file it is
            except SQLAlchemyError as error:
                raise _connection_fault(error, secret) from None
            yield connection
    finally:
        engine.dispose()


def _url(secret: str, credentials: Credentials | None) -> URL:
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    if credentials is None:
        raise unreadable(
            DEFINITION_FILE,
            "This study's tables are in a database, which only a study of the server's own may name.",
            "Load files with the tables, or have the server's administrator add the study.",
        )
    text = credentials(secret)
    if not text:
        raise unreadable(
            DEFINITION_FILE,
            "The server doesn't know the database of this name.",
            f"Set {variable_of(secret)} in its environment, or {secret} under [il2dash.sources] in "
            "Streamlit's secrets, to postgresql://USER:PASSWORD@HOST/DATABASE or sqlite:////PATH.",
            value=secret,
        )
    try:
        url = make_url(text.strip())
    except (ArgumentError, ValueError):
        # Not the library's words: they may hold the address.
        raise unreadable(
            secret,
            "A database's address has the form postgresql://USER:PASSWORD@HOST:PORT/DATABASE or sqlite:////PATH.",
            "Correct it in the server's secrets; signs like @ : / in a password are written as %40 %3A %2F.",
        ) from None
    if url.get_backend_name() not in _BACKENDS:
        raise unreadable(
            secret,
            "il2dash reads SQLite and PostgreSQL databases.",
            "Correct the start of the address in the server's secrets: postgresql:// or sqlite:///.",
            value=url.get_backend_name(),
        )
    return url


def _engine(url: URL, secret: str) -> Engine:
    from sqlalchemy import create_engine
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError
    from sqlalchemy.pool import NullPool

    try:
        if url.get_backend_name() == "sqlite":
            path = _sqlite_path(url, secret)
            return create_engine("sqlite://", creator=lambda: _open_sqlite(path), poolclass=NullPool)
        options = {"connect_timeout": CONNECT_SECONDS}
        return create_engine(url, connect_args=options, poolclass=NullPool, hide_parameters=True)
    except (ImportError, NoSuchModuleError):
        raise unreadable(
            secret,
            "The library that talks to this kind of database isn't installed.",
            "Write the address with postgresql+psycopg://, whose library il2dash brings, or install the other.",
            value=url.drivername,
        ) from None
    except (ArgumentError, TypeError, ValueError):
        raise unreadable(
            secret,
            "The options after the ? of the database's address are ones that its library knows.",
            "Correct the address in the server's secrets.",
        ) from None


def _sqlite_path(url: URL, secret: str) -> Path:
    if not url.database or url.database == ":memory:":
        raise unreadable(
            secret,
            "A SQLite address names a file.",
            "Write sqlite:////PATH, with four slashes before an absolute path.",
        )
    return Path(url.database)


def _open_sqlite(path: Path) -> Any:
    import sqlite3

    connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=CONNECT_SECONDS)
    connection.execute("PRAGMA query_only = ON")
    return connection


def _connection_fault(error: SQLAlchemyError, secret: str) -> UnreadableError:
    """Say why a database didn't open. Only in our own words: a driver's may hold the user and the host."""
    found = str(getattr(error, "orig", "")).casefold()
    for sign, rule, remedy in _CONNECTION_WORDS:
        if sign in found:
            return unreadable(secret, rule, remedy)
    return unreadable(
        secret, "The database couldn't be opened.", "Try its address from the server with the database's client."
    )
