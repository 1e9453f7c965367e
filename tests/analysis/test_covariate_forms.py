"""Forms of continuous covariates: the spline against Hmisc's formula, and what a form asks of the data."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from il2dash.analysis.covariate_forms import restricted_cubic_spline
from il2dash.analysis.design_matrix import design_matrix
from il2dash.analysis.logistic_model import logistic_model
from il2dash.analysis.model_comparison import CURVED, model_comparison
from il2dash.analysis.model_data import ModelSpec, model_data
from il2dash.analysis.outcome import EndpointSpec
from il2dash.analysis.population import whole_population
from il2dash.errors import SpecificationError

SPEC = ModelSpec(endpoint=EndpointSpec(endpoint="high"), terms=("arm", "age"))


def hmisc(x: float, t1: float, t2: float, t3: float) -> float:
    """Return the one nonlinear column of ``rcspline.eval(x, c(t1, t2, t3), norm = 2)``, as its source has it."""
    kd = (t3 - t1) ** (2 / 3)

    def power3(value: float) -> float:
        return max(value / kd, 0) ** 3

    return power3(x - t1) + ((t2 - t1) * power3(x - t3) - (t3 - t1) * power3(x - t2)) / (t3 - t2)


def test_the_spline_is_hmiscs(compare):
    x = np.array([-3.0, 1.0, 1.5, 2.0, 4.0, 7.0, 20.0])
    check = compare.of("covariate_form", "Hmisc's formula written out", tolerance=1e-12)
    check(restricted_cubic_spline(x, (1.0, 2.0, 7.0))[:, 0], [hmisc(value, 1.0, 2.0, 7.0) for value in x], "basis")
    assert restricted_cubic_spline(np.array([2.0]), (1.0, 2.0, 7.0))[0, 0] == pytest.approx(1 / 36)


def test_the_spline_is_a_straight_line_beyond_its_knots():
    x = np.array([0.0, 0.5, 1.0, 9.0, 10.0, 11.0])
    column = restricted_cubic_spline(x, (1.0, 3.0, 9.0))[:, 0]
    assert column[:3].tolist() == [0, 0, 0]
    assert column[4] - column[3] == pytest.approx(column[5] - column[4], rel=1e-12)


def test_columns_and_names(twenty):
    population = whole_population(twenty)
    ages = twenty.subjects["age"].to_numpy()
    curved = design_matrix(population, ("arm", "age"), forms={"age": "spline"})
    assert [column.name for column in curved.columns] == ["arm", "age[spline 1]", "age[spline 2]"]
    step = twenty.definition.covariate("age").step
    knots = tuple(np.quantile(ages, (0.1, 0.5, 0.9)))
    assert curved.values[:, 2] == pytest.approx(ages / step)
    assert curved.values[:, 3] == pytest.approx(restricted_cubic_spline(ages, knots)[:, 0] / step)
    doubled = design_matrix(population, ("arm", "age"), forms={"age": "log2"})
    assert [column.name for column in doubled.columns] == ["arm", "age[log2]"]
    assert doubled.columns[1].contrast == "per doubling"
    assert doubled.values[:, 2] == pytest.approx(np.log2(ages))


def test_linear_forms_are_the_model_as_it_was(twenty):
    population = whole_population(twenty)
    assert logistic_model(population, replace(SPEC, forms=(("age", "linear"),))) == logistic_model(population, SPEC)


def test_a_curve_is_tested_together_and_against_a_straight_line(twenty):
    population = whole_population(twenty)
    spec = replace(SPEC, forms=(("age", "spline"),))
    together, bent = model_comparison(population, spec).joint_tests
    model = logistic_model(population, spec)
    assert (together.degrees_of_freedom, bent.degrees_of_freedom, bent.what) == (2, 1, CURVED)
    assert bent.p == pytest.approx(model.terms[2].p, rel=1e-6)
    assert model.id == ""
    assert any("as a curve" in reason or "no model" in reason for reason in model.standing.reasons)


@pytest.mark.parametrize(
    ("forms", "terms", "said"),
    [
        ((("age", "cubic"),), ("arm", "age"), "must be one of linear, log2, spline"),
        ((("age", "log2"),), ("arm",), "isn't in the model"),
        ((("age", "log2"), ("age", "spline")), ("arm", "age"), "stands twice"),
        ((("enfuvirtide", "spline"),), ("arm", "enfuvirtide"), "has levels"),
        ((("arm", "log2"),), ("arm",), "has levels"),
        ((("cycles", "log2"),), ("arm", "cycles"), "is 0 in a patient, which has no logarithm"),
    ],
)
def test_what_a_form_cannot_be(twenty, forms, terms, said):
    with pytest.raises(SpecificationError, match=said):
        model_data(whole_population(twenty), replace(SPEC, terms=terms, forms=forms))


def test_too_few_values_for_a_curve_is_a_reason(make_trial):
    trial = make_trial(
        [{"arm": ("control", "il2")[row % 2], "age": 40.0 + (row == 3), "cd4": [100, 150, 150 + 10 * row]}
         for row in range(12)]
    )  # fmt: skip
    model = logistic_model(whole_population(trial), replace(SPEC, forms=(("age", "spline"),)))
    assert "too few different values for a spline" in model.reason
    assert np.isnan(model.terms[0].odds_ratio)
