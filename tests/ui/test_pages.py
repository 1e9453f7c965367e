"""What the pages do with a visitor's choices and with bad studies, without a browser."""

from __future__ import annotations

from html import unescape

import pytest
from streamlit.testing.v1 import AppTest

PAGES = (
    "",
    "pages/1_Baseline.py",
    "pages/2_Trajectories.py",
    "pages/3_Endpoints.py",
    "pages/4_Model.py",
    "pages/5_Events.py",
    "pages/8_Published.py",
    "pages/10_Data.py",
)


def words(test: AppTest) -> str:
    elements = [*test.get("html"), *test.get("error"), *test.get("info"), *test.get("text")]
    return "\n".join(getattr(element, "value", None) or element.proto.body for element in elements)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_opens_on_the_shipped_study(open_page, path):
    assert "Synthetic data" in words(open_page(path))


@pytest.mark.parametrize("path", PAGES)
def test_a_page_opens_on_a_trial_of_eight(open_page, mini_study, path):
    open_page(path, mini_study.path)


RECORDED = """
[study]
id = "recorded"
title = "A trial of recorded outcomes"
synthetic = true

[arms]
reference = "a"
levels = [{ code = "a", label = "A" }, { code = "b", label = "B" }]

[[endpoints]]
id = "healed"
label = "Healed"
rule = "recorded"
column = "healed"
role = "primary"
"""


@pytest.fixture
def recorded_study(tmp_path):
    """Make a study of one table, without visits, events, covariates or models."""
    (tmp_path / "study.toml").write_text(RECORDED)
    rows = [f"{number},{'ab'[number % 2]},{'yes' if number < 4 else 'no'}" for number in range(12)]
    (tmp_path / "subjects.csv").write_text("\n".join(["subject_id,arm,healed", *rows]) + "\n")
    return tmp_path


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("", "2 of 6 (33%) with B"),
        ("pages/1_Baseline.py", "names no baseline covariates"),
        ("pages/2_Trajectories.py", "no table of visits"),
        ("pages/3_Endpoints.py", "2 of 6 (33%) with B"),
        ("pages/4_Model.py", "4 responders among 12 patients"),
        ("pages/5_Events.py", "no table of events"),
        ("pages/8_Published.py", "names no published figures"),
        ("pages/10_Data.py", "say where its data come from"),
    ],
)
def test_a_page_without_its_table_says_so_kindly(open_page, recorded_study, path, said):
    assert said in words(open_page(path, recorded_study))


def test_the_model_follows_the_covariates(open_page):
    test = open_page("pages/4_Model.py")
    assert "prespecified" in words(test)
    covariates = test.get("button_group")[0]
    covariates.set_value([*covariates.value, "cdc_stage"])
    test.run()
    assert "exploratory" in words(test)
    assert "with CDC stage" in words(test)


def test_no_covariate_is_a_sentence(open_page):
    test = open_page("pages/4_Model.py")
    test.get("button_group")[0].set_value([])
    test.run()
    assert "switch a covariate on" in words(test)


def test_the_endpoint_follows_the_missing_rule(open_page):
    test = open_page("pages/3_Endpoints.py")
    assert "4 of 28 (14%) with IL-2" in words(test)
    test.button_group(key="missing").set_value("complete_cases")
    test.run()
    assert "exploratory" in words(test)
    assert "4 of 23 (17%) with IL-2" in words(test)


def test_the_events_follow_the_choices(open_page):
    test = open_page("pages/5_Events.py")
    assert "4 of 28 with IL-2 had an AIDS event" in words(test)
    assert "Log-rank test over the whole follow-up" in words(test)
    assert "Each line is one of 56 patients" in words(test)
    assert "28 of 28 (100%) with IL-2 had an adverse event" in words(test)
    test.get("button_group")[1].set_value("mean")
    test.run()
    assert "the mean number of AIDS events per patient was 0.18" in words(test)
    test.get("button_group")[1].set_value("incidence")
    test.run()
    assert "Died without an AIDS event: 1 with IL-2 and none with Control." in words(test)
    test.get("button_group")[0].set_value("death")
    test.run()
    assert "1 of 28 with IL-2 died" in words(test)
    assert len(test.get("button_group")) == 1
    assert not test.exception


def test_unknown_follow_up_is_a_sentence(open_page, mini_study):
    mini_study.replace("subjects.csv", "P01,control,41,1,F,A,12,1,yes", "P01,control,41,1,F,A,,1,yes")
    shown = unescape(words(open_page("pages/5_Events.py", mini_study.path)))
    assert "The rates can't be compared: the follow-up of 1 of 8 patients isn't known" in shown
    assert "Not estimable: the follow-up of 1 of 8 patients isn't known" in shown
    assert "Patient by patient" in shown


def test_a_study_with_problems_lists_them(open_page, mini_study):
    mini_study.replace("visits.csv", "P01,6,160,410", "P01,6,-160,410")
    assert "visits.csv, row 3, cd4" in words(open_page("pages/4_Model.py", mini_study.path))


def test_broken_toml_is_a_sentence(open_page, mini_study):
    (mini_study.path / "study.toml").write_text("[study\nid=")
    assert "study.toml" in words(open_page("", mini_study.path))


def test_a_missing_folder_is_a_sentence(open_page, tmp_path):
    assert "no such file or folder" in words(open_page("", tmp_path / "nowhere"))


def test_an_endpoint_without_responders_is_shown(open_page, mini_study):
    mini_study.replace("study.toml", "threshold = 200", "threshold = 2000")
    for path in ("", "pages/3_Endpoints.py"):
        assert "0 of 4 (0%)" in words(open_page(path, mini_study.path))
    assert "no responders among 7 patients" in words(open_page("pages/4_Model.py", mini_study.path)).lower()


def test_a_constant_covariate_is_named(open_page, mini_study):
    subjects = mini_study.path / "subjects.csv"
    lines = subjects.read_text().splitlines()
    position = lines[0].split(",").index("enfuvirtide")
    changed = [lines[0]]
    for line in lines[1:]:
        cells = line.split(",")
        cells[position] = "yes"
        changed.append(",".join(cells))
    subjects.write_text("\n".join(changed) + "\n")
    assert "switch it off" in words(open_page("pages/4_Model.py", mini_study.path))


def test_the_course_is_shown_as_observed_or_as_modeled(open_page):
    test = open_page("pages/2_Trajectories.py")
    assert "Mixed model of repeated measures" not in words(test)
    test.button_group(key="kind").set_value("model")
    test.run()
    assert not test.exception
    assert "median CD4 is" in words(test)
    assert "the trial names no model of repeated measures" in words(test)
    assert "Kenward-Roger degrees of freedom; 56 patients, 417 values" in words(test)
    test.button_group(key="df").set_value("satterthwaite")
    test.button_group(key="mmrm_covariates").set_value(["age", "gss"])
    test.run()
    assert "adjusted for CD4 at baseline, Age and Genotypic sensitivity score" in words(test)
    assert "Satterthwaite degrees of freedom" in words(test)


def test_a_model_of_visits_that_fails_is_a_sentence(open_page, mini_study):
    mini_study.write("visits.csv", "subject_id,week,cd4,rna\nP01,0,160,410\nP01,6,160,410\n")
    test = open_page("pages/2_Trajectories.py", mini_study.path)
    test.button_group(key="kind").set_value("model")
    test.run()
    assert not test.exception
    assert "Control has 1 patient in the model and IL-2 has no patients in the model" in words(test)


def test_the_comparison_follows_the_week_and_the_change(open_page):
    test = open_page("pages/2_Trajectories.py")
    assert "At week 52, CD4 is known of 23 of 28 with IL-2" in words(test)
    test.select_slider(key="comparison_week").set_value(24.0)
    test.run()
    assert "At week 24, CD4 is known of" in words(test)
    test.get("button_group")[0].set_value("rna")
    test.run()
    assert "Censored normal, adjusted for baseline" in words(test)
    assert "below 50 copies/mL in" in words(test)
    next(group for group in test.get("button_group") if group.key == "course").set_value("change")
    test.run()
    assert "the change in HIV-1 RNA from baseline is known of" in words(test)


def test_the_strata_follow_the_covariate(open_page):
    test = open_page("pages/3_Endpoints.py")
    test.button_group(key="beyond").set_value("strata")
    test.run()
    assert "2 strata of Enfuvirtide added" in words(test)
    assert "Cochran-Mantel-Haenszel" in words(test)
    test.selectbox(key="strata_cd4_200").set_value("gss")
    test.run()
    assert "3 strata of Genotypic sensitivity score" in words(test)


def test_missing_outcomes_are_imputed_on_demand(open_page):
    test = open_page("pages/3_Endpoints.py")
    test.button_group(key="beyond").set_value("missing")
    test.run()
    assert "over 5 rules the risk difference lies between" in words(test)
    assert "imputations with seed" not in words(test)
    test.toggle(key="imputed").set_value(True)
    test.run()
    assert "50 imputations with seed 1" in words(test)
    test.number_input(key="seed").set_value(9)
    test.run()
    assert "50 imputations with seed 9" in words(test)
    assert not test.exception


def test_a_recorded_outcome_has_no_thresholds_and_nothing_to_impute(open_page, recorded_study):
    test = open_page("pages/3_Endpoints.py", recorded_study)
    assert "nothing to stratify by" in words(test)
    test.button_group(key="beyond_recorded").set_value("missing")
    test.run()
    assert "No outcome is missing" in words(test)
    assert [toggle.key for toggle in test.toggle] == ["exploratory_p_values"]


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ("probability", "the predicted probability of response goes from"),
        ("adjusted", "If all 56 patients had been in either arm"),
        ("interaction", "By Enfuvirtide added, the arm's odds ratio is"),
        ("influence", "Each of 56 patients was left out in turn"),
        ("calibration", "Of pairs of a responder and another patient"),
    ],
)
def test_the_model_page_looks_further_and_only_where_asked(open_page, choice, said):
    test = open_page("pages/4_Model.py")
    assert said not in unescape(words(test))
    test.button_group(key="further").set_value(choice)
    test.run()
    assert not test.exception
    assert said in unescape(words(test))
    test.button_group(key="covariates_cd4_200").set_value([])
    test.run()
    assert not test.exception
    assert "switch a covariate on" in words(test)


def test_a_model_without_the_arm_says_what_it_lacks(open_page):
    test = open_page("pages/4_Model.py")
    test.button_group(key="covariates_cd4_200").set_value(["enfuvirtide"])
    for choice, said in (
        ("probability", "no continuous covariate"),
        ("adjusted", "the arm isn't in the model: switch it on"),
        ("interaction", "needs the arm and a covariate"),
    ):
        test.button_group(key="further").set_value(choice)
        test.run()
        assert not test.exception
        assert said in unescape(words(test)).replace("\\", "")


def test_a_covariate_enters_as_a_curve_or_by_doublings(open_page):
    test = open_page("pages/4_Model.py")
    test.multiselect(key="forms").set_value(["baseline_cd4 log2", "baseline_cd4 spline"])
    test.run()
    assert not test.exception
    assert "Baseline CD4 as a curve (restricted cubic spline), linear in the trial's model" in unescape(words(test))
    assert "departure from a straight line" in words(test)
    offered = test.multiselect(key="forms").options
    assert "Baseline CD4 by doublings" in offered
    assert sum(words.startswith("Baseline HIV-1 RNA") for words in offered) == 1  # it is a logarithm already


@pytest.mark.parametrize(
    ("endpoint", "label"),
    [
        ("cd4_200", "Restore the published model"),
        ("rna_below_50", "Back to the arm alone"),
    ],
)
def test_the_way_back_is_called_a_published_model_only_where_it_is_one(open_page, endpoint, label):
    test = open_page("pages/4_Model.py")
    test.selectbox(key="outcome").set_value(endpoint)
    test.run()
    assert test.button(key="reset").label == label


def test_a_model_of_which_nothing_is_published_is_the_trials_own(open_page, mini_study):
    test = open_page("pages/4_Model.py", mini_study.path)
    assert test.button(key="reset").label == "Back to the trial's own model"


def test_a_block_of_two_figures_has_a_slide_for_each(visit):
    shown = [visit("Trajectories", ("present", "1"), ("slide", str(number))) for number in (3, 4, 5)]
    figures = [[chart.proto.alt for chart in test.get("plotly_chart")] for test in shown]
    assert [len(alts) for alts in figures] == [1, 1, 0]
    assert figures[0] != figures[1]
    assert "5 slides" in words(shown[0])
    assert "Comparison at a visit" in words(shown[1])


@pytest.mark.parametrize("further", ["none", "influence"])
def test_a_saved_figure_says_what_its_signs_mean(open_page, further):
    test = open_page("pages/4_Model.py")
    test.button_group(key="further").set_value(further)
    test.run()
    buttons = words(test).count('data-method="† Not randomized: prognostic, not an effect. ')
    assert buttons == (2 if further == "none" else 4)
