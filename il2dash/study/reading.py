"""A study's files -> a Trial, or every reason why not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import numpy as np
import pandas as pd

from il2dash.errors import StudyError
from il2dash.study.between_tables import between_table_problems
from il2dash.study.definition import StudyDefinition
from il2dash.study.definition_file import parse_definition
from il2dash.study.doses_table import read_doses
from il2dash.study.events_table import read_events
from il2dash.study.problems import Problem, errors, listing
from il2dash.study.raw_tables import RawTable
from il2dash.study.sql_connection import Credentials
from il2dash.study.sql_source import read_source_tables
from il2dash.study.study_files import DEFINITION_FILE, FolderFiles, StudyFiles, UnreadableError, open_study, unreadable
from il2dash.study.subject_ids import KnownSubjects
from il2dash.study.subjects_table import SubjectsRead, read_subjects
from il2dash.study.table_sources import RawTables, TableName, read_raw_tables
from il2dash.study.trial import DOSE_COLUMNS, EVENT_COLUMNS, MEASUREMENT_COLUMNS, Trial, fingerprint_of
from il2dash.study.visit_windows import visit_weeks
from il2dash.study.visits_table import TableRead, no_measurements, read_visits


@dataclass(frozen=True, slots=True, kw_only=True)
class TableReading:
    """What was read of one table: its rows in the file, the columns used and those that nothing asks for."""

    name: TableName
    file: str
    rows: int
    columns_read: tuple[str, ...]
    columns_ignored: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class StudyReading:
    """What reading a study gave.

    Parameters
    ----------
    place : str
        The folder or zip.
    definition : StudyDefinition or None
        None where study.toml can't be understood.
    trial : Trial or None
        None where any problem is an error.
    problems : tuple of Problem
        All of them, errors first.
    tables : tuple of TableReading
        The tables whose files could be read.
    read_at : datetime, optional
        When the tables were read, in UTC, where they are a database's and may have changed since.
    """

    place: str
    definition: StudyDefinition | None
    trial: Trial | None
    problems: tuple[Problem, ...]
    tables: tuple[TableReading, ...]
    read_at: datetime | None = None


_READERS: dict[TableName, Callable[[RawTable, StudyDefinition, KnownSubjects | None], TableRead]] = {
    "visits": read_visits,
    "events": read_events,
    "doses": read_doses,
}


def load_study(
    source: str | Path | IO[bytes], *, data_dir: str | Path | None = None, credentials: Credentials | None = None
) -> Trial:
    """Return a study's trial.

    Parameters
    ----------
    source : path or binary file
        A folder with a study.toml, that file, a workbook beside it, or a zip (its path, or its open content).
    data_dir : path, optional
        Where the tables are, if not beside study.toml.
    credentials : callable, optional
        Gives the URL of a database by its name in [source]. Without it no database is opened, as for an upload.

    Raises
    ------
    StudyError
        With every problem, where any of them is an error.
    """
    reading = read_study(source, data_dir=data_dir, credentials=credentials)
    if reading.trial is None:
        raise StudyError(f"The study {reading.place} can't be read.\n{listing(reading.problems)}")
    return reading.trial


def read_study(
    source: str | Path | IO[bytes], *, data_dir: str | Path | None = None, credentials: Credentials | None = None
) -> StudyReading:
    """Read a study and find everything that is wrong with it; arguments as in `load_study`, and nothing raises."""
    place = str(source) if isinstance(source, str | Path) else str(getattr(source, "name", "the zip"))
    try:
        files = open_study(Path(source) if isinstance(source, str) else source)
        content = files.read(DEFINITION_FILE)
        table_files = files if data_dir is None else _data_folder(Path(data_dir))
    except UnreadableError as error:
        return StudyReading(place=place, definition=None, trial=None, problems=(error.problem,), tables=())
    definition, problems = parse_definition(content)
    if definition is None:
        return StudyReading(place=place, definition=None, trial=None, problems=_errors_first(problems), tables=())
    if definition.source is None:
        return _read_tables(definition, problems, read_raw_tables(definition, table_files), place=place)
    if data_dir is not None:
        problems += (_two_places(),)
    read_at = datetime.now(UTC)
    raw = None
    try:
        # A database isn't asked for what the file may not have meant.
        if not errors(problems):
            raw = read_source_tables(definition, credentials)
    except UnreadableError as error:
        problems += (error.problem,)
    if raw is None:
        found = _errors_first(problems)
        return StudyReading(place=place, definition=definition, trial=None, problems=found, tables=())
    return replace(_read_tables(definition, problems, raw, place=place), read_at=read_at)


def _two_places() -> Problem:
    return Problem(
        severity="error",
        file=DEFINITION_FILE,
        column="source",
        rule="A study's tables are in files or in a database, not in both.",
        remedy="Leave out --data-dir, or remove the section [source].",
    )


def _data_folder(folder: Path) -> StudyFiles:
    if not folder.is_dir():
        raise unreadable(str(folder), "The folder with the tables (--data-dir) doesn't exist.", "Correct its path.")
    return FolderFiles(folder)


def _read_tables(definition: StudyDefinition, found: Iterable[Problem], raw: RawTables, *, place: str) -> StudyReading:
    problems = [*found, *raw.problems]
    subjects = read_subjects(raw.tables["subjects"], definition) if "subjects" in raw.tables else None
    known = subjects.known if subjects else None
    reads: dict[TableName, TableRead] = {
        name: reader(raw.tables[name], definition, known) for name, reader in _READERS.items() if name in raw.tables
    }
    problems += subjects.problems if subjects else ()
    for read in reads.values():
        problems += read.problems
    problems += between_table_problems(definition, raw, subjects, reads)
    columns_read = {name: read.columns_read for name, read in reads.items()}
    if subjects is not None:
        columns_read["subjects"] = subjects.columns_read
    trial = None
    if subjects is not None and not errors(problems):
        trial = _trial(definition, subjects, reads)
    return StudyReading(
        place=place,
        definition=definition,
        trial=trial,
        problems=_errors_first(problems),
        tables=_table_readings(raw, columns_read),
    )


def _table_readings(raw: RawTables, columns_read: Mapping[TableName, tuple[str, ...]]) -> tuple[TableReading, ...]:
    """Say what each table used; a column is ignored where no table of its file uses it."""
    used: dict[str, set[str]] = {}
    for name, table in raw.tables.items():
        used.setdefault(table.file, set()).update(columns_read[name])
    return tuple(
        TableReading(
            name=name,
            file=table.file,
            rows=len(table.data),
            columns_read=columns_read[name],
            columns_ignored=tuple(column for column in table.columns if column not in used[table.file]),
        )
        for name, table in raw.tables.items()
    )


def _errors_first(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda problem: problem.severity != "error"))


def _trial(definition: StudyDefinition, subjects: SubjectsRead, reads: Mapping[TableName, TableRead]) -> Trial:
    measurements = reads["visits"].frame if "visits" in reads else no_measurements()
    planned = (
        visit_weeks(measurements, schedule=definition.visits.schedule, window=definition.visits.window)
        if len(measurements)
        else np.empty(0)
    )
    tables: dict[str, pd.DataFrame | None] = {
        "subjects": subjects.frame.reset_index(drop=True),
        "measurements": _plain(measurements.assign(visit_week=planned), MEASUREMENT_COLUMNS),
        "events": _plain(reads["events"].frame, EVENT_COLUMNS) if "events" in reads else None,
        "doses": _plain(reads["doses"].frame.astype({"cycle": "int64"}), DOSE_COLUMNS) if "doses" in reads else None,
    }
    return Trial(
        definition=definition,
        **tables,  # type: ignore[arg-type]
        excluded=subjects.excluded,
        fingerprint=fingerprint_of(definition, tables),
    )


def _plain(frame: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    return frame[list(columns)].reset_index(drop=True)
