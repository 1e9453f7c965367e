"""Answers that were given are kept: as many as are told, the longest unused forgotten first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import TypeVar, cast

Answer = TypeVar("Answer")


class Memory:
    """Frozen results by what was asked.

    Not Streamlit's own cache, which copies a result at each look (results here are frozen, so all may hold the same
    one) and can't keep what an analysis that tells its progress gives.

    Parameters
    ----------
    entries : int
        How many answers are kept.
    """

    def __init__(self, entries: int) -> None:
        self._entries = entries
        self._answers: OrderedDict[Hashable, object] = OrderedDict()
        self._lock = Lock()

    def recall(self, question: Hashable, answer: Callable[[], Answer]) -> Answer:
        """Return the answer to a question, found out where it isn't known.

        Two who ask at once both find it out, which costs them time and is never wrong. An answer that ends in an
        exception isn't kept.
        """
        with self._lock:
            if question in self._answers:
                self._answers.move_to_end(question)
                return cast(Answer, self._answers[question])
        found = answer()
        with self._lock:
            self._answers[question] = found
            self._answers.move_to_end(question)
            while len(self._answers) > self._entries:
                self._answers.popitem(last=False)
        return found
