"""What is found out of the tables and choices of a session: a click finds out anew only what it changed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from il2dash.intake.adam_datasets import AdamDatasets, recognize
from il2dash.intake.build import Built, build, read_built
from il2dash.intake.column_facts import TableFacts, table_facts
from il2dash.intake.fixes import Fix, apply_fixes, find_fixes
from il2dash.intake.questions import Question, find_questions, is_answered
from il2dash.intake.recipe import Recipe
from il2dash.intake.recipe_edits import finished
from il2dash.intake.recipe_roles import recipe_roles
from il2dash.study.problems import errors
from il2dash.study.raw_tables import RawTable
from il2dash.study.reading import StudyReading
from il2dash.ui.loading import Loading, current, findings

_FACTS, _CHECKED, _REPAIRS, _ADAM = "facts", "checked", "repairs", "adam"

AS_ADAM = "load_as_adam"
"""Of the switch that says whether datasets that look like ADaM are."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Checked:
    """What the choices so far give."""

    built: Built
    reading: StudyReading


def adam() -> AdamDatasets | None:
    """Return the ADaM datasets that the tables are; None where they aren't. Recognized once."""
    tables = current().repaired
    known: tuple[tuple[RawTable, ...], AdamDatasets | None] | None = findings().get(_ADAM)
    if known is None or known[0] is not tables:
        known = tables, recognize(tables)
        findings()[_ADAM] = known
    return known[1]


def is_adam() -> bool:
    """Return whether the tables are taken as ADaM datasets: they are recognized, and nobody said no."""
    return adam() is not None and bool(st.session_state.get(AS_ADAM, True))


def facts(table: RawTable, *, patient: str) -> TableFacts:
    """Return what can be said of a table's columns; found out once."""
    known: dict[tuple[str, str], TableFacts] = findings().setdefault(_FACTS, {})
    found = known.get((table.file, patient))
    if found is None or found.table is not table:
        found = known[table.file, patient] = table_facts(table, patient=patient)
    return found


def checked() -> Checked | None:
    """Return what the choices so far give; None while nothing is chosen. The same choices are built once."""
    loading = current()
    if loading.draft is None:
        return None
    known: tuple[tuple[RawTable, ...], Recipe, Checked] | None = findings().get(_CHECKED)
    if known is None or known[0] is not loading.tables or known[1] != loading.draft:
        known = loading.tables, loading.draft, _checked(loading, loading.draft)
        findings()[_CHECKED] = known
    return known[2]


def _checked(loading: Loading, draft: Recipe) -> Checked:
    """Build the study; what is wrong with the files of its tables is wrong with it."""
    recipe = finished(draft)
    used = {recipe.subjects.table, *(one.table for one in recipe.visits), *(one.table for one in recipe.events)}
    of_files = tuple(problem for problem in loading.problems if problem.file in used)
    built = build(loading.tables, recipe)
    if errors(of_files):
        built = replace(built, content=None)
    reading = read_built(built)
    return Checked(built=built, reading=replace(reading, problems=(*of_files, *reading.problems)))


def is_checked() -> bool:
    """Return whether `checked` has its answer."""
    loading = current()
    known = findings().get(_CHECKED)
    return known is not None and known[0] is loading.tables and known[1] == loading.draft


def repairs() -> tuple[tuple[Fix, ...], tuple[Question, ...]]:
    """Return what can be repaired in one way only, and what has to be asked, for the choices so far."""
    loading = current()
    known = findings().get(_REPAIRS)
    if known is None or known[0] is not loading.repaired or known[1] != loading.draft or known[3] != loading.fixes:
        fixes: list[Fix] = []
        questions: list[Question] = []
        for table in loading.repaired:
            roles = recipe_roles(table, loading.draft)
            found_here = find_fixes(table, roles)
            fixes += found_here
            asked = find_questions(apply_fixes(table, found_here), roles)
            questions += [question for question in asked if not is_answered(question, loading.fixes)]
        known = loading.repaired, loading.draft, (tuple(fixes), tuple(questions)), loading.fixes
        findings()[_REPAIRS] = known
    found: tuple[tuple[Fix, ...], tuple[Question, ...]] = known[2]
    return found
