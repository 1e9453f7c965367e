"""Which analyses of a study this session looked at: whoever looks at many will find something in one of them."""

from __future__ import annotations

from dataclasses import dataclass, field

import streamlit as st

from il2dash.analysis.standing import Standing
from il2dash.ui import address

_LOOKED_AT, _PAGE = "looked_at", "page_shown"


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedAt:
    """One analysis: of what, and why it is exploratory (no reasons: it is the trial's own).

    `page` is where it was seen first: seen again beside another view, or on a slide, it is the same.
    """

    page: str = field(compare=False)
    title: str
    reasons: tuple[str, ...]
    sentence: str


def on_page(title: str) -> None:
    """Say which page is drawn now."""
    st.session_state[_PAGE] = title


def note_analysis(title: str, standing: Standing, sentence: str) -> int:
    """Note that an analysis was shown, once however often it was; return its number there, from 1."""
    analysis = LookedAt(page=st.session_state.get(_PAGE, ""), title=title, reasons=standing.reasons, sentence=sentence)
    numbers: dict[LookedAt, int] = address.of_study(_LOOKED_AT, dict)
    return numbers.setdefault(analysis, len(numbers) + 1)


def looked_at() -> tuple[LookedAt, ...]:
    """Return the analyses of the study in this session, the first first."""
    return tuple(address.of_study(_LOOKED_AT, dict))


def ordinal(number: int) -> str:
    """Return ``1st``, ``2nd``, ``11th``, ``21st``."""
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"
