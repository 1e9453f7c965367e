"""Which studies a server has, and what an address calls each."""

from __future__ import annotations

import shutil

import pytest

from il2dash.ui import study_places
from il2dash.ui.study_places import listing, own_place, places, title_of, trouble


@pytest.fixture
def folder(tmp_path, repository, monkeypatch):
    """Return a folder of studies that the server is told of, empty at first, and how to put the mini study there."""
    there = tmp_path / "studies"
    there.mkdir()
    monkeypatch.setenv("IL2DASH_STUDIES", str(there))
    for name in ("IL2DASH_STUDY", "IL2DASH_DATA_DIR"):
        monkeypatch.delenv(name, raising=False)

    def add(name, *, zipped=False):
        mini = repository / "tests" / "studies" / "mini"
        if zipped:
            shutil.make_archive(str(there / name), "zip", mini)
        else:
            shutil.copytree(mini, there / name)

    return there, add


def names():
    return [place.name for place in places()]


def test_folders_and_zips_by_name(folder):
    there, add = folder
    add("b")
    add("a", zipped=True)
    (there / "no study").mkdir()
    assert names() == ["a", "b"]
    assert own_place().name == "a"
    assert [title_of(place) for place in places()] == ["Mini trial", "Mini trial"]
    add("A0")
    assert names() == ["a", "A0", "b"]


def test_the_servers_own_study(folder, monkeypatch, repository):
    there, add = folder
    add("b")
    add("c")
    monkeypatch.setenv("IL2DASH_STUDY", str(repository / "sample_data" / "etoile"))
    assert names() == ["own", "b", "c"]
    assert own_place().name == "own"
    monkeypatch.setenv("IL2DASH_STUDY", str(there / "c" / "study.toml"))
    assert names() == ["b", "c"]
    assert own_place().name == "c"


def test_an_empty_folder_is_said_and_the_shipped_study_shown(folder):
    assert names() == ["own"]
    assert own_place().path == study_places.SHIPPED_STUDY
    assert "IL2DASH_STUDIES" in trouble()
    folder[1]("a")
    assert trouble() == ""


@pytest.mark.parametrize("name", ["my trial", "a&b", "études", "-a", ".hidden", "x" * 65, "loaded", "Own", "B"])
def test_a_name_that_cannot_be_is_left_out_with_a_reason(folder, name):
    there, add = folder
    add("b", zipped=True)
    add(name, zipped=name == "B")
    found, left_out = listing(there)
    assert len(found) == len(left_out) == 1
    assert name in left_out[0] or "b.zip" in left_out[0]


def test_a_folder_comes_before_a_zip_of_its_name(folder):
    there, add = folder
    add("a", zipped=True)
    add("a")
    found, left_out = listing(there)
    assert [place.path for place in found] == [there / "a"]
    assert left_out == ("a.zip: another study here has this name already. Rename one of them.",)


def test_a_study_without_a_title_goes_by_its_name(folder):
    there, add = folder
    add("a")
    (there / "a" / "study.toml").write_text("nonsense")
    assert title_of(places()[0]) == "a"
