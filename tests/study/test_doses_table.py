import numpy as np
import pytest

from il2dash.study.reading import load_study


def test_doses_are_typed(mini_study):
    doses = load_study(mini_study.path).doses
    assert doses["cycle"].tolist() == [1, 2, 1, 1]
    assert doses["cycle"].dtype == np.int64
    np.testing.assert_array_equal(doses["dose_miu"], [45, 45, 36, np.nan])


@pytest.mark.parametrize(
    ("new", "column", "value", "rule"),
    [
        ("P06,0,2,36", "cycle", "0", "numbered 1, 2, 3"),
        ("P06,1.5,2,36", "cycle", "1.5", "numbered 1, 2, 3"),
        ("P06,,2,36", "cycle", "", "numbered 1, 2, 3"),
        ("P06,first,2,36", "cycle", "first", "A cycle is a number"),
        ("P06,1,,36", "week", "", "always given"),
        ("P06,1,-2,36", "week", "-2", "isn't negative"),
        ("P06,1,2,-36", "dose_miu", "-36", "isn't negative"),
        ('P06,1,2,"36,5"', "dose_miu", "36,5", "not a comma"),
        ("P66,1,2,36", "subject_id", "P66", "is in subjects.csv"),
    ],
)
def test_a_faulty_dose_is_an_error(mini_study, one_problem, new, column, value, rule):
    problem = one_problem(mini_study.replace("doses.csv", "P06,1,2,36", new))
    found = (problem.severity, problem.file, problem.row, problem.column, problem.value)
    assert found == ("error", "doses.csv", 4, column, value)
    assert rule in problem.rule


def test_a_cycle_twice(mini_study, one_problem):
    problem = one_problem(mini_study.replace("doses.csv", "P05,2,6,45", "P05,1,6,45"))
    assert (problem.severity, problem.row, problem.column, problem.value) == ("error", 3, "cycle", "1")
    assert "duplicate" in problem.rule
