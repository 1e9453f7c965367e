"""In which encoding a text file is: told by its first bytes, or by what can be decoded."""

from __future__ import annotations

import re
from dataclasses import dataclass

from il2dash.study.study_files import unreadable

_BYTE_ORDER_MARKS = (
    (b"\xff\xfe\0\0", "utf-32", "UTF-32"),
    (b"\0\0\xfe\xff", "utf-32", "UTF-32"),
    (b"\xef\xbb\xbf", "utf-8-sig", "UTF-8"),
    (b"\xff\xfe", "utf-16", "UTF-16"),
    (b"\xfe\xff", "utf-16", "UTF-16"),
)
_CONTROLS = re.compile("[\0-\x08\x0e-\x1a\x7f]")


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoding: its name in Python, the note about it, and the file's text in it."""

    codec: str
    note: str
    text: str


def decoded(content: bytes, name: str) -> Encoding:
    """Decode a text file.

    UTF-8, UTF-16 and UTF-32 by their byte order marks, else UTF-8, else, where that can't be, Windows-1252, and
    Latin-1 where a byte has no meaning in Windows-1252.

    Raises
    ------
    UnreadableError
        Where the file is empty or isn't text.
    """
    if not content.strip():
        raise unreadable(name, "The file is empty.", "Add the header and the rows.")
    for mark, codec, spoken in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            try:
                return _text_of(content.decode(codec), codec, f"The text is {spoken}, as its first bytes say.", name)
            except UnicodeDecodeError as error:
                raise unreadable(
                    name,
                    f"The file is {spoken}, as its first bytes say.",
                    "Save it as 'CSV UTF-8'.",
                    value=repr(content[error.start : error.end]),
                ) from error
    for codec, note in (
        ("utf-8-sig", "The text is UTF-8."),
        ("cp1252", "The text isn't UTF-8; it was read as Windows-1252. Look at names and terms with accents."),
        ("latin-1", "The text isn't UTF-8; it was read as Latin-1. Look at names and terms with accents."),
    ):
        try:
            return _text_of(content.decode(codec), codec, note, name)
        except UnicodeDecodeError:
            continue
    raise AssertionError("Latin-1 decodes every byte.")


def _text_of(text: str, codec: str, note: str, name: str) -> Encoding:
    if found := _CONTROLS.search(text):
        raise unreadable(
            name,
            "The file isn't text: it has characters that no text has.",
            "Save the table as 'CSV UTF-8', or load the file under the ending of its own format.",
            value=repr(found[0]),
        )
    if not text.strip():
        raise unreadable(name, "The file is empty.", "Add the header and the rows.")
    return Encoding(codec, note, text)
