"""Which study a session looks at: the server's own, or data that this session loaded, which nobody else sees.

``study=`` in the address says which; without it, it is the server's own. What a session loaded lives in the session's
state and is gone with it, answers and all.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

import streamlit as st

from il2dash.study.reading import read_study
from il2dash.ui import address, sign_in
from il2dash.ui.credentials import source_url
from il2dash.ui.served_study import ServedStudy, served_study

STUDY_VARIABLE = "IL2DASH_STUDY"
DATA_VARIABLE = "IL2DASH_DATA_DIR"
SHIPPED_STUDY = Path(__file__).resolve().parents[2] / "sample_data" / "etoile"

LOADED = "loaded"
"""What an address calls the data that its own session loaded."""

_LOADED_STUDY = "loaded_study"
_WITHIN: ContextVar[ServedStudy | None] = ContextVar("study_within", default=None)


def current() -> ServedStudy:
    """Return the study that this session looks at."""
    within = _WITHIN.get()
    if within is not None:
        return within
    if address.study() == LOADED and (loaded := loaded_study()) is not None:
        return loaded
    return own_study()


@contextmanager
def looking_at(study: ServedStudy) -> Iterator[None]:
    """Look at a study within, whatever the session says: work beside a session has none."""
    token = _WITHIN.set(study)
    try:
        yield
    finally:
        _WITHIN.reset(token)


def own_study() -> ServedStudy:
    """Return the study that the server was started with; the shipped one where none was named."""
    return _read(_folder(), Path(data) if (data := os.environ.get(DATA_VARIABLE)) else None)


def seen(study: ServedStudy) -> bool:
    """Return whether this session's person may see a study: one that the session loaded, or one that a list allows."""
    if study is loaded_study():
        return True
    name = _folder().name
    return name in sign_in.visible({name: study.trial.definition.study.id if study.trial else ""})


def loaded_study() -> ServedStudy | None:
    """Return the study that this session loaded, where it did."""
    loaded: ServedStudy | None = st.session_state.get(_LOADED_STUDY)
    return loaded


def load(study: ServedStudy) -> None:
    """Keep a study in this session alone, in place of one that it loaded before, and have the address ask for it."""
    st.session_state[_LOADED_STUDY] = study
    address.ask_for_study(LOADED)


def unload() -> None:
    """Forget what this session loaded, and look at the server's own study."""
    st.session_state.pop(_LOADED_STUDY, None)
    address.ask_for_study("")


def unknown() -> str:
    """Return what to say where the address asks for a study that isn't there; empty where it is."""
    asked = address.study()
    if not asked or (asked == LOADED and loaded_study() is not None):
        return ""
    if asked == LOADED:
        return "The address is of data that a session had loaded which has ended: load them again on the Data page."
    return f"The address asks for a study {asked!r}, which this server doesn't have: its own is shown."


def _folder() -> Path:
    return Path(os.environ.get(STUDY_VARIABLE) or SHIPPED_STUDY)


@lru_cache(maxsize=4)
def _read(folder: Path, data_dir: Path | None) -> ServedStudy:
    reading = read_study(folder, data_dir=data_dir, credentials=source_url)
    return served_study(reading, readme=_readme(folder))


def _readme(folder: Path) -> str:
    """Return what a study's folder says about itself; nothing where it has no README.md."""
    page = folder / "README.md"
    return page.read_text(encoding="utf-8") if page.is_file() else ""
