"""Sentences about endpoints: true, and English, for every table of responders."""

from __future__ import annotations

import re
from dataclasses import replace
from math import inf, nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2dash.analysis.estimate import Estimate, Interval
from il2dash.analysis.number_needed_to_treat import NumberNeededToTreat, PatientsNeeded, number_needed_to_treat
from il2dash.analysis.outcome import MISSING_RULES
from il2dash.analysis.risk_difference import newcombe
from il2dash.analysis.two_by_two import ArmCount, TwoByTwo
from il2dash.display.endpoint_words import (
    criterion,
    difference_method,
    difference_phrase,
    endpoint_sentence,
    missing_sentence,
    number_needed_words,
    what_remains,
)

counts = st.integers(0, 12).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total)))

FORBIDDEN = re.compile(
    r"nan|\binf\b|None|  |\.\.|\b1 patients|(?<!\.)\b1 percentage points|\( | \)|\.\)|:\.|\(\)"
    r"|no effect|no difference in",
    re.I,
)


def difference(estimate: float, lower: float, upper: float, reason: str = "") -> Estimate:
    return Estimate(
        estimate=estimate,
        interval=Interval(lower=lower, upper=upper, level=0.95, method="newcombe", reason=reason),
        reason=reason,
    )


def assert_sentences(words: str) -> None:
    assert not FORBIDDEN.search(words), words
    assert words.endswith("."), words
    assert not words[0].islower(), words
    assert words.count("(") == words.count(")"), words


@settings(max_examples=300, deadline=None)
@given(treatment=counts, reference=counts, missing=st.integers(0, 3))
def test_every_table_gets_sentences(endpoint_of, definition, treatment, reference, missing):
    arms = definition.arms
    result = endpoint_of(treatment, reference)
    outcomes = {code: replace(outcome, missing=missing) for code, outcome in result.arms.items()}
    result = replace(result, arms=outcomes)
    words = endpoint_sentence(result, arms)
    for sentences in (
        words,
        missing_sentence(result, arms),
        number_needed_words(result.number_needed_to_treat),
        difference_method(result),
    ):
        assert_sentences(sentences)
    if treatment[1] and reference[1]:
        assert words.startswith(f"{treatment[0]} of {treatment[1]} (")
        excluded = result.risk_difference.interval.lower > 0 or result.risk_difference.interval.upper < 0
        assert ("excludes equality" in words) == excluded
        assert ("neither a difference nor equality is shown" in words) != excluded
        equal = treatment[0] * reference[1] == reference[0] * treatment[1]
        assert ("the same proportion in both arms" in words) == equal
    else:
        assert "no difference can be estimated (" in words


@settings(max_examples=300, deadline=None)
@given(treatment=counts, reference=counts)
def test_the_number_needed_runs_as_altman_writes_it(endpoint_of, treatment, reference):
    number = endpoint_of(treatment, reference).number_needed_to_treat
    words = number_needed_words(number)
    assert ("through infinity" in words) == number.crosses_infinity
    assert ("one more responder:" in words) == (number.direction == "benefit")
    assert ("one fewer responder:" in words) == (number.direction == "harm")


def test_every_difference_up_to_12_patients_an_arm_gets_sentences():
    tables = [ArmCount(responders=responders, total=total) for total in range(1, 13) for responders in range(total + 1)]
    for treatment in tables:
        for reference in tables:
            estimate = newcombe(TwoByTwo(treatment=treatment, reference=reference))
            phrase = difference_phrase(estimate)
            assert_sentences(f"10 of 20: {phrase}. {what_remains(estimate, 'IL-2')}")
            assert ("more (" in phrase) == (estimate.estimate > 0)
            assert ("fewer (" in phrase) == (estimate.estimate < 0)
            assert_sentences(number_needed_words(number_needed_to_treat(estimate)))


def test_the_sentence_of_the_published_endpoint(endpoint_of, arms):
    assert endpoint_sentence(endpoint_of((4, 28), (5, 28)), arms) == (
        "4 of 28 (14%) with IL-2 and 5 of 28 (18%) with Control: 4 percentage points fewer (95% CI 23 fewer to 16 "
        "more). The data are compatible with up to 23 percentage points fewer and up to 16 percentage points more "
        "responders with IL-2: neither a difference nor equality is shown."
    )


def test_an_empty_arm_is_told_once(endpoint_of, arms):
    assert endpoint_sentence(endpoint_of((3, 5), (0, 0)), arms) == (
        "3 of 5 (60%) with IL-2 and nobody to count in the arm Control: no difference can be estimated "
        "(the reference arm has no patients)."
    )


def test_a_rule_that_cannot_be_applied_is_told(endpoint_of, arms):
    result = endpoint_of((0, 0), (0, 0), reason="Well is recorded once: it has no earlier observation to carry forward")
    assert endpoint_sentence(result, arms) == (
        "Not estimable: Well is recorded once: it has no earlier observation to carry forward."
    )


@pytest.mark.parametrize(
    ("estimate", "phrase"),
    [
        (difference(0.26, 0.2, 0.31), "26 percentage points more (95% CI 20 to 31 more)"),
        (difference(-0.26, -0.31, -0.2), "26 percentage points fewer (95% CI 20 to 31 fewer)"),
        (difference(0.004, -0.01, 0.018), "0.4 percentage points more (95% CI 1 fewer to 2 more)"),
        (difference(0.0102, 0.0, 0.02), "1 percentage point more (95% CI 0 to 2 more)"),
        (difference(-0.0102, -0.02, 0.0), "1 percentage point fewer (95% CI 2 fewer to 0)"),
        (difference(0.15, 0.0003, 0.3), "15 percentage points more (95% CI less than 0.1 to 30 more)"),
        (difference(0.15, -0.0003, 0.3), "15 percentage points more (95% CI less than 0.1 fewer to 30 more)"),
        (difference(0.0004, -0.2, 0.2), "less than 0.1 percentage points more (95% CI 20 fewer to 20 more)"),
        (difference(0.0, -0.2, 0.2), "the same proportion in both arms (95% CI 20 fewer to 20 more)"),
        (difference(0.0, 0.0, 0.0), "the same proportion in both arms (95% CI 0 to 0)"),
        (difference(0.1, nan, nan), "10 percentage points more (95% CI not estimable)"),
    ],
)
def test_differences_at_the_edges_of_rounding(estimate, phrase):
    assert difference_phrase(estimate) == phrase


@pytest.mark.parametrize(
    ("estimate", "words"),
    [
        (difference(0.26, 0.0003, 0.31), "The interval excludes equality: more responders with IL-2."),
        (difference(-0.26, -0.31, -0.2), "The interval excludes equality: fewer responders with IL-2."),
        (
            difference(0.15, 0.0, 0.31),
            "The data are compatible with equality and with up to 31 percentage points more responders with IL-2: "
            "a difference isn't shown.",
        ),
        (
            difference(0.0, -0.004, 0.01),
            "The data are compatible with up to 0.4 percentage points fewer and up to 1 percentage point more "
            "responders with IL-2: neither a difference nor equality is shown.",
        ),
        (difference(0.1, nan, nan), "Without an interval nothing more can be said."),
    ],
)
def test_what_the_interval_still_allows(estimate, words):
    assert what_remains(estimate, "IL-2") == words


@pytest.mark.parametrize(
    ("estimate", "words"),
    [
        (difference(0.25, 0.1, 0.4), "Number needed to treat for one more responder: 4.0 (95% CI 2.5 to 10)."),
        (difference(-0.25, -0.4, -0.1), "Number needed to treat for one fewer responder: 4.0 (95% CI 2.5 to 10)."),
        (difference(0.25, 0.0, 0.4), "Number needed to treat for one more responder: 4.0 (95% CI 2.5 to infinity)."),
        (
            difference(0.1, -0.05, 0.25),
            "Number needed to treat for one more responder: 10 (95% CI: 4.0 for one more, through infinity, to 20 for "
            "one fewer).",
        ),
        (
            difference(0.0, -0.2, 0.2),
            "Number needed to treat: infinite, as the proportions are equal (95% CI: 5.0 for one more, through "
            "infinity, to 5.0 for one fewer).",
        ),
        (
            difference(nan, nan, nan, "Neither arm has patients."),
            "Number needed to treat: not estimable (neither arm has patients).",
        ),
        (
            difference(0.25, nan, nan, "no interval of this kind"),
            "Number needed to treat for one more responder: 4.0 (no interval of this kind).",
        ),
    ],
)
def test_the_number_needed_to_treat(estimate, words):
    assert number_needed_words(number_needed_to_treat(estimate)) == words


def test_a_number_needed_without_bounds_says_no_more():
    number = NumberNeededToTreat(
        estimate=inf, direction="none", benefit=PatientsNeeded(lower=3.0, upper=inf), harm=None, level=0.9, method=""
    )
    assert number_needed_words(number) == (
        "Number needed to treat: infinite, as the proportions are equal (90% CI 3.0 to infinity)."
    )


@pytest.mark.parametrize(
    ("il2", "control", "words"),
    [
        (0, 0, "No outcome is missing."),
        (1, 0, f"1 patient has no known outcome (IL-2 1, Control 0): {MISSING_RULES['failure']}."),
        (1, 1, f"2 patients have no known outcome (IL-2 1, Control 1): {MISSING_RULES['failure']}."),
    ],
)
def test_missing_outcomes_are_counted_with_their_rule(endpoint_of, arms, il2, control, words):
    result = endpoint_of((4, 28), (5, 28))
    outcomes = {
        "il2": replace(result.arms["il2"], missing=il2),
        "control": replace(result.arms["control"], missing=control),
    }
    assert missing_sentence(replace(result, arms=outcomes), arms) == words


def test_missing_outcomes_without_a_rule_or_without_patients(endpoint_of, arms):
    nobody = endpoint_of((0, 0), (0, 0))
    assert missing_sentence(nobody, arms) == "There is nobody whose outcome could be missing."
    unruled = replace(
        nobody, reason="it can't", arms={code: replace(outcome, missing=1) for code, outcome in nobody.arms.items()}
    )
    assert missing_sentence(unruled, arms) == "2 patients have no known outcome (IL-2 1, Control 1)."


@pytest.mark.parametrize("rule", MISSING_RULES)
def test_every_rule_makes_a_sentence(endpoint_of, arms, rule):
    result = endpoint_of((4, 28), (5, 28), missing_assumption=MISSING_RULES[rule])
    outcomes = {code: replace(outcome, missing=1) for code, outcome in result.arms.items()}
    assert_sentences(missing_sentence(replace(result, arms=outcomes), arms))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "CD4 count at least 200 cells/uL at week 12"),
        ({"rule": "gain_at_least", "threshold": 50.0}, "CD4 count gain of at least 50 cells/uL at week 12"),
        ({"rule": "below", "threshold": 62.5, "unit": ""}, "CD4 count below 62.5 at week 12"),
        ({"rule": "drop_at_least", "week": 6.5}, "CD4 count drop of at least 200 cells/uL at week 6.5"),
        ({"rule": "recorded", "threshold": None, "week": None}, "CD4 of at least 200"),
    ],
)
def test_the_criterion_is_what_is_asked_now(endpoint_of, definition, changes, words):
    assert criterion(endpoint_of((4, 28), (5, 28), **changes), definition).replace("  ", " ") == words
