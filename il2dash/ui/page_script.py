"""What the browser does by itself: figures as files, a link to the clipboard, paper, the way Back, connection lost."""

from __future__ import annotations

from pathlib import Path

import streamlit as st


def _script(name: str) -> str:
    return f"<script>{Path(__file__).with_name(name).read_text(encoding='utf-8')}</script>"


# Read once. Streamlit's check of HTML drops a script in which "<" stands right before a letter, "/" or "!".
HISTORY_SCRIPT = _script("page_history.js")
PAGE_SCRIPT = "".join((_script("page_script.js"), HISTORY_SCRIPT, _script("page_connection.js")))


def install() -> None:
    """Put the page's script into the page; one that is there already does nothing again.

    It holds nothing of the study: what it writes it reads from the page, as text.
    """
    with st.container(key="page-script"):
        st.html(PAGE_SCRIPT, unsafe_allow_javascript=True)
        # For page_connection.js alone, which presses it.
        st.button("Draw the page again", key="draw_again")
