"""The page's address holds what a link shares: filters as the command line writes them, and every widget's setting."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode

import streamlit as st
from streamlit.errors import StreamlitAPIException

from il2dash.analysis.population import Filter, parse_filter
from il2dash.errors import SpecificationError
from il2dash.study.trial import Trial

FILTER = "filter"
STUDY = "study"
"""Which study, where it isn't the server's own."""

PATIENT = "patient"
"""Whom the Patients page shows."""

PRESENT, SLIDE, ASK_FIRST, VIEW = PRESENTING = ("present", "slide", "ask", "view")
"""Whether a view is on slides, on which, whether each result waits for what the audience expects, and what view."""

RESERVED = frozenset({"embed", "embed_options"})
"""What Streamlit keeps for itself: a link that is given one of them is an error."""

Kept = TypeVar("Kept")
Settings = tuple[tuple[str, str], ...]
"""What stands behind the question mark, in order; a key may come more than once."""

_REMEMBERED, _NOTES, _DEFAULTS, _DROPPED = "settings_by_page", "address_notes", "settings_asked", "settings_dropped"
_OF, _EVER_ASKED, _RENEWED = "study_shown", "settings_ever_asked", "settings_renewed"
_WAITING = "settings_waiting"


def settings() -> Settings:
    """Return what the address says now."""
    return tuple((key, value) for key in st.query_params for value in st.query_params.get_all(key))


def study() -> str:
    """Return what the address calls the study; empty for the server's own."""
    return str(st.query_params.get(STUDY, ""))


def ask_for_study(name: str) -> None:
    """Have the address ask for a study and nothing else: filters and settings are another study's."""
    st.query_params.from_dict({STUDY: name} if name else {})


def name_study(name: str) -> None:
    """Have the address say which study it is of; the rest of it stays."""
    st.query_params[STUDY] = name


def is_of(study: str) -> None:
    """Say which study the session looks at: what is kept for another isn't seen, and pages forget their settings."""
    if st.session_state.get(_OF) != study:
        st.session_state.pop(_REMEMBERED, None)
        st.session_state[_RENEWED] = set(st.session_state.get(_EVER_ASKED, ()))
    st.session_state[_OF] = study


def of_study(key: str, new: Callable[[], Kept]) -> Kept:
    """Return what the session keeps under a key for the study that it looks at, at first what `new` gives."""
    kept: Kept = st.session_state.setdefault(key, {}).setdefault(st.session_state.get(_OF), new())
    return kept


def keep_of_study(key: str, value: object) -> None:
    """Keep something under a key for the study that the session looks at."""
    st.session_state.setdefault(key, {})[st.session_state.get(_OF)] = value


def of_other_studies(key: str) -> list[Any]:
    """Return what the session keeps under a key for each of the other studies."""
    return [kept for study, kept in st.session_state.get(key, {}).items() if study != st.session_state.get(_OF)]


def filters(trial: Trial) -> tuple[Filter, ...]:
    """Return the filters of the address."""
    return read_filters(trial, st.query_params.get_all(FILTER))


def read_filters(trial: Trial, texts: Iterable[str]) -> tuple[Filter, ...]:
    """Return filters, each once; one that the study doesn't know is left out, with a note on the page."""
    found: list[Filter] = []
    for text in texts:
        try:
            found.append(parse_filter(trial, text))
        except SpecificationError as error:
            note(f"{error} The page is shown without it.")
    return tuple(dict.fromkeys(found))


def write_filters(wanted: Iterable[Filter]) -> None:
    """Put filters into the address; for callbacks of widgets, whose run then reads them."""
    texts = [str(condition) for condition in wanted]
    if texts:
        st.query_params[FILTER] = texts
    else:
        st.query_params.pop(FILTER, None)


def begin(title: str) -> None:
    """Begin a page's run: nothing is noted, and no setting was asked for."""
    st.session_state[_NOTES] = []
    st.session_state[_DEFAULTS] = {}
    st.session_state[_WAITING] = False


def note(words: str) -> None:
    """Say on the page what of its address couldn't be followed."""
    st.session_state.setdefault(_NOTES, []).append(words)


def asked(key: str, default: object) -> list[str]:
    """Return what the address says of a setting that the page is about to ask for, whose default is given."""
    st.session_state.setdefault(_DEFAULTS, {})[key] = default
    dropped = st.session_state.setdefault(_DROPPED, set())
    dropped.discard(key)
    st.session_state.setdefault(_EVER_ASKED, set()).add(key)
    said = st.query_params.get_all(key)
    renewed: set[str] = st.session_state.setdefault(_RENEWED, set())
    if key in renewed and said:
        # What it holds is another study's: it begins from the address, as at a page's first run.
        st.session_state.pop(key, None)
    elif key in renewed:
        # Bound, it would read it from the address as it was before the click.
        st.session_state[key] = default
        dropped.add(key)
    renewed.discard(key)
    return said


def drop(key: str) -> None:
    """Take a setting out of the address that can't be followed."""
    # Where a widget has it already, it is the widget's to change.
    with suppress(StreamlitAPIException):
        del st.query_params[key]
        st.session_state[_DROPPED].add(key)


def was_dropped(key: str) -> bool:
    """Return whether a setting was taken out of the address since it was last asked for."""
    return key in st.session_state.get(_DROPPED, ())


def defaults() -> dict[str, object]:
    """Return the settings that the page asked for since it was opened, with their defaults."""
    return dict(st.session_state.get(_DEFAULTS, {}))


def leave_waiting() -> None:
    """Say that the page doesn't come to ask for its settings: those of the address wait until it does."""
    st.session_state[_WAITING] = True


def notes() -> tuple[str, ...]:
    """Return what of the address couldn't be followed, settings that this view doesn't have among it."""
    known = {FILTER, STUDY, *PRESENTING, *defaults()}
    waiting = st.session_state.get(_WAITING, False)
    unknown = [] if waiting else [key for key in st.query_params if key not in known]
    strangers = [
        f"The address has a setting {key!r} that this view doesn't have: it was left aside." for key in unknown
    ]
    return tuple(dict.fromkeys([*st.session_state[_NOTES], *strangers]))


def view() -> Settings:
    """Return the settings of the view: what the address says, but for the slides.

    While a page is presented its widgets aren't drawn, and Streamlit takes their settings out of the address: what the
    view was stands there as one setting.
    """
    if st.query_params.get(PRESENT) == "1" and VIEW in st.query_params:
        held = parse_qsl(st.query_params[VIEW], keep_blank_values=True)
        return tuple((key, value) for key, value in held if key.lower() not in RESERVED)
    return tuple((key, value) for key, value in settings() if key not in PRESENTING)


def remember(title: str) -> None:
    """Keep a page's settings, for the links that lead back to it."""
    own = tuple((key, value) for key, value in settings() if key not in (FILTER, STUDY, *PRESENTING))
    st.session_state.setdefault(_REMEMBERED, {})[title] = own


def link_settings(title: str, own: Settings | None = None) -> Settings:
    """Return what a link to a page carries: study, filters, and its settings as they were left (or those given)."""
    left: Settings = st.session_state.get(_REMEMBERED, {}).get(title, ()) if own is None else own
    return (*((key, value) for key in (STUDY, FILTER) for value in st.query_params.get_all(key)), *left)


def link_to(own: Settings) -> Settings:
    """Return what a link to a view of the present study carries, whose own settings are given."""
    return (*((STUDY, value) for value in st.query_params.get_all(STUDY)), *own)


def without_study(view: Settings) -> Settings:
    """Return a view's settings without the study of which it is."""
    return tuple((key, value) for key, value in view if key != STUDY)


def query(wanted: Settings) -> str:
    """Return settings as an address writes them."""
    return urlencode(wanted)


def link() -> str:
    """Return the whole address of the present view."""
    asked_for = query(settings())
    return f"{st.context.url}?{asked_for}" if asked_for else str(st.context.url)
