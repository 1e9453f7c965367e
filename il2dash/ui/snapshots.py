"""Views that a visitor keeps: by name, in an order of their own, in this session and as one file."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any, TypeGuard

from il2dash.errors import SpecificationError
from il2dash.study.trial import Trial
from il2dash.ui import address
from il2dash.ui.address import PRESENTING, RESERVED, Settings

FORMAT, VERSION = "il2dash snapshots", 1
OWN_PAGE = "Snapshots"
"""The page of the snapshots, which isn't a view of the trial: it isn't kept itself."""
MOST_KEPT = 100
LONGEST_NAME = 120

_KEPT = "snapshots"


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A view: the page and everything that its address says but the study, to which it belongs."""

    name: str
    page: str
    settings: Settings


def kept() -> tuple[Snapshot, ...]:
    """Return the snapshots of the study in this session, in their order."""
    return address.of_study(_KEPT, tuple[Snapshot, ...])


def kept_of_others() -> int:
    """Return how many snapshots of other studies this session keeps."""
    return sum(map(len, address.of_other_studies(_KEPT)))


def keep(snapshot: Snapshot) -> None:
    """Keep one more view; one of the same name is replaced.

    Raises
    ------
    SpecificationError
        Where as many are kept as may be.
    """
    restore((snapshot,))


def remove(name: str) -> None:
    """Forget a view."""
    address.keep_of_study(_KEPT, tuple(snapshot for snapshot in kept() if snapshot.name != name))


def move(name: str, *, places: int) -> None:
    """Move a view up (negative) or down the order."""
    order = list(kept())
    place = next(index for index, snapshot in enumerate(order) if snapshot.name == name)
    order.insert(max(place + places, 0), order.pop(place))
    address.keep_of_study(_KEPT, tuple(order))


def restore(snapshots: tuple[Snapshot, ...]) -> None:
    """Keep what a file holds, beside what is kept; of the same name, what is in the file, and its last.

    Raises
    ------
    SpecificationError
        Where they would be more than may be; nothing of the file is kept then.
    """
    names = {snapshot.name for snapshot in snapshots}
    others = tuple(other for other in kept() if other.name not in names)
    if len(others) + len(names) > MOST_KEPT:
        raise SpecificationError(
            f"At most {MOST_KEPT} snapshots are kept. {len(others)} are there, to which {len(names)} would be added: "
            "remove some first."
        )
    address.keep_of_study(_KEPT, (*others, *{snapshot.name: snapshot for snapshot in snapshots}.values()))


def write_file(snapshots: tuple[Snapshot, ...], trial: Trial) -> bytes:
    """Return the snapshots as a JSON file, which tells the study and the data on which they were kept."""
    content = {
        "format": FORMAT,
        "version": VERSION,
        "study": trial.definition.study.id,
        "fingerprint": trial.fingerprint,
        "snapshots": [asdict(snapshot) for snapshot in snapshots],
    }
    return (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()


def read_file(content: bytes, trial: Trial, *, pages: Collection[str]) -> tuple[tuple[Snapshot, ...], str]:
    """Read a file of snapshots.

    Returns
    -------
    snapshots : tuple of Snapshot
    caution : str
        That they were kept on other data, where it is so.

    Raises
    ------
    SpecificationError
        Where the file isn't one that `write_file` wrote, or is of another study.
    """
    try:
        held = json.loads(content)
    except (ValueError, RecursionError):  # of JSON, or of its encoding; lists in lists without end
        raise _not_ours("it isn't JSON") from None
    if not isinstance(held, dict) or held.get("format") != FORMAT or held.get("version") != VERSION:
        raise _not_ours(f"its format isn't {FORMAT!r}, version {VERSION}")
    study = trial.definition.study.id
    if held.get("study") != study:
        raise SpecificationError(
            f"The file holds snapshots of the study {held.get('study')!r}, not of {study!r}: open that study first."
        )
    listed = held.get("snapshots")
    if not isinstance(listed, list) or len(listed) > MOST_KEPT:
        raise _not_ours(f"it must hold a list of at most {MOST_KEPT} snapshots")
    other_data = held.get("fingerprint") != trial.fingerprint
    caution = "The snapshots were kept on other data of this study: their numbers may differ." if other_data else ""
    return tuple(_read_one(entry, pages) for entry in listed), caution


def _read_one(entry: Any, pages: Collection[str]) -> Snapshot:
    if not isinstance(entry, dict):
        raise _not_ours("a snapshot in it isn't an object")
    name, page, settings = (entry.get(key) for key in ("name", "page", "settings"))
    if not _is_text(name) or not 0 < len(name) <= LONGEST_NAME:
        raise _not_ours(f"a snapshot's name must be a text of at most {LONGEST_NAME} characters")
    if not isinstance(page, str) or page not in pages or page == OWN_PAGE:
        raise _not_ours(f"snapshot {name!r} is of a page {page!r}, which isn't known")
    return Snapshot(name=name, page=page, settings=_read_settings(name, settings))


def _read_settings(name: str, listed: Any) -> Settings:
    if not isinstance(listed, list):
        raise _not_ours(f"the settings of snapshot {name!r} must be a list")
    for pair in listed:
        if not isinstance(pair, list) or len(pair) != 2 or not all(map(_is_text, pair)):
            raise _not_ours(f"the settings of snapshot {name!r} must be pairs of texts")
        if pair[0].lower() in RESERVED or pair[0] in PRESENTING:
            raise _not_ours(f"snapshot {name!r} has a setting {pair[0]!r}, which no view has")
    return address.without_study(tuple((key, value) for key, value in listed))


def _is_text(part: Any) -> TypeGuard[str]:
    """Return whether it can be shown: JSON also writes halves of characters."""
    return isinstance(part, str) and not any("\ud800" <= character <= "\udfff" for character in part)


def _not_ours(reason: str) -> SpecificationError:
    return SpecificationError(f"The file can't be read as snapshots: {reason}. Choose one that this page wrote.")
