"""What a session is loading: its files as they were read, their repairs and the choices so far. Nobody else sees it.

The choices are one frozen recipe, which each step changes through `edit`; `load_findings` finds out what they give.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from il2dash.intake.column_facts import Guess
from il2dash.intake.day_columns import with_day_columns
from il2dash.intake.fixes import Fix, apply_fixes
from il2dash.intake.guess import Proposal, guess_recipe
from il2dash.intake.guess_arms import Chosen
from il2dash.intake.loaded_files import LoadedFile, added, tables_of
from il2dash.intake.patient_columns import with_patient_columns
from il2dash.intake.recipe import Recipe
from il2dash.intake.recipe_edits import Edited, after_fixes, rechosen
from il2dash.intake.recipe_roles import decimal_commas
from il2dash.study.problems import Problem
from il2dash.study.raw_tables import RawTable
from il2dash.study.reading import StudyReading

_LOADING, _FINDINGS = "loading", "loading_findings"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Loading:
    """Files, repairs and choices.

    Parameters
    ----------
    files : tuple of LoadedFile
        As they were read.
    repaired : tuple of RawTable
        The tables of all files with the repairs applied.
    tables : tuple of RawTable
        The same with the columns of ids and of days since randomization that the choices add.
    problems : tuple of Problem
        Of reading the files.
    fixes : tuple of Fix
        The repairs that were applied.
    proposal : Proposal or None
        What was guessed; None before there are tables.
    draft : Recipe or None
        The choices; None while no table, patient and arm are chosen.
    origin_said : bool
        Whether somebody said that the data are real, or that they are synthetic.
    said : tuple of str
        What the last change left out.
    """

    files: tuple[LoadedFile, ...] = ()
    repaired: tuple[RawTable, ...] = ()
    tables: tuple[RawTable, ...] = ()
    problems: tuple[Problem, ...] = ()
    fixes: tuple[Fix, ...] = ()
    proposal: Proposal | None = None
    draft: Recipe | None = None
    origin_said: bool = False
    said: tuple[str, ...] = ()

    def table(self, file: str) -> RawTable | None:
        """Return the table of that name, where there is one."""
        return next((table for table in self.tables if table.file == file), None)

    def guesses(self, about: str) -> tuple[Guess, ...]:
        """Return what was proposed of a place in the recipe."""
        return tuple(guess for guess in self.proposal.guesses if guess.about == about) if self.proposal else ()

    @property
    def study(self) -> StudyReading | None:
        """What the last study's zip among the files gave."""
        readings = [file.study for file in self.files if file.study is not None]
        return readings[-1] if readings else None

    @property
    def cells(self) -> int:
        """How many cells the tables have."""
        return sum(table.data.size for table in self.tables)


def current() -> Loading:
    """Return what this session is loading."""
    loading: Loading = st.session_state.get(_LOADING) or Loading()
    return loading


def keep(loading: Loading) -> None:
    """Keep it in this session, with the columns of ids and of days that its choices ask for."""
    before = current()
    if before.repaired is loading.repaired and _dated(before) == _dated(loading):
        tables = before.tables
    else:
        tables = loading.repaired if loading.draft is None else _with_made_columns(loading.repaired, loading.draft)
    st.session_state[_LOADING] = replace(loading, tables=tables)


def forget() -> None:
    """Forget files, repairs and choices, and what was found out of them."""
    for key in (_LOADING, _FINDINGS):
        st.session_state.pop(key, None)


def findings() -> dict[str, Any]:
    """Return where `load_findings` keeps what it found out, until all is forgotten."""
    kept: dict[str, Any] = st.session_state.setdefault(_FINDINGS, {})
    return kept


def add(new: Iterable[LoadedFile]) -> None:
    """Add files; a recipe among them is taken for the choices."""
    arrived = tuple(new)
    files, refusals = added(current().files, arrived)
    _of_files(files, recipe=next((file.recipe for file in arrived[::-1] if file.recipe is not None), None))
    keep(replace(current(), said=refusals))


def remove(name: str) -> None:
    """Remove a file."""
    _of_files(tuple(file for file in current().files if file.name != name))


def propose_anew() -> None:
    """Forget the choices, and propose them anew from the tables."""
    loading = current()
    proposal = guess_recipe(loading.tables) if loading.tables else None
    keep(replace(loading, proposal=proposal, draft=proposal.recipe if proposal else None, said=()))


def choose_patients(chosen: Chosen) -> None:
    """Choose the patients' table, or its column of the patient or the arm."""
    loading = current()
    proposal, edited = rechosen(loading.tables, loading.draft, chosen)
    recipe, dropped = (edited.recipe, edited.dropped) if edited else (None, ())
    keep(replace(loading, proposal=proposal, draft=recipe, said=dropped))


def edit(change: Callable[[Recipe], Recipe | Edited]) -> None:
    """Change the choices."""
    loading = current()
    if loading.draft is None:
        return
    changed = change(loading.draft)
    if isinstance(changed, Edited):
        keep(replace(loading, draft=changed.recipe, said=changed.dropped))
    else:
        keep(replace(loading, draft=changed, said=()))


def say_origin(*, synthetic: bool) -> None:
    """Say whether the data are synthetic."""
    edit(lambda recipe: replace(recipe, study=replace(recipe.study, synthetic=synthetic)))
    keep(replace(current(), origin_said=True))


def repair(fixes: Iterable[Fix]) -> None:
    """Apply repairs; choices that nobody changed are proposed anew from the repaired tables."""
    loading = current()
    new = tuple(fixes)
    tables = tuple(apply_fixes(table, new) for table in loading.repaired)
    untouched = _is_untouched(loading)
    draft = loading.draft
    if draft is not None:
        after: dict[tuple[str, str], dict[str, str]] = {}
        for fix in new:
            after.setdefault((fix.file, fix.column), {}).update(zip(fix.before, fix.after, strict=True))
        draft = after_fixes(draft, after)
    keep(replace(loading, repaired=tables, fixes=(*loading.fixes, *new), draft=draft))
    if untouched:
        propose_anew()


def take_back() -> None:
    """Take back all repairs; choices that nobody changed are proposed anew."""
    loading = current()
    tables, problems = tables_of(loading.files)
    untouched = _is_untouched(loading)
    keep(replace(loading, repaired=tables, problems=problems, fixes=()))
    if untouched:
        propose_anew()


def subjects() -> tuple[Recipe, RawTable] | None:
    """Return the choices and the table of the patients; None while the patients aren't chosen."""
    loading = current()
    recipe = loading.draft
    table = loading.table(recipe.subjects.table) if recipe else None
    if recipe is None or table is None or recipe.subjects.patient not in table.columns:
        return None
    return recipe, table


def _of_files(files: tuple[LoadedFile, ...], *, recipe: Recipe | None = None) -> None:
    """Start from these files; the repairs of files that stayed as they were are applied to them again.

    Of new files decimal commas are repaired at once, as a repair like the others.
    """
    before = current()
    tables, problems = tables_of(files)
    same = {table.file for file in files if file in before.files for table in file.upload.tables}
    kept = (fix for fix in before.fixes if fix.file in same)
    fixes = (*kept, *(fix for table in tables if table.file not in same for fix in decimal_commas(table)))
    untouched = _is_untouched(before)
    keep(
        replace(
            before,
            files=files,
            repaired=tuple(apply_fixes(table, fixes) for table in tables),
            problems=problems,
            fixes=fixes,
            draft=recipe or before.draft,
            origin_said=recipe is not None or before.origin_said,
            said=(),
        )
    )
    if recipe is None and untouched:
        propose_anew()


def _with_made_columns(tables: tuple[RawTable, ...], draft: Recipe) -> tuple[RawTable, ...]:
    return with_day_columns(with_patient_columns(tables, draft), draft)


def _dated(loading: Loading) -> object:
    """Return what of the choices the columns of ids and of days depend on."""
    draft = loading.draft
    return None if draft is None else (draft.ids, draft.days, draft.subjects.table, draft.subjects.patient)


def _is_untouched(loading: Loading) -> bool:
    """Return whether the choices are still what was proposed."""
    return loading.draft is None or (loading.proposal is not None and loading.draft == loading.proposal.recipe)
