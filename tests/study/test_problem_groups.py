"""Thousands of problems of one kind are one line; a few stay as they are."""

from __future__ import annotations

from il2dash.study.check_report import check_report
from il2dash.study.problem_groups import grouped_listing, problem_groups
from il2dash.study.problems import Problem
from il2dash.study.reading import read_study


def problem(row=None, *, severity="error", rule="It isn't negative.", column="cd4", value=None):
    return Problem(
        severity=severity, file="visits.csv", row=row, column=column, value=value, rule=rule, remedy="Correct it."
    )


def test_few_are_spelled_out():
    few = [problem(row, value=f"-{row}") for row in range(2, 7)]
    assert grouped_listing(few).splitlines() == [str(each) for each in few]


def test_many_are_one_line_with_their_count_and_first_rows():
    many = [problem(row, value=f"-{row}") for row in range(2, 5002)]
    assert grouped_listing(many) == (
        "error: visits.csv, cd4: It isn't negative. 5,000 times: row 2 '-2', row 3 '-3', row 4 '-4', row 5 '-5', "
        "row 6 '-6', .... For the first: Correct it."
    )


def test_kinds_are_told_apart_and_errors_come_first():
    found = [problem(2, severity="warning"), problem(3), problem(4, column="rna"), problem(5), problem(6, rule="x.")]
    groups = problem_groups(found)
    assert [(group.first.row, group.count) for group in groups] == [(3, 2), (4, 1), (6, 1), (2, 1)]


def test_more_kinds_than_are_listed_are_counted():
    found = [problem(2, column=f"c{number}") for number in range(60)]
    lines = grouped_listing(found).splitlines()
    assert len(lines) == 51
    assert lines[-1] == "... and 10 more of 60 problems."
    many = [problem(row, column=f"c{number}") for number in range(51) for row in range(10)]
    assert grouped_listing(many).splitlines()[-1] == "... and 10 more of 510 problems."


def test_the_check_says_it_so(mini_study):
    lines = [f"P01,{week},-5,100\n" for week in range(20, 60)]
    text = check_report(read_study(mini_study.append("visits.csv", "".join(lines)).path))
    assert "error: visits.csv, cd4: CD4 count isn't negative. 40 times: row 27 '-5', row 28" in text
    assert "40 errors" in text.splitlines()[-1]
