"""A logistic model as a forest plot, a table and a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from math import isnan, log

from il2dash.analysis.design_matrix import ARM
from il2dash.analysis.logistic_model import LogisticModel
from il2dash.analysis.model_comparison import CURVED, NOT_ALONE, ModelComparison
from il2dash.analysis.model_terms import FirthTerm, MaximumLikelihoodTerm, ModelTerm, OverallTest
from il2dash.analysis.patient_influence import TermInfluence
from il2dash.display.chart import Chart
from il2dash.display.event_words import allowed_multiples
from il2dash.display.forest import DAGGER, ForestRow, forest
from il2dash.display.numbers import (
    NO_NUMBER,
    NOT_ESTIMABLE,
    bounds,
    capitalized,
    count,
    decimal,
    level,
    listed,
    p_number,
    p_value,
    ratio,
    with_bounds,
    within,
)
from il2dash.display.own_comparison import excludes, unknown
from il2dash.display.tables import TableSpec
from il2dash.study.definition import StudyDefinition

MATERIAL = 0.18
"""A log odds ratio by maximum likelihood that is this far from Firth's is told: an odds ratio 20% higher or lower."""

NOT_RANDOMIZED = f"{DAGGER} Not randomized: prognostic, not an effect."


def model_forest(model: LogisticModel, definition: StudyDefinition) -> Chart:
    """Draw the adjusted odds ratios."""
    rows = tuple(
        ForestRow(
            label=f"{term.label}{'' if term.randomized else DAGGER}",
            detail=term.contrast,
            estimate=term.odds_ratio,
            interval=term.interval,
            emphasized=excludes(term.interval, 1),
        )
        for term in model.terms
    )
    drawn = forest(
        definition,
        rows,
        axis_title=f"Odds ratio (95% CI), n = {model.n:,}, {count(model.events, 'responder')}",
        favors=("lower odds of response", "higher"),
        write=ratio,
        logarithmic=True,
        name="model",
    )
    return replace(drawn, signs=signs_of(model.terms))


def signs_of(terms: Iterable[ModelTerm | TermInfluence]) -> str:
    """Say what the sign behind a covariate's name means; nothing where none has it."""
    return NOT_RANDOMIZED if any(not term.randomized for term in terms) else ""


def model_spec(model: LogisticModel, comparison: ModelComparison) -> TableSpec:
    """Write each coefficient, adjusted and alone, with its interval and p."""
    confidence = level(model.terms[0].interval) if model.terms else "95% CI"
    rows = tuple(
        (
            f"{term.label}{'' if term.randomized else DAGGER}, {term.contrast}",
            _odds(term),
            p_number(term.p),
            _odds(univariable),
            NO_NUMBER if univariable.reason == NOT_ALONE else p_number(univariable.p),
            _maximum_likelihood(likelihood, estimable=not isnan(term.odds_ratio)),
        )
        for term, univariable, likelihood in zip(
            model.terms, comparison.univariable, comparison.maximum_likelihood, strict=True
        )
    )
    notes = [words for words in (signs_of(model.terms),) if words]
    notes += [
        f"{test.label}, {_together(test)}: {p_value(test.p)} ({count(test.degrees_of_freedom, 'degree')} of freedom)."
        for test in comparison.joint_tests
    ]
    if any(test.what == CURVED for test in comparison.joint_tests):
        notes.append(
            "The odds ratios of a curve's parts can't be read one by one: see its tests together, and its figure."
        )
    notes += [words for words in (why_firth(model, comparison), collinearity_note(comparison)) if words]
    return TableSpec(
        identifier="model-table",
        columns=(
            "Covariate",
            f"Adjusted odds ratio ({confidence})",
            "Adjusted P",
            f"Alone ({confidence})",
            "Alone P",
            "Maximum likelihood",
        ),
        rows=rows,
        notes=tuple(notes),
        caption=f"Odds ratios of response: {model.endpoint_label}",
        stacked=True,
    )


def model_sentence(model: LogisticModel) -> str:
    """Say what the arm's odds ratio still may be, which covariates go with the response, and what few events can show.

    What goes with the response is told by the intervals, which stay where P values are covered.
    """
    if model.reason:
        return f"This model can't be fitted: {within(model.reason)}."
    opening = capitalized(f"{count(model.events, 'responder')} among {count(model.n, 'patient')}")
    if model.left_out:
        opening += f" ({model.left_out:,} left out: the outcome or a covariate isn't known)"
    if not model.terms:
        return f"{opening}: switch a covariate on to see its odds ratio."
    clear = [term for term in model.terms if excludes(term.interval, 1)]
    failed = [term for term in model.terms if isnan(term.odds_ratio) or unknown(term.interval)]
    partial = [term for term in model.terms if term not in clear and term not in failed and _incomplete(term)]
    open_ones = [term for term in model.terms if not any(term in others for others in (clear, failed, partial))]
    sentences = []
    arm = next((term for term in open_ones if term.name == ARM), None)
    if arm is not None and not any(term.name.startswith(f"{ARM}:") for term in model.terms):
        open_ones.remove(arm)
        sentences.append(
            f"{arm.label} ({arm.contrast}): odds ratio {ratio(arm.odds_ratio)} ({level(arm.interval)} "
            f"{bounds(arm.interval, ratio)}), compatible with anything {allowed_multiples(arm.interval, 'odds')}."
        )
    if clear:
        parts = [
            f"{term.label} ({term.contrast}: odds ratio {ratio(term.odds_ratio)}, {level(term.interval)} "
            f"{bounds(term.interval, ratio)}, {p_value(term.p)})"
            for term in clear
        ]
        sentences.append(f"Going with the response: {listed(parts)}.")
    if open_ones:
        few = model.events_per_variable < 10
        caution = "; with so few events that shows neither an association nor its absence" if few else ""
        alone = len(open_ones) == len(model.terms)
        which = ("All" if len(open_ones) > 1 else "The") if alone else "The other"
        words = "odds ratio has an interval that holds 1"
        if len(open_ones) > 1:
            words = f"{len(open_ones)} odds ratios have intervals that hold 1"
        sentences.append(f"{which} {words}{caution}.")
    if partial:
        sentences.append(f"A bound wasn't found for {_named(partial)}, and the other one leaves 1 open.")
    if failed:
        sentences.append(f"No result was found for {_named(failed)}.")
    return f"{opening}. {' '.join(sentences)}"


def why_firth(model: LogisticModel, comparison: ModelComparison) -> str:
    """Say why Firth's method, where maximum likelihood fails or says something materially else; else nothing."""
    pairs = list(zip(model.terms, comparison.maximum_likelihood, strict=True))
    if not pairs or any(isnan(term.odds_ratio) for term, _ in pairs):
        return ""
    if not all(likelihood.converged for _, likelihood in pairs):
        return (
            "Why Firth: maximum likelihood has no finite estimate for this model, and its Wald test would find nothing "
            "however strong the association."
        )
    term, likelihood = max(pairs, key=lambda pair: abs(log(pair[1].odds_ratio) - pair[0].coef))
    if abs(log(likelihood.odds_ratio) - term.coef) < MATERIAL:
        return ""
    return (
        "Why Firth: with few events maximum likelihood exaggerates odds ratios. "
        f"For {term.label} ({term.contrast}) it says {ratio(likelihood.odds_ratio)}, Firth {ratio(term.odds_ratio)}."
    )


def collinearity_note(comparison: ModelComparison) -> str:
    """Say how much the covariates get into each other's way; nothing for a model of one term."""
    known = [term for term in comparison.collinearity if not isnan(term.per_coefficient)]
    if len(known) < 2:
        return ""
    worst = max(known, key=lambda term: term.per_coefficient)
    size = f"largest variance inflation {decimal(worst.per_coefficient, 1)}, {worst.label}"
    words = {
        "none": "The covariates hardly get into each other's way",
        "moderate": "Some collinearity",
        "strong": "Strong collinearity",
    }
    return f"{words[worst.verdict]} ({size}; 5 is moderate, 10 strong, as weak rules)."


def _named(terms: list[ModelTerm]) -> str:
    return listed([f"{term.label} ({term.contrast})" for term in terms])


def _incomplete(term: ModelTerm) -> bool:
    return isnan(term.interval.lower) or isnan(term.interval.upper)


def _together(test: OverallTest) -> str:
    return test.what if test.what == CURVED else f"{test.what} together"


def _odds(term: FirthTerm) -> str:
    if term.reason == NOT_ALONE:
        return NO_NUMBER
    return with_bounds(term.odds_ratio, term.interval, ratio)


def _maximum_likelihood(likelihood: MaximumLikelihoodTerm, *, estimable: bool) -> str:
    if not likelihood.converged:
        return "no finite estimate" if estimable else NOT_ESTIMABLE
    return f"{ratio(likelihood.odds_ratio)}, Wald {p_value(likelihood.wald_p)}, se {decimal(likelihood.se, 2)}"
