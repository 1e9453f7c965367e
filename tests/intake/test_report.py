"""The check report by kind, as text and as a file."""

from __future__ import annotations

import csv
import io

import pandas as pd

from il2dash.intake.column_roles import ColumnRole
from il2dash.intake.fixes import find_fixes
from il2dash.intake.report import counts_in_words, report_csv, report_lines, report_text
from il2dash.study.problems import Problem
from il2dash.study.raw_tables import RawTable

LIVE = "=cmd|' /C calc'!A0"


def problems(count: int, value: str = "x") -> list[Problem]:
    return [
        Problem(severity="error", file="t.csv", row=row, column="cd4", value=value, rule="A number.", remedy="Mend it.")
        for row in range(2, 2 + count)
    ]


def fixes():
    index = pd.Index(range(2, 5), dtype="int64", name="row")
    data = pd.DataFrame({"rna": ["1,5", "2,5", "3"]}, index=index, dtype="str")
    return find_fixes(RawTable(file="t.csv", data=data), {"rna": ColumnRole(kind="number")})


def test_thousands_are_one_line():
    (line,) = report_lines(problems(3000))
    assert (line.count, line.rows, line.rows_text) == (3000, (2, 3, 4, 5, 6), "2, 3, 4, 5, 6, ...")
    assert report_text(problems(3000)).splitlines() == [
        "error: t.csv, cd4: A number. 3,000 times. In rows 2, 3, 4, 5, 6, .... For example 'x'. Mend it.",
        "3,000 errors.",
    ]


def test_repairs_are_listed_after_the_problems():
    lines = report_lines(problems(1), fixes())
    assert [line.finding for line in lines] == ["error", "fixed"]
    assert lines[1].cells() == (
        "fixed",
        "t.csv",
        "rna",
        "A decimal comma was written as a point.",
        "2",
        "2, 3",
        "'1,5' → '1.5'",
        "",
    )
    assert counts_in_words(lines) == "1 error, 2 cells repaired."
    assert counts_in_words(()) == "No problems."


def test_a_problem_of_no_row_and_no_column():
    (line,) = report_lines([Problem(severity="warning", file="t.csv", rule="Something.", remedy="Do it.")])
    assert str(line) == "warning: t.csv: Something. Do it."


def test_the_file_holds_every_cell_and_runs_nothing():
    written = report_csv(problems(2, LIVE), fixes()).decode()
    rows = list(csv.DictReader(io.StringIO(written)))
    assert [row["finding"] for row in rows] == ["error", "error", "fixed", "fixed"]
    assert rows[0]["value"] == "'" + LIVE
    assert (rows[2]["row"], rows[2]["value"], rows[2]["remedy"]) == ("2", "1,5", "Now '1.5'.")
