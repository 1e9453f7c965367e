"""What a study calls its things, as it may stand among our words."""

from __future__ import annotations

import re
from html import escape

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


# What DOMPurify, by which Streamlit cleans HTML, takes for the end of an element or a comment inside an attribute.
_END = re.compile(r"<(?=/)|(?:--!?|\])(?=>)")


def without_controls(text: str) -> str:
    """Return a text without characters that draw nothing and change how what follows is drawn.

    The marks that reverse the direction of writing reach beyond the text that holds them: a sentence's ``12 of 28``
    would read ``82 fo 21``. Letters that are written from right to left are as they were.
    """
    return _CONTROLS.sub("", text)


def attribute_text(text: str) -> str:
    """Return a text as the value of an HTML attribute, between double quotes.

    A value that holds ``</script`` or ``-->`` would be removed with its attribute: what draws nothing parts them.
    """
    return escape(_END.sub("\\g<0>\u2060", without_controls(text)))
