"""What an endpoint's result says, as sentences that stay true for every table of responders."""

from __future__ import annotations

from math import isfinite, isinf, isnan

from il2dash.analysis.endpoint import ArmOutcome, EndpointResult
from il2dash.analysis.estimate import Estimate
from il2dash.analysis.number_needed_to_treat import NumberNeededToTreat
from il2dash.display.numbers import NOT_ESTIMABLE, compact, count, decimal, level, percent
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
}
TEST_WORDS = {"fisher": "Fisher exact test", "mid-p": "Mid-p exact test", "boschloo": "Boschloo exact test"}


def criterion(result: EndpointResult, definition: StudyDefinition) -> str:
    """Return what a responder is, as it is asked now: ``CD4 at least 150 cells/uL at week 24``."""
    if result.rule == "recorded" or result.threshold is None or result.week is None:
        return result.label
    marker = definition.markers[result.marker].label
    words = f"{marker} {RULE_WORDS[result.rule]} {compact(result.threshold)} {result.unit}".strip()
    return f"{words} at week {compact(result.week)}"


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
    return f"{outcome.responders} of {outcome.total} ({percent(outcome.proportion)}) with {label}"


def endpoint_sentence(result: EndpointResult, arms: Arms) -> str:
    """Return the result in two sentences: who responded and the difference, then what the interval still allows."""
    if result.reason:
        return f"Not estimable: {result.reason}."
    treatment, reference = result.arms[arms.treatment], result.arms[arms.reference]
    treatment_label, reference_label = arms.label(arms.treatment), arms.label(arms.reference)
    counts = f"{arm_phrase(treatment, treatment_label)} and {arm_phrase(reference, reference_label)}"
    opening = f"{counts[0].upper()}{counts[1:]}"
    estimate = result.risk_difference
    if isnan(estimate.estimate):
        return f"{opening}: no difference can be estimated ({estimate.reason or estimate.interval.reason})."
    return f"{opening}: {difference_phrase(estimate)}. {what_remains(estimate, treatment_label)}"


def difference_phrase(estimate: Estimate) -> str:
    """Return the difference with its interval: ``4 percentage points fewer (95% CI 23 fewer to 16 more)``.

    Bounds of one sign share its word: ``(95% CI 20 to 31 more)``.
    """
    interval = estimate.interval
    size = _more_or_fewer(estimate.estimate)
    main = "no difference in the proportions" if size == "0" else size.replace(" ", " percentage points ", 1)
    main = main.replace("1 percentage points", "1 percentage point") if main.startswith("1 percentage") else main
    lower, upper = _more_or_fewer(interval.lower), _more_or_fewer(interval.upper)
    if lower.split()[1:] == upper.split()[1:]:
        smaller, larger = sorted((lower, upper), key=lambda words: abs(float(words.split()[0])))
        lower, upper = smaller.split()[0], larger
    return f"{main} ({level(interval)} {lower} to {upper})"


def what_remains(estimate: Estimate, treatment_label: str) -> str:
    """Say what the interval still allows, and never that there is no effect."""
    lower, upper = estimate.interval.lower, estimate.interval.upper
    if isnan(lower) or isnan(upper):
        return "No interval can be given."
    if lower > 0:
        return f"The interval excludes equality: more responders with {treatment_label}."
    if upper < 0:
        return f"The interval excludes equality: fewer responders with {treatment_label}."
    return (
        f"The data are compatible with up to {_points_word(-lower)} fewer and up to {_points_word(upper)} more "
        f"responders with {treatment_label}: neither a difference nor equality is shown."
    )


def missing_sentence(result: EndpointResult, arms: Arms) -> str:
    """Return how many outcomes were missing and what the rule did with them."""
    missing = {code: result.arms[code].missing for code in arms.codes}
    total = sum(missing.values())
    if total == 0:
        return "No outcome is missing."
    split = ", ".join(f"{arms.label(code)} {missing[code]}" for code in reversed(arms.codes))
    verb = "has" if total == 1 else "have"
    return f"{count(total, 'patient')} {verb} no known outcome ({split}): {result.missing_assumption}."


def number_needed_words(number: NumberNeededToTreat) -> str:
    """Return the number needed to treat as Altman (1998) writes it: from benefit through infinity to harm."""
    if isnan(number.estimate):
        return f"Number needed to treat: {NOT_ESTIMABLE} ({number.reason})."
    noun = {"benefit": "one more responder", "harm": "one responder fewer", "none": "any difference"}[number.direction]
    size = "infinitely many" if isinf(number.estimate) else _patients(number.estimate)
    opening = f"Number needed to treat for {noun}: {size}"
    confidence = f"{100 * number.level:g}% CI"
    if number.benefit is not None and number.harm is not None:
        return (
            f"{opening} ({confidence}: {_patients(number.benefit.lower)} for one more, through infinity, "
            f"to {_patients(number.harm.lower)} for one fewer)."
        )
    side = number.benefit or number.harm
    if side is None:
        return f"{opening}{f' ({number.reason})' if number.reason else ''}."
    return f"{opening} ({confidence} {_patients(side.lower)} to {_patients(side.upper)})."


def _more_or_fewer(difference: float) -> str:
    if isnan(difference):
        return NOT_ESTIMABLE
    size = decimal(abs(100 * difference), 0 if abs(difference) >= 0.0095 or difference == 0 else 1)
    if float(size) == 0:
        return "0"
    return f"{size} {'more' if difference > 0 else 'fewer'}"


def _points_word(difference: float) -> str:
    if isinf(difference) or not isfinite(difference):
        return "any number of"
    size = decimal(100 * abs(difference), 0)
    return f"{size} percentage point{'' if size == '1' else 's'}"


def _patients(number: float) -> str:
    return "infinity" if isinf(number) else decimal(number, 0 if number >= 10 else 1)
