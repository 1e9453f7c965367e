import io
import zipfile

import pytest

from il2dash.study import study_files
from il2dash.study.reading import load_study, read_study
from il2dash.study.study_files import FolderFiles, UnreadableError, leads_out


def zipped(study, *, top="", extra=()):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(study.path.iterdir()):
            archive.write(path, f"{top}{path.name}")
        for name, content in extra:
            archive.writestr(name, content)
    target.seek(0)
    return target


def only(reading):
    assert reading.trial is None
    assert len(reading.problems) == 1
    return reading.problems[0]


@pytest.mark.parametrize("top", ["", "mini/", "a folder/"])
def test_a_zip_is_the_same_study(mini_study, tmp_path, top):
    expected = load_study(mini_study.path)
    content = zipped(mini_study, top=top, extra=[("__MACOSX/._study.toml", "x")])
    path = tmp_path / "mini.zip"
    path.write_bytes(content.getvalue())
    assert load_study(path).fingerprint == expected.fingerprint
    assert load_study(content).fingerprint == expected.fingerprint


def test_the_definition_s_own_path(mini_study):
    assert load_study(mini_study.path / "study.toml").fingerprint == load_study(str(mini_study.path)).fingerprint


@pytest.mark.parametrize("name", ["../evil.csv", "/etc/evil.csv", "a/../../evil.csv", "..\\evil.csv", "C:\\evil.csv"])
def test_a_member_that_leads_out_of_the_zip(mini_study, name):
    problem = only(read_study(zipped(mini_study, extra=[(name, "x")])))
    assert "leads out" in problem.rule
    assert problem.value == name


def test_a_member_that_is_too_large(mini_study, monkeypatch):
    monkeypatch.setattr(study_files, "MAXIMUM_BYTES", 5000)
    bomb = zipped(mini_study.write("visits.csv", "subject_id,week,cd4,rna\n" + " " * 6000))
    problems = [problem for problem in read_study(bomb).problems if problem.file == "visits.csv"]
    assert ["after decompression" in problem.rule for problem in problems] == [True]


def test_a_zip_without_a_definition(tmp_path):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("subjects.csv", "x")
    assert "holds subjects.csv" in only(read_study(content)).remedy


def test_a_zip_of_two_studies(mini_study):
    assert "one study" in only(read_study(zipped(mini_study, top="a/", extra=[("b/study.toml", "")]))).rule


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04broken"])
def test_what_is_not_a_zip(tmp_path, content):
    path = tmp_path / "study.zip"
    path.write_bytes(content)
    assert "isn't a zip" in only(read_study(path)).rule


def test_a_damaged_member(mini_study):
    content = bytearray(zipped(mini_study).getvalue())
    start = content.find(b"visits.csv") + 40
    content[start : start + 20] = b"\xff" * 20
    problems = read_study(io.BytesIO(bytes(content))).problems
    assert any("can't be read" in problem.rule for problem in problems)


@pytest.mark.parametrize("make", ["nothing", "empty folder"])
def test_no_study_there(tmp_path, make):
    place = tmp_path / "study"
    if make == "empty folder":
        place.mkdir()
        (place / "readme.txt").write_text("x")
    problem = only(read_study(place))
    assert "no such file" in problem.rule
    assert ("readme.txt" in problem.remedy) == (make == "empty folder")


def test_a_data_folder_takes_the_place_of_the_study_s(mini_study, tmp_path):
    expected = load_study(mini_study.path).fingerprint
    data = tmp_path / "data"
    data.mkdir()
    for path in mini_study.path.glob("*.csv"):
        path.rename(data / path.name)
    assert load_study(mini_study.path, data_dir=data).fingerprint == expected
    assert "--data-dir" in only(read_study(mini_study.path, data_dir=tmp_path / "nowhere")).rule


def test_a_table_outside_the_folder(mini_study):
    (mini_study.path.parent / "secret.csv").write_text("subject_id,arm\n")
    mini_study.append("study.toml", '\n[tables.doses]\nfile = "../secret.csv"\n')
    assert only(read_study(mini_study.path)).rule == "A study's files are inside its folder."


@pytest.mark.parametrize(
    ("name", "out"),
    [("a.csv", False), ("a/b.csv", False), ("a..b.csv", False), ("a/../b", True), ("\\\\host\\x", True)],
)
def test_leads_out(name, out):
    assert leads_out(name) == out


def test_a_folder_names_what_is_there(tmp_path):
    (tmp_path / "a.csv").write_text("x")
    with pytest.raises(UnreadableError, match=r"the files there: a\.csv"):
        FolderFiles(tmp_path).read("b.csv")
