"""Answers that were given are kept: as many as are told, the longest unused forgotten first."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from threading import Event, Lock, RLock
from typing import TypeVar, cast

from il2dash.analysis.time_limit import TimeLimitError

Answer = TypeVar("Answer")
Name = TypeVar("Name")

PATIENCE = 5.0
"""Seconds until who waits for a turn goes ahead without."""

REFUSED = 600.0
"""Seconds in which a question isn't tried again that took longer than it may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refusal:
    """What is said until then to who asks a question again that took too long."""

    words: str
    until: float


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
        self._turn = RLock()
        self._sought: dict[Hashable, Event] = {}
        self._asked = 0.0
        self._waiting = 0

    def recall(
        self,
        question: Hashable,
        answer: Callable[[], Answer],
        *,
        alone: bool = False,
        limit: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> Answer:
        """Return the answer to a question, found out where it isn't known.

        Who asks while another finds it out waits for that answer; `alone` finds it out all the same, for work that can
        be left at any time. An answer that ends in an exception isn't kept, and the next who waits finds it out; but
        what takes longer than its `limit`, which begins with its turn, isn't tried again for a while.

        Raises
        ------
        TimeLimitError
            Where it takes longer than its limit, or did so a while ago.
        """
        self._asked = time.monotonic()
        while True:
            with self._lock:
                if question in self._answers and not self._may_be_tried_again(question):
                    self._answers.move_to_end(question)
                    return cast(Answer, self._answers[question])
                sought = self._sought.get(question)
                if sought is None or alone:
                    done = self._sought.setdefault(question, Event()) if not alone else Event()
                    break
            sought.wait()
        try:
            with nullcontext() if alone else self._in_turn(), limit():
                found = answer()
            with self._lock:
                self._keep(question, found)
            return found
        except TimeLimitError as error:
            if limit is not nullcontext:  # else it is what an answer around this one took that was too long
                words = f"{error} It isn't tried again within {REFUSED / 60:.0f} minutes."
                with self._lock:
                    self._keep(question, _Refusal(words=words, until=time.monotonic() + REFUSED))
            raise
        finally:
            if not alone:
                with self._lock:
                    del self._sought[question]
                done.set()

    def recall_each(
        self, questions: Mapping[Name, Hashable], answers: Callable[[Sequence[Name]], Mapping[Name, Answer]]
    ) -> dict[Name, Answer]:
        """Return the answer to each of several questions; those that aren't known are found out together."""
        with self._lock:
            found = {name: self._answers[asked] for name, asked in questions.items() if asked in self._answers}
        new = answers([name for name in questions if name not in found])
        with self._lock:
            for name, question in questions.items():
                self._keep(question, new[name] if name in new else found[name])
        return cast(dict[Name, Answer], found | dict(new))

    def asked_within(self, seconds: float) -> bool:
        """Tell whether anything was asked in the last seconds, or is being found out."""
        return bool(self._sought) or time.monotonic() - self._asked < seconds

    @property
    def waited_for(self) -> bool:
        """Whether anybody waits for a turn: for what is found out now to be left, if nobody waits for it."""
        return self._waiting > 0

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        """Let one answer be found out at a time: several at once take longer, all of them, than one after the other.

        Who waits long goes ahead all the same, lest one long analysis keeps all others waiting.
        """
        with self._lock:
            self._waiting += 1
        own_turn = self._turn.acquire(timeout=PATIENCE)
        with self._lock:
            self._waiting -= 1
        try:
            yield
        finally:
            if own_turn:
                self._turn.release()

    def _may_be_tried_again(self, question: Hashable) -> bool:
        """Tell whether a question was refused long ago; where it was lately, say so."""
        kept = self._answers[question]
        if isinstance(kept, _Refusal) and time.monotonic() < kept.until:
            raise TimeLimitError(kept.words)
        return isinstance(kept, _Refusal)

    def _keep(self, question: Hashable, answer: object) -> None:
        self._answers[question] = answer
        self._answers.move_to_end(question)
        while len(self._answers) > self._entries:
            self._answers.popitem(last=False)
