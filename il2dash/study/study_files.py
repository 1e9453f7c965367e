"""Where a study's files are: a folder or a zip, both read in place and never written to."""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

from il2dash.errors import StudyError
from il2dash.study.problems import Problem

DEFINITION_FILE = "study.toml"
MAXIMUM_BYTES = 200 * 1024 * 1024
"""Largest file that is read, after decompression: far above any trial of this kind, far below a machine's memory."""

BROKEN_MEMBER = (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, ValueError, OSError, EOFError)
"""What reading a zip's member may end in: damage, a password, a compression that isn't known."""

WORKBOOK_SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")


class UnreadableError(StudyError):
    """A file or a place that can't be read, as a `Problem`."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def unreadable(
    file: str, rule: str, remedy: str, *, row: int | None = None, column: str | None = None, value: str | None = None
) -> UnreadableError:
    """Return the error that says what keeps a file from being read."""
    return UnreadableError(
        Problem(severity="error", file=file, row=row, column=column, value=value, rule=rule, remedy=remedy)
    )


class StudyFiles(Protocol):
    """A place with a study's files, by their names relative to it."""

    @property
    def place(self) -> str:
        """What a reader calls this place."""
        ...

    def names(self) -> tuple[str, ...]:
        """Return the names of the files that are there, sorted."""
        ...

    def read(self, name: str) -> bytes:
        """Return a file's content; raises UnreadableError."""
        ...


@dataclass(frozen=True, slots=True)
class FolderFiles:
    """The files of a folder. A name may hold subfolders, but doesn't lead out of the folder."""

    folder: Path

    @property
    def place(self) -> str:
        """The folder's path as it was given."""
        return str(self.folder)

    def names(self) -> tuple[str, ...]:
        """Return the names of the files in the folder itself, sorted."""
        return tuple(sorted(entry.name for entry in self.folder.iterdir() if entry.is_file()))

    def read(self, name: str) -> bytes:
        """Return a file's content; raises UnreadableError."""
        if leads_out(name):
            raise unreadable(
                name,
                "A study's files are inside its folder.",
                "Name the file relative to the folder, and give another folder with --data-dir.",
            )
        path = self.folder / name
        if not path.is_file():
            raise _absent(name, self)
        try:
            if path.stat().st_size > MAXIMUM_BYTES:
                raise _too_large(name, path.stat().st_size)
            return path.read_bytes()
        except OSError as error:
            raise unreadable(name, f"The file can't be read ({error.strerror}).", "Check its permissions.") from error


@dataclass(frozen=True, slots=True)
class ZipFiles:
    """The files of a zip, from its root or from the one folder that holds study.toml. Nothing is extracted to disk."""

    place: str
    archive: zipfile.ZipFile
    top: str

    @classmethod
    def open(cls, source: Path | IO[bytes], *, place: str) -> ZipFiles:
        """Open a zip; raises UnreadableError for what isn't one, or has members that lead out of it."""
        try:
            archive = zipfile.ZipFile(source)
        except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
            raise unreadable(place, "The file isn't a zip that can be opened.", "Make the zip again.") from error
        for member in archive.namelist():
            if leads_out(member):
                raise unreadable(
                    place,
                    "A member of the zip leads out of it: names are relative and have no '..'.",
                    "Make the zip again from the study's folder.",
                    value=member,
                )
        return cls(place=place, archive=archive, top=_top_of(archive, place))

    def names(self) -> tuple[str, ...]:
        """Return the names of the files beside study.toml, sorted."""
        inside = (info.filename for info in self.archive.infolist() if not info.is_dir())
        names = (name.removeprefix(self.top) for name in inside if name.startswith(self.top))
        return tuple(sorted(name for name in names if "/" not in name))

    def read(self, name: str) -> bytes:
        """Return a member's content; raises UnreadableError."""
        try:
            info = self.archive.getinfo(self.top + name)
        except KeyError as error:
            raise _absent(name, self) from error
        if info.file_size > MAXIMUM_BYTES:
            raise _too_large(name, info.file_size)
        try:
            with self.archive.open(info) as member:
                content = member.read(MAXIMUM_BYTES + 1)
        except BROKEN_MEMBER as error:
            raise unreadable(
                name,
                f"The member of the zip can't be read ({error}).",
                "Make the zip again, without a password and with the usual compression.",
            ) from error
        if len(content) > MAXIMUM_BYTES:
            raise _too_large(name, len(content))
        return content


def open_study(source: Path | IO[bytes]) -> StudyFiles:
    """Return the files of a study: a folder, a study.toml or a workbook in it, a zip's path or its open content.

    Raises
    ------
    UnreadableError
        Where there is no such place, or it holds no study.toml.
    """
    if not isinstance(source, Path):
        return ZipFiles.open(source, place=str(getattr(source, "name", "the zip")))
    files: StudyFiles
    if source.is_dir():
        files = FolderFiles(source)
    elif source.is_file() and (source.name == DEFINITION_FILE or source.suffix.lower() in WORKBOOK_SUFFIXES):
        files = FolderFiles(source.parent)
    elif source.is_file():
        files = ZipFiles.open(source, place=str(source))
    else:
        raise unreadable(
            str(source),
            "There is no such file or folder.",
            f"Give a folder with a {DEFINITION_FILE}, that file itself, or a zip that holds both.",
        )
    if DEFINITION_FILE not in files.names():
        raise _absent(DEFINITION_FILE, files)
    return files


def leads_out(name: str) -> bool:
    """Tell whether a file's name points anywhere but below its folder."""
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or (bool(path.parts) and path.parts[0].endswith(":"))


def _top_of(archive: zipfile.ZipFile, place: str) -> str:
    """Return the prefix of the members beside study.toml."""
    found = [
        name.removesuffix(DEFINITION_FILE)
        for name in archive.namelist()
        if PurePosixPath(name).name == DEFINITION_FILE and not name.startswith("__MACOSX/")
    ]
    if len(found) == 1:
        return found[0]
    if "" in found:
        return ""
    if not found:
        shown = ", ".join(archive.namelist()[:12]) or "nothing"
        raise unreadable(place, f"A zipped study holds a {DEFINITION_FILE}.", f"Add it to the zip; it holds {shown}.")
    raise unreadable(
        place,
        f"A zip holds one study, with one {DEFINITION_FILE}.",
        "Make one zip a study.",
        value=", ".join(prefix + DEFINITION_FILE for prefix in found),
    )


def _absent(name: str, files: StudyFiles) -> UnreadableError:
    shown = ", ".join(files.names()[:30]) or "no files"
    return unreadable(
        name, f"There is no such file in {files.place}.", f"Add it or correct its name; the files there: {shown}."
    )


def _too_large(name: str, size: int) -> UnreadableError:
    return unreadable(
        name,
        f"A file is at most {MAXIMUM_BYTES // 1024**2} MB after decompression.",
        "Keep only the columns and rows of the trial.",
        value=f"{size / 1024**2:.0f} MB",
    )
