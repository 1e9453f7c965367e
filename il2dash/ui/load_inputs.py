"""The kinds of widgets with which a study is described: each shows a part of the draft and changes it in a callback.

They aren't bound to the address: what somebody says of a file is no part of a link.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import pandas as pd
import streamlit as st

from il2dash.study.raw_tables import RawTable
from il2dash.ui.stylesheet import label as plain_label
from il2dash.ui.stylesheet import plain, text

Code = TypeVar("Code", bound=str)
Part = TypeVar("Part")
Row = TypeVar("Row")

FIRST_ROWS = 8
MOST_COLUMNS = 100
"""Of a preview."""
LONGEST = 500
"""Characters of a label or a title."""


def pick(
    label: str,
    options: Sequence[Code],
    value: Code,
    *,
    key: str,
    change: Callable[[Code], None],
    words: Mapping[Code, str] | None = None,
    none: str | None = None,
    help: str | None = None,
) -> None:
    """Choose one of many; a value that isn't among the options any more is offered with them.

    `none` are the words for choosing nothing, which is the empty text.
    """
    offered: list[str] = [*([""] if none is not None else []), *options]
    if value not in offered:
        offered.insert(0, value)
    said: dict[str, str] = {str(code): shown for code, shown in (words or {}).items()}
    if none is not None:
        said[""] = none
    _hold(key, value)
    st.selectbox(
        plain_label(label),
        offered,
        format_func=lambda code: said.get(code, code) or "(choose)",
        key=key,
        help=help,
        on_change=_changed,
        args=(key, change),
    )


def choose(
    label: str,
    options: Mapping[Code, str],
    value: Code,
    *,
    key: str,
    change: Callable[[Code], None],
    help: str | None = None,
) -> None:
    """Choose one of a few."""
    _hold(key, value)
    st.segmented_control(
        label,
        list(options),
        format_func=lambda code: plain_label(options[code]),
        required=True,
        key=key,
        help=help,
        on_change=_changed,
        args=(key, change),
    )


def several(
    label: str, options: Sequence[str], value: Sequence[str], *, key: str, change: Callable[[tuple[str, ...]], None]
) -> None:
    """Choose any of many, in the order of the options."""
    offered = [*options, *(one for one in value if one not in options)]
    _hold(key, [one for one in offered if one in value])
    st.multiselect(
        plain_label(label),
        offered,
        key=key,
        on_change=_changed,
        args=(key, lambda chosen: change(tuple(one for one in offered if one in chosen))),
    )


def write(
    label: str, value: str, *, key: str, change: Callable[[str], None], help: str | None = None, placeholder: str = ""
) -> None:
    """Write a line."""
    _hold(key, value)
    st.text_input(
        plain_label(label),
        key=key,
        max_chars=LONGEST,
        help=help,
        placeholder=placeholder,
        on_change=_changed,
        args=(key, change),
    )


def number(label: str, value: float | None, *, key: str, change: Callable[[float | None], None]) -> None:
    """Write a number, or none."""
    _hold(key, value)
    st.number_input(
        plain_label(label), value=None, step=None, format="%g", key=key, on_change=_changed, args=(key, change)
    )


def because(reason: str) -> None:
    """Say why something was proposed."""
    if reason:
        small(f"Proposed: {reason}.")


def told(words: Sequence[str]) -> None:
    """Say what a change left out."""
    if words:
        st.warning(plain("\n\n".join(words)), icon=":material/info:")


def small(words: str) -> None:
    """Say something in small letters."""
    st.html(f'<p class="method">{text(words)}</p>')


def preview(table: RawTable, columns: Sequence[str] = ()) -> None:
    """Show the first rows of a table as the file has them, all cells as text."""
    shown = [column for column in dict.fromkeys(columns or table.columns) if column in table.columns]
    first = table.data[shown[:MOST_COLUMNS]].head(FIRST_ROWS)
    more = f"; the first {MOST_COLUMNS} of {len(shown):,} columns" if len(shown) > MOST_COLUMNS else ""
    words = f"First rows of {table.file} ({len(table.data):,} rows{more}); the numbers in front are the file's rows."
    small(words)
    st.dataframe(first, alt=words, height="content")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Held(Generic[Part, Row]):
    """A table that is edited: the widget's key, its rows as they were first, and the part that it last gave."""

    key: str
    rows: tuple[Row, ...]
    frame: pd.DataFrame
    written: Part


def edit_table(
    name: str,
    part: Part,
    *,
    rows: Callable[[], Sequence[Row]],
    frame: Callable[[Sequence[Row]], pd.DataFrame],
    read: Callable[[Sequence[Row], pd.DataFrame], Part],
    change: Callable[[Part], None],
    config: Mapping[str, Any],
    alt: str,
) -> None:
    """Edit a part of the draft as a table.

    The widget keeps what was typed as differences from its first rows, which therefore stay until the part changes
    elsewhere.

    Parameters
    ----------
    rows, frame : callable
        Give the part's rows, and the table of them.
    read : callable
        Gives the part that a table says; of the table as it is at first, the part itself.
    change : callable
        Takes a part that changed.
    config : mapping of str to column configuration
        By the table's columns, in their order.
    """
    place = f"load_table_{name}"
    held: _Held[Part, Row] | None = st.session_state.get(place)
    if held is None or held.written != part or held.key not in st.session_state:
        first = tuple(rows())
        number = int(held.key.rpartition("_")[2]) + 1 if held is not None else 0
        held = _Held(key=f"{place}_{number}", rows=first, frame=frame(first), written=part)
    edited = st.data_editor(
        held.frame,
        key=held.key,
        column_config=dict(config),
        column_order=list(config),
        hide_index=True,
        num_rows="fixed",
        height="content",
        alt=alt,
    )
    said = read(held.rows, edited)
    if said != part:
        change(said)
    st.session_state[place] = _Held(key=held.key, rows=held.rows, frame=held.frame, written=said)


def texts(frame: pd.DataFrame, column: str) -> list[str]:
    """Return a column's texts, ``""`` where a cell was emptied."""
    return ["" if value is None or value != value else str(value).strip() for value in frame[column]]


def numbers(frame: pd.DataFrame, column: str) -> list[float | None]:
    """Return a column's numbers, None where a cell is empty."""
    return [None if value is None or value != value else float(value) for value in frame[column]]


def _hold(key: str, value: object) -> None:
    """Have a widget show the draft's value."""
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value


def _changed(key: str, change: Callable[[Any], None]) -> None:
    change(st.session_state[key])
