"""Studies are read once for all, and again where somebody asks, without taking the old data from anybody."""

from __future__ import annotations

import csv
import os
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import psycopg
import pytest

from il2dash.study.sql_connection import environment_credentials
from il2dash.ui import study_shelf
from il2dash.ui.study_places import StudyPlace
from il2dash.ui.study_shelf import AT_MOST_EVERY, Shelf
from tests.processes import PATIENCE
from tests.study import postgresql

LONG_AGO = 1_000_000_000


@pytest.fixture
def clock():
    return [1000.0]


@pytest.fixture
def shelf(clock):
    return Shelf(environment_credentials(), now=lambda: clock[0])


@pytest.fixture
def mini(mini_study):
    for file in mini_study.path.iterdir():
        os.utime(file, (LONG_AGO, LONG_AGO))
    return mini_study


def place(study, name="mini"):
    return StudyPlace(name=name, path=study.path)


def test_two_visitors_read_a_study_once_and_wait_for_no_other(shelf, mini, monkeypatch, repository):
    begun, may_end, read = Event(), Event(), []
    real = study_shelf.read_study

    def slow(path, **named):
        read.append(path)
        if path == mini.path:
            begun.set()
            assert may_end.wait(PATIENCE)
        return real(path, **named)

    monkeypatch.setattr(study_shelf, "read_study", slow)
    other = StudyPlace(name="other", path=repository / "tests" / "studies" / "mini")
    with ThreadPoolExecutor(2) as visitors:
        both = [visitors.submit(shelf.study, place(mini)) for _ in range(2)]
        assert begun.wait(PATIENCE)
        assert shelf.study(other).trial is not None
        assert "for somebody else" in shelf.refresh(place(mini))
        may_end.set()
        one, same = (visitor.result(PATIENCE) for visitor in both)
    assert one is same
    assert read == [mini.path, other.path]


def test_changed_files_are_offered_and_read_on_a_refresh(shelf, mini, clock):
    before = shelf.study(place(mini))
    assert not shelf.changed(place(mini))
    mini.replace("subjects.csv", "P01,", "P91,").replace("study.toml", 'title = "Mini trial"', 'title = "Changed"')
    assert shelf.changed(place(mini))
    assert shelf.study(place(mini)) is before
    clock[0] += AT_MOST_EVERY
    shelf.refresh(place(mini))
    failed = shelf.failed(place(mini))
    assert failed is not None  # the other tables still name P01
    assert failed.problems
    assert shelf.study(place(mini)) is before
    mini.replace("subjects.csv", "P91,", "P01,")
    clock[0] += AT_MOST_EVERY
    assert shelf.refresh(place(mini)) == ""
    assert shelf.failed(place(mini)) is None
    assert shelf.study(place(mini)).trial.definition.study.title == "Changed"


def test_not_more_often_than_every_ten_seconds(shelf, mini, clock):
    before = shelf.study(place(mini))
    clock[0] += AT_MOST_EVERY - 2
    assert shelf.refresh(place(mini)).endswith("try again in 3.")
    assert shelf.study(place(mini)) is before
    clock[0] += 2
    assert shelf.refresh(place(mini)) == ""
    assert shelf.study(place(mini)) is not before


def test_a_study_that_could_not_be_read_is_tried_again(shelf, mini, clock):
    mini.replace("visits.csv", "P01,6,160,410", "P01,6,-160,410")
    assert shelf.study(place(mini)).trial is None
    mini.replace("visits.csv", "P01,6,-160,410", "P01,6,160,410")
    clock[0] += AT_MOST_EVERY
    assert shelf.refresh(place(mini)) == ""
    assert shelf.study(place(mini)).trial is not None


def test_a_refresh_of_postgresql(shelf, mini, clock, monkeypatch):
    binaries = postgresql.programs()
    if binaries is None:
        reason = "PostgreSQL is absent: python -m tests.study.postgresql installs Debian's as root."
        pytest.skip(reason)
    tables = ("subjects", "visits", "events", "doses")
    source = "".join(f'tables.{table} = "{table}"\n' for table in tables)
    mini.append("study.toml", f'\n[source]\nkind = "sql"\nsecret = "mini"\n{source}')
    with postgresql.running(binaries) as server, psycopg.connect(server.owner, autocommit=True) as owner:
        owner.execute(f"CREATE ROLE reader LOGIN PASSWORD '{postgresql.PASSWORD}'")
        for table in tables:
            with (mini.path / f"{table}.csv").open(newline="") as file:
                header, *rows = csv.reader(file)
            owner.execute(f"CREATE TABLE {table} ({', '.join(f'{column} text' for column in header)})")
            owner.execute(f"GRANT SELECT ON {table} TO reader")
            for row in rows:
                cells = [None if cell in ("", "NA") else cell for cell in row]
                owner.execute(f"INSERT INTO {table} VALUES ({', '.join(['%s'] * len(cells))})", cells)
        shelf.study(place(mini))
        clock[0] += AT_MOST_EVERY
        monkeypatch.setenv("IL2DASH_SOURCE_MINI", server.url("reader"))
        assert shelf.refresh(place(mini)) == ""
        first = shelf.study(place(mini))
        assert first.trial is not None, first.problems
        owner.execute("UPDATE subjects SET age = '77' WHERE subject_id = 'P08'")
        clock[0] += AT_MOST_EVERY
        assert shelf.refresh(place(mini)) == ""
        second = shelf.study(place(mini))
        assert second.trial.fingerprint != first.trial.fingerprint
        assert second.read_at > first.read_at
        assert not shelf.changed(place(mini))
        owner.execute("REVOKE SELECT ON subjects FROM reader")
        clock[0] += AT_MOST_EVERY
        shelf.refresh(place(mini))
        assert shelf.study(place(mini)) is second
        assert shelf.failed(place(mini)).at > shelf.read_at(place(mini)) == second.read_at
