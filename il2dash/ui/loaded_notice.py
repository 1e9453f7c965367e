"""Words that say that a session loaded the study that is shown: in the masthead and under Share."""

from __future__ import annotations

import streamlit as st

from il2dash.ui import studies

SHARED_WORDS = (
    "The data were loaded in this session: the link works in this session alone, and for nobody else. To share the "
    "study, download it on the Data page."
)


def loaded_is_shown() -> bool:
    """Return whether what is shown was loaded in this session."""
    return studies.chosen() == studies.LOADED


def loaded_notice() -> None:
    """Say that the shown data were loaded in this session; the choice of studies beside it leads back."""
    if loaded_is_shown():
        st.html('<p class="loaded-words">Loaded in this session: nobody else sees it</p>', width="content")
