"""A running dashboard and a real Chromium for the browser tests."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.chromium import FLAGS, executable

START_SECONDS = 60


@dataclass(frozen=True)
class Server:
    """A dashboard that runs: its address, and the file that holds what it wrote."""

    address: str
    log: Path


def free_port() -> int:
    """Return a port that nobody uses now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


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
            process.terminate()
            process.wait(timeout=20)


@contextmanager
def serve(repository: Path, study: Path, log: Path, *arguments: str, port: int | None = None) -> Iterator[Server]:
    """Run ``python -m il2dash serve`` on a study until the block ends."""
    with starting(repository, study, log, *arguments, port=port) as up:
        yield up()


def wait_until_up(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when a server answers; fail with its log where it stops or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"The server stopped with status {process.returncode}:\n{log.read_text()}")
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    pytest.fail(f"The server wasn't up within {START_SECONDS} s:\n{log.read_text()}")


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


@pytest.fixture(scope="session")
def profile(chromium: Browser) -> Iterator[BrowserContext]:
    """One profile for all that needs no other: a tab of it is a session of its own, and knows the program's files."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    yield context
    context.close()


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


def whole(page: Page) -> None:
    """Wait until a page has been drawn to its foot, no script runs, and no element is still a placeholder."""
    page.wait_for_selector(".page-footer", timeout=30_000)
    page.wait_for_selector("[data-testid='stApp'][data-test-script-state='notRunning']", timeout=30_000)
    page.wait_for_function("document.querySelectorAll('[data-testid=stSkeleton]').length === 0")


def settled(page: Page) -> None:
    """Wait until what was asked for is drawn."""
    page.wait_for_timeout(150)  # for the browser to ask the server
    whole(page)


def go(page: Page, title: str) -> None:
    """Go to another page by the sidebar's link."""
    page.locator("[data-testid='stSidebar'] [data-testid='stPageLink-NavLink']", has_text=title).first.click()
    expect(page.locator("h1")).to_have_text(title)
    settled(page)
