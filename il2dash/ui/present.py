"""Presenting: one block a screen in large type, by arrow keys, each result after the question where that is wished."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import streamlit as st

from il2dash.display.numbers import count
from il2dash.study.trial import Trial
from il2dash.ui import address, blocks, replay, snapshots
from il2dash.ui.address import ASK_FIRST, PRESENT, SLIDE, VIEW
from il2dash.ui.filters import count_words
from il2dash.ui.site import FILES
from il2dash.ui.snapshots import OWN_PAGE, Snapshot
from il2dash.ui.stylesheet import text

_PRESENT_STYLE = f"<style>{Path(__file__).with_name('present.css').read_text(encoding='utf-8')}</style>"
_PARTS = "slides_by_view"

ASK_KEY = "ask_first"
"""Of the switch that asks what the audience expects before each result."""


Part = Literal["question", "result", "details"]
Parts = tuple[tuple[Part, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slide:
    """One screen: of a block of a view, by its place there, the question, the result, or the tables behind it.

    A block of several figures has its result on as many slides: side by side or under each other they'd be cut off.
    """

    view: Snapshot
    block: int
    part: Part
    figure: int = 0


def presenting() -> bool:
    """Return whether the address asks for slides."""
    return st.query_params.get(PRESENT) == "1"


def offer() -> None:
    """Draw the button that begins presenting."""
    st.button("Present", icon=":material/slideshow:", key="present", type="tertiary", on_click=_begin)


def show_slide(title: str, trial: Trial) -> None:
    """Draw the slide that the address asks for, and the way to the others.

    Parameters
    ----------
    title : str
        The page that is presented, and where one is when one leaves.
    trial : Trial
        The study.
    """
    st.html(_PRESENT_STYLE)
    slides = [
        Slide(view=view, block=block, part=part, figure=figure)
        for view in _views(title)
        for block, parts in enumerate(_parts(view, trial))
        for part, figure in parts
        if part != "question" or st.query_params.get(ASK_FIRST) == "1"
    ]
    number = _number(len(slides))
    if slides:
        _draw(slides[number - 1], trial)
    with st.container(key="slide-controls", horizontal=True, vertical_alignment="center", gap="small"):
        st.button("Previous", shortcut="Left", disabled=number <= 1, on_click=_go, args=(number - 1,), key="previous")
        st.button(
            "Next", shortcut="Right", disabled=number >= len(slides), on_click=_go, args=(number + 1,), key="next"
        )
        place = f"{number} of {count(len(slides), 'slide')}" if slides else "Nothing to present"
        st.html(f'<p class="slide-number" role="status">{place}</p>', width="content")
        if st.button("Leave", shortcut="Escape", key="leave", type="tertiary"):
            st.switch_page(FILES[title], query_params=address.view())


def _draw(slide: Slide, trial: Trial) -> None:
    patients = replay.population_of(trial, slide.view.settings)
    synthetic = "Synthetic data · " if trial.definition.study.synthetic else ""
    st.html(f'<p class="slide-view">{synthetic}{text(slide.view.name)} · {text(count_words(patients))}</p>')
    block = _blocks(slide.view, trial)[slide.block]
    if slide.part == "question":
        st.html(
            f"<h2>{text(block.title or slide.view.page)}</h2>{block.standing}<p class='ask'>What do you expect?</p>"
        )
    elif slide.part == "details":
        _call(block.details)
    elif block.figures:
        words, figures = st.columns((2, 3), gap="large")
        with words:
            _call(block.words)
        with figures:
            _call(block.figures[slide.figure : slide.figure + 1])
    else:
        _call(block.words)


def _call(parts: list[blocks.Draw]) -> None:
    for draw in parts:
        draw()


def _blocks(view: Snapshot, trial: Trial) -> list[blocks.Block]:
    with blocks.kept_blocks() as found, blocks.for_a_projector():
        replay.draw(view.page, view.settings, trial, key="slide_")
    return found


def _parts(view: Snapshot, trial: Trial) -> list[Parts]:
    """Return of which slides each block of a view is made; found out once, as every slide tells the number."""
    known: dict[tuple[str, str, address.Settings], list[Parts]] = st.session_state.setdefault(_PARTS, {})
    question = (trial.fingerprint, view.page, view.settings)
    if question not in known:
        known[question] = [_parts_of(block) for block in _blocks(view, trial)]
    return known[question]


def _parts_of(block: blocks.Block) -> Parts:
    """Return the slides of a block, each with its figure; what has no standing is no result to wonder about."""
    question: Parts = (("question", 0),) if block.standing else ()
    results: Parts = tuple(("result", figure) for figure in range(max(len(block.figures), 1)))
    details: Parts = (("details", 0),) if block.details else ()
    return (*question, *results, *details)


def _number(slides: int) -> int:
    asked = st.query_params.get(SLIDE, "1")
    return min(max(int(asked), 1), max(slides, 1)) if asked.isdecimal() and len(asked) < 6 else 1


def _begin() -> None:
    if own := address.view():
        st.query_params[VIEW] = address.query(own)
    st.query_params[PRESENT] = "1"
    if st.session_state.get(ASK_KEY):
        st.query_params[ASK_FIRST] = "1"


def _go(number: int) -> None:
    st.query_params[SLIDE] = str(number)


def _views(title: str) -> tuple[Snapshot, ...]:
    """Return what a page presents: the page of snapshots all of them, another page the view that it shows."""
    if title == OWN_PAGE:
        return snapshots.kept()
    return (Snapshot(name=title, page=title, settings=address.view()),)
