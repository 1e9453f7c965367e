"""What the pages do with a visitor's choices and with bad studies, without a browser."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

PAGES = (
    "",
    "pages/1_Baseline.py",
    "pages/2_Trajectories.py",
    "pages/3_Endpoints.py",
    "pages/4_Model.py",
    "pages/8_Published.py",
    "pages/10_Data.py",
)


@pytest.fixture
def open_page(repository, monkeypatch):
    """Open a page on a study, and give the test its elements."""

    def opened(path: str, study=None, data_dir=None) -> AppTest:
        monkeypatch.setenv("IL2DASH_STUDY", str(study or repository / "sample_data" / "etoile"))
        if data_dir is not None:
            monkeypatch.setenv("IL2DASH_DATA_DIR", str(data_dir))
        test = AppTest.from_file(str(repository / "app.py"), default_timeout=60)
        test.run()
        if path:
            test.switch_page(path)
            test.run()
        assert not test.exception
        return test

    return opened


def words(test: AppTest) -> str:
    elements = [*test.get("html"), *test.get("error"), *test.get("info"), *test.get("text")]
    return "\n".join(getattr(element, "value", None) or element.proto.body for element in elements)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_opens_on_the_shipped_study(open_page, path):
    assert "Synthetic data" in words(open_page(path))


@pytest.mark.parametrize("path", PAGES)
def test_a_page_opens_on_a_trial_of_eight(open_page, mini_study, path):
    open_page(path, mini_study.path)


RECORDED = """
[study]
id = "recorded"
title = "A trial of recorded outcomes"
synthetic = true

[arms]
reference = "a"
levels = [{ code = "a", label = "A" }, { code = "b", label = "B" }]

[[endpoints]]
id = "healed"
label = "Healed"
rule = "recorded"
column = "healed"
role = "primary"
"""


@pytest.fixture
def recorded_study(tmp_path):
    """Make a study of one table, without visits, events, covariates or models."""
    (tmp_path / "study.toml").write_text(RECORDED)
    rows = [f"{number},{'ab'[number % 2]},{'yes' if number < 4 else 'no'}" for number in range(12)]
    (tmp_path / "subjects.csv").write_text("\n".join(["subject_id,arm,healed", *rows]) + "\n")
    return tmp_path


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("", "2 of 6 (33%) with B"),
        ("pages/1_Baseline.py", "names no baseline covariates"),
        ("pages/2_Trajectories.py", "no table of visits"),
        ("pages/3_Endpoints.py", "2 of 6 (33%) with B"),
        ("pages/4_Model.py", "4 responders among 12 patients"),
        ("pages/8_Published.py", "names no published figures"),
        ("pages/10_Data.py", "say where its data come from"),
    ],
)
def test_a_page_without_its_table_says_so_kindly(open_page, recorded_study, path, said):
    assert said in words(open_page(path, recorded_study))


def test_the_model_follows_the_covariates(open_page):
    test = open_page("pages/4_Model.py")
    assert "prespecified" in words(test)
    covariates = test.get("button_group")[0]
    covariates.set_value([*covariates.value, "cdc_stage"])
    test.run()
    assert "exploratory" in words(test)
    assert "with CDC stage" in words(test)


def test_no_covariate_is_a_sentence(open_page):
    test = open_page("pages/4_Model.py")
    test.get("button_group")[0].set_value([])
    test.run()
    assert "switch a covariate on" in words(test)


def test_the_endpoint_follows_the_missing_rule(open_page):
    test = open_page("pages/3_Endpoints.py")
    assert "4 of 28 (14%) with IL-2" in words(test)
    test.selectbox(key="missing").set_value("complete_cases")
    test.run()
    assert "exploratory" in words(test)
    assert "4 of 23 (17%) with IL-2" in words(test)


def test_a_study_with_problems_lists_them(open_page, mini_study):
    mini_study.replace("visits.csv", "P01,6,160,410", "P01,6,-160,410")
    assert "visits.csv, row 3, cd4" in words(open_page("pages/4_Model.py", mini_study.path))


def test_broken_toml_is_a_sentence(open_page, mini_study):
    (mini_study.path / "study.toml").write_text("[study\nid=")
    assert "study.toml" in words(open_page("", mini_study.path))


def test_a_missing_folder_is_a_sentence(open_page, tmp_path):
    assert "no such file or folder" in words(open_page("", tmp_path / "nowhere"))


def test_an_endpoint_without_responders_is_shown(open_page, mini_study):
    mini_study.replace("study.toml", "threshold = 200", "threshold = 2000")
    for path in ("", "pages/3_Endpoints.py"):
        assert "0 of 4 (0%)" in words(open_page(path, mini_study.path))
    assert "no responders among 7 patients" in words(open_page("pages/4_Model.py", mini_study.path)).lower()


def test_a_constant_covariate_is_named(open_page, mini_study):
    subjects = mini_study.path / "subjects.csv"
    lines = subjects.read_text().splitlines()
    position = lines[0].split(",").index("enfuvirtide")
    changed = [lines[0]]
    for line in lines[1:]:
        cells = line.split(",")
        cells[position] = "yes"
        changed.append(",".join(cells))
    subjects.write_text("\n".join(changed) + "\n")
    assert "switch it off" in words(open_page("pages/4_Model.py", mini_study.path))
