import numpy as np
import pytest

from il2dash.study.reading import load_study, read_study


def at(problem):
    return problem.severity, problem.file, problem.row, problem.column, problem.value


def test_events_are_typed(mini_study):
    events = load_study(mini_study.path).events
    assert events["category"].tolist() == ["aids", "death", "adverse"]
    assert events["term"].tolist() == ["Esophageal candidiasis", "Lymphoma", "Fever"]
    np.testing.assert_array_equal(events["week"], [9, 7, 2.5])
    np.testing.assert_array_equal(events["grade"], [np.nan, 5, 3])


@pytest.mark.parametrize(
    ("new", "column", "value", "rule", "remedy"),
    [
        ("P06,2.5,advers,Fever,3", "category", "advers", "one of aids, death, adverse", "Did you mean 'adverse'?"),
        ("P06,2.5,,Fever,3", "category", "", "one of aids, death, adverse", "Correct"),
        ("P06,2.5,adverse,Fever,6", "grade", "6", "1, 2, 3, 4 or 5", "Correct"),
        ("P06,2.5,adverse,Fever,2.5", "grade", "2.5", "1, 2, 3, 4 or 5", "Correct"),
        ("P06,2.5,adverse,Fever,III", "grade", "III", "is a number", "Correct"),
        ("P06,,adverse,Fever,3", "week", "", "always given", "Fill in"),
        ("P06,-1,adverse,Fever,3", "week", "-1", "isn't negative", "before randomization"),
        ("P06,3 Mar 2008,adverse,Fever,3", "week", "3 Mar 2008", "not a date", "randomization) / 7"),
        ("P60,2.5,adverse,Fever,3", "subject_id", "P60", "is in subjects.csv", "add the patient"),
    ],
)
def test_a_faulty_event_is_an_error(mini_study, one_problem, new, column, value, rule, remedy):
    problem = one_problem(mini_study.replace("events.csv", "P06,2.5,adverse,Fever,3", new))
    assert at(problem) == ("error", "events.csv", 4, column, value)
    assert rule in problem.rule
    assert remedy in problem.remedy


def test_two_deaths_of_a_patient(mini_study, one_problem):
    problem = one_problem(mini_study.append("events.csv", "P04,7,death,Sepsis,5\n"))
    assert at(problem) == ("error", "events.csv", 5, "category", "death")
    assert "in rows 3 and 5" in problem.remedy


@pytest.mark.parametrize(
    ("file", "row", "place", "rule"),
    [
        (
            "events.csv",
            "P04,8,aids,Lymphoma,\n",
            ("warning", "events.csv", 5, "week", "8"),
            "after the patient's death",
        ),
        ("visits.csv", "P04,7.5,100,1000\n", ("warning", "visits.csv", 27, "week", "7.5"), "after the patient's death"),
        ("doses.csv", "P08,2,11,45\nP04,1,7.5,45\n", ("warning", "doses.csv", 7, "week", "7.5"), "patient's death"),
        ("events.csv", "P03,12.5,aids,Lymphoma,\n", ("warning", "events.csv", 5, "week", "12.5"), "last contact"),
        ("visits.csv", "P03,13,100,1000\n", ("warning", "visits.csv", 27, "week", "13"), "after the last contact"),
    ],
)
def test_what_comes_too_late_is_a_warning(mini_study, file, row, place, rule):
    mini_study.append(file, row)
    problems = read_study(mini_study.path).problems
    found = [problem for problem in problems if rule in problem.rule]
    assert [at(problem) for problem in found] == [place]
    assert {problem.severity for problem in problems} == {"warning"}


WIDE = """
[tables.events]
time_unit = "days"

[[tables.events.wide]]
category = "death"
term = "Death"
column = "died"
week_column = "death_day"
"""


def wide_study(study, cells):
    lines = (study.path / "subjects.csv").read_text().splitlines()
    text = "\n".join(line + "," + cell for line, cell in zip(lines, ["died,death_day", *cells], strict=True))
    study.append("study.toml", WIDE).write("subjects.csv", text).remove("events.csv")
    return study


def test_wide_events_of_the_subjects_file(mini_study):
    events = load_study(wide_study(mini_study, ["0,84"] * 3 + ["1,49"] + ["0,"] * 4).path).events
    assert events.to_numpy().tolist()[0][:4] == ["P04", 7.0, "death", "Death"]
    assert len(events) == 1


@pytest.mark.parametrize(
    ("cell", "column", "value"),
    [("1,", "death_day", ""), ("1,-7", "death_day", "-7"), (",49", "died", ""), ("2,49", "died", "2")],
)
def test_a_faulty_wide_event(mini_study, one_problem, cell, column, value):
    problem = one_problem(wide_study(mini_study, ["0,84"] * 3 + [cell] + ["0,"] * 4))
    assert at(problem) == ("error", "subjects.csv", 5, column, value)


def test_no_wide_event_happened(mini_study):
    events = load_study(wide_study(mini_study, ["0,84"] * 8).path).events
    assert list(events.columns) == ["subject_id", "week", "category", "term", "grade"]
    assert events.empty


def test_without_an_events_table_there_are_none(mini_study):
    assert load_study(mini_study.remove("events.csv").path).events is None
