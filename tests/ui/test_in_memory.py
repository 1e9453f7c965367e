import asyncio
from types import SimpleNamespace

import pytest
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartParser
from starlette.requests import Request
from streamlit.runtime import Runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from il2dash.ui import in_memory
from il2dash.ui.in_memory import keep_uploads_in_memory

LARGE = b"x" * 3_000_000


def uploaded():
    """Parse a form with a large file as the server does; return its content, and whether it went to a file."""
    body = b'--b\r\nContent-Disposition: form-data; name="f"; filename="f.csv"\r\n\r\n' + LARGE + b"\r\n--b--\r\n"

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    async def parse():
        headers = [(b"content-type", b"multipart/form-data; boundary=b")]
        async with Request({"type": "http", "method": "PUT", "headers": headers}, receive).form() as form:
            return await form["f"].read(), form["f"].file._rolled

    return asyncio.run(parse())


@pytest.fixture
def as_starlette_does(monkeypatch):
    monkeypatch.setattr(MultiPartParser, "spool_max_size", 1024**2)
    monkeypatch.setattr(MemoryUploadedFileManager, "add_file", MemoryUploadedFileManager.add_file)


def test_a_large_upload_stays_in_memory(as_starlette_does):
    assert uploaded() == (LARGE, True)
    keep_uploads_in_memory()
    assert uploaded() == (LARGE, False)


@pytest.fixture
def arrive(as_starlette_does, monkeypatch):
    """Give a session files by their number of megabytes, of which five may wait; the session "ended" has ended."""
    keep_uploads_in_memory()
    monkeypatch.setattr(in_memory, "SESSION_BYTES", 5 * 1024**2)
    monkeypatch.setattr(Runtime, "instance", lambda: SimpleNamespace(is_active_session=lambda name: name != "ended"))
    manager = MemoryUploadedFileManager("/upload")

    def arrived(session, name, megabytes):
        manager.add_file(session, UploadedFileRec(name, name, "text/csv", bytes(megabytes * 1024**2)))
        return sorted(manager.file_storage[session])

    return arrived


def test_a_session_holds_so_much_and_no_more(arrive):
    arrive("one", "a", 3)
    with pytest.raises(HTTPException, match="at most 5 MB together; with this one they have 6 MB") as refused:
        arrive("one", "b", 3)
    assert refused.value.status_code == 413
    assert arrive("other", "b", 3) == ["b"]
    assert arrive("one", "a", 4) == ["a"]
    assert arrive("one", "c", 1) == ["a", "c"]


def test_a_file_that_comes_after_its_session_is_not_kept(arrive):
    with pytest.raises(HTTPException, match="has ended"):
        arrive("ended", "a", 1)
