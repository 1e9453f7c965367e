from __future__ import annotations

import numpy as np
import pytest

from il2dash.analysis.collinearity import collinearity
from il2dash.analysis.design_matrix import design_matrix
from il2dash.analysis.model_separation import model_separation
from il2dash.analysis.model_warnings import warnings
from il2dash.analysis.population import whole_population


def of(trial, terms, response, *, covariates=0, outcomes=0):
    design = design_matrix(whole_population(trial), terms)
    outcome = np.asarray(response, dtype=float)
    separated = model_separation(design, outcome, tuple(trial.subjects["subject_id"]))
    inflated = collinearity(design)
    return warnings(outcome, separated, inflated, left_out_covariates=covariates, left_out_outcomes=outcomes)


@pytest.fixture(scope="module")
def hundred(make_trial):
    return make_trial([{"arm": ("control", "il2")[row % 2], "age": 20 + (row * 7) % 50} for row in range(100)])


def test_nothing_to_warn_of(hundred):
    assert of(hundred, ("arm",), np.arange(100) % 3 == 0) == ()


@pytest.mark.parametrize(
    ("events", "opening"),
    [(20, None), (19, "Few events"), (10, "Few events"), (9, "Far too few events"), (1, "Far too few events")],
)
def test_events_per_variable_counts_the_smaller_group(hundred, events, opening):
    few = np.zeros(100)
    few[::2][: (events + 1) // 2] = 1
    few[1::2][: events // 2] = 1
    for response, which in ((few, "responders"), (1 - few, "non-responders")):
        found = [warning for warning in of(hundred, ("arm", "age"), response) if "events for the number" in warning]
        assert len(found) == (opening is not None)
        if opening:
            assert found[0].startswith(f"{opening} for the number of covariates: {events} {which} for 2 coefficients")


def test_separation_names_the_covariate_and_its_direction(twenty):
    treated = (twenty.subjects["arm"] == "il2").to_numpy()
    wide = "Firth's stays finite, with a wide interval."
    assert of(twenty, ("arm",), treated)[0] == (
        "Arm (IL-2 v Control) separates responders from others (completely): "
        f"by maximum likelihood the odds ratio is infinite; {wide} "
        "The outcome of 20 of 20 patients follows from it with certainty."
    )
    # Nobody with enfuvirtide responds, and some of the others.
    some = (twenty.subjects["enfuvirtide"] == 0).to_numpy() & (np.arange(20) % 4 < 2)
    assert of(twenty, ("age", "enfuvirtide"), some)[0] == (
        "Enfuvirtide (Yes v No) separates responders from others (in part): "
        f"by maximum likelihood the odds ratio is 0; {wide} "
        "The outcome of 7 of 20 patients (P00, P03, P06, P09, P12, P15, P18) follows from it with certainty."
    )


def test_separation_by_two_covariates_together(make_trial):
    cells = [(0, 0, 0), (0, 1, 0), (0, 1, 1), (1, 0, 0), (1, 0, 1), (1, 1, 1)] * 2
    trial = make_trial(
        [{"arm": ("control", "il2")[arm], "enfuvirtide": with_it} for arm, with_it, _ in cells],
    )
    assert of(trial, ("arm", "enfuvirtide"), [response for *_, response in cells])[0].startswith(
        "Arm (IL-2 v Control), Enfuvirtide (Yes v No) together separate responders from others (in part): by maximum "
        "likelihood the odds ratio is infinite for Arm (IL-2 v Control), infinite for Enfuvirtide (Yes v No);"
    )


def test_nobody_everybody_and_no_patients(twenty, make_trial):
    assert of(twenty, ("arm",), np.zeros(20))[0].startswith("Nobody responded")
    assert of(twenty, ("arm",), np.ones(20))[0].startswith("Everybody responded")
    assert not [warning for warning in of(make_trial([]), ("arm",), []) if "responded" in warning]


def test_who_is_left_out(hundred):
    found = of(hundred, ("arm",), np.arange(100) % 3 == 0, covariates=1, outcomes=4)
    assert found == (
        "1 patient is left out: a covariate of the model isn't known.",
        "4 patients are left out: the outcome isn't known under this rule.",
    )


def test_strong_collinearity_names_the_covariates(make_trial):
    rng = np.random.default_rng(1)
    ages = rng.integers(20, 60, 60).astype(float)
    trial = make_trial(
        [{"arm": ("control", "il2")[row % 2], "age": age, "cycles": age + row % 3} for row, age in enumerate(ages)]
    )
    found = [words for words in of(trial, ("arm", "age", "cycles"), np.arange(60) % 2) if "Collinear" in words]
    assert len(found) == 1
    assert "Age" in found[0]
    assert "Arm" not in found[0]
