"""Words that say where the shown study comes from, where a session loaded one: in the masthead and under Share."""

from __future__ import annotations

import streamlit as st

from il2dash.ui import address, studies
from il2dash.ui.site import FILES
from il2dash.ui.stylesheet import label

SHARED_WORDS = (
    "The data were loaded in this session: the link works in this session alone, and for nobody else. To share the "
    "study, download it on the Data page."
)


LONGEST_TITLE = 40


def loaded_is_shown() -> bool:
    """Return whether what is shown was loaded in this session."""
    loaded = studies.loaded_study()
    return loaded is not None and studies.current() is loaded


def loaded_notice() -> None:
    """Say that the shown data were loaded in this session, with the way back; or lead to those that were."""
    loaded = studies.loaded_study()
    if loaded is None or loaded.trial is None:
        return
    with st.container(key="loaded-notice", horizontal=True, vertical_alignment="center", gap="small", width="content"):
        if loaded_is_shown():
            own = studies.own_study().trial
            title = own.definition.study.title if own is not None else "the server's study"
            st.html('<p class="loaded-words">Loaded in this session: nobody else sees it</p>', width="content")
            back = f"Back to {label(_short(title))}"
            st.page_link(FILES["Overview"], label=back, icon=":material/undo:", query_params={})
        else:
            st.page_link(
                FILES["Overview"],
                label=f"To what you loaded: {label(_short(loaded.trial.definition.study.title))}",
                icon=":material/upload_file:",
                query_params={address.STUDY: studies.LOADED},
            )


def _short(title: str) -> str:
    return title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1].rstrip()}…"
