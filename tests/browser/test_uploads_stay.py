"""Nothing of an upload leaves its session: not to a file, the log or another visitor, and after the session it is gone.

The study that is loaded says a random word wherever a study may say something, and nothing else in the world does.
"""

from __future__ import annotations

import io
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from il2dash.ui.site import path_of
from tests.browser.conftest import arrived, new_profile, wait_until_up, whole
from tests.processes import end, eventually, free_port

pytestmark = pytest.mark.browser

MINI = Path(__file__).resolve().parents[1] / "studies" / "mini"
LARGER_THAN_A_SPOOL = 2_000_000


def study_of(word: str, *, age: int) -> bytes:
    """Return the mini study as a zip that isn't compressed, full of a word; its first patient is that old."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in MINI.iterdir()}
    texts = {name: text.replace("P0", f"{word}-P0") for name, text in texts.items()}
    definition = texts["study.toml"].replace("Mini trial", f"Trial {word}").replace('label = "', f'label = "{word} ')
    texts["study.toml"] = definition + f'\n[[glossary]]\nterm = "{word}"\nmeaning = "A word {word}."\n'
    texts["subjects.csv"] = texts["subjects.csv"].replace("control,41,", f"control,{age},")
    texts["README.md"] = f"About {word}. " * (LARGER_THAN_A_SPOOL // 30)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in texts.items():
            archive.writestr(name, text)
    return content.getvalue()


def unreadable(word: str) -> Iterator[tuple[str, bytes]]:
    """Return the names and contents of files that are damaged in several ways, full of a word."""
    cells = f"{word},{word}\n".encode()
    yield f"{word}.csv", cells + b'"' + cells
    yield f"{word}.xlsx", b"PK\x03\x04" + cells


@dataclass(kw_only=True)
class Watched:
    """A server that runs by itself in a folder, with all that it may write in and ask for."""

    address: str
    process: subprocess.Popen[bytes]
    folder: Path
    answers: io.TextIOBase

    def holders(self, word: str) -> list[str]:
        """Return what in the server's memory holds a word."""
        assert self.process.stdin is not None
        self.process.stdin.write(word[::-1].encode() + b"\n")
        self.process.stdin.flush()
        return list(json.loads(self.answers.readline()))

    def processes(self) -> list[int]:
        """Return the server and the processes that it started."""
        found = [self.process.pid]
        for children in Path(f"/proc/{self.process.pid}/task").glob("*/children"):
            with suppress(OSError):
                found += map(int, children.read_text().split())
        return found

    def log(self) -> str:
        """Return what the server wrote."""
        return (self.folder / "log").read_text()


@pytest.fixture
def watched(repository: Path, tmp_path: Path) -> Iterator[Watched]:
    """Serve a copy of the dashboard that can be asked what its memory holds."""
    checkout = tmp_path / "checkout"
    unneeded = shutil.ignore_patterns(
        "node_modules", ".git", "*.pyc.*"
    )  # the last are gone when another has written them
    for name in ("il2dash", "pages", ".streamlit"):
        shutil.copytree(repository / name, checkout / name, ignore=unneeded)
    shutil.copy2(repository / "app.py", checkout)
    shutil.copy2(repository / "tests" / "browser" / "served_and_watched.py", checkout)
    settings = checkout / ".streamlit" / "config.toml"
    # For one second, in place of two minutes, a browser may come back to its session.
    settings.write_text(settings.read_text().replace("[server]", "[server]\ndisconnectedSessionTTL = 1", 1))
    places = {
        name: tmp_path / name for name in ("TMPDIR", "HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")
    }
    for place in places.values():
        place.mkdir()
    port, (read, write) = free_port(), os.pipe()
    command = [sys.executable, "served_and_watched.py", str(write)]
    command += [str(MINI), "--port", str(port)]
    with (tmp_path / "log").open("w") as output, os.fdopen(read) as answers:
        process = subprocess.Popen(
            command,
            cwd=checkout,
            env={**os.environ, **{name: str(place) for name, place in places.items()}},
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=[write],
        )
        os.close(write)
        address = f"http://localhost:{port}"
        try:
            wait_until_up(address, process, tmp_path / "log")
            yield Watched(address=address, process=process, folder=tmp_path, answers=answers)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            end(process)


@dataclass(kw_only=True)
class Visitor:
    """A session in a browser, and everything that the server sent it."""

    page: Page
    received: list[bytes] = field(default_factory=list)

    def load(self, name: str, content: bytes) -> None:
        """Give the Data page a file, which is nowhere on a disk."""
        given = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
        self.page.locator("input[type=file]").set_input_files([given])

    def use(self) -> None:
        """Have all pages show the study that was loaded."""
        self.page.get_by_role("button", name="Use this study").click()
        arrived(self.page, "Overview")
        expect(self.page).to_have_url(re.compile(r"/\?study=loaded$"))

    def open(self, title: str) -> None:
        """Go to another page of the loaded study in the same session."""
        self.page.get_by_test_id("stSidebar").get_by_role("link", name=title).click()
        arrived(self.page, title)
        expect(self.page).to_have_url(re.compile(rf"/{path_of(title)}\?study=loaded"))

    def says_age(self, age: str) -> bool:
        """Return whether the Patients page says of its first patient that age."""
        return re.search(rf"\bAge\W+years\W+{age}\b", self.page.inner_text("[data-testid=stMain]")) is not None

    def was_told(self, word: str) -> bool:
        """Return whether a word came, in a message or onto the page."""
        return any(word.encode() in message for message in self.received) or word in self.page.content()


@contextmanager
def visiting(context: BrowserContext, address: str) -> Iterator[Visitor]:
    """Open an address in a tab of its own."""
    visitor = Visitor(page=context.new_page())

    def keep(message: str | bytes) -> None:
        visitor.received.append(message.encode() if isinstance(message, str) else message)

    visitor.page.on("websocket", lambda socket: socket.on("framereceived", keep))
    visitor.page.goto(address)
    whole(visitor.page)
    yield visitor
    visitor.page.close()


def files_with(word: str, *places: Path) -> list[Path]:
    """Return the files in which a word stands, or in whose name."""
    found = []
    for path in (path for place in places for path in place.rglob("*")):
        with suppress(OSError):  # gone meanwhile, or a socket
            if word in path.name or (path.is_file() and word.encode() in path.read_bytes()):
                found.append(path)
    return found


def open_files_with(word: str, process: int) -> list[str]:
    """Return the open files of a process in which a word stands, and what it maps of files that have no name any more.

    A file that is mapped and has a name is found where it stands.
    """
    found = []
    for path in Path(f"/proc/{process}/fd").iterdir():
        with suppress(OSError):
            if path.is_file() and word.encode() in path.read_bytes():
                found.append(os.readlink(path))
    mapped = {line.partition("/")[2] for line in Path(f"/proc/{process}/maps").read_text().splitlines()}
    return found + [f"/{path}" for path in mapped if path.endswith("(deleted)")]


def test_nothing_of_an_upload_leaves_its_session(watched, chromium, profile):
    word, other_word = (f"w{secrets.token_hex(8)}" for _ in range(2))
    written = (watched.folder, Path("/dev/shm"), Path("/var/tmp"))
    data = f"{watched.address}/Data?show=Load+your+own+data"
    with (
        new_profile(chromium) as elsewhere,
        visiting(profile, data) as first,
        visiting(elsewhere, data) as second,
    ):
        first.load("trial.zip", study_of(word, age=61))
        while_reading: list[str] = []

        def read_meanwhile() -> bool:
            for process in watched.processes():
                with suppress(OSError):  # it has ended
                    while_reading.extend(open_files_with(word, process))
            return first.page.get_by_text(f"Trial {word}").count() > 0

        assert eventually(read_meanwhile)
        assert while_reading == []
        whole(first.page)

        bad = f"b{secrets.token_hex(8)}"
        for name, content in unreadable(bad):
            second.load(name, content)
            second.page.locator(".load-file", has_text=name).wait_for()
            whole(second.page)
        assert second.was_told(bad)
        assert bad not in watched.log()

        # Another browser loads other data under the same names, and another tab of this one asks for these.
        second.load("trial.zip", study_of(other_word, age=73))
        second.page.get_by_text(f"Trial {other_word}").first.wait_for()
        first.use()
        second.use()
        for title in ("Model", "Patients"):
            first.open(title)
        assert (first.says_age("61"), first.says_age("73")) == (True, False)
        with visiting(profile, f"{watched.address}/Patients?study=loaded") as tab:
            assert "has ended" in tab.page.inner_text("body")
            assert not tab.was_told(word)
        first.open("Data")
        first.page.get_by_role("radio", name="Downloads").click()
        with first.page.expect_download() as saved:
            first.page.get_by_role("button", name="Table subjects (CSV)").click()
        media = saved.value.url
        assert word in saved.value.path().read_text()
        saved.value.delete()
        assert first.page.request.get(media).status == 200
        assert first.was_told(word)
        assert not first.was_told(other_word)

        assert files_with(word, *written) == []
        assert [found for process in watched.processes() for found in open_files_with(word, process)] == []
        assert watched.holders(word)
        first.page.close()
        assert eventually(lambda: not watched.holders(word)), watched.holders(word)
        assert second.page.request.get(media).status == 404
        second.open("Patients")
        assert (second.says_age("61"), second.says_age("73")) == (False, True)
        assert not second.was_told(word)
        assert watched.holders(other_word)
    assert eventually(lambda: not watched.holders(other_word)), watched.holders(other_word)
    assert files_with(word, *written) == []
    assert word not in watched.log()
