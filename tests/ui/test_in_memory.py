import asyncio

import pytest
from starlette.formparsers import MultiPartParser
from starlette.requests import Request

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


def test_a_large_upload_stays_in_memory(as_starlette_does):
    assert uploaded() == (LARGE, True)
    keep_uploads_in_memory()
    assert uploaded() == (LARGE, False)
