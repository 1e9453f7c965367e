"""The gate before everything that the server sends: nothing of a study passes to somebody who isn't signed in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import quote, unquote, urlencode

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.auth_util import get_cookie_with_chunks
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.user_info import generate_login_redirect_url
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME
from streamlit.web.server.starlette.starlette_websocket import _parse_decoded_user_cookie

from il2dash.ui.sign_in import Door
from il2dash.ui.site import PAGES, path_of
from il2dash.ui.stylesheet import text

HOURS = 12
"""How long a sign-in holds; Streamlit's own cookie would for 30 days."""

LOGIN, LOGOUT, CALLBACK = "/auth/login", "/auth/logout", "/oauth2callback"
OPEN = frozenset({LOGIN, LOGOUT, CALLBACK, "/_stcore/health", "/_stcore/host-config", "/favicon.png"})
"""What answers everybody; beside it what is below `FRONT_END`, the same files for every Streamlit app."""

ASKED = "il2dash_asked"
"""The cookie, for the way back from the provider alone, of the page that somebody asked for before the sign-in."""

LONGEST_ASKED = 3500
"""Browsers keep no cookie of more than 4,096 signs."""

FRONT_END, MEDIA, WEBSOCKET = "/static/", "/media/", "/_stcore/stream"
ADDRESSES = frozenset(f"/{path_of(title)}" for title in PAGES)

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'self'"
_HEADERS = {"Cache-Control": "no-store", "Content-Security-Policy": _POLICY, "Referrer-Policy": "no-referrer"}
_ICON = f"data:image/svg+xml,{quote(Path(__file__).with_name('icon.svg').read_text(encoding='utf-8'))}"
_VIEW = Path(__file__).with_name("sign_in.html").read_text(encoding="utf-8").replace("ICON", _ICON)
_SIGN_IN = "Sign in with your organization's account to see the trial at {}."
_CLOSED = "This server is closed until its administrator corrects its secrets."


@dataclass(eq=False)
class _Viewer:
    """An open page: whose it is, the files that it was told of, and whether it was sent to the sign-in."""

    person: tuple[Any, ...]
    files: set[str] = field(default_factory=set)
    sent_away: bool = False


class Gate:
    """Let through who is signed in, and the ways to sign in and out.

    Parameters
    ----------
    app : ASGI application
        What is behind the gate.
    door : Door
        How the server is closed.
    """

    def __init__(self, app: ASGIApp, *, door: Door) -> None:
        self._app = app
        self._door = door
        self._signed_out: dict[str, float] = {}
        self._viewers: list[_Viewer] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer in place of the app, or let the app answer."""
        if scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        if (answer := self._answer(request)) is not None:
            await answer(scope, receive, send)
            return

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                if request.scope["path"] == CALLBACK:
                    _lead_back(request, message)
                if self._door.secure:
                    message["headers"] = [_secured(name, value) for name, value in message["headers"]]
            await send(message)

        await self._app(scope, receive, sent)

    def _answer(self, request: Request) -> Response | None:
        """Return what is answered in place of the app, which answers where it is None."""
        # As the routes take it: the request's URL begins with what a browser says of the host, which may hold a path.
        path = request.scope["path"]
        said = self._claims(request)
        if self._door.problem:
            passes = path in OPEN - {LOGIN, LOGOUT, CALLBACK}
        else:
            passes = bool(said) or path in OPEN or path.startswith(FRONT_END)
        if not passes:
            return self._view(request) if path in ADDRESSES else PlainTextResponse("Sign in first.", 403, _HEADERS)
        if path == LOGIN and "provider" not in request.query_params:
            # Streamlit's own link holds for two minutes; the view may have stood for longer.
            answer = RedirectResponse(generate_login_redirect_url("default").rpartition("/")[2], 302, _HEADERS)
            asked = quote(_page_of(request.query_params.get("asked", "")), safe="")
            answer.set_cookie(ASKED, asked, 3600, path=CALLBACK, secure=self._door.secure, httponly=True)
            return answer
        if path == LOGOUT:
            self._sign_out(request)
        if path.startswith(MEDIA) and not self._was_told(said, path):
            return PlainTextResponse("No page of yours shows this file.", 403, _HEADERS)
        return None

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = HTTPConnection(scope)
        said = {} if self._door.problem or scope["path"] != WEBSOCKET else self._claims(connection)
        if not said:
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return

        viewer = _Viewer(_person(said))

        async def sent(message: Message) -> None:
            content = message.get("bytes") or b""
            if MEDIA.encode() in content:
                viewer.files.update(_urls(ForwardMsg.FromString(content)))
            if not viewer.sent_away:
                await send(message)

        async def received() -> Message:
            message = await receive()
            if message["type"] == "websocket.receive" and not self._claims(connection):
                # Signed out in another tab, or for too long: this page goes to the sign-in.
                viewer.sent_away = True
                to_sign_in = ForwardMsg()
                to_sign_in.auth_redirect.url = ""  # the page's own address, which is asked for again after sign-in
                await send({"type": "websocket.send", "bytes": to_sign_in.SerializeToString()})
                await send({"type": "websocket.close", "code": 1008})
                return {"type": "websocket.disconnect", "code": 1008}
            return message

        self._viewers.append(viewer)
        try:
            await self._app(scope, received, sent)
        finally:
            self._viewers.remove(viewer)

    def _was_told(self, said: Mapping[str, Any], path: str) -> bool:
        """Return whether an open page of this person was told of a file: to know its name, a hash, isn't enough."""
        return any(path in viewer.files for viewer in self._viewers if viewer.person == _person(said))

    def _claims(self, connection: HTTPConnection) -> Mapping[str, Any]:
        """Return what the provider said of whom a browser's cookie is of; nothing where it isn't good now."""
        cookie = _signed(connection)
        if cookie is None or _digest(cookie) in self._signed_out:
            return {}
        said: Mapping[str, Any] = _parse_decoded_user_cookie(cookie, self._door.origin)
        return said if said.get("is_logged_in") is True and said.get("sub") else {}

    def _sign_out(self, request: Request) -> None:
        """Have a cookie hold no longer: other tabs have it too, and a copy may be somewhere."""
        now = monotonic()
        self._signed_out = {key: since for key, since in self._signed_out.items() if now - since < HOURS * 3600}
        if (cookie := _signed(request)) is not None:
            self._signed_out[_digest(cookie)] = now

    def _view(self, request: Request) -> Response:
        if self._door.problem:
            body = f"<p>{_CLOSED}</p><p>{text(self._door.problem)}</p>"
        else:
            site = text(self._door.origin.partition("://")[2])
            asked = _page_of(f"{request.scope['path']}?{request.scope['query_string'].decode('latin-1')}")
            login = LOGIN if asked == "/" else f"{LOGIN}?{urlencode({'asked': asked})}"
            body = f'<p>{_SIGN_IN.format(site)}</p><a href="{text(login)}">Sign in</a>'
        return HTMLResponse(_VIEW.replace("<main></main>", f"<main><h1>il2dash</h1>{body}</main>"), headers=_HEADERS)


def _page_of(address: str) -> str:
    """Return a page of the dashboard with the settings that an address asks for; the Overview where it is no page."""
    path, _, settings = address.partition("?")
    if path not in ADDRESSES:
        return "/"
    page = f"{path}?{quote(settings, safe='%=&+/:,;@!*()~')}" if settings else path
    return page if len(quote(page, safe="")) <= LONGEST_ASKED else path


def _lead_back(request: Request, message: Message) -> None:
    """Have the end of a sign-in lead to the page that was asked for; Streamlit leads to the Overview."""
    headers = MutableHeaders(scope=message)
    if headers.get("location") == "/" and ASKED in request.cookies:
        headers["location"] = _page_of(unquote(request.cookies[ASKED]))
        headers.append("set-cookie", f"{ASKED}=; Max-Age=0; Path={CALLBACK}; HttpOnly; SameSite=lax")


def _signed(connection: HTTPConnection) -> bytes | None:
    """Return what the sign-in's cookie says, where this server signed it, not longer than `HOURS` ago."""

    def part(name: str) -> bytes | None:
        value = connection.cookies.get(name, "").encode("latin-1", "replace")
        return decode_signed_value(get_cookie_secret(), name, value, max_age_days=HOURS / 24)

    return get_cookie_with_chunks(part, USER_COOKIE_NAME)


def _digest(cookie: bytes) -> str:
    return sha256(cookie).hexdigest()


def _person(said: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(said.get(claim) for claim in ("provider", "iss", "sub"))


def _urls(message: Any) -> Iterator[str]:
    """Return the addresses in a message to the browser: what Streamlit calls so, and no other words."""
    for descriptor, value in message.ListFields():
        if descriptor.name in ("url", "favicon") and isinstance(value, str):
            yield value
        elif descriptor.message_type is not None and not descriptor.message_type.GetOptions().map_entry:
            for part in value if descriptor.is_repeated else (value,):
                yield from _urls(part)


def _secured(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    """Have a cookie go by TLS alone; Streamlit doesn't say so."""
    if name.lower() == b"set-cookie" and b"; secure" not in value.lower():
        return name, value + b"; Secure"
    return name, value
