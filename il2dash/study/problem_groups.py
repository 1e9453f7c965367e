"""Problems of one kind as one line: by file, column and rule, with their count, their first rows and an example."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from il2dash.study.problems import MAXIMUM_LISTED, Problem

FIRST_ROWS = 5
"""How many rows of a group are named; a group of at most so many is spelled out problem by problem in a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemGroup:
    """All problems of one severity, file, column and rule.

    Parameters
    ----------
    problems : tuple of Problem
        At least one, in the order in which they were found.
    """

    problems: tuple[Problem, ...]

    @property
    def first(self) -> Problem:
        """The problem that stands for all: its value and its remedy are the example."""
        return self.problems[0]

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.problems)

    @property
    def first_rows(self) -> tuple[int, ...]:
        """The first rows of the file that have this problem, at most `FIRST_ROWS`."""
        return tuple(problem.row for problem in self.problems[:FIRST_ROWS] if problem.row is not None)

    @property
    def place(self) -> str:
        """File and column."""
        return self.first.file if self.first.column is None else f"{self.first.file}, {self.first.column}"

    def __str__(self) -> str:
        if self.count == 1:
            return str(self.first)
        first = self.first
        shown = [_where(problem) for problem in self.problems[:FIRST_ROWS]]
        more = ", ..." if self.count > FIRST_ROWS else ""
        return (
            f"{first.severity}: {self.place}: {first.rule} {self.count:,} times: {', '.join(shown)}{more}. "
            f"For the first: {first.remedy}"
        )


def problem_groups(problems: Iterable[Problem]) -> tuple[ProblemGroup, ...]:
    """Return the problems by kind: errors first, then in the order in which each kind was first found."""
    found: dict[tuple[str, str, str | None, str], list[Problem]] = {}
    for problem in problems:
        found.setdefault((problem.severity, problem.file, problem.column, problem.rule), []).append(problem)
    groups = [ProblemGroup(problems=tuple(alike)) for alike in found.values()]
    return tuple(sorted(groups, key=lambda group: group.first.severity != "error"))


def grouped_listing(problems: Iterable[Problem]) -> str:
    """Write problems one a line: few of a kind in full, many as one line with their count; at most `MAXIMUM_LISTED`."""
    every = tuple(problems)
    lines: list[str] = []
    listed = 0
    for group in problem_groups(every):
        alike = [str(group)] if group.count > FIRST_ROWS else [str(problem) for problem in group.problems]
        room = MAXIMUM_LISTED - len(lines)
        lines += alike[:room]
        listed += group.count if group.count > FIRST_ROWS and room > 0 else min(len(alike), room)
    if listed < len(every):
        lines.append(f"... and {len(every) - listed:,} more of {len(every):,} problems.")
    return "\n".join(lines)


def _where(problem: Problem) -> str:
    place = "" if problem.row is None else f"row {problem.row}"
    value = "" if problem.value is None else repr(problem.value)
    return " ".join(part for part in (place, value) if part) or problem.file
