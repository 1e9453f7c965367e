"""Widgets whose answers are given to ADaM datasets: what isn't offered any more is asked again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

import streamlit as st

from il2dash.ui.stylesheet import label


def one_of(title: str, options: Mapping[str, str], *, key: str, default: str) -> str:
    """Ask for one of the options; ``""`` where none is the default and none was chosen yet."""
    known = default in options
    begin(key, default if known else None, options)
    names: Callable[[str], str] = {value: label(words) for value, words in options.items()}.__getitem__
    index = 0 if known else None  # the answer is the session's; without an index it could also be taken away
    return st.selectbox(title, list(options), index=index, format_func=names, key=key, placeholder="Choose one") or ""


def number(title: str, *, key: str) -> float | None:
    """Ask for a number; None where none was given yet."""
    begin(key, None)
    value = st.number_input(label(title), value=None, step=1.0, format="%g", key=key)
    return None if value is None else float(value)


def begin(key: str, default: object, options: Collection[object] | None = None) -> None:
    """Let a widget begin with its default, in the browser too, where its answer was forgotten or isn't offered now."""
    held = st.session_state.get(key)
    if key not in st.session_state or (options is not None and held is not None and held not in options):
        st.session_state[key] = default
