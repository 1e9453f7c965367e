"""Zips: a study's folder as it is, or the tables of every file in it. Nothing is extracted to disk."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import PurePosixPath

from il2dash.intake.bounds import MAXIMUM_BYTES, MAXIMUM_MEMBERS
from il2dash.intake.upload import Upload, refused
from il2dash.study.problems import Problem
from il2dash.study.raw_tables import RawTable
from il2dash.study.study_files import BROKEN_MEMBER, DEFINITION_FILE, leads_out


def read_zip(
    name: str, content: bytes, *, read_member: Callable[[str, bytes], Upload], is_table: Callable[[str], bool]
) -> Upload:
    """Read the tables of a zip's members, unless it is a study's zip.

    Parameters
    ----------
    read_member : callable
        Reads a member by its name and content.
    is_table : callable
        Tells by its name whether a member may hold tables; the others are left out, with a note.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        members = [info for info in archive.infolist() if not info.is_dir() and not _is_clutter(info.filename)]
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
        return refused(name, f"The file isn't a zip that can be opened ({error}).", "Make the zip again.")
    if fault := _bound(name, members):
        return fault
    if any(PurePosixPath(info.filename).name == DEFINITION_FILE for info in members):
        return Upload(name=name, study=True)
    zips = [info.filename for info in members if PurePosixPath(info.filename).suffix.lower() == ".zip"]
    if zips:
        return refused(name, "A zip holds files, not other zips.", "Unpack the inner zip first.", value=zips[0])
    tables: list[RawTable] = []
    problems: list[Problem] = []
    notes: list[str] = []
    for info in members:
        if not is_table(info.filename):
            notes.append(f"{info.filename} was left out: it isn't a table's file.")
            continue
        upload = _member(archive, info, read_member)
        tables += upload.tables
        problems += upload.problems
        notes += [f"{info.filename}: {note}" for note in upload.notes]
    if not tables and not problems:
        shown = ", ".join(info.filename for info in members[:12]) or "nothing"
        return refused(name, "A zip holds tables, or a study's folder.", f"Add them; it holds {shown}.")
    return Upload(name=name, tables=tuple(tables), problems=tuple(problems), notes=tuple(notes))


def _bound(name: str, members: list[zipfile.ZipInfo]) -> Upload | None:
    """Refuse a zip that is too large, or leads out of itself, by what it says of its members."""
    if len(members) > MAXIMUM_MEMBERS:
        rule = f"A zip holds at most {MAXIMUM_MEMBERS} files."
        return refused(name, rule, "Keep only the files of the trial.", value=f"{len(members):,} files")
    for info in members:
        if leads_out(info.filename):
            rule = "A member of the zip leads out of it: names are relative and have no '..'."
            return refused(name, rule, "Make the zip again from the folder.", value=info.filename)
    size = sum(info.file_size for info in members)
    if size > MAXIMUM_BYTES:
        rule = f"A zip's files have at most {MAXIMUM_BYTES // 1024**2} MB after decompression."
        return refused(name, rule, "Keep only the files of the trial.", value=f"{size / 1024**2:,.0f} MB")
    return None


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, read_member: Callable[[str, bytes], Upload]) -> Upload:
    try:
        with archive.open(info) as member:
            content = member.read(info.file_size + 1)
    except BROKEN_MEMBER as error:
        return refused(
            info.filename,
            f"The member of the zip can't be read ({error}).",
            "Make the zip again, without a password and with the usual compression.",
        )
    return read_member(info.filename, content)


def _is_clutter(member: str) -> bool:
    """Tell whether a member is what an operating system adds to folders."""
    path = PurePosixPath(member)
    return "__MACOSX" in path.parts or path.name.startswith((".", "~$")) or path.name in ("Thumbs.db", "desktop.ini")
