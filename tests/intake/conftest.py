from __future__ import annotations

from collections.abc import Callable

import pytest

from il2dash.intake.file_formats import read_tables
from il2dash.intake.upload import Upload


@pytest.fixture
def only_problem() -> Callable[[Upload], str]:
    """Return a function that gives the only problem of an upload, as its sentence."""

    def problem(upload: Upload) -> str:
        assert len(upload.problems) == 1, upload.problems
        return str(upload.problems[0])

    return problem


@pytest.fixture
def cells() -> Callable[[str, bytes], list[list[str]]]:
    """Return a function that reads a file without problems, and gives its only table's header and rows."""

    def read(name: str, content: bytes) -> list[list[str]]:
        upload = read_tables(name, content)
        assert upload.problems == ()
        (table,) = upload.tables
        return [list(table.columns), *table.data.to_numpy().tolist()]

    return read
