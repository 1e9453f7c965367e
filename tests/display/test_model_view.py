"""A model in words, as a table and as a forest, for every mixture of clear, open and failed terms."""

from __future__ import annotations

from dataclasses import replace
from math import nan

import pytest

from il2dash.analysis.logistic_model import logistic_model
from il2dash.analysis.model_comparison import model_comparison
from il2dash.analysis.model_data import ModelSpec
from il2dash.analysis.outcome import EndpointSpec
from il2dash.analysis.population import Filter, select_population, whole_population
from il2dash.display.model_view import model_forest, model_sentence, model_spec

SPEC = ModelSpec(endpoint=EndpointSpec(endpoint="cd4_200"), terms=("arm", "age", "enfuvirtide"))


@pytest.fixture(scope="module")
def model(trial):
    return logistic_model(whole_population(trial), SPEC)


@pytest.fixture(scope="module")
def beside(trial):
    return model_comparison(whole_population(trial), SPEC)


def with_bounds(model, *bounds: tuple[float, float]):
    """Return the model with other intervals: its words go by them, and never by P values."""
    return replace(
        model,
        terms=tuple(
            replace(term, interval=replace(term.interval, lower=lower, upper=upper))
            for term, (lower, upper) in zip(model.terms, bounds, strict=True)
        ),
    )


OPEN, ABOVE, UNDER, NONE, HALF = (0.3, 9.0), (1.2, 9.0), (0.1, 0.8), (nan, nan), (0.5, nan)
OPENING = "3 responders among 7 patients (1 left out: the outcome or a covariate isn't known). "


def test_the_model_of_the_mini_study(model, beside):
    assert model_sentence(model) == (
        "3 responders among 7 patients (1 left out: the outcome or a covariate isn't known). Arm (IL-2 v Control): "
        "odds ratio 4.33 (95% CI 0.290 to 525), compatible with anything from odds 71% lower to 525 times as high. The "
        "other 2 odds ratios have intervals that hold 1; with so few events that shows neither an association nor its "
        "absence."
    )
    spec = model_spec(model, beside)
    assert [row[0] for row in spec.rows] == ["Arm, IL-2 v Control", "Age†, per 10 years", "Enfuvirtide†, Yes v No"]
    assert spec.rows[0][1:3] == ("4.33 (0.290 to 525)", "0.30")
    assert spec.notes == (
        "† Not randomized: prognostic, not an effect.",
        "Why Firth: maximum likelihood has no finite estimate for this model, and its Wald test would find nothing "
        "however strong the association.",
        "The covariates hardly get into each other's way (largest variance inflation 1.2, Enfuvirtide; 5 is moderate, "
        "10 strong, as weak rules).",
    )


@pytest.mark.parametrize(
    ("bounds", "ending"),
    [
        ((OPEN, UNDER, OPEN), "The other odds ratio has an interval that holds 1"),
        ((ABOVE, UNDER, OPEN), "The other odds ratio has an interval that holds 1"),
        ((ABOVE, OPEN, OPEN), "The other 2 odds ratios have intervals that hold 1"),
        ((NONE, NONE, OPEN), "The other odds ratio has an interval that holds 1"),
        ((OPEN, HALF, ABOVE), "A bound wasn't found for Age (per 10 years), and the other one leaves 1 open."),
        (
            (NONE, NONE, NONE),
            "No result was found for Arm (IL-2 v Control), Age (per 10 years) and Enfuvirtide (Yes v No).",
        ),
    ],
)
def test_clear_open_and_failed_terms_are_counted_apart(model, bounds, ending):
    words = model_sentence(with_bounds(model, *bounds))
    assert ending in words
    assert words.startswith(OPENING)
    assert words.endswith(".")
    assert ("Going with the response" in words) == any(each in (ABOVE, UNDER) for each in bounds)
    assert ("No result was found" in words) == any(each is NONE for each in bounds)
    assert ("compatible with anything from odds 70% lower to 9.00 times as high" in words) == (bounds[0] is OPEN)
    assert "nan" not in words
    assert "  " not in words


def test_words_do_not_hang_on_p(model):
    others = replace(model, terms=tuple(replace(term, p=0.001) for term in model.terms))
    assert model_sentence(others) == model_sentence(model)


def test_enough_events_need_no_caution(model):
    words = model_sentence(replace(with_bounds(model, OPEN, OPEN, OPEN), events_per_variable=12.0))
    assert words.endswith("The other 2 odds ratios have intervals that hold 1.")
    without_arm = replace(model, terms=model.terms[1:], events_per_variable=12.0, left_out=0)
    assert model_sentence(without_arm) == (
        "3 responders among 7 patients. All 2 odds ratios have intervals that hold 1."
    )


def test_a_term_that_is_clear_has_its_interval_with_its_level(model):
    words = model_sentence(with_bounds(model, ABOVE, OPEN, OPEN))
    assert "Arm (IL-2 v Control: odds ratio 4.33, 95% CI 1.20 to 9.00, P\u00a0=\u00a00.30)" in words


def test_no_model_says_why(trial, definition):
    population = select_population(trial, (Filter(variable="age", lower=200),))
    nobody = logistic_model(population, SPEC)
    words = model_sentence(nobody)
    assert words.startswith("This model can't be fitted: ")
    assert words.endswith(".")
    assert not words.endswith("..")
    assert "nan" not in " ".join(
        cell for row in model_spec(nobody, model_comparison(population, SPEC)).rows for cell in row
    )
    assert "not estimable" in model_forest(nobody, definition).alt


def test_a_model_without_terms_invites(trial):
    empty = logistic_model(whole_population(trial), replace(SPEC, terms=()))
    assert model_sentence(empty) == "3 responders among 8 patients: switch a covariate on to see its odds ratio."
    assert model_sentence(replace(empty, events=0, n=1)) == (
        "No responders among 1 patient: switch a covariate on to see its odds ratio."
    )


def test_the_forest_tells_terms_of_one_covariate_apart(trial, definition):
    spec = replace(SPEC, terms=("cdc_stage",))
    chart = model_forest(logistic_model(whole_population(trial), spec), definition)
    assert "CDC stage, B v A: " in chart.alt
    assert "CDC stage, C v A: " in chart.alt
