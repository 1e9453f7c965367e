"""Whatever a study calls its things, every page and every choice on it opens, and HTML has none of it as markup."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from io import BytesIO

import pandas as pd
import pytest

from il2dash.display.dictionary import tables_of
from il2dash.display.files import table_csv
from il2dash.study.reading import load_study
from il2dash.ui.site import PAGES
from il2dash.ui.stylesheet import label, plain
from tests.hostile_study import FORMULA, SUBJECTS, hostile_study

FOREIGN = {"img", "script", "i", "a", "iframe", "object", "link", "form"}


class Elements(HTMLParser):
    """The elements of a fragment that aren't the page's own, and attributes that would run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs) -> None:
        """Note an element that came of a text."""
        if tag in FOREIGN or any(name.startswith("on") for name, _ in attrs):
            self.found.append(f"{tag} {attrs}")


@pytest.fixture(scope="module")
def hostile(repository, tmp_path_factory):
    return hostile_study(tmp_path_factory.mktemp("hostile") / "study", repository / "tests" / "studies" / "mini")


def assert_literal(test) -> None:
    bodies = [element.proto.body for element in test.get("html")]
    for body in bodies:
        if not body.startswith(("<style", "<script")):
            elements = Elements()
            elements.feed(body)
            assert elements.found == []
            assert "\u202e" not in body
    for element in (*test.get("button_group"), *test.get("selectbox"), *test.get("select_slider"), *test.get("toggle")):
        name = getattr(element, "label", "")
        assert label(name) == name or name == plain(_bare(name)), name


def _bare(escaped: str) -> str:
    return re.sub(r"\\([\\`*_{}\[\]()#+\-.!|<>~$:&=@])", r"\1", escaped)


@pytest.mark.parametrize("title", PAGES)
def test_a_page_opens(visit, hostile, title):
    assert_literal(visit(title, study=hostile))


@pytest.mark.parametrize("section", ["About these data", "Tables", "Dictionary", "Checks", "Downloads"])
def test_the_data_page(visit, hostile, section):
    test = visit("Data", ("show", section), study=hostile)
    assert_literal(test)
    if section == "About these data":
        pictures = [element.value for element in test.markdown if "![" in element.value.replace("\\!", "")]
        assert pictures == []


@pytest.mark.parametrize("key", ["strata", "missing"])
def test_further_at_the_endpoints(visit, hostile, key):
    words = {"strata": "Stratified", "missing": "Missing outcomes"}[key]
    assert_literal(visit("Endpoints", ("beyond", words), study=hostile))


@pytest.mark.parametrize("further", ["Predicted probability", "Adjusted difference", "Interaction", "Calibration"])
def test_further_at_the_model(visit, hostile, further):
    assert_literal(visit("Model", ("further", further), study=hostile))


@pytest.mark.parametrize("kind", ["Observed", "Model (MMRM)"])
def test_courses(visit, hostile, kind):
    assert_literal(visit("Trajectories", ("kind", kind), study=hostile))


def test_a_choice_with_hostile_words_is_followed_from_the_address(visit, hostile):
    marker = load_study(hostile).definition.markers["rna"].label
    test = visit("Trajectories", ("marker", label(marker)), study=hostile)
    assert test.button_group(key="marker").value == "rna"
    assert not test.warning


def test_filters_are_literal(visit, hostile):
    test = visit("Overview", ("filter", "sex=F"), ("filter", "cdc_stage=A"), study=hostile)
    assert_literal(test)
    undo = next(
        button for button in test.button if button.key and button.key.startswith("undo_") and "sex" in button.key
    )
    assert "\\<script\\>" in undo.label


def test_an_error_with_hostile_words_is_literal(visit, hostile):
    test = visit("Overview", ("filter", "**<b>x</b>**=1"), study=hostile)
    said = [element.value for element in (*test.error, *test.warning)]
    assert said
    assert not [words for words in said if re.search(r"(?<!\\)\*\*|(?<!\\)<b", words)]


def test_no_download_is_a_live_formula_and_every_one_reads_back(hostile):
    trial = load_study(hostile)
    assert sorted(trial.subjects["subject_id"]) == sorted(SUBJECTS.values())
    for table in tables_of(trial).values():
        written = pd.read_csv(BytesIO(table_csv(trial.definition, table)), dtype=str, keep_default_na=False)
        for name in written.columns:
            assert not written[name].str.match(r"[=@]|[+-](?![0-9.])").any()
    assert trial.events is not None
    assert FORMULA in set(trial.events["term"])


def test_many_problems_of_a_kind_are_one_row(visit, mini_study):
    """Warnings by the dozen are told by kind, and each is in the file that can be taken away."""
    weeks = "".join(f"P01,{week},1{week},400\n" for week in range(100, 120))
    test = visit("Data", ("show", "Checks"), study=mini_study.append("visits.csv", weeks).path)
    (table,) = [element.proto.body for element in test.get("html") if "check_report" in element.proto.body]
    assert table.count("<tr>") - 1 < 5
    assert ">20</td>" in table
    assert [button.proto.label for button in test.get("download_button")] == ["Check report (CSV)"]
