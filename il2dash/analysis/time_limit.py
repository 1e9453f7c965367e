"""When a long computation ends before its answer: its time is over, or somebody else needs the processor first.

A bound on the time is for whoever answers many: past it there is a sentence in place of the answer.

Only processor time counts, of the thread that computes: who waits for a turn, or for a busy machine, isn't charged.
Without `time_limit`, as on the command line, there is no bound.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from il2dash.errors import Il2dashError


class TimeLimitError(Il2dashError):
    """A computation that takes longer than it may: its text says which, how long, and what to ask for instead."""


class SteppedAsideError(Il2dashError):
    """A computation that nobody waits for was left, for one that somebody waits for."""


_DEADLINE: ContextVar[tuple[float, TimeLimitError] | None] = ContextVar("deadline", default=None)
_STEPS_ASIDE: ContextVar[Callable[[], bool] | None] = ContextVar("steps_aside", default=None)


@contextmanager
def time_limit(seconds: float, *, asked: str) -> Iterator[None]:
    """Bound the processor time of what is computed within; inside another limit, that one holds.

    Parameters
    ----------
    seconds : float
        Of this thread's processor time.
    asked : str
        What is computed, as a sentence names it.

    Raises
    ------
    TimeLimitError
        From `within_time`, which the long loops of the analyses call, once the time is over.
    """
    if _DEADLINE.get() is not None:
        yield
        return
    error = TimeLimitError(
        f"{asked[:1].upper()}{asked[1:]} takes more than {seconds:g} seconds, which is the most for one computation "
        "here, and was stopped. Ask for less: fewer covariates or imputations, or fewer patients by a filter."
    )
    token = _DEADLINE.set((time.thread_time() + seconds, error))
    try:
        yield
    finally:
        _DEADLINE.reset(token)


@contextmanager
def stepping_aside(wanted_elsewhere: Callable[[], bool]) -> Iterator[None]:
    """Leave what is computed within as soon as the processor is wanted elsewhere.

    Raises
    ------
    SteppedAsideError
        From `within_time`.
    """
    token = _STEPS_ASIDE.set(wanted_elsewhere)
    try:
        yield
    finally:
        _STEPS_ASIDE.reset(token)


def within_time() -> None:
    """End the computation where it is to end now; called once a round by every loop that can be long."""
    wanted_elsewhere = _STEPS_ASIDE.get()
    if wanted_elsewhere is not None and wanted_elsewhere():
        raise SteppedAsideError("The computation was left for one that somebody waits for.")
    deadline = _DEADLINE.get()
    if deadline is not None and time.thread_time() >= deadline[0]:
        raise deadline[1]
