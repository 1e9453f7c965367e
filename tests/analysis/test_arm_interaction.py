"""Interactions: the arm's odds ratio at a level is that of the level alone in a saturated model."""

from __future__ import annotations

from dataclasses import replace
from math import exp, log

import numpy as np
import pytest

from il2dash.analysis import firth
from il2dash.analysis.arm_interaction import arm_interaction, interacting_covariates
from il2dash.analysis.logistic_model import logistic_model
from il2dash.analysis.model_comparison import NOT_ALONE, model_comparison
from il2dash.analysis.model_data import ModelSpec, model_data
from il2dash.analysis.outcome import EndpointSpec
from il2dash.analysis.population import whole_population
from il2dash.errors import SpecificationError

SPEC = ModelSpec(endpoint=EndpointSpec(endpoint="high"), terms=("arm", "age", "enfuvirtide", "stage"))


def test_a_saturated_model_is_its_tables_with_half_a_patient_in_each_cell(twenty, compare):
    """Firth's saturated logistic model adds 1/2 to each cell (Firth 1993, 3.4)."""
    population = whole_population(twenty)
    spec = replace(SPEC, terms=("arm", "enfuvirtide"))
    data = model_data(population, spec)
    result = arm_interaction(population, spec, "enfuvirtide")
    arm, level, y = data.design.values[:, 1] == 1, data.design.values[:, 2] == 1, data.response == 1
    for place, inside in zip(result.effects, (~level, level), strict=True):
        a, b = (y & arm & inside).sum() + 0.5, (~y & arm & inside).sum() + 0.5
        c, d = (y & ~arm & inside).sum() + 0.5, (~y & ~arm & inside).sum() + 0.5
        check = compare.of("interaction", "2x2 tables, half a patient added to each cell", tolerance=1e-6)
        check(place.effect.coef, log(a * d / (b * c)), "log odds ratio")
        assert (place.n, place.events) == (inside.sum(), (y & inside).sum())
        assert place.effect.interval.lower <= place.effect.odds_ratio <= place.effect.interval.upper


def test_where_it_is_centered_changes_neither_test_nor_fit(twenty):
    population = whole_population(twenty)
    result = arm_interaction(population, SPEC, "age")
    data = model_data(population, SPEC)
    product = data.design.values[:, 1] * data.design.values[:, 2]
    plain = firth.fit(np.column_stack([data.design.values, product]), data.response)
    assert result.test.p == pytest.approx(firth.joint_test(plain, [plain.coefficients.shape[1] - 1]).p[0], rel=1e-5)
    step = twenty.definition.covariate("age").step
    for place, age in zip(result.effects, np.quantile(twenty.subjects["age"], (0.25, 0.5, 0.75)), strict=True):
        expected = plain.coefficients[0, 1] + plain.coefficients[0, -1] * age / step
        assert place.effect.coef == pytest.approx(expected, rel=1e-5, abs=1e-7)
        assert place.n is None


@pytest.fixture(scope="module")
def crossed(make_trial):
    """Make a trial of 36 patients with every stage in both arms."""
    return make_trial(
        [
            {
                "arm": ("control", "il2")[row % 2],
                "age": 30.0 + (row * 7) % 23,
                "enfuvirtide": float(row % 5 == 0),
                "stage": "ABC"[(row // 2) % 3],
                "cd4": [9, 9, 90 + 13 * ((row * 11) % 20)],
            }
            for row in range(36)
        ]
    )


def test_products_of_several_columns_are_tested_together(crossed):
    result = arm_interaction(whole_population(crossed), SPEC, "stage")
    assert result.test.degrees_of_freedom == len(result.effects) - 1 == 2
    assert 0 < result.test.p < 1


def test_names_and_standing_of_a_model_with_products(crossed):
    population = whole_population(crossed)
    spec = replace(SPEC, interaction="stage")
    model = logistic_model(population, spec)
    names = [term.name for term in model.terms]
    assert names[-2:] == ["arm:stage[B]", "arm:stage[C]"]
    assert not model.terms[-1].randomized
    assert model.id == ""
    beside = model_comparison(population, spec)
    assert beside.univariable[-1].reason == NOT_ALONE
    assert [test.term for test in beside.joint_tests] == ["stage", "arm:stage"]
    effects = arm_interaction(population, SPEC, "stage").effects
    assert model.terms[0].odds_ratio == pytest.approx(effects[0].effect.odds_ratio, rel=1e-6)
    assert exp(model.terms[-1].coef) * effects[0].effect.odds_ratio == pytest.approx(
        effects[2].effect.odds_ratio, rel=1e-5
    )


def test_swapping_the_arms_inverts_every_odds_ratio(twenty):
    arms = twenty.definition.arms
    swapped = replace(twenty, definition=replace(twenty.definition, arms=replace(arms, reference=arms.treatment)))
    one, other = (arm_interaction(whole_population(trial), SPEC, "age") for trial in (twenty, swapped))
    assert other.test.p == pytest.approx(one.test.p, rel=1e-5)
    for forth, back in zip(one.effects, other.effects, strict=True):
        assert back.effect.odds_ratio == pytest.approx(1 / forth.effect.odds_ratio, rel=1e-5)
        assert back.effect.interval.lower == pytest.approx(1 / forth.effect.interval.upper, rel=1e-4)


def test_a_curve_can_interact(twenty):
    result = arm_interaction(whole_population(twenty), replace(SPEC, forms=(("age", "spline"),)), "age")
    assert result.test.degrees_of_freedom == 2


@pytest.mark.parametrize("covariate", ["arm", "sex"])
def test_both_must_be_in_the_model(twenty, covariate):
    with pytest.raises(SpecificationError, match="both must be in the model"):
        logistic_model(whole_population(twenty), replace(SPEC, interaction=covariate))
    assert covariate not in interacting_covariates(SPEC.terms)
    assert interacting_covariates(("age",)) == ()


def test_an_empty_cell_is_told(make_trial):
    patients = [
        {
            "arm": ("control", "il2")[row % 2],
            "enfuvirtide": float(row % 2 and row < 6),
            "cd4": [9, 9, 90 + 40 * (row % 5)],
        }
        for row in range(14)
    ]
    spec = replace(SPEC, terms=("arm", "enfuvirtide"))
    result = arm_interaction(whole_population(make_trial(patients)), spec, "enfuvirtide")
    assert "switch one of them off" in result.reason
    assert np.isnan(result.test.p)
    assert all(np.isnan(place.effect.odds_ratio) for place in result.effects)
