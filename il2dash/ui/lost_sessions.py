"""A session whose page was closed ends in time, and nothing of it is left; Streamlit keeps it until another is closed.

For two minutes a browser may come back to its session. Streamlit then no longer gives it out, but forgets it, its
uploads and its files only when the next session loses its connection: on a quiet server that may be never.
"""

from __future__ import annotations

import asyncio
import gc

from streamlit.runtime import Runtime
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.session_manager import SessionInfo
from streamlit.runtime.state import SessionState

_save = MemorySessionStorage.save


def end_lost_sessions() -> None:
    """Have this process end each session when its browser can no longer come back to it."""
    MemorySessionStorage.save = _save_and_end  # type: ignore[method-assign,assignment]


def _save_and_end(storage: MemorySessionStorage, lost: SessionInfo) -> None:
    _save(storage, lost)
    asyncio.get_running_loop().call_later(storage._cache.ttl + 0.1, _end, storage, lost.session)  # type: ignore[attr-defined]


def _end(storage: MemorySessionStorage, session: AppSession) -> None:
    """End a session, unless its browser came back."""
    runtime = Runtime.instance()
    if session.id in storage._cache or runtime.is_active_session(session.id):
        return
    storage._cache.expire()  # type: ignore[attr-defined]
    session.shutdown()
    # Streamlit's loop goes on looking at the session that it looked at last, until another one comes.
    session._session_state = SessionState()
    session._fragment_storage.clear()
    session.flush_browser_queue()
    # A file that was downloaded is marked at a session's end, and removed at the next look.
    runtime.media_file_mgr.remove_orphaned_files()
    # What a session holds refers to it in turn: nothing else frees it before long.
    asyncio.get_running_loop().call_soon(gc.collect)
