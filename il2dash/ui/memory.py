"""Answers that were given are kept: as many as are told, the longest unused forgotten first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Event, Lock
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
        self._sought: dict[Hashable, Event] = {}

    def recall(self, question: Hashable, answer: Callable[[], Answer], *, alone: bool = False) -> Answer:
        """Return the answer to a question, found out where it isn't known.

        Who asks while another finds it out waits for that answer; `alone` finds it out all the same, for work that can
        be left at any time. An answer that ends in an exception isn't kept, and the next who waits finds it out.
        """
        while True:
            with self._lock:
                if question in self._answers:
                    self._answers.move_to_end(question)
                    return cast(Answer, self._answers[question])
                sought = self._sought.get(question)
                if sought is None or alone:
                    done = self._sought.setdefault(question, Event()) if not alone else Event()
                    break
            sought.wait()
        try:
            found = answer()
            with self._lock:
                self._answers[question] = found
                self._answers.move_to_end(question)
                while len(self._answers) > self._entries:
                    self._answers.popitem(last=False)
            return found
        finally:
            if not alone:
                with self._lock:
                    del self._sought[question]
                done.set()
