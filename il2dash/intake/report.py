"""The check report: what is wrong with the files and what was repaired in them, by kind; as text, as CSV, as lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from il2dash.intake.fixes import Fix
from il2dash.study.csv_file import csv_file
from il2dash.study.problem_groups import FIRST_ROWS, ProblemGroup, problem_groups
from il2dash.study.problems import Problem

Finding = Literal["error", "warning", "fixed"]

COLUMNS = ("finding", "file", "column", "rule", "count", "rows", "example", "remedy")
"""Of the report as CSV and as a table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLine:
    """Problems or repairs of one kind in one column.

    Parameters
    ----------
    finding : {"error", "warning", "fixed"}
        What it is.
    file, column : str
        Where; the column is ``""`` where the finding is of none.
    rule : str
        What should hold, or what was done.
    count : int
        How many cells, rows or files.
    rows : tuple of int
        The first rows in the file.
    example : str
        The first value; of a repair ``before → after``.
    remedy : str
        What to do; of a repair nothing.
    """

    finding: Finding
    file: str
    column: str
    rule: str
    count: int
    rows: tuple[int, ...]
    example: str
    remedy: str

    @property
    def rows_text(self) -> str:
        """The first rows as a text, with dots where there are more."""
        dots = ["..."] if self.rows and self.count > len(self.rows) else []
        return ", ".join([str(row) for row in self.rows] + dots)

    def cells(self) -> tuple[str, ...]:
        """Return the line as the texts of `COLUMNS`."""
        where = (self.finding, self.file, self.column, self.rule)
        return (*where, str(self.count), self.rows_text, self.example, self.remedy)

    def __str__(self) -> str:
        place = f"{self.file}, {self.column}" if self.column else self.file
        count = f" {self.count:,} times." if self.count > 1 else ""
        noun = "row" if len(self.rows) == 1 and self.count == 1 else "rows"
        rows = f" In {noun} {self.rows_text}." if self.rows else ""
        example = f" For example {self.example}." if self.example else ""
        remedy = f" {self.remedy}" if self.remedy else ""
        return f"{self.finding}: {place}: {self.rule}{count}{rows}{example}{remedy}"


def report_lines(problems: Iterable[Problem], fixes: Iterable[Fix] = ()) -> tuple[ReportLine, ...]:
    """Return the report: errors, then warnings, then repairs, each kind one line however often it was found."""
    found = [_of_problems(group) for group in problem_groups(problems)]
    return (*found, *(_of_fix(fix) for fix in fixes if fix.rows))


def report_text(problems: Iterable[Problem], fixes: Iterable[Fix] = ()) -> str:
    """Return the report as text, one line a kind and the counts as the last line."""
    lines = report_lines(problems, fixes)
    return "\n".join([*(str(line) for line in lines), counts_in_words(lines)])


def report_csv(problems: Iterable[Problem], fixes: Iterable[Fix] = ()) -> bytes:
    """Return the report as CSV with every problem and every repaired cell on a row of its own (`csv_file`)."""
    rows = [_problem_row(problem) for problem in problems]
    for fix in fixes:
        for row, before, after in zip(fix.rows, fix.before, fix.after, strict=True):
            rows.append(("fixed", fix.file, str(row), fix.column, before, fix.words, f"Now {after!r}."))
    columns = ["finding", "file", "row", "column", "value", "rule", "remedy"]
    return csv_file(pd.DataFrame(rows, columns=columns, dtype="str"))


def counts_in_words(lines: Iterable[ReportLine]) -> str:
    """Return ``2 errors, 1 warning, 40 cells repaired.``, or that there is nothing."""
    totals: dict[str, int] = {"error": 0, "warning": 0, "fixed": 0}
    for line in lines:
        totals[line.finding] += line.count
    words = [
        f"{totals[name]:,} {name}{'s' if totals[name] > 1 else ''}" for name in ("error", "warning") if totals[name]
    ]
    if totals["fixed"]:
        words.append(f"{totals['fixed']:,} cell{'s' if totals['fixed'] > 1 else ''} repaired")
    return ", ".join(words) + "." if words else "No problems."


def _of_problems(group: ProblemGroup) -> ReportLine:
    first = group.first
    return ReportLine(
        finding=first.severity,
        file=first.file,
        column=first.column or "",
        rule=first.rule,
        count=group.count,
        rows=group.first_rows,
        example="" if first.value is None else repr(first.value),
        remedy=first.remedy,
    )


def _of_fix(fix: Fix) -> ReportLine:
    return ReportLine(
        finding="fixed",
        file=fix.file,
        column=fix.column,
        rule=fix.words,
        count=len(fix.rows),
        rows=fix.rows[:FIRST_ROWS],
        example=f"{fix.before[0]!r} → {fix.after[0]!r}",
        remedy="",
    )


def _problem_row(problem: Problem) -> tuple[str, ...]:
    row = "" if problem.row is None else str(problem.row)
    where = (problem.severity, problem.file, row, problem.column or "", problem.value or "")
    return (*where, problem.rule, problem.remedy)
