"""What every test may use: where the project is, and the real trials beside it."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

from tests.reference_comparison import Comparisons

REPOSITORY = Path(__file__).resolve().parent.parent

# The same examples at every run, so that a failure is one for everybody; --hypothesis-profile=default looks for others.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def repository() -> Path:
    """Return the checkout's root."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder with the real trials; a test without it is skipped, or fails where it is required."""
    folder = REPOSITORY.parent / "shared"
    if folder.is_dir():
        return folder
    reason = f"{folder} is absent: the real trials of these tests aren't shipped with the project."
    if os.environ.get("IL2DASH_REQUIRE_SHARED") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


_COMPARISONS = Comparisons()


@pytest.fixture(scope="session")
def compare() -> Comparisons:
    """Return the comparison with reference values; what it compares stands in docs/methods.md."""
    return _COMPARISONS


def pytest_runtestloop(session: pytest.Session) -> None:
    """Note whether this session has all the tests there are."""
    options = session.config.option
    everything = session.config.args_source == pytest.Config.ArgsSource.TESTPATHS
    _COMPARISONS.complete = everything and not options.keyword and not options.markexpr


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note that a comparison which was skipped or failed is missing from the record."""
    if not report.passed and report.nodeid.startswith("tests/analysis/"):
        _COMPARISONS.complete = False


def pytest_sessionfinish() -> None:
    """Keep the comparisons of this session, where there were any."""
    if _COMPARISONS.rows:
        _COMPARISONS.write()


@dataclass(frozen=True)
class StudyFolder:
    """A copy of the mini study that a test changes before it reads it."""

    path: Path

    def replace(self, file: str, old: str, new: str) -> StudyFolder:
        """Replace a text that stands exactly once in a file."""
        text = (self.path / file).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        return self.write(file, text.replace(old, new))

    def append(self, file: str, text: str) -> StudyFolder:
        """Add text at a file's end."""
        return self.write(file, (self.path / file).read_text(encoding="utf-8") + text)

    def write(self, file: str, content: str | bytes) -> StudyFolder:
        """Write a file anew."""
        (self.path / file).write_bytes(content.encode() if isinstance(content, str) else content)
        return self

    def remove(self, *files: str) -> StudyFolder:
        """Delete files."""
        for file in files:
            (self.path / file).unlink()
        return self


@pytest.fixture
def mini_study(tmp_path: Path) -> StudyFolder:
    """Return a copy of tests/studies/mini (8 patients, every table) that a test may change."""
    return StudyFolder(Path(shutil.copytree(REPOSITORY / "tests" / "studies" / "mini", tmp_path / "mini")))
