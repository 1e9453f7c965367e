"""Files that somebody dropped together: tables, a study's zip, and the choices of an earlier time."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from pydantic import ValidationError

from il2dash.intake.bounds import SESSION_BYTES
from il2dash.intake.file_formats import SUFFIXES, read_upload
from il2dash.intake.recipe import Recipe, recipe_of_json
from il2dash.intake.upload import Upload, refused
from il2dash.study.problems import Problem
from il2dash.study.raw_tables import RawTable
from il2dash.study.reading import StudyReading, read_study

RECIPE_SUFFIX = ".json"
ENDINGS = (*SUFFIXES, RECIPE_SUFFIX)
"""The endings of all files that can be dropped."""

MOST_FILES = 20


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LoadedFile:
    """A file that was read.

    Parameters
    ----------
    name, digest : str
        Its name, and a hash of its content.
    size : int
        Characters in the cells of its tables; of a study's zip its bytes.
    upload : Upload
        Its tables, problems and notes.
    study : StudyReading, optional
        Of a study's zip: what reading it gave.
    recipe : Recipe, optional
        Of a file of choices: what they were.
    """

    name: str
    digest: str
    size: int
    upload: Upload
    study: StudyReading | None = None
    recipe: Recipe | None = None


def read_file(name: str, content: bytes) -> LoadedFile:
    """Read a file that was dropped; nothing raises. A study's zip is read without credentials: it opens no database."""
    digest = hashlib.sha256(content).hexdigest()
    if PurePosixPath(name).suffix.lower() == RECIPE_SUFFIX:
        return _choices(name, content, digest)
    upload = read_upload(name, content)
    size = sum(int(table.data[column].str.len().sum()) for table in upload.tables for column in table.columns)
    study = None
    if upload.study:
        size = len(content)
        source = io.BytesIO(content)
        source.name = name
        study = read_study(source)
    return LoadedFile(name=name, digest=digest, size=size, upload=upload, study=study)


def added(files: Iterable[LoadedFile], new: Iterable[LoadedFile]) -> tuple[tuple[LoadedFile, ...], tuple[str, ...]]:
    """Add files; one of a name that is there takes its place. Returns them, and why any was left out."""
    by_name = {file.name: file for file in files}
    refusals = []
    for file in new:
        others = [other for name, other in by_name.items() if name != file.name]
        if len(others) >= MOST_FILES:
            refusals.append(f"{file.name} was left out: at most {MOST_FILES} files are loaded together.")
        elif sum(other.size for other in others) + file.size > SESSION_BYTES:
            refusals.append(
                f"{file.name} was left out: the files of one session hold at most {SESSION_BYTES // 1024**2} MB "
                "together. Remove others first, or keep only the columns of the trial."
            )
        else:
            by_name[file.name] = file
    return tuple(by_name.values()), tuple(refusals)


def tables_of(files: Iterable[LoadedFile]) -> tuple[tuple[RawTable, ...], tuple[Problem, ...]]:
    """Return the tables of all files, and every problem of reading them; of two tables with one name the first."""
    tables: dict[str, RawTable] = {}
    problems: list[Problem] = []
    for file in files:
        problems += file.upload.problems
        for table in file.upload.tables:
            if table.file in tables:
                problems.append(
                    Problem(
                        severity="error",
                        file=table.file,
                        rule="A table's name stands once among the loaded files; this one was left out.",
                        remedy=f"Remove {file.name}, or rename one of the two files.",
                    )
                )
            tables.setdefault(table.file, table)
    return tuple(tables.values()), tuple(problems)


def _choices(name: str, content: bytes, digest: str) -> LoadedFile:
    """Read a file of choices."""
    try:
        recipe = recipe_of_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        fault = refused(
            name,
            f"A .json file holds the choices that this page wrote; {place} isn't as they are.",
            "Download the choices again where they were made, or load the tables without them.",
        )
        return LoadedFile(name=name, digest=digest, size=0, upload=fault)
    noted = Upload(name=name, notes=("The choices of an earlier time: they are taken for the tables beside them.",))
    return LoadedFile(name=name, digest=digest, size=len(content), upload=noted, recipe=recipe)
