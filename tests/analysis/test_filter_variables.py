from __future__ import annotations

from dataclasses import replace
from math import isnan, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2dash.analysis.filter_variables import MOST_STEPS, FilterVariable, filter_variable, filter_variables
from il2dash.analysis.population import Filter, parse_filter, select_population
from il2dash.errors import SpecificationError
from il2dash.study.definition import Covariate, Marker, StudyInformation, Visits
from il2dash.study.reading import load_study

SHORT = settings(max_examples=60, deadline=None, derandomize=True)

PATIENTS = [
    {
        "arm": "control",
        "age": 40,
        "enfuvirtide": 1.0,
        "sex": 0.0,
        "stage": "A",
        "site": "10",
        "completed": 1.0,
        "last": 12.2,
        "cd4": [100, 120, 150],
        "rna": [100000, 400, "<50"],
    },
    {
        "arm": "il2",
        "age": 52.5,
        "sex": 1.0,
        "site": "9",
        "cycles": 3,
        "completed": 0.0,
        "last": 7,
        "cd4": [30],
        "rna": [10000],
        "doses": 2,
    },
    {"arm": "il2", "stage": "C", "doses": 1, "cd4": [61, None, 90]},
]


def numbers(trial, name):
    return filter_variable(trial, name).values.tolist()


@pytest.fixture(scope="module")
def trial(make_trial):
    return make_trial(PATIENTS)


@pytest.fixture(scope="module")
def etoile(repository):
    return load_study(repository / "sample_data" / "etoile")


def test_the_arm_then_the_covariates_then_what_was_recorded(trial):
    assert [variable.name for variable in filter_variables(trial)] == [
        *("arm", "age", "enfuvirtide", "sex", "stage", "site", "cycles"),
        *("completed", "last_contact_week", "cd4_week_12", "rna_week_12", "cd4_baseline", "rna_baseline"),
    ]
    after = [variable.name for variable in filter_variables(trial) if variable.timing == "post-baseline"]
    assert after == ["cycles", "completed", "last_contact_week", "cd4_week_12", "rna_week_12"]


@pytest.mark.parametrize(
    ("name", "levels", "values"),
    [
        ("arm", (("control", "Control"), ("il2", "IL-2")), ["control", "il2", "il2"]),
        ("enfuvirtide", (("0", "No"), ("1", "Yes")), ["1", None, None]),
        ("sex", (("F", "level F"), ("M", "level M")), ["F", "M", None]),
        ("stage", (("A", "level A"), ("B", "level B"), ("C", "level C")), ["A", None, "C"]),
        ("site", (("9", "9"), ("10", "10")), ["10", "9", None]),
        ("completed", (("0", "No"), ("1", "Yes")), ["1", "0", None]),
    ],
)
def test_levels(trial, name, levels, values):
    variable = filter_variable(trial, name)
    assert (variable.kind, variable.levels) == ("levels", levels)
    assert variable.values.tolist() == values
    assert variable.steps == ()
    assert isnan(variable.lowest)
    assert isnan(variable.highest)


@pytest.mark.parametrize(
    ("name", "label", "unit", "values"),
    [
        ("age", "Age", "years", [40, 52.5, nan]),
        ("last_contact_week", "Week of last contact", "", [12.2, 7, nan]),
        ("cd4_week_12", "CD4 at week 12", "cells/uL", [150, nan, 90]),
        ("rna_week_12", "RNA at week 12", "log10 copies/mL", [np.log10(50), nan, nan]),
        ("rna_baseline", "RNA at baseline", "log10 copies/mL", [5, 4, nan]),
    ],
)
def test_ranges(trial, name, label, unit, values):
    variable = filter_variable(trial, name)
    assert (variable.kind, variable.label, variable.unit, variable.levels) == ("range", label, unit, ())
    np.testing.assert_allclose(variable.values, values, rtol=1e-15)
    assert variable.lowest == pytest.approx(np.nanmin(values))
    assert variable.highest == pytest.approx(np.nanmax(values))


def test_cycles_are_counted_where_no_covariate_has_them(make_trial, trial):
    counted = make_trial(PATIENTS, covariates=trial.definition.covariates[:-1])
    assert numbers(counted, "cycles") == [0, 2, 1]
    assert filter_variable(counted, "cycles").timing == "post-baseline"
    same = Covariate(name="injections", label="Injections", kind="continuous", timing="post-baseline")
    other = replace(same, timing="baseline")
    patients = [patient | {"injections": number} for patient, number in zip(PATIENTS, (0, 2, 1), strict=True)]
    for covariate, told in ((same, False), (other, True)):
        names = [variable.name for variable in filter_variables(make_trial(patients, covariates=(covariate,)))]
        assert ("cycles" in names) is told
    differing = make_trial([patients[0] | {"injections": 1}, *patients[1:]], covariates=(same,))
    assert numbers(differing, "cycles") == [0, 2, 1]


def test_a_covariate_keeps_its_name(make_trial, trial):
    assert filter_variable(trial, "cycles").label == "Cycles received"
    np.testing.assert_array_equal(numbers(trial, "cycles"), [nan, 3, nan])
    named = Covariate(name="rna_week_12", label="Mine", kind="binary")
    taken = make_trial([{"rna_week_12": 1.0} | patient for patient in PATIENTS], covariates=(named,))
    assert filter_variable(taken, "rna_week_12").label == "Mine"
    assert len({variable.name for variable in filter_variables(taken)}) == len(filter_variables(taken))


def test_baseline_values_that_a_covariate_has_up_to_its_decimals(make_trial):
    first = Covariate(name="first", label="First", kind="continuous")
    viral_loads = (152000, 51300, 9980)

    def told(values, **changes):
        patients = [
            {"arm": "control", "first": value, "rna": [load], "cd4": [50]}
            for value, load in zip(values, viral_loads, strict=True)
        ]
        made = make_trial(patients, covariates=(replace(first, **changes),))
        return "rna_baseline" in [variable.name for variable in filter_variables(made)]

    assert not told((5.18, 4.71, 4.0))
    assert not told(viral_loads)
    assert not told(np.log10(viral_loads))
    assert told((5.18, 4.71, 4.0), timing="post-baseline")
    assert told((5.18, 4.73, 4.0))
    assert told((5.18, 4.71, nan))
    assert told((5, 5, 4)), "whole logs say less than the measurements"


def test_week_of_the_markers(make_trial):
    study = StudyInformation(id="memory", title="A trial in memory", synthetic=True, primary_week=6)
    primary = make_trial(PATIENTS, study=study)
    assert numbers(primary, "cd4_week_6")[0] == 120
    one = make_trial(PATIENTS, visits=Visits(schedule=(-1.0,)))
    assert [variable.name for variable in filter_variables(one)][-2:] == ["cd4_baseline", "rna_baseline"]
    half = make_trial(PATIENTS, visits=Visits(schedule=(0.0, 4.5)), markers={"cd4": Marker(label="CD4")})
    assert filter_variable(half, "cd4_week_4.5").label == "CD4 at week 4.5"
    assert parse_filter(half, "cd4_week_4.5=120..") == Filter(variable="cd4_week_4.5", lower=120)


def test_nothing_recorded_but_the_subjects(make_trial):
    bare = make_trial([{"arm": "control"}, {"arm": "il2"}], doses=False, covariates=())
    assert [variable.name for variable in filter_variables(bare)] == ["arm"]
    unknown = make_trial([{"arm": "control"}, {"arm": "il2"}])
    assert filter_variable(unknown, "age").steps == ()
    assert isnan(filter_variable(unknown, "age").highest)
    with pytest.raises(SpecificationError, match=r"site has the levels none\."):
        parse_filter(unknown, "site=9")


def test_made_once_and_not_to_be_written_to(trial):
    assert filter_variables(trial)[1] is filter_variables(trial)[1]
    with pytest.raises(ValueError, match="read-only"):
        filter_variable(trial, "age").values[0] = 3


def test_etoile(etoile):
    variables = {variable.name: variable for variable in filter_variables(etoile)}
    recorded = ["completed", "last_contact_week", "cd4_week_52", "rna_week_52"]
    covariates = [covariate.name for covariate in etoile.definition.covariates]
    assert list(variables) == ["arm", *covariates, *recorded], "cycles and baselines are covariates already"
    assert variables["rna_week_52"].label == "HIV-1 RNA at week 52"
    assert variables["rna_week_52"].steps[:2] == (1.6, 1.7)
    assert variables["age"].steps == tuple(range(28, 61))
    assert variables["baseline_cd4"].steps == tuple(range(0, 170, 5))


def test_every_step_of_a_slider_reads_back(etoile):
    for variable in filter_variables(etoile):
        for lower, upper in zip(variable.steps, variable.steps[::-1], strict=True):
            for condition in (
                Filter(variable=variable.name, lower=min(lower, upper), upper=max(lower, upper)),
                Filter(variable=variable.name, lower=lower),
                Filter(variable=variable.name, upper=upper),
            ):
                assert parse_filter(etoile, str(condition)) == condition


def test_the_whole_slider_leaves_out_the_missing_alone(etoile):
    for variable in filter_variables(etoile):
        if variable.kind == "range":
            whole = Filter(variable=variable.name, lower=variable.steps[0], upper=variable.steps[-1])
            included = select_population(etoile, (whole,)).included
            np.testing.assert_array_equal(included, ~np.isnan(variable.values))


FINITE = st.floats(-1e12, 1e12, allow_subnormal=False)


@SHORT
@given(values=st.lists(st.one_of(FINITE, st.integers(-5000, 5000).map(float), st.just(nan)), min_size=1, max_size=12))
def test_steps_hold_all_the_data(values):
    variable = FilterVariable(name="x", label="X", kind="range", timing="baseline", values=np.array(values))
    known = [value for value in values if not isnan(value)]
    steps = variable.steps
    assert bool(steps) == bool(known)
    assert len(steps) <= MOST_STEPS
    assert list(steps) == sorted(set(steps))
    if known:
        assert steps[0] <= min(known)
        assert steps[-1] >= max(known)
        assert all(float(repr(step)) == step for step in steps)
    if all(value.is_integer() for value in known):
        assert all(step.is_integer() for step in steps)
    if len(set(known)) > 1:
        assert len(steps) >= 2
        assert len(steps) >= 20 or all(value.is_integer() for value in known)


@pytest.mark.parametrize(
    ("values", "first", "second", "last"),
    [
        ([0.1, 0.3], 0.1, 0.105, 0.3),
        ([1.7, 5.9], 1.7, 1.8, 5.9),
        ([0.30000000000000004, 0.7], 0.3, 0.31, 0.7),
        ([1, 60], 1, 2, 60),
        ([1, 61], 0, 2, 62),
        ([3, 120_000], 0, 5000, 120_000),
        ([-7, 8], -7, -6, 8),
    ],
)
def test_round_steps(values, first, second, last):
    variable = FilterVariable(
        name="x", label="X", kind="range", timing="baseline", values=np.array(values, dtype=float)
    )
    assert (*variable.steps[:2], variable.steps[-1]) == (first, second, last)


def test_one_value_is_one_step():
    variable = FilterVariable(name="x", label="X", kind="range", timing="baseline", values=np.array([4.7, nan, 4.7]))
    assert variable.steps == (4.7,)
