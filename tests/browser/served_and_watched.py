"""``python -m il2dash serve`` with a window: what its memory holds can be asked for while it runs.

``python -m tests.browser.watched_server ANSWERS STUDY ...``: each line of standard input is a text, written backwards
lest the question be found itself; the line that comes back through the descriptor ANSWERS is a JSON list of what holds
that text.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from collections.abc import Iterator
from threading import Thread

from il2dash.cli import main
from il2dash.ui import ahead


def holders(text: str) -> list[str]:
    """Return the types of the objects in this process that hold a text or bytes in which that text stands."""
    gc.collect()
    gc.unfreeze()  # the server leaves out of later collections what was there at its start
    found, encoded = [], text.encode()
    for holder in gc.get_objects():  # a comprehension would hold the text itself
        if any(_within(holder, text, encoded)):
            found.append(type(holder).__name__)
    return found


def _within(holder: object, text: str, encoded: bytes) -> Iterator[bool]:
    """Look at what an object refers to, and through tuples and dictionaries of texts alone, which aren't tracked."""
    for held in gc.get_referents(holder):
        if isinstance(held, str):
            yield text in held
        elif isinstance(held, bytes | bytearray):
            yield encoded in held
        elif isinstance(held, tuple | dict) and not gc.is_tracked(held):
            yield from _within(held, text, encoded)


def _answer(descriptor: int) -> None:
    with os.fdopen(descriptor, "w") as answers:
        for line in sys.stdin:
            answers.write(json.dumps(holders(line.strip()[::-1])) + "\n")
            answers.flush()


if __name__ == "__main__":
    ahead.IDLE = 0.5  # seconds
    Thread(target=_answer, args=(int(sys.argv[1]),), daemon=True).start()
    sys.exit(main(["serve", *sys.argv[2:]]))
