"""A call in a process of its own: it answers, or it is stopped."""

from __future__ import annotations

import os
import time

import pytest

from il2dash.intake import confined as confined_module
from il2dash.intake.bounds import READING_MEMORY
from il2dash.intake.confined import ConfinedError, confined
from il2dash.intake.file_formats import read_upload
from tests.intake.small_files import sheet_row, workbook


def test_a_workbook_is_read_in_another_process():
    content = workbook({"s": sheet_row(1, "id") + sheet_row(2, 7)})
    upload = read_upload("t.xlsx", content)
    assert upload.tables[0].data.to_numpy().tolist() == [["7"]]
    assert upload.problems == ()


def test_memory_is_bounded():
    with pytest.raises(ConfinedError, match="memory"):
        confined(bytearray, READING_MEMORY + 1)


def test_a_crash_ends_the_other_process_alone():
    with pytest.raises(ConfinedError, match="crash"):
        confined(os._exit, 9)


def test_time_is_bounded(monkeypatch):
    monkeypatch.setattr(confined_module, "READING_SECONDS", 1)
    with pytest.raises(ConfinedError, match="time"):
        confined(time.sleep, 60)


def test_a_stop_becomes_a_problem(monkeypatch, only_problem):
    def stopped(*_):
        raise ConfinedError("crash")

    monkeypatch.setattr("il2dash.intake.file_formats.confined", stopped)
    assert "stopped at it" in only_problem(read_upload("t.sav", b"x"))


def test_a_file_beyond_the_bound_is_not_looked_at(monkeypatch, only_problem):
    monkeypatch.setattr("il2dash.intake.file_formats.MAXIMUM_BYTES", 10)
    assert "A file is at most" in only_problem(read_upload("t.csv", b"id,x\n1,2\n3,4\n"))
