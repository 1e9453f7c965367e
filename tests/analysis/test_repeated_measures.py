"""The model of repeated measures of a trial: who is in it, what it says, and why it can't say it."""

from __future__ import annotations

from dataclasses import replace
from math import isnan, log10, nan, sqrt

import numpy as np
import pytest

from il2dash.analysis.population import Filter, select_population, whole_population
from il2dash.analysis.repeated_measures import NOT_PRESPECIFIED, repeated_measures
from il2dash.analysis.repeated_measures_design import RepeatedMeasuresSpec
from il2dash.errors import SpecificationError
from il2dash.study.definition import Marker

CD4 = RepeatedMeasuresSpec(marker="cd4")


def patients_of(number: int = 24, **changes):
    """Return patients with correlated counts; `changes` are functions of a patient's number and values."""
    random = np.random.default_rng(11)
    made = []
    for index in range(number):
        level = random.normal(10, 2)
        cd4 = [max(level + random.normal(0, 1), 0.5) ** 2 for _ in range(3)]
        made.append(
            {
                "arm": ("control", "il2")[index % 2],
                "age": float(random.integers(25, 60)),
                "enfuvirtide": float(random.integers(0, 2)),
                "stage": "ABC"[int(random.integers(0, 3))],
                "cd4": cd4,
                "rna": [10 ** random.normal(4.5, 0.5), 10 ** random.normal(3, 0.7), 10 ** random.normal(3, 0.7)],
            }
        )
        for name, change in changes.items():
            made[-1][name] = change(index, made[-1][name] if name in made[-1] else None)
    return made


@pytest.fixture
def modeled(make_trial):
    def model(patients, spec=CD4, **sections):
        return repeated_measures(whole_population(make_trial(patients, **sections)), spec)

    return model


def numbers(model):
    return np.array(
        [[row.estimate, row.se, row.df, row.interval.lower, row.interval.upper, row.p] for row in model.contrasts]
    )


def test_what_the_result_says(modeled):
    model = modeled(patients_of())
    assert (model.scale, model.covariance, model.df_method, model.fallback) == (
        "sqrt",
        "unstructured",
        "kenward-roger",
        (),
    )
    assert (model.n, model.observations, model.left_out, model.reason) == (24, 48, 0, "")
    assert [contrast.week for contrast in model.contrasts] == [6, 12]
    assert model.standing.reasons == (NOT_PRESPECIFIED,)
    for visit, contrast in enumerate(model.contrasts):
        treatment, reference = (model.lsmeans[code][visit] for code in ("il2", "control"))
        assert contrast.estimate == pytest.approx(treatment.mean - reference.mean, rel=1e-9)
        assert contrast.interval.lower < contrast.estimate < contrast.interval.upper
        assert (contrast.p < 0.05) == (contrast.interval.lower > 0 or contrast.interval.upper < 0)
        assert treatment.back_transformed.estimate == pytest.approx(treatment.mean**2)
        assert treatment.back_transformed.interval.lower == pytest.approx(treatment.interval.lower**2)
        assert contrast.treatment_median.upper == pytest.approx((reference.mean + contrast.interval.upper) ** 2)


def test_one_visit_is_the_analysis_of_covariance_of_square_roots(modeled):
    import statsmodels.api as sm

    people = patients_of(cd4=lambda index, values: values[:2])
    model = modeled(people, replace(CD4, df_method="satterthwaite"))
    treated = np.array([float(patient["arm"] == "il2") for patient in people])
    before, after = (np.sqrt([patient["cd4"][visit] for patient in people]) for visit in (0, 1))
    expected = sm.OLS(after, np.column_stack([np.ones(24), treated, before])).fit()
    first, second = model.contrasts
    assert (first.estimate, first.se, first.p) == pytest.approx(
        (expected.params[1], expected.bse[1], expected.pvalues[1]), rel=1e-8
    )
    assert first.df == pytest.approx(21, rel=1e-9)
    # Week 12 has nobody: it stays in the result, with its reason.
    assert isnan(second.p)
    assert second.reason == "no values with Control or IL-2"
    # The mean baseline is where both arms' means are taken.
    at = np.array([1, 1, before.mean()]) @ expected.params
    assert model.lsmeans["il2"][0].mean == pytest.approx(at, rel=1e-9)


def test_numbers_are_held_at_their_mean_over_the_rows_and_factors_at_equal_weights(modeled):
    people = patients_of(cd4=lambda index, values: [*values[:2], values[2] if index % 3 else None])
    plain = modeled(people)
    weights = np.array([2 - (index % 3 == 0) for index in range(24)])
    baselines = np.sqrt([patient["cd4"][0] for patient in people])
    # Moving every baseline by what the mean over the rows is leaves the means where they are.
    shift = np.average(baselines, weights=weights)
    shifted = [dict(patient, cd4=[(sqrt(patient["cd4"][0]) + 3) ** 2, *patient["cd4"][1:]]) for patient in people]
    moved = modeled(shifted)
    assert shift > 0
    assert moved.lsmeans["il2"][0].mean == pytest.approx(plain.lsmeans["il2"][0].mean, rel=1e-8)
    # A factor's levels count the same, however many patients have them: exchanging the levels changes nothing.
    spec = replace(CD4, covariates=("enfuvirtide",))
    exchanged = [dict(patient, enfuvirtide=1 - patient["enfuvirtide"]) for patient in people]
    one, other = modeled(people, spec), modeled(exchanged, spec)
    assert one.lsmeans["control"][1].mean == pytest.approx(other.lsmeans["control"][1].mean, rel=1e-8)


def test_swapping_the_arms_negates_the_contrasts(modeled):
    people = patients_of()
    swapped = [dict(patient, arm={"control": "il2", "il2": "control"}[patient["arm"]]) for patient in people]
    one, other = numbers(modeled(people)), numbers(modeled(swapped))
    np.testing.assert_allclose(one[:, 0], -other[:, 0], rtol=1e-7)
    np.testing.assert_allclose(one[:, [1, 2, 5]], other[:, [1, 2, 5]], rtol=1e-7)
    np.testing.assert_allclose(one[:, 3], -other[:, 4], rtol=1e-7)


@pytest.mark.parametrize("df_method", ["kenward-roger", "satterthwaite"])
def test_the_order_of_the_patients_does_not_matter(modeled, df_method):
    people = patients_of(cd4=lambda index, values: [*values[:2], values[2] if index % 4 else None])
    spec = replace(CD4, df_method=df_method, covariates=("age", "stage"))
    order = np.random.default_rng(3).permutation(len(people))
    one, other = modeled(people, spec), modeled([people[index] for index in order], spec)
    np.testing.assert_allclose(numbers(one), numbers(other), rtol=1e-7)


@pytest.mark.parametrize("factor", [1e-3, 7.0, 1e4])
def test_the_unit_scales_the_estimates(modeled, factor):
    plain = {"cd4": Marker(label="CD4", unit="cells", scale="identity"), "rna": Marker(label="RNA", scale="log10")}
    people = patients_of()
    scaled = [dict(patient, cd4=[value * factor for value in patient["cd4"]]) for patient in people]
    one, other = (modeled(group, markers=plain) for group in (people, scaled))
    np.testing.assert_allclose(numbers(one)[:, [0, 1, 3, 4]] * factor, numbers(other)[:, [0, 1, 3, 4]], rtol=1e-6)
    np.testing.assert_allclose(numbers(one)[:, [2, 5]], numbers(other)[:, [2, 5]], rtol=1e-6)
    # On the log10 scale a unit is a shift of all values: contrasts stay, medians scale.
    rna = RepeatedMeasuresSpec(marker="rna")
    scaled = [dict(patient, rna=[value * factor for value in patient["rna"]]) for patient in people]
    one, other = (modeled(group, rna, markers=plain) for group in (people, scaled))
    np.testing.assert_allclose(numbers(one), numbers(other), rtol=1e-6, atol=1e-9)
    medians = [model.lsmeans["il2"][1].back_transformed.estimate for model in (one, other)]
    assert medians[0] * factor == pytest.approx(medians[1], rel=1e-6)


def test_kenward_roger_and_satterthwaite_share_estimates_and_degrees_of_freedom(modeled):
    people = patients_of(cd4=lambda index, values: [*values[:2], values[2] if index % 4 else None])
    one, other = (numbers(modeled(people, replace(CD4, df_method=name))) for name in ("kenward-roger", "satterthwaite"))
    np.testing.assert_allclose(one[:, [0, 2]], other[:, [0, 2]], rtol=1e-9)
    assert (np.abs(one[:, 1] / other[:, 1] - 1) > 1e-3).all()


def test_censored_values_count_at_the_limit(modeled):
    people = patients_of(rna=lambda index, values: [values[0], "<50" if index % 3 == 0 else values[1], values[2]])
    model = modeled(people, RepeatedMeasuresSpec(marker="rna"))
    assert (model.censored, model.censored_baselines) == (8, 0)
    assert any(warning.startswith("8 of 48 values and 0 of 24 baselines") for warning in model.warnings)
    at_limit = patients_of(rna=lambda index, values: [values[0], 50.0 if index % 3 == 0 else values[1], values[2]])
    same = modeled(at_limit, RepeatedMeasuresSpec(marker="rna"))
    np.testing.assert_array_equal(numbers(model), numbers(same))
    assert same.censored == 0
    assert not same.warnings
    mean = model.lsmeans["il2"][0]
    assert mean.back_transformed.estimate == pytest.approx(10**mean.mean)
    assert log10(mean.back_transformed.interval.upper) == pytest.approx(mean.interval.upper)


def test_who_is_left_out_is_told(modeled):
    people = patients_of(
        cd4=lambda index, values: {0: [None, *values[1:]], 1: values[:1], 2: values}.get(index, values),
        age=lambda index, value: nan if index == 2 else value,
    )
    model = modeled(people, replace(CD4, covariates=("age",)))
    assert (model.n, model.left_out) == (21, 3)
    assert model.warnings == (
        "1 patient is left out: no value at baseline.",
        "1 patient is left out: no value at a planned visit after the baseline.",
        "1 patient is left out: a covariate of the model isn't known.",
    )


def assert_nothing(model, reason: str):
    assert reason in model.reason
    assert model.covariance == ""
    assert len(model.contrasts) == 2
    for row in (*model.contrasts, *model.lsmeans["il2"], *model.lsmeans["control"]):
        assert isnan(row.se)
        assert isnan(row.interval.lower)
        assert row.reason == model.reason


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"arm": lambda index, _: "il2" if index == 1 else "control"}, "IL-2 has 1 patient in the model: two in each"),
        ({"arm": lambda index, _: "control"}, "IL-2 has no patients in the model"),
        ({"cd4": lambda index, _: []}, "none of the 24 patients has a baseline, all covariates, and a value"),
        ({"cd4": lambda index, values: values[:1]}, "none of the 24 patients"),
        ({"cd4": lambda index, values: [values[0], 100, 100]}, "all 48 values after the baseline are the same"),
        ({"cd4": lambda index, values: [values[0], values[0], values[0]]}, "fits all 48 values exactly"),
    ],
)
def test_data_without_a_model(modeled, change, reason):
    assert_nothing(modeled(patients_of(**change)), reason)


def test_a_constant_and_a_duplicate_covariate_are_named(modeled):
    same = patients_of(enfuvirtide=lambda index, _: 1.0)
    model = modeled(same, replace(CD4, covariates=("age", "enfuvirtide")))
    assert_nothing(model, "Enfuvirtide is the same for all 24 patients: switch it off")
    double = patients_of(age=lambda index, _: 3.0 * (index % 2))
    model = modeled(double, replace(CD4, covariates=("age",)))
    assert_nothing(model, "Age follows from the others (Arm, CD4 at baseline): switch one of them off")


def test_a_baseline_that_all_share_is_left_out_of_the_model(modeled):
    model = modeled(patients_of(cd4=lambda index, values: [64, *values[1:]]))
    assert model.reason == ""
    assert "CD4 at baseline is the same for everybody" in model.warnings[0]


def test_a_visit_of_one_arm_has_no_contrast(modeled):
    model = modeled(patients_of(cd4=lambda index, values: values if index % 2 else values[:2]))
    assert model.reason == ""
    first, second = model.contrasts
    assert first.p > 0
    assert (isnan(second.estimate), second.reason) == (True, "no values with Control")
    assert model.lsmeans["il2"][1].mean > 0
    assert model.lsmeans["control"][1].reason == "no values with Control"


def test_fewer_patients_than_parameters_fall_back(modeled, make_trial):
    schedule = tuple(float(week) for week in range(0, 36, 6))
    random = np.random.default_rng(5)

    def course(index, values):
        return [(10 + random.normal(0, 1)) ** 2 for _ in schedule]

    sections = {"visits": replace(make_trial([{"arm": "il2"}]).definition.visits, schedule=schedule)}
    model = modeled(patients_of(12, cd4=course), **sections)
    assert model.covariance == "heterogeneous Toeplitz"
    assert [(step.covariance, step.reason) for step in model.fallback] == [
        ("unstructured", "15 covariance parameters for 12 patients")
    ]
    assert all(contrast.p > 0 for contrast in model.contrasts)
    few = modeled(patients_of(6, cd4=course), **sections)
    assert [step.covariance for step in few.fallback][:2] == ["unstructured", "heterogeneous Toeplitz"]


def test_a_visit_whose_values_are_all_at_the_limit_falls_back_to_one_variance(modeled):
    people = patients_of(rna=lambda index, values: [*values[:2], "<50"])
    model = modeled(people, RepeatedMeasuresSpec(marker="rna"))
    assert model.covariance == "compound symmetry"
    assert len(model.fallback) == 3
    assert model.fallback[0].reason == (
        "within the arms the values of week 12 don't vary: they have no variance of their own"
    )


def test_too_few_values_for_the_coefficients(modeled):
    people = patients_of(4, cd4=lambda index, values: [*values[:2], None] if index < 2 else values)
    model = modeled(people, replace(CD4, covariates=("age",)))
    assert_nothing(model, "6 values are too few for the 6 coefficients of the model")


@pytest.mark.parametrize("size", range(1, 9))
@pytest.mark.parametrize("covariates", [(), ("age", "enfuvirtide", "sex", "stage", "site")])
def test_any_small_trial_has_numbers_or_a_reason(twenty, size, covariates):
    lower = np.sort(twenty.subjects["age"])[size - 1]
    population = select_population(twenty, (Filter(variable="age", upper=lower),))
    for marker in ("cd4", "rna"):
        model = repeated_measures(population, RepeatedMeasuresSpec(marker=marker, covariates=covariates))
        for contrast in model.contrasts:
            assert (contrast.p >= 0) != bool(contrast.reason)


def test_what_cannot_be_asked(twenty):
    population = whole_population(twenty)
    with pytest.raises(SpecificationError, match="no such marker"):
        repeated_measures(population, RepeatedMeasuresSpec(marker="cd8"))
    with pytest.raises(SpecificationError, match="no such covariate"):
        repeated_measures(population, replace(CD4, covariates=("height",)))
    with pytest.raises(SpecificationError, match="known only after the baseline"):
        repeated_measures(population, replace(CD4, covariates=("cycles",)))
    with pytest.raises(SpecificationError, match="in every model"):
        repeated_measures(population, replace(CD4, covariates=("arm",)))
