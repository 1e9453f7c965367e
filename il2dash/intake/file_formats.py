"""An uploaded file -> its tables as text, by the ending of its name; nothing raises and nothing touches the disk."""

from __future__ import annotations

from pathlib import PurePosixPath

from il2dash.intake.bounds import (
    MAXIMUM_BYTES,
    READING_MEMORY,
    READING_PROCESSOR_SECONDS,
    SMALL_TEXT_BYTES,
)
from il2dash.intake.confined import ConfinedError, confined
from il2dash.intake.delimited_text import read_delimited
from il2dash.intake.parquet_file import read_parquet
from il2dash.intake.statistics_files import FORMATS, read_statistics
from il2dash.intake.upload import Upload, refused
from il2dash.intake.workbook import read_workbook
from il2dash.intake.zip_upload import read_zip
from il2dash.study.study_files import WORKBOOK_SUFFIXES, UnreadableError

TEXT_SUFFIXES = (".csv", ".tsv", ".tab", ".txt", ".dat")
PARQUET_SUFFIXES = (".parquet", ".pq")
SUFFIXES = (*TEXT_SUFFIXES, *WORKBOOK_SUFFIXES, *FORMATS, *PARQUET_SUFFIXES, ".zip")
"""The endings of the files that can be loaded."""


def read_upload(name: str, content: bytes) -> Upload:
    """Read an uploaded file; nothing raises, and what is wrong is among the problems.

    A small text file is read here, any other file in a process of its own (`confined`), which takes about a second
    to start; meanwhile this process can answer others.

    Parameters
    ----------
    name : str
        The file's name; its ending says the format.
    content : bytes
        What is in it.
    """
    if len(content) > MAXIMUM_BYTES:
        return _too_large(name, len(content))
    suffix = _suffix(name)
    if suffix not in SUFFIXES or (suffix in TEXT_SUFFIXES and len(content) <= SMALL_TEXT_BYTES):
        return read_tables(name, content)
    try:
        return confined(read_tables, name, content)
    except ConfinedError as error:
        return _stopped(name, error)


def read_tables(name: str, content: bytes) -> Upload:
    """Read a file in this process: what `read_upload` does, without its bounds on time and memory."""
    upload = _read(name, content)
    size = sum(int(table.data[column].str.len().sum()) for table in upload.tables for column in table.columns)
    if size > MAXIMUM_BYTES:
        return _too_large(name, size)
    return upload


def is_table_file(name: str) -> bool:
    """Tell by its name whether a file may hold tables."""
    return _suffix(name) in SUFFIXES


def _read(name: str, content: bytes) -> Upload:
    suffix = _suffix(name)
    try:
        if suffix in TEXT_SUFFIXES:
            return read_delimited(name, content)
        if not content:
            return refused(name, "The file is empty.", "Load the file again, or export it again.")
        if suffix in WORKBOOK_SUFFIXES:
            return read_workbook(name, content)
        if suffix in FORMATS:
            return read_statistics(name, content)
        if suffix in PARQUET_SUFFIXES:
            return read_parquet(name, content)
        if suffix == ".zip":
            return read_zip(name, content, read_member=_read, is_table=is_table_file)
    except UnreadableError as error:
        return Upload(name=name, problems=(error.problem,))
    return refused(
        name,
        f"A file that can be loaded ends in one of {', '.join(SUFFIXES)}.",
        "Export the table as CSV; a study.toml is loaded in one zip with its tables.",
        value=suffix or None,
    )


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _too_large(name: str, size: int) -> Upload:
    return refused(
        name,
        f"A file is at most {MAXIMUM_BYTES // 1024**2} MB, also after decompression.",
        "Keep only the columns and rows of the trial.",
        value=f"{size / 1024**2:,.0f} MB",
    )


def _stopped(name: str, error: ConfinedError) -> Upload:
    rules = {
        "time": f"A file is read in {READING_PROCESSOR_SECONDS} seconds; this one takes longer.",
        "memory": f"A file is read in {READING_MEMORY // 1024**3} GB of memory; this one takes more.",
        "crash": "The file can't be read: the program that reads its format stopped at it.",
    }
    return refused(name, rules[error.bound], "Keep only the columns and rows of the trial; CSV is read fastest.")
