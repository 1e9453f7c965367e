"""What may be asked next is found out beforehand, while nobody asks for anything: the next click then waits for little.

One thread works for all visitors. It steps back for whoever asks, and forgets what it couldn't get to.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from threading import Condition, Thread

from streamlit import runtime

from il2dash.analysis.time_limit import SteppedAsideError, stepping_aside
from il2dash.errors import Il2dashError
from il2dash.ui.memory import Memory

QUIET = 0.05
"""Seconds in which nobody asked for anything: then there is time."""

VIEWS = 3
"""Of how many views, the latest, what may come next is kept in mind."""

IDLE = 30.0
"""Seconds without anything to find out after which the worker ends."""

PATIENCE = 5.0
"""Seconds after which what may come next has probably come."""


class Ahead:
    """Finds out answers while a memory is at rest."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._wanted: deque[tuple[float, deque[Callable[[], object]]]] = deque(maxlen=VIEWS)
        self._changed = Condition()
        self._worker: Thread | None = None

    def find_out(self, answers: Iterable[Callable[[], object]]) -> None:
        """Have answers found out that may be asked next, the likeliest first; where no server runs, nothing is."""
        if not runtime.exists():
            return
        with self._changed:
            self._wanted.append((time.monotonic(), deque(answers)))
            if self._worker is None:
                self._worker = Thread(target=self._work, daemon=True)
                self._worker.start()
            self._changed.notify()

    def _work(self) -> None:
        try:
            while (following := self._next()) is not None:
                answers, answer = following
                while self._memory.asked_within(QUIET):
                    time.sleep(QUIET)
                try:
                    with stepping_aside(lambda: self._memory.waited_for):
                        answer()
                except SteppedAsideError:
                    answers.appendleft(answer)  # there may be time again
                except Il2dashError:
                    pass  # who asks for it is told
        except BaseException:
            with self._changed:
                self._worker = None  # what is wanted next has a worker all the same
            raise

    def _next(self) -> tuple[deque[Callable[[], object]], Callable[[], object]] | None:
        """Wait for something to find out, of the latest view first; after long idleness the worker ends.

        It would keep the study in memory that a session loaded, after the session.
        """
        with self._changed:
            while True:
                while self._wanted:
                    since, answers = self._wanted[-1]
                    if answers and time.monotonic() - since < PATIENCE:
                        return answers, answers.popleft()
                    self._wanted.pop()
                if not self._changed.wait(IDLE):
                    self._worker = None
                    return None
