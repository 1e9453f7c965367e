"""The look that Streamlit's theme doesn't reach, as stylesheet.css has it, and texts as HTML shows them."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

from il2dash.display.literal_text import without_controls

_ACTIVE = re.compile(r"[\\`*_{}\[\]()#+\-.!|<>~$:&=@]")
# Streamlit looks for its signs after Markdown took the escapes away: what draws nothing keeps them from being found.
_SIGN = re.compile(r":(?=material[/_]|streamlit:)")
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)

_MARKUP = re.compile(
    r"""[`*$\n]                          # code, emphasis, LaTeX, a new block
    | \\[!-/:-@\[-`{-~]                 # an escape
    | (?<!\w)_ | _(?!\w)               # emphasis
    | ~.*~                            # struck through
    | </?[A-Za-z] | <! | &\#?\w+;       # HTML, an entity
    | :[\w+/-]+[:\[]                   # an icon, a color
    | \][(\[:]                         # a link
    | ^\s*(?:[#>+=-]|[0-9]+[.)]) | ^\s  # a heading, a quotation, a list, code
    | ://|www\.|\w@\w                  # an address
    """,
    re.VERBOSE,
)

# Read once: one sheet for the light theme, the dark one and paper.
STYLESHEET = f"<style>{Path(__file__).with_name('stylesheet.css').read_text(encoding='utf-8')}</style>"


def text(content: str) -> str:
    """Return a text as HTML shows it: whatever a study calls its things, they are words and never markup."""
    return escape(without_controls(content))


def plain(words: str) -> str:
    """Return a text that Markdown leaves alone."""
    broken = _SIGN.sub("\\g<0>\u2060", _INDENT.sub("", without_controls(words)))
    return _ACTIVE.sub(r"\\\g<0>", broken)


def label(words: str) -> str:
    """Return a widget's label, or an option's, that Markdown leaves alone.

    An option stands in the address as its label does: where there is nothing to escape it is as it was.
    """
    return plain(words) if _MARKUP.search(words) or words != without_controls(words) else words
