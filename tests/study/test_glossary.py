"""[[glossary]] of study.toml: the study's own words."""

from __future__ import annotations

from il2dash.study.reading import read_study


def test_words_are_read_in_their_order(mini_study):
    mini_study.append("study.toml", '\n[[glossary]]\nterm = "GSS"\nmeaning = "A score."\n')
    reading = read_study(mini_study.path)
    assert reading.trial is not None
    assert [(entry.term, entry.meaning) for entry in reading.trial.definition.glossary] == [("GSS", "A score.")]


def test_a_word_stands_once_and_has_a_meaning(mini_study):
    twice = '\n[[glossary]]\nterm = "GSS"\nmeaning = "A score."\n' * 2
    problems = read_study(mini_study.append("study.toml", twice).path).problems
    assert [(problem.column, problem.value) for problem in problems] == [("glossary", "GSS")]


def test_an_empty_meaning_is_an_error(mini_study):
    problems = read_study(mini_study.append("study.toml", '\n[[glossary]]\nterm = "GSS"\nmeaning = ""\n').path).problems
    assert [problem.severity for problem in problems] == ["error"]
    assert problems[0].column == "glossary[1].meaning"
