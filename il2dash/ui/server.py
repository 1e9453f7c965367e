"""The server: Streamlit's own, with a first page that knows where the dashboard stands."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route
from streamlit import config
from streamlit.file_util import get_static_dir

from il2dash.errors import StudyError
from il2dash.ui import safeguards, sign_in
from il2dash.ui.page_script import HISTORY_SCRIPT
from il2dash.ui.site import PAGES, path_of

# Streamlit's page would ask for /Model/_stcore/health before /_stcore/health: a 404 in the console of every deep link,
# and one more trip to the server before anything is drawn. It asks where it is told to, where it is told. The script of
# Back is there before Streamlit's first word, which may give the address the name of its study.
_WHEREABOUTS = '<script>window.__streamlit = {BACKEND_BASE_URL: new URL("./", location.href).href}</script>'


WITHOUT_FIGURES = ("Data", "Snapshots")

LARGEST_HEADER = 32 * 1024
"""In bytes, as in docs/nginx.conf: a sign-in's cookies are one header."""

SECRETS_VARIABLE = "IL2DASH_SECRETS"
"""The environment's name of the file of Streamlit's secrets, where it isn't one of Streamlit's own places."""


def run(script: Path, *, address: str, port: int, once_up: Callable[[], None]) -> None:
    """Serve the dashboard until the process is ended.

    Parameters
    ----------
    script : Path
        The app.py beside which ``pages/`` stands.
    address : str
        The address to listen at; ``""`` for all of this machine's.
    port : int
        The port to listen at.
    once_up : callable
        Called when browsers can come: what it starts doesn't keep them waiting for their first files.
    """
    logging.getLogger("uvicorn.access").setLevel(logging.WARNING)  # who asked for what is nobody's business
    routes = [Route(f"/{path_of(title)}", _first_page(figures=title not in WITHOUT_FIGURES)) for title in PAGES]

    @asynccontextmanager
    async def told(app: st.App) -> AsyncIterator[None]:
        # The port is opened right after this.
        asyncio.get_running_loop().call_later(0.05, once_up)
        yield

    safeguards.install()
    # Not by the environment: Streamlit reads that only for its own command line.
    options: dict[str, object] = {"server.port": port} | ({"server.address": address} if address else {})
    if file := os.environ.get(SECRETS_VARIABLE):
        if not Path(file).is_file():
            raise StudyError(f"{SECRETS_VARIABLE} names {file}, which isn't a file: correct it, or take it away.")
        options["secrets.files"] = [file]
    for name, value in options.items():
        config.set_option(name, value)  # the secrets are read before Streamlit starts
    st.App(script, routes=routes, lifespan=told, middleware=_gate()).run(config=options)


def _gate() -> list[Middleware]:
    """Return what stands before everything where the secrets ask for sign-in; nothing is imported where they don't."""
    closed = sign_in.door()
    if closed is None:
        return []
    # Read once, when the websockets are imported: 8 kB are too few for what some providers say of a person.
    os.environ.setdefault("WEBSOCKETS_MAX_LINE_LENGTH", str(LARGEST_HEADER))
    from il2dash.ui.gate import Gate

    sign_in.GATED.set()
    return [Middleware(Gate, door=closed)]


def _first_page(*, figures: bool) -> Callable[[Request], Awaitable[HTMLResponse]]:
    static = Path(get_static_dir())
    content = (static / "index.html").read_text(encoding="utf-8")
    content = content.replace("<head>", f"<head>{_WHEREABOUTS}{HISTORY_SCRIPT}", 1)
    if figures:
        content = content.replace("</head>", f"{_figures_ahead(static)}</head>", 1)

    async def first_page(request: Request) -> HTMLResponse:
        return HTMLResponse(content, headers={"Cache-Control": "no-cache"})

    return first_page


def _figures_ahead(static: Path) -> str:
    """Return what has the browser load and run Plotly, a second's work, while it would wait for the first words."""
    addresses = [f"./{path.relative_to(static).as_posix()}" for path in static.glob("static/js/PlotlyChart.*.js")]
    ahead = "".join(f'<link rel="modulepreload" crossorigin href="{address}">' for address in addresses)
    return ahead + "".join(f'<script type="module">import("{address}")</script>' for address in addresses)
