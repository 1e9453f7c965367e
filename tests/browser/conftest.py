"""A running dashboard and a real Chromium for the browser tests."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.chromium import FLAGS, executable
from tests.processes import PATIENCE, end, eventually, free_port

expect.set_options(timeout=PATIENCE * 1000)


@dataclass(frozen=True)
class Server:
    """A dashboard that runs: its address, and the file that holds what it wrote."""

    address: str
    log: Path


@contextmanager
def starting(
    repository: Path, study: Path, log: Path, *arguments: str, port: int | None = None
) -> Iterator[Callable[[], Server]]:
    """Start ``python -m il2dash serve`` on a study; what is given waits until it answers. It ends with the block."""
    port = port or free_port()
    command = [sys.executable, "-m", "il2dash", "serve", str(study), "--port", str(port), *arguments]
    address = f"http://localhost:{port}"
    with log.open("w") as output:
        process = subprocess.Popen(command, cwd=repository, stdout=output, stderr=subprocess.STDOUT)

        def up() -> Server:
            wait_until_up(address, process, log)
            return Server(address=address, log=log)

        try:
            yield up
        finally:
            end(process)


@contextmanager
def serve(repository: Path, study: Path, log: Path, *arguments: str, port: int | None = None) -> Iterator[Server]:
    """Run ``python -m il2dash serve`` on a study until the block ends."""
    with starting(repository, study, log, *arguments, port=port) as up:
        yield up()


def wait_until_up(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when a server answers; fail with its log where it stops or takes too long."""

    def up() -> bool:
        if process.poll() is not None:
            pytest.fail(f"The server stopped with status {process.returncode}:\n{log.read_text()}")
        with suppress(OSError), urllib.request.urlopen(f"{address}/_stcore/health", timeout=2):
            return True
        return False

    if not eventually(up):
        pytest.fail(f"The server wasn't up within {PATIENCE} s:\n{log.read_text()}")


@pytest.fixture(scope="session")
def etoile(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve the shipped study."""
    log = tmp_path_factory.mktemp("server") / "etoile.log"
    with serve(repository, repository / "sample_data" / "etoile", log) as server:
        yield server


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One real Chromium for the whole run."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def output(repository: Path) -> Path:
    """Return the folder in which screenshots are kept for people to look at."""
    folder = repository / "test-output"
    folder.mkdir(exist_ok=True)
    return folder


@contextmanager
def new_profile(chromium: Browser, **options: Any) -> Iterator[BrowserContext]:
    """Open a profile of its own, as somebody else's browser, until the block ends."""
    context = chromium.new_context(**{"viewport": {"width": 1280, "height": 800}} | options)
    context.set_default_timeout(PATIENCE * 1000)
    try:
        yield context
    finally:
        context.close()


@pytest.fixture(scope="session")
def profile(chromium: Browser) -> Iterator[BrowserContext]:
    """One profile for all that needs no other: a tab of it is a session of its own, and knows the program's files."""
    with new_profile(chromium) as context:
        yield context


@pytest.fixture
def visit(profile: BrowserContext) -> Iterator[Callable[..., Page]]:
    """Open an address in a new tab and wait until the page is whole.

    `requests` takes what it asks for, `errors` what its console says.
    """
    pages: list[Page] = []

    def open_page(
        address: str,
        *,
        width: int = 1280,
        height: int = 800,
        scheme: Literal["light", "dark"] = "light",
        requests: list[str] | None = None,
        errors: list[str] | None = None,
    ) -> Page:
        page = profile.new_page()
        pages.append(page)
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme)
        if requests is not None:
            page.on("request", lambda request: requests.append(request.url))
        if errors is not None:
            page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
            page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(address)
        whole(page)
        return page

    yield open_page
    for page in pages:
        page.close()


WHOLE = """() => {
  const app = document.querySelector("[data-testid=stApp][data-test-script-state=notRunning]");
  const figures = [...document.querySelectorAll("[data-testid=stPlotlyChart]")];
  return app !== null && app.querySelector(".page-footer") !== null
    && app.querySelector("[data-testid=stSkeleton]") === null
    && figures.every(figure => figure.querySelector(".js-plotly-plot .main-svg") !== null);
}"""


def whole(page: Page) -> None:
    """Wait until a page is drawn to its foot with every figure, no script runs, and nothing is still a placeholder.

    Right after a click the page is whole as it was: wait first for something that only the answer brings.
    """
    page.wait_for_function(WHOLE)


STILL = """asked => {
  const seen = window.seenByTheTests ??= {};
  if (!seen.observer) {
    seen.observer = new MutationObserver(() => { seen.since = performance.now(); });
    seen.observer.observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
  }
  const places = [...document.querySelectorAll("body *")].map((element) => {
    const {x, y, width, height} = element.getBoundingClientRect();
    return [x, y, width, height];
  }).join();
  if (seen.asked !== asked || seen.places !== places) Object.assign(seen, {asked, places, since: performance.now()});
  const moving = document.getAnimations().some(({playState}) => playState === "running");
  return !moving && performance.now() - seen.since > 200 && document.fonts.status === "loaded";
}"""


def still(page: Page) -> None:
    """Wait until nothing on a page has changed, moved or faded for a fifth of a second: for places and colors."""
    page.wait_for_function(STILL, arg=time.monotonic_ns())


def go(page: Page, title: str) -> None:
    """Go to another page by the sidebar's link."""
    page.locator("[data-testid='stSidebar'] [data-testid='stPageLink-NavLink']", has_text=title).first.click()
    arrived(page, title)


def arrived(page: Page, title: str) -> None:
    """Wait until a page is there in place of another."""
    expect(page.locator("h1")).to_have_text(title)
    whole(page)
