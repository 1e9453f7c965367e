import numpy as np
import pytest

from il2dash.study.reading import load_study, read_study

HEADER = "subject_id,arm,age,enfuvirtide,sex,cdc_stage,last_contact_week,completed,well"


def at(problem):
    return problem.severity, problem.file, problem.row, problem.column, problem.value


def test_covariates_are_typed(mini_study):
    subjects = load_study(mini_study.path).subjects
    assert subjects["subject_id"].tolist() == ["P01", "P02", "P03", "P04", "P05", "P06", "P07", "P08"]
    assert subjects["arm"].tolist() == ["control"] * 4 + ["il2"] * 4
    np.testing.assert_array_equal(subjects["age"], [41, 38, 52, 47, 44, 39, np.nan, 57])
    np.testing.assert_array_equal(subjects["enfuvirtide"], [1, 0, 0, 1, 0, 1, 0, 0])
    np.testing.assert_array_equal(subjects["sex"], [0, 1, 1, 1, 0, 1, 1, 0])
    assert subjects["cdc_stage"].tolist() == ["A", "B", "C", "C", "A", "C", "B", "C"]
    np.testing.assert_array_equal(subjects["last_contact_week"], [12, 12.5, 12, 7, 12, 12, 13, 12])
    np.testing.assert_array_equal(subjects["recorded:well"], [1, 0, 0, np.nan, 1, 1, 0, 0])


@pytest.mark.parametrize(
    ("old", "new", "row", "column", "value", "rule", "remedy"),
    [
        ("P05,il2", "P05,placebo", 6, "arm", "placebo", "control (Control), il2 (IL-2)", "others"),
        ("P05,il2", "P05,", 6, "arm", "", "has an arm", "allocated"),
        ("P06,il2", "P05,il2", 7, "subject_id", "P05", "one row", "first in row 6"),
        ("P01,control,41", "P01,control,forty", 2, "age", "forty", "Age is a number", "leave the cell empty"),
        ("P01,control,41", 'P01,control,"41,5"', 2, "age", "41,5", "not a comma", "41.5"),
        ("P01,control,41", "P01,control,>41", 2, "age", ">41", "only a marker's value", "number itself"),
        ("41,1,F", "41,2,F", 2, "enfuvirtide", "2", "1 or 0", "Correct"),
        ("41,1,F", "41,1,female", 2, "sex", "female", "Sex is one of F, M", "add the level"),
        ("57,0,F,C", "57,0,F,D", 9, "cdc_stage", "D", "CDC stage is one of A, B, C", "add the level"),
        ("C,7,0,", "C,-7,0,", 5, "last_contact_week", "-7", "isn't negative", "Correct"),
        ("C,7,0,", "C,2008-03-01,0,", 5, "last_contact_week", "2008-03-01", "not a date", "randomization) / 7"),
        ("12.5,1,no", "12.5,1,perhaps", 3, "well", "perhaps", "1 or 0", "Correct"),
        ("12.5,1,no", "12.5,maybe,no", 3, "completed", "maybe", "1 or 0", "Correct"),
    ],
)
def test_a_faulty_cell(mini_study, old, new, row, column, value, rule, remedy):
    mini_study.replace("subjects.csv", old, new)
    found = [problem for problem in read_study(mini_study.path).problems if problem.file == "subjects.csv"]
    found = [problem for problem in found if problem.severity == "error"]
    assert [at(problem) for problem in found] == [("error", "subjects.csv", row, column, value)]
    assert rule in found[0].rule
    assert remedy in found[0].remedy


def test_a_missing_id(mini_study):
    mini_study.replace("subjects.csv", "P07,il2", ",il2")
    missing, *strangers = read_study(mini_study.path).problems
    assert at(missing) == ("error", "subjects.csv", 8, "subject_id", "")
    assert {(problem.file, problem.value) for problem in strangers if problem.severity == "error"} == {
        ("visits.csv", "P07")
    }


@pytest.mark.parametrize("answers", ["Yes No", "TRUE FALSE", "y n", "1 0", "1.0 0.0"])
def test_ways_to_say_yes_and_no(mini_study, answers):
    yes, no = answers.split()
    rows = "".join(
        f"P0{i},{arm},50,{e},F,A,12,1,yes\n" for i, arm, e in ((1, "control", yes), (2, "il2", no), (3, "il2", ""))
    )
    mini_study.write("subjects.csv", f"{HEADER}\n{rows}").remove("events.csv", "doses.csv")
    mini_study.write("visits.csv", "subject_id,week,cd4,rna\nP01,0,1,100\nP02,0,1,100\nP03,0,1,100\n")
    np.testing.assert_array_equal(load_study(mini_study.path).subjects["enfuvirtide"], [1, 0, np.nan])


def test_a_missing_column_names_the_nearest(mini_study, one_problem):
    mini_study.replace("subjects.csv", "cdc_stage", "cdcstage")
    problem = one_problem(mini_study)
    assert at(problem) == ("error", "subjects.csv", 1, "cdc_stage", None)
    assert "Did you mean 'cdcstage'?" in problem.remedy
    assert "subject_id, arm, age" in problem.remedy


def test_an_optional_column_may_be_absent_unless_it_is_mapped(mini_study, one_problem):
    mini_study.replace("subjects.csv", "completed", "finished")
    assert load_study(mini_study.path).subjects["completed"].isna().all()
    mini_study.append("study.toml", '\n[tables.subjects.columns]\ncompleted = "complete"\n')
    assert at(one_problem(mini_study)) == ("error", "subjects.csv", 1, "complete", None)


def test_others_are_excluded_and_counted(mini_study):
    mini_study.replace("study.toml", 'reference = "control"', 'reference = "control"\nothers = "exclude"')
    mini_study.append("subjects.csv", "P09,open label,50,x,F,A,12,1,yes\n")
    mini_study.append("visits.csv", "P09,0,abc,def\n").append("events.csv", "P09,never,aids,,\n")
    reading = read_study(mini_study.path)
    assert reading.problems == ()
    assert reading.trial.excluded == 1
    assert reading.trial.arm_sizes == {"control": 4, "il2": 4}
    assert "P09" not in set(reading.trial.measurements["subject_id"])


def test_an_empty_arm_is_a_missing_arm_even_where_others_are_excluded(mini_study):
    mini_study.replace("study.toml", 'reference = "control"', 'reference = "control"\nothers = "exclude"')
    mini_study.replace("subjects.csv", "P05,il2", "P05,")
    assert at(read_study(mini_study.path).problems[0]) == ("error", "subjects.csv", 6, "arm", "")


def test_an_arm_with_nobody_is_a_warning(mini_study, one_problem):
    text = (mini_study.path / "subjects.csv").read_text().replace("il2", "control")
    mini_study.write("subjects.csv", text)
    problem = one_problem(mini_study)
    assert at(problem) == ("warning", "subjects.csv", None, "arm", "il2")
    assert "Nobody is in the arm 'IL-2'" in problem.rule


def test_no_patients(mini_study):
    mini_study.write("subjects.csv", f"{HEADER}\n").remove("visits.csv", "events.csv", "doses.csv")
    problems = [problem for problem in read_study(mini_study.path).problems if problem.file == "subjects.csv"]
    assert len(problems) == 1
    assert problems[0].rule.startswith("A study has patients")


def test_codes_with_decimals_are_the_same_codes(mini_study):
    mini_study.replace("study.toml", 'label = "Control"', 'label = "Control"\nvalue = 0')
    mini_study.replace("study.toml", 'label = "IL-2"', 'label = "IL-2"\nvalue = 1')
    text = (mini_study.path / "subjects.csv").read_text().replace("control", "0.0").replace("il2", "1.0")
    mini_study.write("subjects.csv", text)
    assert load_study(mini_study.path).arm_sizes == {"control": 4, "il2": 4}
