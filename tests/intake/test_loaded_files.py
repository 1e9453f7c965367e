"""Files that were dropped together."""

from __future__ import annotations

import pytest

from il2dash.intake import loaded_files
from il2dash.intake.bounds import MAXIMUM_BYTES, MAXIMUM_CELLS, MAXIMUM_COLUMNS, MAXIMUM_ROWS
from il2dash.intake.build import build
from il2dash.intake.guess import guess_recipe
from il2dash.intake.loaded_files import added, read_file, tables_of
from il2dash.intake.recipe import recipe_json
from il2dash.intake.study_content import study_zip
from tests.intake.raw import raw
from tests.intake.small_files import zipped

TRIAL = "id,arm,age\n1,a,40\n2,b,50\n3,a,60\n"


def test_a_table_and_a_study_and_choices():
    recipe = guess_recipe([raw(TRIAL)]).recipe
    table = read_file("trial.csv", TRIAL.encode())
    assert (len(table.upload.tables), table.study, table.recipe) == (1, None, None)
    study = read_file("trial.zip", study_zip(build([raw(TRIAL)], recipe).content))
    assert study.study.trial.arm_sizes == {"a": 2, "b": 1}
    choices = read_file("trial_choices.json", recipe_json(recipe).encode())
    assert choices.recipe == recipe
    tables, problems = tables_of([table, study, choices])
    assert [one.file for one in tables] == ["trial.csv"]
    assert problems == ()


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff\xfe", b'{"study": 1}', b"not json"])
def test_other_json_is_told(content):
    file = read_file("other.json", content)
    assert file.recipe is None
    assert len(file.upload.problems) == 1
    assert "choices" in file.upload.problems[0].rule


@pytest.mark.parametrize(
    "content", [b"%PDF-1.4\n1 0 obj", b"<!DOCTYPE html><table>", b"\n<html>", b"{\\rtf1 x", b"<?xml version='1.0'?>"]
)
def test_what_is_no_table_is_not_read_as_one(content, only_problem):
    file = read_file("table.csv", content)
    assert file.upload.tables == ()
    assert "holds a table" in only_problem(file.upload)


def test_a_study_opens_no_database():
    toml = b'[study]\nid="x"\ntitle="x"\nsynthetic=false\n[source]\nkind="sql"\nsecret="hidden"\n'
    toml += b'[arms]\nreference="a"\n[[arms.levels]]\ncode="a"\nlabel="A"\n[[arms.levels]]\ncode="b"\nlabel="B"\n'
    toml += b'[source.tables]\nsubjects="patients"\n'
    file = read_file("study.zip", zipped({"study.toml": toml}))
    assert file.study.trial is None
    assert file.study.problems


def test_a_file_of_the_same_name_takes_the_others_place():
    first, second = read_file("a.csv", TRIAL.encode()), read_file("a.csv", TRIAL.encode() + b"4,b,70\n")
    files, refusals = added([first], [second])
    assert files == (second,)
    assert refusals == ()


def test_files_are_bounded(monkeypatch):
    monkeypatch.setattr(loaded_files, "MOST_FILES", 2)
    files, refusals = added([], [read_file(f"{name}.csv", TRIAL.encode()) for name in "abc"])
    assert [file.name for file in files] == ["a.csv", "b.csv"]
    assert refusals == ("c.csv was left out: at most 2 files are loaded together.",)
    monkeypatch.setattr(loaded_files, "SESSION_BYTES", 20)
    files, refusals = added([], [read_file(f"{name}.csv", TRIAL.encode()) for name in "ab"])
    assert [file.name for file in files] == ["a.csv"]
    assert len(refusals) == 1


def test_two_tables_of_one_name_are_told():
    files = [read_file("trial.csv", TRIAL.encode()), read_file("more.zip", zipped({"trial.csv": TRIAL + "9,b,1\n"}))]
    tables, problems = tables_of(files)
    assert len(tables) == 1
    assert len(tables[0].data) == 3
    assert "stands once" in problems[0].rule


def test_the_page_about_loading_says_what_holds(repository):
    page = (repository / "docs" / "load-your-data.md").read_text(encoding="utf-8")
    for ending in loaded_files.ENDINGS:
        assert ending in page
    for bound in (MAXIMUM_ROWS, MAXIMUM_COLUMNS, MAXIMUM_CELLS, loaded_files.MOST_FILES):
        assert f"{bound:,}" in page
    for size in (MAXIMUM_BYTES, loaded_files.SESSION_BYTES):
        assert f"{size // 1024**2} MB" in page
