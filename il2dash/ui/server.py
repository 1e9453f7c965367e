"""The server: Streamlit's own, with a first page that knows where the dashboard stands."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route
from streamlit.file_util import get_static_dir

# Streamlit's page would ask for /Model/_stcore/health before /_stcore/health: a 404 in the console of every deep link,
# and one more trip to the server before anything is drawn. It asks where it is told to, where it is told.
_WHEREABOUTS = '<script>window.__streamlit = {BACKEND_BASE_URL: new URL("./", location.href).href}</script>'


def run(script: Path, *, port: int) -> None:
    """Serve the dashboard until the process is ended.

    Parameters
    ----------
    script : Path
        The app.py beside which ``pages/`` stands.
    port : int
        The port to listen at.
    """
    logging.getLogger("uvicorn.access").setLevel(logging.WARNING)  # who asked for what is nobody's business
    first_page = _first_page()
    names = (path.stem.split("_", 1)[-1] for path in sorted(script.with_name("pages").glob("*.py")))
    routes = [Route(address, first_page) for address in ("/", *(f"/{name}" for name in names))]
    st.App(script, routes=routes).run(config={"server.port": port})


def _first_page() -> Callable[[Request], Awaitable[HTMLResponse]]:
    static = Path(get_static_dir())
    content = (static / "index.html").read_text(encoding="utf-8")
    written = content.replace("<head>", f"<head>{_WHEREABOUTS}", 1)
    written = written.replace("</head>", f"{_figures_ahead(static)}</head>", 1)

    async def first_page(request: Request) -> HTMLResponse:
        return HTMLResponse(written, headers={"Cache-Control": "no-cache"})

    return first_page


def _figures_ahead(static: Path) -> str:
    """Return what has the browser load Plotly, the largest part of the page, while it waits for the first words."""
    return "".join(
        f'<link rel="modulepreload" crossorigin href="./{path.relative_to(static).as_posix()}">'
        for path in static.glob("static/js/PlotlyChart.*.js")
    )
