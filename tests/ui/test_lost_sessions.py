"""A session that lost its connection ends when its time is over, unless its browser came back."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from unittest.mock import Mock

import pytest
from streamlit.runtime import Runtime
from streamlit.runtime.memory_session_storage import MemorySessionStorage

from il2dash.ui.lost_sessions import end_lost_sessions


@pytest.fixture
def lost(monkeypatch):
    """Lose sessions, and give how often each was ended when their time is over."""
    monkeypatch.setattr(MemorySessionStorage, "save", MemorySessionStorage.save)
    end_lost_sessions()
    end_lost_sessions()

    def lose(*names, back=()):
        runtime = SimpleNamespace(is_active_session=lambda name: name in back, media_file_mgr=Mock())
        monkeypatch.setattr(Runtime, "instance", lambda: runtime)
        sessions = [Mock(id=name) for name in names]

        async def until_the_time_is_over():
            storage = MemorySessionStorage(maxsize=2, ttl_seconds=0.01)
            for session in sessions:
                storage.save(SimpleNamespace(session=session))
            await asyncio.sleep(0.2)
            return len(storage._cache._data)

        left = asyncio.run(until_the_time_is_over())
        ended = [session.shutdown.call_count for session in sessions]
        # Streamlit's own look at files in its shutdown only marks what was downloaded.
        assert runtime.media_file_mgr.remove_orphaned_files.call_count == sum(ended)
        return ended, left

    return lose


def test_a_lost_session_ends(lost):
    assert lost("a") == ([1], 0)


def test_more_than_are_kept_end_too(lost):
    assert lost("a", "b", "c") == ([1, 1, 1], 0)


def test_one_that_came_back_goes_on(lost):
    assert lost("a", "b", back=["a"])[0] == [0, 1]
