"""Which study a session looks at: one of the server's, or data that this session loaded, which nobody else sees.

``study=`` in the address says which; without it, it is the server's own. What a session loaded lives in the session's
state and is gone with it, answers and all.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import streamlit as st

from il2dash.display.moments import moment
from il2dash.study.problems import Problem
from il2dash.ui import address, sign_in, study_places
from il2dash.ui.credentials import source_url
from il2dash.ui.served_study import ServedStudy
from il2dash.ui.study_places import StudyPlace
from il2dash.ui.study_shelf import Shelf

LOADED = study_places.LOADED
"""What an address calls the data that its own session loaded."""

_LOADED_STUDY = "loaded_study"
_WITHIN: ContextVar[ServedStudy | None] = ContextVar("study_within", default=None)
_SHELF = Shelf(source_url)


def current() -> ServedStudy:
    """Return the study that this session looks at."""
    within = _WITHIN.get()
    if within is not None:
        return within
    if (loaded := _loaded_and_asked()) is not None:
        return loaded
    return _SHELF.study(_place())


@contextmanager
def looking_at(study: ServedStudy) -> Iterator[None]:
    """Look at a study within, whatever the session says: work beside a session has none, and a run looks at one."""
    token = _WITHIN.set(study)
    try:
        yield
    finally:
        _WITHIN.reset(token)


def offered() -> tuple[StudyPlace, ...]:
    """Return the server's studies that this session may see: every way to one leads through here.

    Where people sign in, it may be none; then nothing is shown.
    """
    places = {place.name: place for place in study_places.places()}
    seen = sign_in.visible({name: study_places.names_in_lists(place) for name, place in places.items()})
    return tuple(places[name] for name in seen)


def choices() -> dict[str, str]:
    """Return what this session can choose: what an address calls each study, and its title."""
    titles = {place.name: study_places.title_of(place) for place in offered()}
    said = list(titles.values())
    found = {name: title if said.count(title) == 1 else f"{title} ({name})" for name, title in titles.items()}
    if (loaded := loaded_study()) is not None:
        title = loaded.trial.definition.study.title if loaded.trial is not None else "Data with problems"
        found[LOADED] = f"{title} (loaded by you)"
    return found


def chosen() -> str:
    """Return what an address calls the study that this session looks at."""
    return LOADED if _loaded_and_asked() is not None else _place().name


def settle() -> None:
    """Have the address say which study it is of, where the server has a folder of them, and the session keep to it."""
    if study_places.are_named() and not address.study():
        address.name_study(chosen())
    loaded = _loaded_and_asked()
    address.is_of(f"{LOADED}:{loaded.trial.fingerprint}" if loaded is not None and loaded.trial else chosen())


def own_study() -> ServedStudy:
    """Return the study that is shown where none is asked for."""
    return _SHELF.study(study_places.own_place())


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
    if not asked or asked == chosen():
        return study_places.trouble()
    if asked == LOADED:
        return "The address is of data that a session had loaded which has ended: load them again on the Data page."
    return f"The address asks for a study {asked!r}, which this server doesn't have: {chosen()!r} is shown."


def freshness() -> str:
    """Return of when a database's data are, or that files have changed; empty where there is nothing to refresh."""
    if _loaded_and_asked() is not None:
        return ""
    place = _place()
    if (at := _SHELF.study(place).read_at) is not None:
        return f"Data as of {moment(at)}"
    if _SHELF.changed(place):
        return f"The study's files have changed since they were read, {moment(_SHELF.read_at(place))}"
    return ""


def refresh() -> str:
    """Read the study that this session looks at again, for all who look at it; return what to say where it wasn't."""
    return _SHELF.refresh(_place()) if _loaded_and_asked() is None else ""


def failed_refresh() -> tuple[str, tuple[Problem, ...]]:
    """Return that the last refresh failed, with the time of both readings, and what was found; empty if it didn't."""
    place = _place()
    failed = _SHELF.failed(place) if _loaded_and_asked() is None else None
    if failed is None:
        return "", ()
    read_at = moment(_SHELF.read_at(place))
    words = f"Reading the study again failed, {moment(failed.at)}. What is shown was read {read_at}."
    return words, failed.problems


def _place() -> StudyPlace:
    """Return the study of the server that the address asks for, or else its own, among those that are offered."""
    there = {place.name: place for place in offered()}
    return there.get(address.study()) or there.get(study_places.own_place().name) or next(iter(there.values()))


def _loaded_and_asked() -> ServedStudy | None:
    return loaded_study() if address.study() == LOADED else None
