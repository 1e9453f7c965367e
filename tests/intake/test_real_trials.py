"""The real trials beside the project, from their files as they are by guess, choices and recipe to R's results."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from il2dash.analysis.population import whole_population
from il2dash.analysis.repeated_measures import repeated_measures
from il2dash.analysis.repeated_measures_design import RepeatedMeasuresSpec
from il2dash.analysis.time_to_first import time_to_first
from il2dash.analysis.visit_values import visit_values
from il2dash.intake.build import build, read_built
from il2dash.intake.guess import guess_recipe
from il2dash.intake.recipe import ArmChoice, Recipe, recipe_json, recipe_of_json
from il2dash.intake.recipe_layouts import TimeColumn, VisitTime
from il2dash.intake.study_content import study_zip
from il2dash.study.definition import Marker, Visits
from il2dash.study.definition_file import read_definition
from il2dash.study.raw_tables import RawTable
from il2dash.study.reading import load_study
from il2dash.study.study_files import FolderFiles
from il2dash.study.table_files import read_raw_table
from il2dash.study.trial import Trial

MONTH = 365.25 / 84  # weeks


@cache
def table(folder, name) -> RawTable:
    raw, problems = read_raw_table(FolderFiles(folder), name)
    assert problems == ()
    return raw


def proposed(shared, *names) -> Recipe:
    recipe = guess_recipe([table(shared / "data", name) for name in names]).recipe
    assert recipe is not None
    return recipe


def trial_of(shared, recipe, *names) -> Trial:
    assert recipe_of_json(recipe_json(recipe)) == recipe
    built = build([table(shared / "data", name) for name in names], recipe)
    reading = read_built(built)
    assert reading.trial is not None, "\n".join(map(str, reading.problems))
    return reading.trial


def reference(shared, file, name):
    cases = json.loads((shared / "reference" / file).read_text(encoding="utf-8"))["cases"]
    return next(case for case in cases if case["name"] == name)


def sorted_rows(frame: pd.DataFrame) -> pd.DataFrame:
    columns = sorted(frame.columns)
    return frame[columns].sort_values(columns).reset_index(drop=True)


def actg_choices(recipe: Recipe, repository) -> Recipe:
    """Take the guess's columns and say of them what tests/studies/actg175 says."""
    definition, _ = read_definition(repository / "tests" / "studies" / "actg175" / "study.toml")
    reference_arm, treatment_arm = definition.arms.levels
    choose = {"value": recipe.subjects.reference.value}, {"value": recipe.subjects.treatment.value}
    marker = next(marker for marker in recipe.markers if marker.name == "cd4")
    visits = replace(recipe.visits[0], columns=tuple(c for c in recipe.visits[0].columns if c.marker == "cd4"))
    return replace(
        recipe,
        study=definition.study,
        subjects=replace(
            recipe.subjects,
            reference=ArmChoice(code=reference_arm.code, label=reference_arm.label, **choose[0]),
            treatment=ArmChoice(code=treatment_arm.code, label=treatment_arm.label, **choose[1]),
        ),
        covariates=definition.covariates,
        markers=(replace(marker, marker=definition.markers["cd4"]),),
        visits=(visits,),
        events=(replace(recipe.events[0], term=definition.tables.events.wide[0].term),),
        endpoints=definition.endpoints,
        models=definition.models,
    )


def test_actg_175_is_the_trial_that_its_study_toml_describes(repository, shared):
    recipe = actg_choices(proposed(shared, "actg175.csv"), repository)
    trial = trial_of(shared, recipe, "actg175.csv")
    other = load_study(repository / "tests" / "studies" / "actg175", data_dir=shared / "data")
    for name in ("subjects", "measurements", "events"):
        pd.testing.assert_frame_equal(sorted_rows(getattr(trial, name)), sorted_rows(getattr(other, name)))
    assert trial.excluded == other.excluded == 1085
    assert trial.arm_sizes == other.arm_sizes
    same = replace(trial.definition, tables=other.definition.tables, covariates=other.definition.covariates)
    assert same == other.definition
    assert [replace(covariate, column="") for covariate in other.definition.covariates] == [
        *trial.definition.covariates
    ]
    expected = reference(shared, "time_to_event.json", "actg175_arms01")
    found = time_to_first(whole_population(trial), "aids")
    assert found.logrank.statistic == pytest.approx(expected["logrank_chisq"], rel=1e-11)


def test_what_is_guessed_of_actg_175(shared):
    recipe = proposed(shared, "actg175.csv")
    assert (recipe.subjects.patient, recipe.subjects.arm, recipe.subjects.repeated) == ("pidnum", "arms", False)
    assert (recipe.subjects.reference.value, recipe.subjects.excluded_arms) == ("0", ("2", "3"))
    columns = {(place.marker, place.week): place.column for place in recipe.visits[0].columns}
    assert columns == {
        ("cd4", 0): "cd40", ("cd4", 20): "cd420", ("cd4", 96): "cd496", ("cd8", 0): "cd80", ("cd8", 20): "cd820",
    }  # fmt: skip
    covariates = {covariate.name: covariate for covariate in recipe.covariates}
    assert "treat" not in covariates  # says the arm again: none or one of the other three
    assert "days" not in covariates
    assert (covariates["baseline_cd4"].column, covariates["baseline_cd4"].step) == ("cd40", 50)
    assert (covariates["karnof"].kind, covariates["karnof"].step) == ("continuous", 10)
    assert (covariates["strat"].kind, covariates["gender"].kind) == ("categorical", "binary")
    assert covariates["offtrt"].timing == "post-baseline"


def abrams_choices(recipe: Recipe) -> Recipe:
    """Months, square roots, and the months of R's reference: what nobody can see from the columns."""
    months = TimeColumn(column="Time", unit="months")
    visits = replace(recipe.visits[0], time=VisitTime(column="obstime", unit="months"))
    return replace(
        recipe,
        subjects=replace(recipe.subjects, last_contact=months),
        covariates=tuple(covariate for covariate in recipe.covariates if covariate.name != "baseline_cd4"),
        markers=(replace(recipe.markers[0], marker=Marker(label="CD4", unit="cells/uL"), stored="sqrt"),),
        visits=(visits,),
        plan=Visits(schedule=tuple(month * MONTH for month in (0, 2, 6, 12)), window="exact"),
        events=tuple(replace(event, time=months) for event in recipe.events),
    )


@pytest.fixture(scope="module", params=[("aids.csv",), ("aids.csv", "aids_id.csv")], ids=["long", "two files"])
def abrams(request, shared) -> Trial:
    proposal = guess_recipe([table(shared / "data", name) for name in request.param])
    assert any("square root" in question for question in proposal.questions)
    assert any("obstime" in question and "months" in question for question in proposal.questions)
    assert proposal.recipe.subjects.repeated is (len(request.param) == 1)
    return trial_of(shared, abrams_choices(proposal.recipe), *request.param)


def test_abrams_cd4_is_the_count_again(abrams, shared):
    rows = pd.read_csv(shared / "data" / "aids.csv")
    values = abrams.measurements["value"].to_numpy()
    assert len(values) == len(rows)
    whole = np.round(values)
    assert (values == whole).mean() > 0.95  # counts are whole numbers, to the last digit
    assert np.sort(values) == pytest.approx(np.sort(rows["CD4"] ** 2), rel=1e-8)


def test_abrams_mmrm_is_r_s(abrams, shared):
    expected = reference(shared, "repeated_measures.json", "jm_aids_change")
    for method, key in (("kenward-roger", "Kenward-Roger"), ("satterthwaite", "Satterthwaite")):
        found = repeated_measures(whole_population(abrams), RepeatedMeasuresSpec(marker="cd4", df_method=method))
        assert (found.n, found.observations, found.covariance) == (expected["n"], expected["rows"], "unstructured")
        for contrast, row in zip(found.contrasts, expected[key]["contrasts"], strict=True):
            assert contrast.estimate == pytest.approx(row["estimate"], rel=1e-4)
            assert contrast.se == pytest.approx(row["se"], rel=1e-4)
            assert contrast.df == pytest.approx(row["df"], rel=1e-3)
            assert contrast.p == pytest.approx(row["p"], rel=1e-3)
            assert contrast.interval.lower == pytest.approx(row["lower"], abs=2e-4 * row["se"])
            assert contrast.interval.upper == pytest.approx(row["upper"], abs=2e-4 * row["se"])


def test_abrams_deaths_are_r_s(abrams, shared):
    expected = reference(shared, "time_to_event.json", "jm_aids")
    found = time_to_first(whole_population(abrams), "death")
    assert found.logrank.statistic == pytest.approx(expected["logrank_chisq"], rel=1e-11)
    assert found.logrank.p == pytest.approx(expected["logrank_p"], rel=1e-10)
    assert found.hazard_ratio.estimate == pytest.approx(expected["cox_hr"], rel=2e-9)
    assert [found.observed["ddc"], found.observed["ddi"]] == expected["events"]


@pytest.fixture(scope="module")
def fev(shared) -> Trial:
    return trial_of(shared, proposed(shared, "fev_data.csv"), "fev_data.csv")


def test_fev_data_needs_no_choice(fev, shared):
    """Visits by name, the baseline in a column of its own on every row, PBO as the reference."""
    rows = pd.read_csv(shared / "data" / "fev_data.csv")
    assert fev.definition.arms.codes == ("pbo", "trt")
    assert fev.definition.visits.schedule == (0, 1, 2, 3, 4)
    values = visit_values(fev, "fev1").values
    wide = rows.pivot(index="USUBJID", columns="AVISIT", values="FEV1").loc[fev.subjects["subject_id"]]
    np.testing.assert_array_equal(values[:, 1:], wide.to_numpy())
    base = rows.drop_duplicates("USUBJID").set_index("USUBJID")["FEV1_BL"]
    np.testing.assert_array_equal(values[:, 0], base.loc[fev.subjects["subject_id"]].to_numpy())


@pytest.mark.parametrize("method", ["Kenward-Roger", "Satterthwaite"])
def test_fev_mmrm_is_r_s(fev, shared, method):
    """R's model adjusts for race and sex, and for no baseline."""
    spec = RepeatedMeasuresSpec(
        marker="fev1", adjusted_for_baseline=False, covariates=("race", "sex"), df_method=method.lower()
    )
    model = repeated_measures(whole_population(fev), spec)
    rows = reference(shared, "repeated_measures.json", "fev_data")[method]["contrasts"]
    assert model.covariance == "unstructured"
    for name, tolerance in (("estimate", 1e-4), ("se", 1e-4), ("df", 1e-3), ("p", 1e-3)):
        found = [getattr(contrast, name) for contrast in model.contrasts]
        assert found == pytest.approx([row[name] for row in rows], rel=tolerance), name


@pytest.mark.parametrize("name", ["aids.csv", "fev_data.csv"])
def test_the_order_of_rows_and_columns_does_not_matter(shared, name):
    recipe = proposed(shared, name)
    first = read_built(build([table(shared / "data", name)], recipe)).trial
    data = table(shared / "data", name).data
    mixed = data.sample(frac=1, random_state=1)[list(reversed(data.columns))]
    second = read_built(build([RawTable(file=name, data=mixed)], recipe)).trial
    assert first.fingerprint == second.fingerprint


def test_the_download_loads_to_the_same_fingerprint(shared, tmp_path):
    built = build([table(shared / "data", "aids.csv")], abrams_choices(proposed(shared, "aids.csv")))
    (tmp_path / "abrams.zip").write_bytes(study_zip(built.content))
    assert load_study(tmp_path / "abrams.zip").fingerprint == read_built(built).trial.fingerprint
