"""Values in columns of planned weeks that follow a patient's death or last contact: one problem, not one a value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from il2dash.intake.origins import FIRST_ROW, Origin
from il2dash.intake.study_content import table_file
from il2dash.study.problems import Problem


def with_planned_weeks_grouped(problems: Iterable[Problem], visits: Origin) -> tuple[Problem, ...]:
    """Return the problems with one a rule for all visits of columns of planned weeks.

    Such a column says when a visit was planned and not when the patient came: a week too late says little, and a table
    of many patients has very many.

    Parameters
    ----------
    problems : iterable of Problem
        Of reading the study, in the places of its own tables.
    visits : Origin
        Where the rows of its visits come from.
    """
    planned = [list(place.columns.values()).count(place.columns.get("week", "")) > 1 for place in visits.places]
    kept: list[Problem] = []
    late: dict[str, list[Problem]] = {}
    for problem in problems:
        in_weeks = problem.column == "week" and problem.severity == "warning" and problem.file == table_file("visits")
        if in_weeks and problem.row is not None and planned[int(visits.rows.place[problem.row - FIRST_ROW])]:
            late.setdefault(problem.rule, []).append(problem)
        else:
            kept.append(problem)
    return (*kept, *(_of_all(rule, alike) for rule, alike in late.items()))


def _of_all(rule: str, alike: list[Problem]) -> Problem:
    """Return the first of some problems, with the number of all."""
    if len(alike) == 1:
        return alike[0]
    return replace(
        alike[0],
        rule=f"{rule.removesuffix('.')}; {len(alike):,} visits of planned weeks are, of which this is the first.",
    )
