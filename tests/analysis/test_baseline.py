from __future__ import annotations

from dataclasses import replace
from math import isnan, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2dash.analysis.baseline import TOTAL, baseline_table
from il2dash.analysis.covariate_levels import covariate_levels
from il2dash.analysis.population import Filter, select_population, whole_population


def variable(population, name):
    return next(entry for entry in baseline_table(population).variables if entry.name == name)


def of_two_arms(make_trial, name, control, il2):
    patients = [{"arm": "control", name: value} for value in control] + [{"arm": "il2", name: value} for value in il2]
    return variable(whole_population(make_trial(patients)), name)


def test_a_number_by_hand(make_trial):
    age = of_two_arms(make_trial, "age", [30, 40, 50, None], [20, 60])
    control, il2, total = age.groups["control"], age.groups["il2"], age.groups[TOTAL]
    assert (control.n, control.missing, control.median, control.q1, control.q3) == (3, 1, 40, 35, 45)
    assert (control.mean, control.sd, control.minimum, control.maximum) == (40, 10, 30, 50)
    assert (il2.median, il2.q1, il2.q3) == (40, 30, 50)
    assert (total.n, total.missing, total.median) == (5, 1, 40)
    assert age.standardized_mean_difference == 0
    older = of_two_arms(make_trial, "age", [30, 40, 50], [45, 55, 65])
    assert older.standardized_mean_difference == pytest.approx(1.5)


def test_a_factor_by_hand(make_trial):
    sex = of_two_arms(make_trial, "sex", [0, 0, 0, 1, None], [1, 1, 1, 0])
    control = sex.groups["control"]
    assert (control.n, control.missing) == (4, 1)
    assert [(level.value, level.label, level.count, level.proportion) for level in control.levels] == [
        ("F", "level F", 3, 0.75),
        ("M", "level M", 1, 0.25),
    ]
    assert sex.groups[TOTAL].levels[1].proportion == 0.5
    assert sex.standardized_mean_difference == pytest.approx(0.5 / sqrt(0.1875))


def test_three_levels_by_yang_and_dalton(make_trial, compare):
    """The formula of the paper, with its k - 1 levels and inverse, on 2/3/5 of 10 against 4/4/2 of 10."""
    stage = of_two_arms(make_trial, "stage", list("AABBBCCCCC"), list("AAAABBBBCC"))
    treatment, reference = np.array([0.4, 0.2]), np.array([0.3, 0.5])
    covariance = [
        [(0.4 * 0.6 + 0.3 * 0.7) / 2, -(0.4 * 0.2 + 0.3 * 0.5) / 2],
        [-(0.4 * 0.2 + 0.3 * 0.5) / 2, (0.2 * 0.8 + 0.5 * 0.5) / 2],
    ]
    difference = treatment - reference
    expected = sqrt(difference @ np.linalg.inv(covariance) @ difference)
    check = compare.of("baseline_table", "Yang and Dalton's formula", tolerance=1e-12)
    check(stage.standardized_mean_difference, expected, "standardized mean difference of three levels")


def test_an_unused_level_changes_nothing_but_is_listed(make_trial):
    two = of_two_arms(make_trial, "stage", list("BBBC"), list("BCCC"))
    assert [level.count for level in two.groups["control"].levels] == [0, 3, 1]
    assert two.standardized_mean_difference == pytest.approx(0.5 / sqrt(0.1875))


@pytest.mark.parametrize(
    ("name", "control", "il2"),
    [
        ("age", [40, 50], []),
        ("age", [40, 50], [45]),
        ("age", [None, None], [40, 50]),
        ("age", [0.1, 0.1, 0.1], [0.3, 0.3, 0.3]),
        ("sex", [0, 1], []),
        ("sex", [0, 0], [0, 0]),
        ("sex", [0, 0], [1, 1]),
        ("sex", [None], [1]),
        ("stage", list("AB"), list("CC")),
        ("site", ["n", "n"], ["n"]),
        ("site", [None, None], [None]),
    ],
)
def test_no_difference_where_there_is_none_to_compute(make_trial, name, control, il2):
    entry = of_two_arms(make_trial, name, control, il2)
    assert isnan(entry.standardized_mean_difference)
    assert entry.reason


def test_a_constant_number_has_itself_as_its_mean(make_trial):
    summary = of_two_arms(make_trial, "age", [0.1, 0.1, 0.1], [0.1]).groups["control"]
    assert (summary.mean, summary.sd, summary.median) == (0.1, 0.0, 0.1)


def test_an_arm_with_nobody_known(make_trial):
    age = of_two_arms(make_trial, "age", [None, None], [50]).groups["control"]
    assert (age.n, age.missing) == (0, 2)
    assert all(isnan(number) for number in (age.median, age.q1, age.q3, age.mean, age.sd, age.minimum, age.maximum))
    sex = of_two_arms(make_trial, "sex", [], [1]).groups["control"]
    assert (sex.n, sex.missing) == (0, 0)
    assert all(isnan(level.proportion) for level in sex.levels)


def test_only_baseline_covariates_of_the_counted(twenty):
    table = baseline_table(select_population(twenty, (Filter(variable="arm", values=("il2",)),)))
    assert [entry.name for entry in table.variables] == ["age", "enfuvirtide", "sex", "stage", "site"]
    assert table.n == {"control": 0, "il2": 10, TOTAL: 10}
    assert table.standing.kind == "exploratory"


def test_levels_of_a_factor_that_lists_none(make_trial):
    trial = make_trial([{"arm": "il2", "site": site} for site in ("10", "9", "9", None)])
    site, enfuvirtide = trial.definition.covariate("site"), trial.definition.covariate("enfuvirtide")
    assert covariate_levels(site, trial.subjects["site"]) == (("9", "9"), ("10", "10"))
    assert covariate_levels(enfuvirtide, trial.subjects["enfuvirtide"]) == (("0", "No"), ("1", "Yes"))
    words = make_trial([{"arm": "il2", "site": site} for site in ("north", "10")]).subjects["site"]
    assert covariate_levels(site, words) == (("10", "10"), ("north", "north"))


ages = st.lists(st.integers(20, 80), min_size=2, max_size=8)
stages = st.lists(st.sampled_from("ABC"), min_size=1, max_size=8)


@settings(deadline=None, max_examples=40)
@given(control=ages, il2=ages, control_stage=stages, il2_stage=stages)
def test_swapping_the_arms(make_trial, control, il2, control_stage, il2_stage):
    first, second = of_two_arms(make_trial, "age", control, il2), of_two_arms(make_trial, "age", il2, control)
    assert first.standardized_mean_difference == pytest.approx(-second.standardized_mean_difference, nan_ok=True)
    first = of_two_arms(make_trial, "stage", control_stage, il2_stage)
    second = of_two_arms(make_trial, "stage", il2_stage, control_stage)
    assert first.standardized_mean_difference == pytest.approx(
        second.standardized_mean_difference, nan_ok=True, abs=1e-7
    )


def test_the_reference_decides_the_sign(make_trial):
    patients = [{"arm": "control", "sex": value} for value in (0, 0, 1)] + [{"arm": "il2", "sex": 1}]
    trial = make_trial(patients)
    swapped = make_trial(patients, arms=replace(trial.definition.arms, reference="il2"))
    first, second = (variable(whole_population(made), "sex") for made in (trial, swapped))
    assert first.standardized_mean_difference > 0
    assert second.standardized_mean_difference == pytest.approx(-first.standardized_mean_difference)
