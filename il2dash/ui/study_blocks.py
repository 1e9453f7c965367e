"""What the header says of the study: which it is among which, of when its data are, and their refresh."""

from __future__ import annotations

import streamlit as st

from il2dash.study.problem_groups import grouped_listing
from il2dash.ui import address, studies
from il2dash.ui.stylesheet import label as plain_label
from il2dash.ui.stylesheet import plain, text

_CHOSEN, _SAID = "study_chosen", "refresh_said"


def chooser() -> bool:
    """Draw the choice among the studies, where there is one; tell whether it is drawn."""
    choices = studies.choices()
    if len(choices) < 2:
        return False
    st.session_state[_CHOSEN] = studies.chosen()
    st.selectbox(
        "Study",
        list(choices),
        format_func=lambda name: plain_label(choices[name]),
        key=_CHOSEN,
        label_visibility="collapsed",
        on_change=_choose,
        width=480,
    )
    return True


def freshness() -> None:
    """Draw of when the data are, and the button that reads them again, where they may be of another time by now."""
    said = _said()
    if words := studies.freshness():
        st.html(f'<p class="freshness">{text(words)}</p>', width="content")
        _button("Refresh")
    if said:
        st.html(f'<p class="freshness" role="status">{text(said)}</p>', width="content")


def try_again() -> None:
    """Draw the button that reads a study again which couldn't be read."""
    said = _said()
    if studies.chosen() != studies.LOADED:
        _button("Read the study again")
    if said:
        st.html(f'<p class="freshness" role="status">{text(said)}</p>', width="content")


def failed_refresh() -> None:
    """Say that the last refresh failed, and why."""
    words, problems = studies.failed_refresh()
    if words:
        st.warning(plain(words), icon=":material/sync_problem:")
        with st.expander("What was found"):
            st.text(grouped_listing(problems))


def _button(label: str) -> None:
    st.button(label, icon=":material/refresh:", key="refresh", type="tertiary", on_click=_refresh)


def _said() -> str:
    said: str = st.session_state.pop(_SAID, "")
    return said


def _refresh() -> None:
    with st.spinner("Reading the study again"):
        st.session_state[_SAID] = studies.refresh()


def _choose() -> None:
    address.ask_for_study(st.session_state[_CHOSEN])
