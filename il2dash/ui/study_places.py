"""Where the studies of this server are, and what an address calls each."""

from __future__ import annotations

import logging
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from il2dash.study.study_files import DEFINITION_FILE, UnreadableError, open_study

STUDY_VARIABLE = "IL2DASH_STUDY"
DATA_VARIABLE = "IL2DASH_DATA_DIR"
STUDIES_VARIABLE = "IL2DASH_STUDIES"
SHIPPED_STUDY = Path(__file__).resolve().parents[2] / "sample_data" / "etoile"

OWN, LOADED = RESERVED = ("own", "loaded")
"""What an address calls the server's own study that isn't in the folder of studies, and what a session loaded."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyPlace:
    """Where a study is: its name in the address, its folder or zip, and where its tables are if not there."""

    name: str
    path: Path
    data_dir: Path | None = None


def places() -> tuple[StudyPlace, ...]:
    """Return the studies of this server by name; its own, where it isn't in the folder of studies, first."""
    listed, own = _listed(), own_place()
    if all(place.name != own.name for place in listed):
        return (own, *listed)
    return tuple(own if place.name == own.name else place for place in listed)


def own_place() -> StudyPlace:
    """Return the study where none is asked for: that of IL2DASH_STUDY, else the first by name, else the shipped."""
    listed = _listed()
    named = os.environ.get(STUDY_VARIABLE)
    if not named and listed:
        return listed[0]
    path = Path(named or SHIPPED_STUDY)
    data_dir = Path(data) if (data := os.environ.get(DATA_VARIABLE)) else None
    there = (path.parent if path.name == DEFINITION_FILE else path).resolve()
    same = [place for place in listed if place.path.resolve() == there]
    return replace(same[0], data_dir=data_dir) if same else StudyPlace(name=OWN, path=path, data_dir=data_dir)


def are_named() -> bool:
    """Tell whether this server has a folder of studies, so that every address says which of them it is of."""
    return bool(os.environ.get(STUDIES_VARIABLE))


def trouble() -> str:
    """Return what is wrong with the folder of studies; empty where nothing is."""
    folder = os.environ.get(STUDIES_VARIABLE)
    if not folder or _listed():
        return ""
    return (
        f"The folder that {STUDIES_VARIABLE} names can't be read, or holds no study: a folder with a {DEFINITION_FILE} "
        "or a zip."
    )


def listing(folder: Path) -> tuple[tuple[StudyPlace, ...], tuple[str, ...]]:
    """Return the studies of a folder by name, and why others are left out.

    A study is a subfolder with a study.toml, or a zip. What it is called in the address is the folder's name, or the
    zip's without ``.zip``.

    Raises
    ------
    OSError
        Where the folder can't be read.
    """
    found: dict[str, StudyPlace] = {}
    left_out = []
    # Folders first: of a folder and a zip of one name it is the folder that is shown.
    for entry in sorted(folder.iterdir(), key=lambda entry: (not entry.is_dir(), entry.name)):
        zipped = entry.suffix.lower() == ".zip" and entry.is_file()
        if not zipped and not (entry / DEFINITION_FILE).is_file():
            continue
        name = entry.stem if zipped else entry.name
        taken = {other.lower() for other in found}
        if not _NAME.fullmatch(name):
            left_out.append(
                f"{entry.name}: an address can't hold this name. Name it by at most 64 letters (A to Z), digits, "
                "'.', '_' and '-', of which the first is a letter or digit."
            )
        elif name.lower() in RESERVED:
            left_out.append(f"{entry.name}: this name has a meaning of its own in an address. Rename it.")
        elif name.lower() in taken:
            left_out.append(f"{entry.name}: another study here has this name already. Rename one of them.")
        else:
            found[name] = StudyPlace(name=name, path=entry)
    return tuple(sorted(found.values(), key=lambda place: place.name.lower())), tuple(left_out)


def names_in_lists(place: StudyPlace) -> tuple[str, ...]:
    """Return what a list of people may call a study: the name of its folder or zip, and its id."""
    path = place.path.parent if place.path.name == DEFINITION_FILE else place.path
    return path.resolve().stem, _said_of(place, "id")


def title_of(place: StudyPlace) -> str:
    """Return a study's title, without reading its tables; its name where its study.toml doesn't tell."""
    return _said_of(place, "title") or place.name


def _said_of(place: StudyPlace, key: str) -> str:
    file = place.path / DEFINITION_FILE if place.path.is_dir() else place.path
    try:
        known = file.stat()
    except OSError:
        return ""
    said = _study_section(place.path, known.st_mtime_ns, known.st_size).get(key)
    return said if isinstance(said, str) else ""


@lru_cache(maxsize=256)
def _study_section(path: Path, changed: int, size: int) -> Mapping[str, object]:
    try:
        section = tomllib.loads(open_study(path).read(DEFINITION_FILE).decode())["study"]
    except (UnreadableError, ValueError, KeyError, OSError):
        return {}  # its own page says what is wrong with it
    return section if isinstance(section, Mapping) else {}


def _listed() -> tuple[StudyPlace, ...]:
    folder = os.environ.get(STUDIES_VARIABLE)
    if not folder:
        return ()
    try:
        found, left_out = listing(Path(folder))
    except OSError as error:
        _log_once(f"{STUDIES_VARIABLE}: {folder} can't be read: {error.strerror}.")
        return ()
    for reason in left_out:
        _log_once(f"{STUDIES_VARIABLE}: left out: {reason}")
    return found


@lru_cache(maxsize=256)
def _log_once(words: str) -> None:
    _LOG.warning("%s", words)
