"""Where the cells of our own tables come from, so that a problem names the file and the row that somebody knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from il2dash.intake.study_content import table_file
from il2dash.study.problems import Problem
from il2dash.study.table_sources import TableName

FIRST_ROW = 2
"""Row of a table's first patient: the header is row 1."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Place:
    """A raw table, and which of its columns ours were made of."""

    file: str
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RowOrigin:
    """The place and the row in it that each row of one of our tables was made of.

    Parameters
    ----------
    place : int array, shape (rows,)
        Index of the place.
    row : int array, shape (rows,)
        Row in the place's file; 0 where there is none.
    """

    place: np.ndarray
    row: np.ndarray


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Origin:
    """Where a table's rows come from; `cells` holds the columns that come from other rows than the rest."""

    places: tuple[Place, ...]
    rows: RowOrigin
    cells: Mapping[str, RowOrigin] = field(default_factory=dict)

    def of(self, problem: Problem) -> Problem:
        """Return a problem of our table as one of the file that it was made of."""
        if problem.row is None or problem.row < FIRST_ROW:
            place = self.places[0]
            column = place.columns.get(problem.column, problem.column) if problem.column else None
            return replace(problem, file=place.file, row=problem.row, column=column)
        position = problem.row - FIRST_ROW
        origin = self.cells.get(problem.column or "", self.rows)
        if origin.row[position] == 0:
            origin = self.rows
        place = self.places[int(origin.place[position])]
        column = place.columns.get(problem.column, problem.column) if problem.column else None
        return replace(problem, file=place.file, row=int(origin.row[position]), column=column)


def original_problems(problems: Iterable[Problem], origins: Mapping[TableName, Origin]) -> tuple[Problem, ...]:
    """Return problems with their places in the original files; those of the study's definition stay as they are."""
    by_file = {table_file(name): origin for name, origin in origins.items()}
    ours, theirs = table_file("subjects"), origins["subjects"].places[0].file
    return tuple(
        replace(
            by_file[problem.file].of(problem),
            rule=problem.rule.replace(ours, theirs),
            remedy=problem.remedy.replace(ours, theirs),
        )
        if problem.file in by_file
        else problem
        for problem in problems
    )
