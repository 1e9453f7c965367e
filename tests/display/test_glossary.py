"""The words that a block uses are found whole, once, and explained shortly."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2dash.display.glossary import all_terms, glossary_html, terms_in
from il2dash.display.glossary_terms import TERMS
from il2dash.study.definition import GlossaryTerm
from il2dash.study.reading import load_study


def named(words, definition):
    return [entry.term for entry in terms_in([words], definition)]


@pytest.mark.parametrize(
    ("words", "terms"),
    [
        ("The odds ratio, odds ratios and Odds ratio again", ["odds ratio"]),
        ("Conditional odds ratio", ["conditional odds ratio"]),
        ("Odds ratio (95% CI), P\u00a0=\u00a00.03", ["odds ratio", "confidence interval", "P value"]),
        ("P012 and CIS and Firthian and pCI", []),
        ("Mid-p exact test", ["mid-p", "exact"]),
        ("fisher, Fisher exact test", ["Fisher"]),
        ("left-censored", []),
        ("It has 2 strata", ["stratum"]),
        ("Mixed model of repeated measures on square roots", ["mixed model of repeated measures"]),
        ("Cochran-Mantel-Haenszel", ["Mantel-Haenszel"]),
        ("no words of the trade", []),
    ],
)
def test_terms_are_found_whole(definition, words, terms):
    assert named(words, definition) == terms


def test_a_study_explains_its_own_words_first(definition):
    own = (
        GlossaryTerm(term="GSS", meaning="A score."),
        GlossaryTerm(term="Odds ratio", meaning="As this study means it."),
        GlossaryTerm(term="Enfuvirtide", meaning="A drug."),
    )
    described = replace(definition, glossary=own)
    found = terms_in(["Firth odds ratio of enfuvirtide at GSS 0, and gss"], described)
    assert [entry.term for entry in found] == ["Odds ratio", "Enfuvirtide", "GSS", "Firth"]
    assert found[0].meaning == "As this study means it."
    assert [entry.study for entry in found] == [True, True, True, False]
    assert len(all_terms(described)) == len(TERMS) + 2


def test_every_meaning_is_short_and_plain():
    for term, (meaning, spellings) in TERMS.items():
        assert meaning.endswith("."), term
        assert len(re.findall(r"[.?!](?: |$)", meaning)) <= 2, term
        assert len(meaning) <= 240, term
        assert "  " not in meaning, term
        assert term not in spellings, term
    everywhere = [spelling for term, (_, spellings) in TERMS.items() for spelling in (term, *spellings)]
    assert len(everywhere) == len(set(everywhere))


def test_every_term_finds_itself(definition):
    for term, (_, spellings) in TERMS.items():
        for spelling in (term, *spellings):
            assert named(f"the {spelling}, here", definition) == [term], spelling


class Outline(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=60), meaning=st.text(min_size=1, max_size=30))
def test_the_line_is_html_whatever_a_study_says(definition, text, meaning):
    described = replace(definition, glossary=(GlossaryTerm(term="GSS", meaning=meaning),))
    html = glossary_html(terms_in([text, "GSS and Firth"], described))
    outline = Outline()
    outline.feed(html)
    assert not outline.open
    assert set(outline.tags) == {"div", "span", "details", "summary", "p"}
    assert outline.tags.count("details") == outline.tags.count("summary") >= 2


def test_no_words_no_line(definition):
    assert glossary_html(terms_in(["nothing"], definition)) == ""


def test_the_shipped_study_explains_its_words(repository):
    trial = load_study(repository / "sample_data" / "etoile")
    definition = trial.definition
    words = [definition.study.design, definition.study.question]
    words += [covariate.label for covariate in definition.covariates]
    words += [marker.label for marker in definition.markers.values()]
    found = {entry.term for entry in terms_in(words, definition) if entry.study}
    assert {"IL-2", "cycle", "CD4", "HIV-1 RNA", "Genotypic sensitivity score", "Enfuvirtide", "CDC stage"} <= found
    for entry in definition.glossary:
        assert len(re.findall(r"[.?!](?: |$)", entry.meaning)) <= 2, entry.term


def test_the_glossary_leaves_the_fingerprint(repository, tmp_path):
    import shutil

    folder = tmp_path / "etoile"
    shutil.copytree(repository / "sample_data" / "etoile", folder)
    text = (folder / "study.toml").read_text(encoding="utf-8")
    (folder / "study.toml").write_text(text[: text.index("[[glossary]]")], encoding="utf-8")
    without, whole = load_study(folder), load_study(repository / "sample_data" / "etoile")
    assert without.definition.glossary == ()
    assert whole.definition.glossary
    assert without.fingerprint == whole.fingerprint
