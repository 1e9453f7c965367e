"""What is found out ahead steps aside for whoever asks, and is found out all the same."""

from __future__ import annotations

from threading import Event

import pytest

from il2dash.analysis.time_limit import within_time
from il2dash.ui import ahead
from il2dash.ui.ahead import Ahead
from il2dash.ui.memory import Memory
from tests.processes import PATIENCE


@pytest.fixture
def memory(monkeypatch):
    monkeypatch.setattr(ahead.runtime, "exists", lambda: True)
    monkeypatch.setattr(ahead, "IDLE", 0.1)
    return Memory(10)


def test_a_long_answer_is_left_for_who_asks_and_found_out_afterwards(memory):
    begun, asked, found = Event(), Event(), Event()
    times = []

    def long():
        times.append(1)
        begun.set()
        while not asked.is_set():
            within_time()
        return "ahead"

    worker = Ahead(memory)
    worker.find_out([lambda: memory.recall("long", long) and found.set()])
    assert begun.wait(PATIENCE)
    assert memory.recall("asked", lambda: asked.set() or "at once") == "at once"
    assert found.wait(PATIENCE)
    assert memory.recall("long", lambda: pytest.fail("it is known")) == "ahead"
    assert len(times) == 2


def test_who_waits_for_that_very_answer_gets_it(memory):
    begun, go_on, tries = Event(), Event(), []

    def long():
        tries.append(1)
        begun.set()
        assert go_on.wait(PATIENCE)
        within_time()
        return "ahead"

    Ahead(memory).find_out([lambda: memory.recall("long", long)])
    assert begun.wait(PATIENCE)
    go_on.set()
    assert memory.recall("long", long) == "ahead"
    assert len(tries) == 1
