"""What every test may use: where the project is, and the real trials beside it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def repository() -> Path:
    """The checkout's root."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the real trials; a test without it is skipped, or fails where it is required."""
    folder = REPOSITORY.parent / "shared"
    if folder.is_dir():
        return folder
    reason = f"{folder} is absent: the real trials of these tests aren't shipped with the project."
    if os.environ.get("IL2DASH_REQUIRE_SHARED") == "1":
        pytest.fail(reason)
    pytest.skip(reason)
