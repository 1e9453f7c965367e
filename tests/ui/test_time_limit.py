"""What takes too long: a sentence on the page, which another click doesn't pay for again."""

from __future__ import annotations

import itertools
import time
from contextlib import nullcontext
from functools import partial
from types import SimpleNamespace

import pytest

from il2dash.analysis import time_limit as limits
from il2dash.analysis.time_limit import TimeLimitError, time_limit, within_time
from il2dash.ui import memory as memories
from il2dash.ui.memory import Memory
from il2dash.ui.snapshots import Snapshot
from il2dash.ui.study_places import OWN
from tests.ui.conftest import everything

NO_TIME = partial(time_limit, 0, asked="it")


@pytest.fixture
def slow(fresh_shelf, monkeypatch):
    """Take a hundred seconds from one look at the clock to the next, for what isn't remembered yet."""
    clock = itertools.count(0, 100)
    monkeypatch.setattr(limits, "time", SimpleNamespace(thread_time=lambda: next(clock)))


def refused(memory: Memory, tries: list[int]) -> str:
    def work():
        tries.append(1)
        within_time()

    with pytest.raises(TimeLimitError) as caught:
        memory.recall("question", work, limit=NO_TIME)
    return str(caught.value)


def test_what_took_too_long_is_not_tried_again_at_once(monkeypatch):
    memory, tries = Memory(10), []
    assert "again" not in refused(memory, tries)
    assert refused(memory, tries).endswith("It isn't tried again within 10 minutes.")
    assert len(tries) == 1
    assert memory.recall("another", lambda: "answer", limit=NO_TIME) == "answer"
    now = time.monotonic()
    monkeypatch.setattr(memories, "time", SimpleNamespace(monotonic=lambda: now + memories.REFUSED + 1))
    assert memory.recall("question", lambda: "found after all", limit=NO_TIME) == "found after all"
    assert memory.recall("question", lambda: pytest.fail("it is known"), limit=NO_TIME) == "found after all"


def test_a_part_is_not_refused_for_what_the_whole_took():
    memory, parts = Memory(10), Memory(10)
    with pytest.raises(TimeLimitError):
        memory.recall("whole", lambda: parts.recall("part", within_time), limit=NO_TIME)
    assert parts.recall("part", lambda: "in time") == "in time"


def test_the_limit_begins_with_the_turn():
    """Who waits for a turn isn't charged: within the limit, the turn is there already."""
    memory, order = Memory(10), []

    class Turn:
        def acquire(self, timeout):
            order.append("turn")
            return True

        def release(self):
            order.append("end of turn")

    memory._turn = Turn()
    memory.recall("question", lambda: order.append("answer"), limit=lambda: order.append("limit") or nullcontext())
    assert order == ["turn", "limit", "answer", "end of turn"]


def test_a_page_says_it(visit, slow):
    page = visit("Model")
    words = "The analysis “model” takes more than 20 seconds"
    assert words in everything(page)
    page.run()
    assert "isn't tried again within 10 minutes" in everything(page)
    assert not page.exception


def test_of_two_views_side_by_side_the_other_is_drawn(visit, slow):
    views = tuple(Snapshot(name=title, page=title, settings=()) for title in ("Model", "Baseline"))
    page = visit("Snapshots", snapshots={OWN: views})
    assert "takes more than 20 seconds" in everything(page)
    assert "Age" in everything(page)
