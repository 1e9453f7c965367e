"""A changed choice keeps the later ones that still make sense, and says which it dropped."""

from __future__ import annotations

from dataclasses import replace

import pytest

from il2dash.intake.build import build, read_built
from il2dash.intake.column_facts import table_facts
from il2dash.intake.guess import guess_recipe
from il2dash.intake.guess_arms import Chosen
from il2dash.intake.recipe import Recipe, recipe_json, recipe_of_json
from il2dash.intake.recipe_edits import (
    after_fixes,
    finished,
    model_terms,
    new_endpoint,
    rechosen,
    with_arms,
    with_covariates,
    with_endpoints,
    with_last_contact,
    with_meaning,
    with_model,
    with_plan,
    with_visits,
)
from il2dash.intake.recipe_layouts import TimeColumn
from il2dash.intake.visit_edits import sources_for
from il2dash.study.definition import Endpoint, Visits
from tests.intake.raw import raw

ROWS = "\n".join(
    f"{n},{'abc'[n % 3]},{'xy'[n % 2]},{30 + n},{'MF'[n % 2]},{90 + n},{n % 2},{100 + 7 * n},{120 + 5 * n},{n % 2}"
    for n in range(1, 13)
)
TRIAL = raw(f"id,arm,centre,age,sex,days,death,cd4_w0,cd4_w12,response\n{ROWS}")
OTHER = raw("subject,treatment,weight\n1,a,70\n2,b,80\n", name="other.csv")


@pytest.fixture
def recipe() -> Recipe:
    guessed = guess_recipe([TRIAL, OTHER]).recipe
    assert guessed is not None
    assert guessed.subjects.table == "trial.csv"
    endpoint = Endpoint(id="gain", label="Gain", rule="gain_at_least", marker="cd4", threshold=20.0, week=12.0)
    return with_model(with_endpoints(guessed, (*guessed.endpoints, endpoint)), "gain", ["age", "sex"])


def test_another_column_of_the_arm_keeps_what_does_not_depend_on_it(recipe):
    _, edited = rechosen([TRIAL, OTHER], recipe, Chosen(table="trial.csv", patient="id", arm="centre"))
    assert (edited.recipe.subjects.reference.value, edited.recipe.subjects.treatment.value) == ("x", "y")
    assert "centre" in [covariate.name for covariate in recipe.covariates]
    assert "centre" not in [covariate.name for covariate in edited.recipe.covariates]
    assert (edited.recipe.markers, edited.recipe.endpoints) == (recipe.markers, recipe.endpoints)
    assert edited.recipe.subjects.last_contact == recipe.subjects.last_contact
    assert edited.dropped == ()


def test_an_arm_that_was_a_covariate_of_a_model_or_an_outcome_says_what_it_takes(recipe):
    _, edited = rechosen([TRIAL], recipe, Chosen(table="trial.csv", patient="id", arm="sex"))
    assert edited.dropped == ("The model of Gain lost sex.",)
    assert model_terms(edited.recipe, "gain") == ("age",)
    _, edited = rechosen([TRIAL], recipe, Chosen(table="trial.csv", patient="id", arm="response"))
    assert any("response was removed" in words for words in edited.dropped)


def test_another_table_is_proposed_anew_under_the_same_title(recipe):
    titled = replace(recipe, study=replace(recipe.study, title="My trial"))
    _, edited = rechosen([TRIAL, OTHER], titled, Chosen(table="other.csv"))
    assert edited.recipe.study.title == "My trial"
    assert edited.recipe.subjects.patient == "subject"
    assert len(edited.dropped) == 1


def test_arms_are_chosen_and_the_rest_are_left_out(recipe):
    facts = table_facts(TRIAL, patient="id")
    named = replace(
        recipe,
        subjects=replace(recipe.subjects, reference=replace(recipe.subjects.reference, label="The first")),
    )
    changed = with_arms(named, facts, reference="c", treatment="a").subjects
    assert (changed.reference.value, changed.treatment.value, changed.excluded_arms) == ("c", "a", ("b",))
    assert changed.treatment.label == "The first"  # what an arm was called goes with it
    reading = read_built(build([TRIAL], replace(named, subjects=changed)))
    assert reading.trial.excluded == 4


def test_the_unit_of_the_last_contact_is_that_of_events_at_the_same_column(recipe):
    assert recipe.events[0].time == recipe.subjects.last_contact
    changed = with_last_contact(recipe, TimeColumn(column="days", unit="months"))
    assert changed.events[0].time.unit == "months"
    other = with_last_contact(recipe, TimeColumn(column="age", unit="months"))
    assert other.events == recipe.events


def test_a_covariate_leaves_its_models(recipe):
    edited = with_covariates(recipe, [one for one in recipe.covariates if one.name != "age"])
    assert edited.dropped == ("The model of Gain lost age.",)
    assert edited.recipe.models[0].terms == ("arm", "sex")


def test_visits_that_go_take_markers_and_endpoints_along(recipe):
    edited = with_visits(recipe, "trial.csv", ())
    assert edited.recipe.markers == ()
    assert edited.dropped == ("The endpoint Gain was removed: its marker has no values any more.",)
    assert edited.recipe.models == ()
    assert [endpoint.id for endpoint in edited.recipe.endpoints] == ["response"]
    back = with_visits(edited.recipe, "trial.csv", sources_for(table_facts(TRIAL, patient="id"), "weeks"))
    assert [choice.name for choice in back.recipe.markers] == ["cd4"]


def test_the_primary_week_is_a_planned_one_or_none(recipe):
    chosen = replace(recipe, study=replace(recipe.study, primary_week=12.0))
    assert with_plan(chosen, Visits(schedule=(0.0, 12.0, 24.0))).recipe.study.primary_week == 12.0
    edited = with_plan(chosen, Visits(schedule=(0.0, 24.0)))
    assert edited.recipe.study.primary_week is None
    assert len(edited.dropped) == 1


def test_endpoints_take_their_meaning_and_model_along(recipe):
    told = with_meaning(recipe, "response", yes=("1",), no=("0",))
    assert told.recorded[0].yes == ("1",)
    assert with_meaning(told, "response", yes=(), no=()).recorded == ()
    gone = with_endpoints(told, [])
    assert (gone.endpoints, gone.recorded, gone.models) == ((), (), ())


def test_a_new_endpoint_guesses_no_threshold(recipe):
    fresh = new_endpoint(replace(recipe, endpoints=()))
    assert (fresh.marker, fresh.week, fresh.threshold, fresh.role) == ("cd4", 12.0, None, "primary")
    assert new_endpoint(recipe).role == "secondary"
    assert new_endpoint(replace(recipe, markers=())).rule == "recorded"
    added = with_endpoints(recipe, (*recipe.endpoints, new_endpoint(recipe)))
    assert any("threshold" in str(problem) for problem in build([TRIAL], added).problems)


def test_sources_of_which_nothing_is_chosen_yet_do_no_harm(recipe):
    empty = sources_for(table_facts(OTHER, patient="subject"), "columns")
    begun = with_visits(recipe, "other.csv", empty).recipe
    assert finished(begun).visits == recipe.visits
    assert build([TRIAL, OTHER], finished(begun)).content is not None


def test_repairs_respell_what_the_choices_say(recipe):
    after = {("trial.csv", "arm"): {"b": "a"}, ("trial.csv", "sex"): {"F": "M"}}
    sexes = next(covariate for covariate in recipe.covariates if covariate.name == "sex")
    assert [level.value for level in sexes.levels] == ["F", "M"]
    changed = after_fixes(recipe, {("trial.csv", "sex"): {"F": "f"}, ("trial.csv", "arm"): {"c": "C"}})
    assert changed.subjects.excluded_arms == ("C",)
    assert [level.value for level in next(c for c in changed.covariates if c.name == "sex").levels] == ["f", "M"]
    merged = after_fixes(recipe, {("trial.csv", "arm"): {"c": "a"}})
    assert merged.subjects.excluded_arms == ()
    assert after_fixes(recipe, {("trial.csv", "sex"): after["trial.csv", "sex"]}).covariates != recipe.covariates


def test_an_edited_recipe_is_json_and_back(recipe):
    assert recipe_of_json(recipe_json(recipe)) == recipe
