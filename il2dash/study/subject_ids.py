"""Whose row it is: patients of the two arms, patients left out with their arm, and strangers."""

from __future__ import annotations

from dataclasses import dataclass

from il2dash.study.problems import Problem
from il2dash.study.raw_tables import RawTable
from il2dash.study.values import is_among, is_missing, problems_where


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSubjects:
    """The ids of the subjects table; `excluded` are those of arms that the study leaves out."""

    file: str
    included: frozenset[str]
    excluded: frozenset[str]


def rows_of_known(raw: RawTable, column: str, known: KnownSubjects | None) -> tuple[RawTable, list[Problem]]:
    """Return a table without the rows of excluded patients, and a problem for each row of nobody.

    Where the subjects table couldn't be read, `known` is None and only missing ids are problems.
    """
    excluded = known.excluded if known else frozenset()
    kept = raw.keeping(~is_among(raw.data[column], excluded)) if excluded else raw
    ids = kept.data[column]
    missing = is_missing(ids)
    problems = problems_where(
        kept, missing, column=column, rule="A row says which patient it is of.", remedy="Fill in the subject id."
    )
    if known is not None:
        stranger = ~is_among(ids, known.included) & ~missing
        problems += problems_where(
            kept,
            stranger,
            column=column,
            rule=f"A patient with rows here is in {known.file}.",
            remedy=f"Correct the id, or add the patient to {known.file}.",
        )
    return kept, problems
