"""Several studies on one server: chosen in the header, and nothing of one shows with another."""

from __future__ import annotations

import os
import shutil

import pytest

from tests.ui.conftest import everything, go, html_of, notes

MINI = "Mini trial"
ETOILE = "ANRS 123 ETOILE: interleukin-2 in advanced HIV-1 treatment failure"


@pytest.fixture
def many(tmp_path, repository, monkeypatch):
    """Serve a folder with a copy of the shipped study, the mini study, and one that can't be read."""
    folder = tmp_path / "studies"
    shutil.copytree(repository / "sample_data" / "etoile", folder / "etoile")
    shutil.copytree(repository / "tests" / "studies" / "mini", folder / "mini")
    (folder / "broken").mkdir()
    (folder / "broken" / "study.toml").write_text("[study]\n")
    monkeypatch.setenv("IL2DASH_STUDIES", str(folder))
    return folder


def asked(test):
    return {key: [said] if isinstance(said, str) else said for key, said in test.query_params.items()}


def choose(test, name):
    test.selectbox(key="study_chosen").set_value(name).run()
    assert not test.exception
    return test


def test_one_study_has_no_chooser_and_a_bare_address(visit):
    test = visit("Overview")
    assert "study" not in test.query_params
    assert ETOILE in html_of(test)
    assert [box.key for box in test.selectbox if box.key == "study_chosen"] == []


def test_the_address_says_which_study_it_is_of(visit, many):
    test = visit("Overview", study=many / "mini")
    assert asked(test) == {"study": ["mini"]}
    assert test.selectbox(key="study_chosen").options == ["broken", ETOILE, MINI]
    assert "of 8 patients" in html_of(test)


def test_what_a_session_keeps_goes_with_its_study(visit, many):
    test = visit("Endpoints", ("study", "etoile"), ("threshold_cd4_200", "150"), ("filter", "gss=0"), share=True)
    next(button for button in test.button if button.label == "Keep").click().run()
    choose(test, "mini")
    assert asked(test) == {"study": ["mini"]}
    assert "your 2nd analysis" in html_of(test)  # with the first study's it would be the 4th
    assert "of 56 patients" not in everything(test)
    assert notes(test) == ""
    test.switch_page("pages/11_Snapshots.py")
    test.run()
    assert "1 view of other studies kept in this session" in everything(test)
    choose(test, "etoile")
    link = next(link for link in test.get("page_link") if "Genotypic" in link.proto.label)
    assert "study=etoile" in link.proto.query_string
    assert "of other studies" not in everything(test)


def test_settings_of_one_name_begin_anew_with_another_study(visit, many):
    test = visit("Data", ("study", "etoile"), ("show", "Tables"), ("table", "events"))
    choose(test, "mini")
    assert "The study says nothing more about its data." in "\n".join(part.value for part in test.markdown)
    assert asked(test) == {"study": ["mini"]}


def test_a_study_with_problems_leaves_the_way_to_the_others(visit, many):
    test = visit("Model", ("study", "broken"))
    assert [button.label for button in test.button if button.key == "refresh"] == ["Read the study again"]
    choose(test, "mini")
    assert len(test.error) == 0
    assert "of 8 patients" in html_of(test)


def test_an_unknown_study_is_said(visit, many):
    test = visit("Overview", ("study", "nowhere"), study=many / "mini")
    assert notes(test) == "The address asks for a study 'nowhere', which this server doesn't have: 'mini' is shown."


def test_a_refresh_is_seen_by_others_at_their_next_click(visit, many, monkeypatch):
    monkeypatch.setattr("il2dash.ui.study_shelf.AT_MOST_EVERY", 0.0)
    one, other = visit("Endpoints", ("study", "mini")), visit("Endpoints", ("study", "mini"))
    definition = many / "mini" / "study.toml"
    definition.write_text(definition.read_text().replace("synthetic = true", 'synthetic = true\ncitation = "Anew"'))
    os.utime(definition, (1_000_000_000, 1_000_000_000))  # not while it was read
    one.run()
    assert "files have changed since they were read" in html_of(one)
    one.button(key="refresh").click().run()
    assert "Anew" in html_of(one)
    assert "files have changed" not in html_of(one)
    assert "Anew" not in html_of(other)
    other.run()
    assert "Anew" in html_of(other)
    definition.write_text("[study]\n")
    one.run()
    one.button(key="refresh").click().run()
    assert "Anew" in html_of(one)
    assert "Reading the study again failed" in notes(one)
    go(other, "Model")
