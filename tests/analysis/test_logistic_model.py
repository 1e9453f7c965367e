from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from math import exp, isnan, log

import numpy as np
import pytest

from il2dash.analysis.logistic_model import logistic_model
from il2dash.analysis.model_comparison import model_comparison
from il2dash.analysis.model_data import ModelSpec
from il2dash.analysis.outcome import EndpointSpec
from il2dash.analysis.population import Filter, select_population
from il2dash.errors import SpecificationError
from il2dash.study.definition import Model


def fitted(trial, terms, *, endpoint="high", filters=(), **changes):
    population = select_population(trial, filters)
    return logistic_model(population, ModelSpec(endpoint=EndpointSpec(endpoint=endpoint, **changes), terms=terms))


def compared(trial, terms, *, endpoint="high", filters=(), **changes):
    population = select_population(trial, filters)
    return model_comparison(population, ModelSpec(endpoint=EndpointSpec(endpoint=endpoint, **changes), terms=terms))


def by_name(model):
    return {term.name: term for term in model.terms}


def assert_without_estimates(model):
    assert model.reason
    assert all(isnan(number) for number in (model.intercept.coef, model.penalized_log_likelihood))
    for term in model.terms:
        assert_without_estimate(term, model.reason)


def assert_without_estimate(term, reason):
    assert isnan(term.coef)
    assert isnan(term.p)
    assert isnan(term.interval.lower)
    assert term.interval.reason == term.reason == reason
    assert not term.converged


def test_one_binary_covariate_is_the_table_with_half_a_patient_in_each_cell(twenty):
    """Firth's logistic model of a 2x2 table is maximum likelihood after adding 1/2 to each cell (Firth 1993, 3.4)."""
    model = fitted(twenty, ("arm",))
    treated = (twenty.subjects["arm"] == "il2").to_numpy()
    week_12 = twenty.measurements[(twenty.measurements["marker"] == "cd4") & (twenty.measurements["visit_week"] == 12)]
    success = (week_12["value"] >= 200).to_numpy()
    a, b = (success & treated).sum() + 0.5, (~success & treated).sum() + 0.5
    c, d = (success & ~treated).sum() + 0.5, (~success & ~treated).sum() + 0.5
    (arm,) = model.terms
    assert arm.coef == pytest.approx(log(a * d / (b * c)), rel=1e-8)
    assert arm.odds_ratio == pytest.approx(a * d / (b * c), rel=1e-8)
    assert (arm.interval.lower, arm.interval.upper) == pytest.approx(
        (exp(arm.coef_interval.lower), exp(arm.coef_interval.upper))
    )
    beside = compared(twenty, ("arm",))
    assert beside.univariable[0].coef == pytest.approx(arm.coef, rel=1e-8)
    assert (model.n, model.events, model.left_out) == (20, int(success.sum()), 0)
    assert arm.converged
    assert arm.test == "penalized likelihood ratio"
    likelihood = log((a - 0.5) * (d - 0.5) / ((b - 0.5) * (c - 0.5)))
    assert beside.maximum_likelihood[0].coef == pytest.approx(likelihood, rel=1e-6)


def test_the_order_of_terms_and_rows_does_not_matter(twenty):
    terms = ("arm", "age", "stage", "enfuvirtide")
    first = fitted(twenty, terms)
    turned = replace(twenty, subjects=twenty.subjects.iloc[::-1].reset_index(drop=True))
    others = [fitted(twenty, order) for order in list(permutations(terms))[5::6]] + [fitted(turned, terms)]
    for other in others:
        assert other.penalized_log_likelihood == pytest.approx(first.penalized_log_likelihood, rel=1e-9)
        assert other.standing == first.standing
        for name, term in by_name(first).items():
            same = by_name(other)[name]
            assert same.coef == pytest.approx(term.coef, rel=1e-5, abs=1e-7)
            assert same.p == pytest.approx(term.p, rel=1e-5)
            assert same.interval.upper == pytest.approx(term.interval.upper, rel=1e-5)


def test_labels_and_steps(twenty):
    model = fitted(twenty, ("arm", "age"))
    definition = twenty.definition
    covariates = tuple(
        replace(covariate, label=f"Other {covariate.label}", step=1.0) for covariate in definition.covariates
    )
    per_year = fitted(replace(twenty, definition=replace(definition, covariates=covariates)), ("arm", "age"))
    decade, year = by_name(model)["age"], by_name(per_year)["age"]
    assert decade.coef == pytest.approx(10 * year.coef, rel=1e-6)
    assert decade.p == pytest.approx(year.p, rel=1e-6)
    assert (decade.contrast, year.contrast) == ("per 10 years", "per year")
    assert by_name(model)["arm"].coef == pytest.approx(by_name(per_year)["arm"].coef, rel=1e-6)


def test_the_other_reference_arm_inverts_the_arm_s_odds_ratio_only(twenty):
    other = replace(
        twenty, definition=replace(twenty.definition, arms=replace(twenty.definition.arms, reference="il2"))
    )
    first, second = (by_name(fitted(trial, ("arm", "age"))) for trial in (twenty, other))
    assert second["arm"].odds_ratio == pytest.approx(1 / first["arm"].odds_ratio, rel=1e-6)
    assert second["arm"].interval.lower == pytest.approx(1 / first["arm"].interval.upper, rel=1e-6)
    assert second["arm"].p == pytest.approx(first["arm"].p, rel=1e-6)
    assert second["age"].coef == pytest.approx(first["age"].coef, rel=1e-6)


def test_intervals_hold_estimates(twenty):
    for endpoint in ("high", "low", "gain", "suppressed", "well"):
        for term in fitted(twenty, ("arm", "age", "stage", "sex"), endpoint=endpoint).terms:
            assert term.interval.lower < term.odds_ratio < term.interval.upper, (endpoint, term.name)
            assert (term.p < 0.05) == (not term.interval.lower < 1 < term.interval.upper)


def test_a_factor_s_columns_and_its_joint_test(twenty):
    model = fitted(twenty, ("stage", "arm"))
    assert [term.name for term in model.terms] == ["stage[B]", "stage[C]", "arm"]
    (joint,) = compared(twenty, ("stage", "arm")).joint_tests
    (turned,) = compared(twenty, ("arm", "stage")).joint_tests
    assert joint.p == pytest.approx(turned.p, rel=1e-5)
    assert (joint.term, joint.degrees_of_freedom) == ("stage", 2)
    without = fitted(twenty, ("arm",))
    # Not the difference of the two fits' likelihoods: the restricted fit keeps the full design in the penalty.
    assert joint.statistic != pytest.approx(
        2 * (model.penalized_log_likelihood - without.penalized_log_likelihood), rel=1e-3
    )
    assert 0 < joint.p <= 1


def test_univariable_models_are_of_the_same_patients(make_trial):
    patients = [
        {
            "arm": ("control", "il2")[row % 2],
            "age": None if row == 3 else 40 + (row * 5) % 11,
            "cd4": [1, 1, 150 + 9 * row],
        }
        for row in range(12)
    ]
    model = fitted(make_trial(patients), ("arm", "age"))
    assert (model.n, model.left_out) == (11, 1)
    known = make_trial([patient for patient in patients if patient["age"] is not None])
    beside = compared(make_trial(patients), ("arm", "age"))
    assert beside.univariable[0].coef == pytest.approx(fitted(known, ("arm",)).terms[0].coef, rel=1e-6)
    assert any("1 patient is left out: a covariate" in warning for warning in beside.warnings)


def test_a_level_that_only_left_out_patients_have(make_trial):
    patients = [
        {
            "arm": ("control", "il2")[row % 2],
            "age": None if row == 4 else 40 + (row * 5) % 11,
            "stage": "B" if row == 4 else "AC"[row % 3 == 0],
            "cd4": [1, 1, 140 + 9 * ((row * 5) % 12)],
        }
        for row in range(12)
    ]
    model = fitted(make_trial(patients), ("arm", "age", "stage"))
    assert model.reason == ""
    assert [term.name for term in model.terms] == ["arm", "age", "stage[C]"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"filters": (Filter(variable="arm", values=("il2",)),)}, "Arm is the same for all 10 patients"),
        ({"filters": (Filter(variable="age", lower=90),)}, "none of the 0 patients"),
        ({"endpoint": "well", "missing_rule": "last_observation"}, "recorded once"),
    ],
)
def test_a_model_that_can_t_be_fitted_says_why(twenty, changes, says):
    model = fitted(twenty, ("arm", "age", "stage"), **changes)
    assert says in model.reason
    assert_without_estimates(model)
    beside = compared(twenty, ("arm", "age", "stage"), **changes)
    assert len(beside.univariable) == len(model.terms)
    for univariable, likelihood in zip(beside.univariable, beside.maximum_likelihood, strict=True):
        assert_without_estimate(univariable, model.reason)
        assert isnan(likelihood.odds_ratio)
        assert likelihood.reason == model.reason


def test_constant_and_duplicate_covariates(make_trial):
    patients = [
        {"arm": ("control", "il2")[row % 2], "age": 50, "enfuvirtide": row % 2, "cd4": [1, 1, 150 + 9 * row]}
        for row in range(12)
    ]
    model = fitted(make_trial(patients), ("arm", "age", "enfuvirtide"))
    assert model.reason == (
        "Age is the same for all 12 patients: switch it off; "
        "Enfuvirtide follows from the others (Arm): switch one of them off"
    )
    assert_without_estimates(model)


def test_everything_missing(make_trial):
    trial = make_trial([{"arm": "control"}, {"arm": "il2"}])
    assert_without_estimates(fitted(trial, ("arm", "age", "stage", "site")))
    assert_without_estimates(fitted(trial, ("arm",), missing_rule="complete_cases"))
    assert_without_estimates(fitted(make_trial([]), ("arm",)))


@pytest.mark.parametrize("threshold", [0, 5000])
def test_everybody_or_nobody_responds(twenty, threshold):
    model = fitted(twenty, ("arm", "age"), threshold=threshold)
    assert model.reason == ""
    assert all(np.isfinite(term.coef) for term in model.terms)
    warnings = compared(twenty, ("arm", "age"), threshold=threshold).warnings
    assert any("responded: no covariate can explain" in warning for warning in warnings)


def test_two_patients(make_trial):
    trial = make_trial([{"arm": "control", "cd4": [1, 1, 300]}, {"arm": "il2", "cd4": [1, 1, 30]}])
    model = fitted(trial, ("arm",))
    assert model.terms[0].coef == pytest.approx(-2 * log(3), rel=1e-6)
    (likelihood,) = compared(trial, ("arm",)).maximum_likelihood
    assert not likelihood.converged
    assert "separate the outcomes" in likelihood.reason


def test_only_an_intercept(twenty):
    model = fitted(twenty, ())
    assert model.terms == ()
    assert model.intercept.coef == pytest.approx(log((model.events + 0.5) / (20 - model.events + 0.5)), rel=1e-8)
    assert isnan(model.events_per_variable)
    assert compared(twenty, ()).univariable == ()


def test_standing(twenty):
    prespecified = fitted(twenty, ("enfuvirtide", "arm", "age"))
    assert (prespecified.id, prespecified.standing.kind) == ("main", "prespecified")
    other = fitted(twenty, ("arm", "stage"), threshold=150)
    assert other.id == ""
    assert other.standing.reasons == (
        "threshold 150, protocol 200",
        "other covariates than in the trial's model: with CDC stage; without Age, Enfuvirtide",
    )
    none = fitted(twenty, ("arm",), endpoint="gain")
    assert none.standing.reasons == ("the trial prespecified no model of CD4 gain",)
    filtered = fitted(twenty, ("enfuvirtide", "arm", "age"), filters=(Filter(variable="age", lower=35),))
    assert len(filtered.standing.reasons) == 1
    # The nearest of two models is the one that the terms are compared with.
    models = (*twenty.definition.models, Model(id="stage", endpoint="high", terms=("arm", "stage", "sex")))
    two = replace(twenty, definition=replace(twenty.definition, models=models))
    assert fitted(two, ("arm", "stage")).standing.reasons == (
        "other covariates than in the trial's model: without Sex",
    )


def test_what_can_t_be_asked(twenty):
    with pytest.raises(SpecificationError, match="no such covariate"):
        fitted(twenty, ("arm", "weight"))
    with pytest.raises(SpecificationError, match="once"):
        fitted(twenty, ("arm", "arm"))
    with pytest.raises(SpecificationError, match="no such one"):
        fitted(twenty, ("arm",), endpoint="cured")
