"""A logistic model as a forest plot, a table and a sentence."""

from __future__ import annotations

from math import isnan

from il2dash.analysis.logistic_model import LogisticModel
from il2dash.analysis.model_comparison import ModelComparison
from il2dash.analysis.model_terms import FirthTerm, MaximumLikelihoodTerm
from il2dash.display.chart import Chart
from il2dash.display.forest import DAGGER, ForestRow, forest
from il2dash.display.numbers import bounds, count, decimal, level, listed, p_number, p_value, ratio, within
from il2dash.display.tables import TableSpec
from il2dash.study.definition import StudyDefinition

ODDS_COLOR = "#009E73"
NOT_RANDOMIZED = f"{DAGGER} Not randomized: prognostic, not an effect."


def model_forest(model: LogisticModel, definition: StudyDefinition) -> Chart:
    """Draw the adjusted odds ratios."""
    rows = tuple(
        ForestRow(
            label=f"{term.label}{'' if term.randomized else DAGGER}",
            detail=term.contrast,
            estimate=term.odds_ratio,
            interval=term.interval,
            emphasized=not isnan(term.p) and term.p < 0.05,
        )
        for term in model.terms
    )
    return forest(
        definition,
        rows,
        axis_title=f"Odds ratio (95% CI), n = {model.n}, {count(model.events, 'responder')}",
        null_value=1.0,
        favors=("lower odds of response", "higher"),
        write=ratio,
        logarithmic=True,
        name="model",
        color=ODDS_COLOR,
    )


def model_spec(model: LogisticModel, comparison: ModelComparison) -> TableSpec:
    """Write each coefficient, adjusted and alone, with its interval and p."""
    confidence = level(model.terms[0].interval) if model.terms else "95% CI"
    rows = tuple(
        (
            f"{term.label}{'' if term.randomized else DAGGER}, {term.contrast}",
            _odds(term),
            p_number(term.p),
            _odds(univariable),
            p_number(univariable.p),
            _maximum_likelihood(likelihood, estimable=not isnan(term.odds_ratio)),
        )
        for term, univariable, likelihood in zip(
            model.terms, comparison.univariable, comparison.maximum_likelihood, strict=True
        )
    )
    notes = [NOT_RANDOMIZED] if any(not term.randomized for term in model.terms) else []
    notes += [
        f"{test.label}, all levels together: {p_value(test.p)} ({test.degrees_of_freedom} degrees of freedom)."
        for test in comparison.joint_tests
    ]
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
    )


def model_sentence(model: LogisticModel) -> str:
    """Say which covariates go with the response, and how much the model can carry."""
    if model.reason:
        return f"This model can't be fitted: {within(model.reason)}."
    opening = f"{count(model.events, 'responder')} among {count(model.n, 'patient')}"
    opening = f"{opening[0].upper()}{opening[1:]}"
    if not model.terms:
        return f"{opening}: switch a covariate on to see its odds ratio."
    clear = [term for term in model.terms if term.p < 0.05]
    open_ones = [term for term in model.terms if term.p >= 0.05]
    failed = [term for term in model.terms if isnan(term.p)]
    caution = "; with so few events that shows neither an association nor its absence"
    caution = caution if model.events_per_variable < 10 else ""
    sentences = []
    if clear:
        parts = [
            f"{term.label} ({term.contrast}: odds ratio {ratio(term.odds_ratio)}, {level(term.interval)} "
            f"{bounds(term.interval, ratio)}, {p_value(term.p)})"
            for term in clear
        ]
        sentences.append(f"Going with the response: {listed(parts)}.")
    if open_ones:
        which = "The other" if clear or failed else "All" if len(open_ones) > 1 else "The"
        if len(open_ones) == 1:
            sentences.append(f"{which} odds ratio has an interval that holds 1{caution}.")
        else:
            sentences.append(f"{which} {len(open_ones)} odds ratios have intervals that hold 1{caution}.")
    if failed:
        sentences.append(f"No result was found for {listed([f'{term.label} ({term.contrast})' for term in failed])}.")
    return f"{opening}. {' '.join(sentences)}"


def _odds(term: FirthTerm) -> str:
    if isnan(term.odds_ratio):
        return "not estimable"
    return f"{ratio(term.odds_ratio)} ({bounds(term.interval, ratio)})"


def _maximum_likelihood(likelihood: MaximumLikelihoodTerm, *, estimable: bool) -> str:
    if not likelihood.converged:
        return "no finite estimate" if estimable else "not estimable"
    return f"{ratio(likelihood.odds_ratio)}, Wald {p_value(likelihood.wald_p)}, se {decimal(likelihood.se, 2)}"
