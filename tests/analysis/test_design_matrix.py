from __future__ import annotations

import numpy as np
import pytest

from il2dash.analysis.design_matrix import design_matrix
from il2dash.analysis.population import Filter, select_population, whole_population
from il2dash.analysis.unusable_terms import unusable_terms
from il2dash.errors import SpecificationError


@pytest.fixture(scope="module")
def trial(make_trial):
    return make_trial(
        [
            {"arm": "control", "age": 40, "enfuvirtide": 0, "sex": 1, "stage": "A", "site": "9", "cycles": 0},
            {"arm": "control", "age": 50, "enfuvirtide": 1, "sex": 1, "stage": "C", "site": "10", "cycles": 0},
            {"arm": "il2", "age": 45, "enfuvirtide": 0, "sex": 1, "stage": None, "site": "9", "cycles": 1},
            {"arm": "il2", "age": None, "enfuvirtide": 1, "sex": 1, "stage": "C", "site": "10", "cycles": 1},
            {"arm": "il2", "age": 61, "enfuvirtide": 0, "sex": 1, "stage": "C", "site": "11", "cycles": 1},
        ]
    )


def test_columns_by_hand(trial):
    design = design_matrix(whole_population(trial), ("age", "arm", "stage", "enfuvirtide"))
    nan = np.nan
    np.testing.assert_array_equal(
        design.values,
        [
            [1, 4.0, 0, 0, 0],
            [1, 5.0, 0, 1, 1],
            [1, 4.5, 1, nan, 0],
            [1, nan, 1, 1, 1],
            [1, 6.1, 1, 1, 0],
        ],
    )
    assert [column.name for column in design.columns] == ["age", "arm", "stage[C]", "enfuvirtide"]
    assert [column.contrast for column in design.columns] == [
        "per 10 years",
        "IL-2 v Control",
        "level C v level A",
        "Yes v No",
    ]
    assert design.complete.tolist() == [True, True, False, False, True]
    assert design.term_columns("stage").tolist() == [3]
    assert [column.randomized for column in design.columns] == [False, True, False, False]


def test_levels_of_a_factor_that_lists_none_are_in_the_order_of_numbers(trial):
    design = design_matrix(whole_population(trial), ("site",))
    assert [column.name for column in design.columns] == ["site[10]", "site[11]"]
    assert design.columns[0].contrast == "10 v 9"


def test_only_the_levels_of_those_in_the_model(trial):
    population = whole_population(trial)
    among = np.array([True, True, True, True, False])
    assert [column.name for column in design_matrix(population, ("site",), among=among).columns] == ["site[10]"]
    # The reference is the first level that they have.
    among = np.array([False, True, False, True, True])
    design = design_matrix(population, ("site",), among=among)
    assert [(column.name, column.contrast) for column in design.columns] == [("site[11]", "11 v 10")]


def test_no_terms_and_no_patients(trial):
    assert design_matrix(whole_population(trial), ()).values.shape == (5, 1)
    nobody = select_population(trial, (Filter(variable="age", lower=90),))
    design = design_matrix(nobody, ("arm", "age", "stage", "site", "enfuvirtide"))
    assert len(design.values) == 0
    assert set(unusable_terms(design)) == {"arm", "age", "stage", "site", "enfuvirtide"}


def test_a_factor_nobody_knows(make_trial):
    trial = make_trial([{"arm": "control"}, {"arm": "il2"}])
    design = design_matrix(whole_population(trial), ("site", "stage"))
    assert np.isnan(design.values[:, 1:]).all()
    assert not design.complete.any()


@pytest.mark.parametrize(
    ("terms", "says"),
    [
        (("arm", "weight"), "'weight': the study has no such covariate; it has arm, age"),
        (("age", "arm", "age"), "'age': a model has each covariate once"),
    ],
)
def test_terms_that_can_t_be(trial, terms, says):
    with pytest.raises(SpecificationError, match=says):
        design_matrix(whole_population(trial), terms)


def test_terms_that_tell_nothing(trial, twenty):
    assert unusable_terms(design_matrix(whole_population(twenty), ("arm", "age", "stage", "site", "sex"))) == {}
    reasons = unusable_terms(design_matrix(whole_population(trial), ("sex", "arm", "cycles")))
    assert reasons == {
        "sex": "Sex is the same for all 5 patients: switch it off",
        "cycles": "Cycles received follows from the others (Arm): switch one of them off",
    }
    single = select_population(trial, (Filter(variable="age", lower=61),))
    assert unusable_terms(design_matrix(single, ("arm",))) == {
        "arm": "Arm is the same for the only patient: switch it off"
    }


def test_a_covariate_in_the_thousands_is_not_taken_for_a_constant(make_trial):
    patients = [{"arm": ("control", "il2")[row % 2], "age": 1e6 + row, "cycles": (row * row) % 7} for row in range(9)]
    assert unusable_terms(design_matrix(whole_population(make_trial(patients)), ("arm", "age", "cycles"))) == {}
