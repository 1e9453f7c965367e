"""The look that Streamlit's theme doesn't reach, as stylesheet.css has it, and texts as HTML shows them."""

from __future__ import annotations

from html import escape
from pathlib import Path

# Read once: one sheet for the light theme, the dark one and paper.
STYLESHEET = f"<style>{Path(__file__).with_name('stylesheet.css').read_text(encoding='utf-8')}</style>"


def text(content: str) -> str:
    """Return a text as HTML shows it: whatever a study calls its things, they are words and never markup."""
    return escape(content)


def plain(words: str) -> str:
    """Return a text that Markdown leaves alone."""
    return "".join(f"\\{character}" if character in r"\`*_{}[]()#+-.!|<>~$:" else character for character in words)
