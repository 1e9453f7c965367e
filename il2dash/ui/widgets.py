"""The kinds of widgets that pages ask with. Each value is bound to the page's address, under the widget's key.

Where a view is replayed (beside another, or on a slide) nothing is drawn: the value is read from the view's settings as
Streamlit would read it from the address.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import Literal, TypeVar

import streamlit as st

from il2dash.ui import address
from il2dash.ui.address import Settings
from il2dash.ui.stylesheet import label as plain_label

Code = TypeVar("Code", bound=str)
Value = TypeVar("Value")

MOST_DIGITS = 15
"""Of a whole number: a browser holds no more of them exactly."""

_REPLAYED: ContextVar[Settings | None] = ContextVar("replayed", default=None)


@contextmanager
def replayed(view: Settings) -> Iterator[None]:
    """Answer every widget from a view's settings, within."""
    token = _REPLAYED.set(view)
    try:
        yield
    finally:
        _REPLAYED.reset(token)


def replaying() -> bool:
    """Return whether a view is replayed just now."""
    return _REPLAYED.get() is not None


def choice(label: str, options: Mapping[Code, str], *, key: str, default: Code) -> Code:
    """Ask for one of a few; options are code to label, and the address shows the label."""
    options = {code: plain_label(words) for code, words in options.items()}
    said = _said(key, options.values(), default)
    if said is not None:
        return _first(said, options, default)
    chosen = st.segmented_control(
        plain_label(label),
        list(options),
        default=default,
        required=True,
        format_func=options.__getitem__,
        key=key,
        bind=_bound(key),
        wrap=True,
    )
    return chosen or default


def selection(
    label: str, options: Mapping[Code, str], *, key: str, default: Code | None = None, help: str | None = None
) -> Code:
    """Ask for one of many; options are code to label, the first the default where none is named."""
    first = default or next(iter(options))
    said = _said(key, options.values(), first)
    if said is not None:
        return _first(said, options, first)
    return st.selectbox(
        plain_label(label),
        list(options),
        index=list(options).index(first),
        format_func=options.__getitem__,
        key=key,
        bind=_bound(key),
        help=help,
    )


def several(label: str, options: Mapping[Code, str], *, key: str, default: Sequence[Code] = ()) -> tuple[Code, ...]:
    """Ask for any of a few, in the order of the options. An address without a value asks for none."""
    options = {code: plain_label(words) for code, words in options.items()}
    said = _said(key, [*options.values(), ""], list(default), several=True)
    if said is not None:
        wanted = {code for code, words in options.items() if words in said} if said else set(default)
    else:
        wanted = set(
            st.pills(
                plain_label(label),
                list(options),
                selection_mode="multi",
                default=list(default),
                format_func=options.__getitem__,
                key=key,
                bind=_bound(key),
            )
        )
    return tuple(code for code in options if code in wanted)


def any_of_many(
    label: str, options: Mapping[Code, str], *, key: str, placeholder: str, help: str | None = None
) -> tuple[Code, ...]:
    """Ask for any of many, none at first, in the order of the options."""
    said = _said(key, [*options.values(), ""], [], several=True)
    if said is not None:
        return tuple(code for code, words in options.items() if words in said)
    chosen = st.multiselect(
        label,
        list(options),
        format_func=options.__getitem__,
        key=key,
        bind=_bound(key),
        placeholder=placeholder,
        help=help,
    )
    return tuple(code for code in options if code in chosen)


def step(label: str, steps: Mapping[float, str], *, key: str, default: float) -> float:
    """Ask for one of the steps of a slider, each with its words: these stand in the address too."""
    options = {float(value): words for value, words in steps.items()}
    said = _said(key, options.values(), float(default))
    if said is not None:
        return _first(said, options, float(default))
    return st.select_slider(
        plain_label(label),
        list(options),
        value=float(default),
        format_func=options.__getitem__,
        key=key,
        bind=_bound(key),
    )


def one_number(label: str, numbers: Sequence[int], *, key: str, default: int) -> int:
    """Ask for one of a few numbers."""
    options = {number: str(number) for number in numbers}
    said = _said(key, options.values(), default)
    if said is not None:
        return _first(said, options, default)
    chosen = st.segmented_control(label, numbers, default=default, required=True, key=key, bind=_bound(key))
    return chosen or default


def switch(label: str, *, key: str, default: bool = False) -> bool:
    """Ask yes or no."""
    said = _said(key, ("true", "false"), default)
    if said is not None:
        return said[0] == "true" if said else default
    return st.toggle(label, value=default, key=key, bind=_bound(key), wrap=True)


def whole_number(label: str, *, key: str, default: int) -> int:
    """Ask for a whole number of zero or more."""
    said = _said(key, _is_whole_number, default)
    if said is not None:
        return int(said[0]) if said else default
    return int(st.number_input(label, min_value=0, value=default, step=1, key=key, bind=_bound(key), width=140))


def controls() -> AbstractContextManager[object]:
    """Return the row in which a page's inputs stand; it wraps where it is too narrow."""
    if replaying():
        return nullcontext()
    return st.container(horizontal=True, vertical_alignment="bottom", gap="medium")


def reset(label: str, *, keep: str) -> None:
    """Offer to put every setting of the page back, but the one that says of what it is; filters have their own."""
    if not replaying():
        st.button(label, icon=":material/restart_alt:", key="reset", type="tertiary", on_click=_reset, args=(keep,))


def _reset(keep: str) -> None:
    for key, default in address.defaults().items():
        if key != keep:
            st.session_state[key] = default


def _said(
    key: str, known: Collection[str] | Callable[[str], bool], default: object, *, several: bool = False
) -> list[str] | None:
    """Return what a replayed view says of a setting; None where the widget is to be drawn.

    What can't be followed is left out: the widget then shows its default, and the page says why.
    """
    is_known = known if callable(known) else set(known).__contains__
    view = _REPLAYED.get()
    if view is None:
        _leave_out_unknown(key, address.asked(key, default), is_known, several=several)
        return None
    said = [value for name, value in view if name == key]
    if len(said) > 1 and not several:
        return []
    return [value for value in said if is_known(value)]


def _leave_out_unknown(key: str, asked: list[str], is_known: Callable[[str], bool], *, several: bool) -> None:
    """Take a setting that can't be followed out of the address before its widget reads it, and say so.

    Left to Streamlit, seed=1.5 is read as 1, seed=inf ends in a traceback, and of two values any may win.
    """
    unknown = [value for value in asked if not is_known(value)]
    if several and len(unknown) < len(asked):
        # The widget takes those that it knows.
        for value in unknown:
            address.note(f"The address asks for {key}={value}, which isn't offered here: it was left aside.")
        return
    if unknown:
        reason = f"{key}={unknown[0]}, which isn't offered here"
    elif len(asked) > 1 and not several:
        reason = f"{key} more than once"
    else:
        return
    address.note(f"The address asks for {reason}: the page's own is shown.")
    address.drop(key)


def _bound(key: str) -> Literal["query-params"] | None:
    """Bind a widget to the address, but for the run in which what the address said of it was left out."""
    return None if address.was_dropped(key) else "query-params"


def _is_whole_number(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) <= MOST_DIGITS


def _first(said: list[str], options: Mapping[Value, str], default: Value) -> Value:
    return next((code for code, words in options.items() if words in said[:1]), default)
