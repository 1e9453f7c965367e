"""Where a page's blocks go: straight onto the page, or kept to be drawn one by one, as slides do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Literal

Draw = Callable[[], object]


@dataclass(slots=True, kw_only=True)
class Block:
    """A plain sentence, a figure, its table and the method, under a title; drawn by calling each part.

    `standing` is the HTML of its standing. `titled_only` while nothing but a title is in it.
    """

    title: str = ""
    standing: str = ""
    words: list[Draw] = field(default_factory=list)
    figures: list[Draw] = field(default_factory=list)
    details: list[Draw] = field(default_factory=list)
    titled_only: bool = False


_KEPT: ContextVar[list[Block] | None] = ContextVar("kept", default=None)
_PREFIX: ContextVar[str] = ContextVar("prefix", default="")
_ENLARGED: ContextVar[float] = ContextVar("enlarged", default=1.0)

PROJECTOR = 1.45
"""How much larger a figure is on a slide."""


Kind = Literal["words", "figures", "details"]


def put(draw: Draw, kind: Kind = "words") -> None:
    """Draw a part of the present block, or keep it with its kind."""
    kept = _KEPT.get()
    if kept is None:
        draw()
        return
    if not kept:
        kept.append(Block())
    kept[-1].titled_only = False
    getattr(kept[-1], kind).append(draw)


def begin(draw: Draw, *, title: str, standing: str = "", titled_only: bool = False) -> None:
    """Begin a block with a part of it; where only a title went before, that block goes on."""
    kept = _KEPT.get()
    if kept is not None:
        if not (kept and kept[-1].titled_only):
            kept.append(Block(title=title))
        kept[-1].standing = standing
    put(draw)
    if kept is not None:
        kept[-1].titled_only = titled_only


@contextmanager
def kept_blocks() -> Iterator[list[Block]]:
    """Keep the blocks that are put within, in place of drawing them."""
    blocks: list[Block] = []
    token = _KEPT.set(blocks)
    try:
        yield blocks
    finally:
        _KEPT.reset(token)


@contextmanager
def keys_begin_with(prefix: str) -> Iterator[None]:
    """Begin the keys of figures within with a prefix, as the same figure may stand twice on a page."""
    token = _PREFIX.set(prefix)
    try:
        yield
    finally:
        _PREFIX.reset(token)


def key(name: str) -> str:
    """Return an element's key."""
    return f"{_PREFIX.get()}{name}"


@contextmanager
def for_a_projector() -> Iterator[None]:
    """Draw figures larger within."""
    token = _ENLARGED.set(PROJECTOR)
    try:
        yield
    finally:
        _ENLARGED.reset(token)


def enlarged() -> float:
    """Return how much larger figures are just now."""
    return _ENLARGED.get()
