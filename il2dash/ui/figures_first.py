"""Figures go first: what stands under them is computed and drawn while the browser already draws them.

A browser draws a figure in one piece of work, together with all else that came within the same 10 ms: tables of HTML
sent along make the figure wait for them. And where the page's script computes on, the figure waits for Python's lock
before it leaves.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import Context, ContextVar, copy_context
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

HEAD_START = 0.02
"""Seconds that the figures have: the server sends every 5 ms, the page gathers for 10."""


@dataclass(frozen=True, kw_only=True)
class _Waiting:
    """Something to draw: where, and under which study, view and standing."""

    draw: Callable[[], object]
    place: DeltaGenerator
    context: Context


_WAITING: ContextVar[list[_Waiting] | None] = ContextVar("waiting", default=None)


@contextmanager
def figures_first(guard: Callable[[], AbstractContextManager[None]] = nullcontext) -> Iterator[None]:
    """Draw what `afterwards` is told within once all else is on its way, each in the place where it was told.

    `guard` is entered around each: what one can't show doesn't keep the next from being shown.
    """
    waiting: list[_Waiting] = []
    token = _WAITING.set(waiting)
    try:
        yield
    finally:
        _WAITING.reset(token)
    if waiting:
        time.sleep(HEAD_START)
    for each in waiting:
        each.context.run(_draw, each, guard)


def afterwards(draw: Callable[[], object]) -> None:
    """Draw after the page's figures; at once where no figures go first, as on slides."""
    waiting = _WAITING.get()
    if waiting is None:
        draw()
    else:
        waiting.append(_Waiting(draw=draw, place=st.container(), context=copy_context()))


def _draw(waiting: _Waiting, guard: Callable[[], AbstractContextManager[None]]) -> None:
    _WAITING.set(None)
    with waiting.place, guard():
        waiting.draw()
