"""The server's studies as they were read: each once for all visitors, and again where somebody asks for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from il2dash.study.problems import Problem
from il2dash.study.reading import StudyReading, read_study
from il2dash.study.sql_connection import Credentials
from il2dash.study.study_files import DEFINITION_FILE
from il2dash.ui.served_study import ServedStudy, served_study
from il2dash.ui.study_places import StudyPlace

AT_MOST_EVERY = 10.0
"""Seconds from a reading's end until the study is read again, whoever asks."""

CLOCK_GRAIN = 20_000_000
"""Nanoseconds by which a file's time may lag behind the clock."""

_README = "README.md"
_Stamp = tuple[tuple[int, int] | str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedRefresh:
    """When reading a study again failed, and what was found; the data before it are shown still."""

    at: datetime
    problems: tuple[Problem, ...]


@dataclass(slots=True)
class _Held:
    """One study on the shelf; `reading` is held by who reads it."""

    reading: Lock = field(default_factory=Lock)
    study: ServedStudy | None = None
    at: datetime = datetime.min
    files: tuple[Path, ...] = ()
    stamp: _Stamp = ()
    failed: FailedRefresh | None = None
    ended: float = 0.0


class Shelf:
    """Studies by their place.

    Parameters
    ----------
    credentials : callable
        Gives the URL of a database by its name in [source].
    now : callable
        Seconds of a clock that only goes on.
    """

    def __init__(self, credentials: Credentials, now: Callable[[], float] = time.monotonic) -> None:
        self._credentials = credentials
        self._now = now
        self._lock = Lock()
        self._held: dict[StudyPlace, _Held] = {}

    def study(self, place: StudyPlace) -> ServedStudy:
        """Return a study, read at the first question; who asks meanwhile waits, but for no other study."""
        held = self._of(place)
        if held.study is None:
            with held.reading:
                if held.study is None:
                    self._read(place, held)
        assert held.study is not None
        return held.study

    def refresh(self, place: StudyPlace) -> str:
        """Read a study again, which all then see; return what to say where it wasn't read.

        Until the new data are there, and where they can't be read, all see the old.
        """
        held = self._of(place)
        if not held.reading.acquire(blocking=False):
            return "The study is being read just now, for somebody else: the new data show as soon as they are there."
        try:
            wait = held.ended + AT_MOST_EVERY - self._now() if held.study is not None else 0.0
            if wait > 0:
                return (
                    f"The study was read a moment ago. It is read at most every {AT_MOST_EVERY:.0f} seconds: "
                    f"try again in {int(wait) + 1}."
                )
            self._read(place, held)
            return ""
        finally:
            held.reading.release()

    def changed(self, place: StudyPlace) -> bool:
        """Tell whether files of a study have changed since they were read."""
        held = self._of(place)
        return held.study is not None and _stamp(held.files) != held.stamp

    def read_at(self, place: StudyPlace) -> datetime:
        """Return when the study that is shown was read, in UTC."""
        return self._of(place).at

    def failed(self, place: StudyPlace) -> FailedRefresh | None:
        """Return how the last refresh failed; None where it didn't."""
        return self._of(place).failed

    def _of(self, place: StudyPlace) -> _Held:
        with self._lock:
            return self._held.setdefault(place, _Held())

    def _read(self, place: StudyPlace, held: _Held) -> None:
        at = datetime.now(UTC)
        began = time.time_ns() - CLOCK_GRAIN
        reading = read_study(place.path, data_dir=place.data_dir, credentials=self._credentials)
        if reading.trial is None and held.study is not None and held.study.trial is not None:
            held.failed = FailedRefresh(at=at, problems=reading.problems)
        else:
            files = _files(place, reading)
            held.files, held.stamp = files, _stamp(files, written_since=began)
            held.at, held.failed = reading.read_at or at, None
            held.study = served_study(reading, readme=_readme(place.path))
        held.ended = self._now()


def _files(place: StudyPlace, reading: StudyReading) -> tuple[Path, ...]:
    """Return the files that a study was read from."""
    if not place.path.is_dir() and place.path.name != DEFINITION_FILE:
        return (place.path,)
    folder = place.path if place.path.is_dir() else place.path.parent
    from_database = reading.definition is not None and reading.definition.source is not None
    tables = () if from_database else (table.file for table in reading.tables)
    return (folder / DEFINITION_FILE, folder / _README, *((place.data_dir or folder) / name for name in tables))


def _stamp(files: Iterable[Path], *, written_since: int | None = None) -> _Stamp:
    """Return what tells a file from what it was before; one that is written meanwhile counts as changed."""

    def one(file: Path) -> tuple[int, int] | str:
        try:
            known = file.stat()
        except OSError:
            return "absent"
        if written_since is not None and written_since <= known.st_mtime_ns <= time.time_ns():
            return "written meanwhile"
        return known.st_mtime_ns, known.st_size

    return tuple(map(one, files))


def _readme(folder: Path) -> str:
    """Return what a study's folder says about itself; nothing where it has no README.md."""
    page = folder / _README
    return page.read_text(encoding="utf-8", errors="replace") if page.is_file() else ""
