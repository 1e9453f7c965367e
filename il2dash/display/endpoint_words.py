"""What an endpoint's result says, as sentences that stay true for every table of responders."""

from __future__ import annotations

from math import isinf, isnan

from il2dash.analysis.endpoint import ArmOutcome, EndpointResult
from il2dash.analysis.estimate import Estimate, Interval
from il2dash.analysis.number_needed_to_treat import NumberNeededToTreat
from il2dash.display.numbers import (
    NOT_ESTIMABLE,
    capitalized,
    compact,
    count,
    decimal,
    level,
    listed,
    percent,
    week_number,
    within,
)
from il2dash.study.definition import Arms, StudyDefinition

RULE_WORDS = {
    "at_least": "at least",
    "gain_at_least": "gain of at least",
    "below": "below",
    "drop_at_least": "drop of at least",
}


METHOD_WORDS = {
    "wilson": "Wilson",
    "clopper-pearson": "Clopper-Pearson",
    "jeffreys": "Jeffreys",
    "newcombe": "Newcombe hybrid score",
    "miettinen-nurminen": "Miettinen-Nurminen score",
    "miettinen-nurminen, bias-corrected": "Miettinen-Nurminen score, bias-corrected",
    "exact conditional": "exact conditional",
    "mantel-haenszel, Robins-Breslow-Greenland": "Mantel-Haenszel, interval by Robins, Breslow and Greenland",
    "mantel-haenszel, Klingenberg": "Mantel-Haenszel, interval by Klingenberg",
}
TEST_WORDS = {"fisher": "Fisher exact test", "mid-p": "Mid-p exact test", "boschloo": "Boschloo exact test"}


def criterion(result: EndpointResult, definition: StudyDefinition) -> str:
    """Return what a responder is, as it is asked now: ``CD4 at least 150 cells/uL at week 24``."""
    if result.rule == "recorded" or result.threshold is None or result.week is None:
        return result.label
    marker = definition.markers[result.marker].label
    words = f"{marker} {RULE_WORDS[result.rule]} {compact(result.threshold)} {result.unit}".strip()
    return f"{words} at week {week_number(result.week)}"


def difference_method(result: EndpointResult) -> str:
    """Return how the difference was computed, in one line."""
    interval = result.risk_difference.interval
    return (
        f"Risk difference, treatment minus reference, {level(interval)} by the {method_words(interval.method)} method."
    )


def method_words(method: str) -> str:
    """Return the name of an interval's method as it is written."""
    return METHOD_WORDS.get(method, method)


def test_words(name: str) -> str:
    """Return the name of a test as it is written."""
    return TEST_WORDS.get(name, name)


def arm_phrase(outcome: ArmOutcome, label: str) -> str:
    """Return ``4 of 28 (14%) with IL-2``; an arm with nobody says so."""
    if outcome.total == 0:
        return f"nobody to count in the arm {label}"
    return f"{outcome.responders:,} of {outcome.total:,} ({percent(outcome.proportion)}) with {label}"


def endpoint_sentence(result: EndpointResult, arms: Arms) -> str:
    """Return the result in two sentences: who responded and the difference, then what the interval still allows."""
    if result.reason:
        return f"Not estimable: {within(result.reason)}."
    treatment, reference = result.arms[arms.treatment], result.arms[arms.reference]
    treatment_label, reference_label = arms.label(arms.treatment), arms.label(arms.reference)
    opening = capitalized(f"{arm_phrase(treatment, treatment_label)} and {arm_phrase(reference, reference_label)}")
    estimate = result.risk_difference
    if isnan(estimate.estimate):
        reason = within(estimate.reason or estimate.interval.reason)
        return f"{opening}: no difference can be estimated{f' ({reason})' if reason else ''}."
    return f"{opening}: {difference_phrase(estimate)}. {what_remains(estimate, treatment_label)}"


def difference_phrase(estimate: Estimate) -> str:
    """Return the difference with its interval: ``4 percentage points fewer (95% CI 23 fewer to 16 more)``.

    Bounds of one sign share its word: ``(95% CI 20 to 31 more)``. Equal proportions are called that, which says nothing
    about the effect.
    """
    difference = estimate.estimate
    if difference == 0:
        main = "the same proportion in both arms"
    else:
        main = f"{_points_words(difference)} {_direction(difference)}"
    return f"{main} ({_bounds_words(estimate.interval)})"


def what_remains(estimate: Estimate, treatment_label: str, *, who: str = "responders") -> str:
    """Say what the interval still allows, and never that there is no effect; `who` are those who are counted."""
    lower, upper = estimate.interval.lower, estimate.interval.upper
    if isnan(lower) or isnan(upper) or lower == upper:
        return "Without an interval nothing more can be said."
    if lower > 0:
        return f"The interval excludes equality: more {who} with {treatment_label}."
    if upper < 0:
        return f"The interval excludes equality: fewer {who} with {treatment_label}."
    directions = [f"up to {_points_words(bound)} {_direction(bound)}" for bound in (lower, upper) if bound]
    directions = [words.replace("up to less", "less") for words in directions]
    if len(directions) == 2:
        conclusion = "neither a difference nor equality is shown"
    else:
        directions, conclusion = ["equality", *(f"with {words}" for words in directions)], "a difference isn't shown"
    return f"The data are compatible with {listed(directions)} {who} with {treatment_label}: {conclusion}."


def missing_sentence(result: EndpointResult, arms: Arms) -> str:
    """Return how many outcomes were missing and what the rule did with them."""
    missing = {code: result.arms[code].missing for code in arms.codes}
    total = sum(missing.values())
    if total == 0:
        counted = any(result.arms[code].total for code in arms.codes)
        return "No outcome is missing." if counted else "There is nobody whose outcome could be missing."
    split = ", ".join(f"{arms.label(code)} {missing[code]:,}" for code in reversed(arms.codes))
    verb = "has" if total == 1 else "have"
    found = f"{count(total, 'patient')} {verb} no known outcome ({split})"
    # A rule that can't be applied did nothing with them.
    return f"{found}." if result.reason else f"{found}: {within(result.missing_assumption)}."


def number_needed_words(number: NumberNeededToTreat) -> str:
    """Return the number needed to treat as Altman (1998) writes it: from benefit through infinity to harm."""
    if isnan(number.estimate):
        reason = within(number.reason)
        return f"Number needed to treat: {NOT_ESTIMABLE}{f' ({reason})' if reason else ''}."
    if number.direction == "none":
        opening = "Number needed to treat: infinite, as the proportions are equal"
    else:
        noun = {"benefit": "one more responder", "harm": "one fewer responder"}[number.direction]
        opening = f"Number needed to treat for {noun}: {_patients(number.estimate)}"
    confidence = level(number)
    if number.benefit is not None and number.harm is not None:
        return (
            f"{opening} ({confidence}: {_patients(number.benefit.lower)} for one more, through infinity, "
            f"to {_patients(number.harm.lower)} for one fewer)."
        )
    side = number.benefit or number.harm
    if side is None:
        return f"{opening}{f' ({within(number.reason)})' if number.reason else ''}."
    return f"{opening} ({confidence} {_patients(side.lower)} to {_patients(side.upper)})."


def _bounds_words(interval: Interval) -> str:
    lower, upper = interval.lower, interval.upper
    if isnan(lower) or isnan(upper):
        return f"{level(interval)} {NOT_ESTIMABLE}{f': {within(interval.reason)}' if interval.reason else ''}"
    if lower > 0:
        return f"{level(interval)} {_size(lower)} to {_size(upper)} more"
    if upper < 0:
        return f"{level(interval)} {_size(upper)} to {_size(lower)} fewer"
    written = [f"{_size(bound)} {_direction(bound)}" if bound else "0" for bound in (lower, upper)]
    return f"{level(interval)} {' to '.join(written)}"


def _direction(difference: float) -> str:
    return "more" if difference > 0 else "fewer"


def _size(difference: float) -> str:
    """Return a difference's size in percentage points: whole ones, one decimal below 1, and never 0 for what isn't."""
    size = 100 * abs(difference)
    if 0 < size < 0.05:
        return "less than 0.1"
    return decimal(size, 0 if size >= 0.95 or size == 0 else 1)


def _points_words(difference: float) -> str:
    size = _size(difference)
    return f"{size} percentage point{'' if size == '1' else 's'}"


def _patients(number: float) -> str:
    return "infinity" if isinf(number) else decimal(number, 0 if number >= 10 else 1)
