"""The covariates: which columns of the patients' table, of which kind, and how their values are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st

from il2dash.intake.column_facts import ColumnFacts, TableFacts, identifier
from il2dash.intake.guess_covariates import covariate_of, guess_covariates
from il2dash.intake.recipe import Recipe
from il2dash.intake.recipe_edits import with_covariates
from il2dash.study.definition import Covariate, CovariateKind, CovariateLevel
from il2dash.study.definition_rules import RESERVED_NAMES
from il2dash.ui import load_findings, load_inputs, loading, show

KINDS: tuple[CovariateKind, ...] = ("binary", "categorical", "continuous")
BEFORE, AFTER = "baseline", "post-baseline"
MOST_ROWS = 500

Row = tuple[Covariate, int | None]
"""A covariate, and its place among those chosen when the table was first shown; None for what a column would be."""

Covariates = tuple[Covariate, ...]


def covariates_step() -> None:
    """Ask for the covariates."""
    chosen = loading.subjects()
    if chosen is None:
        show.kindly("Choose the patients first.")
        return
    recipe, table = chosen
    facts = load_findings.facts(table, patient=recipe.subjects.patient)
    load_inputs.small(
        "Covariates describe the patients, adjust models and filter. Types are guessed from the values: correct them "
        "here. The step is what an odds ratio is of: per 10 years, per 50 cells. Of several values the first is the "
        "reference."
    )
    load_inputs.edit_table(
        "covariates",
        recipe.covariates,
        rows=partial(_rows, recipe, facts),
        frame=partial(_frame, facts),
        read=partial(_read, facts),
        change=lambda chosen: loading.edit(lambda draft: with_covariates(draft, chosen)),
        config={
            "take": st.column_config.CheckboxColumn("Take", width="small"),
            "column": st.column_config.TextColumn("Column", disabled=True),
            "values": st.column_config.TextColumn("Values", disabled=True),
            "label": st.column_config.TextColumn("Label", max_chars=load_inputs.LONGEST),
            "kind": st.column_config.SelectboxColumn("Type", options=KINDS, required=True),
            "unit": st.column_config.TextColumn("Unit", max_chars=40),
            "step": st.column_config.NumberColumn("Step", min_value=1e-9),
            "timing": st.column_config.SelectboxColumn("Recorded", options=(BEFORE, AFTER), required=True),
        },
        alt="The columns of the patients' table: which are covariates, and of which kind",
    )
    draft = loading.current().draft or recipe
    _levels(draft)
    load_inputs.preview(table, [recipe.subjects.patient, *(one.file_column for one in draft.covariates)])


def _rows(recipe: Recipe, facts: TableFacts) -> Sequence[Row]:
    """Return the covariates, and beside them each other column that could be one."""
    taken = {covariate.file_column for covariate in recipe.covariates}
    taken |= {recipe.subjects.patient, recipe.subjects.arm}
    guessed = {guess.covariate.column: guess.covariate for guess in guess_covariates(facts, used=taken)}
    names = [covariate.name for covariate in recipe.covariates]
    others: list[Covariate] = []
    for column in facts.columns.values():
        if column.name in taken or column.distinct < 2 or not column.of_patient:
            continue
        kind: CovariateKind = guessed[column.name].kind if column.name in guessed else _kind(column)
        name = identifier(column.name, otherwise="covariate", taken=(*RESERVED_NAMES, *names))
        names.append(name)
        others.append(covariate_of(column, name=name, kind=kind))
    rows: list[Row] = [(covariate, place) for place, covariate in enumerate(recipe.covariates)]
    rows += [(covariate, None) for covariate in others[:MOST_ROWS]]
    order = {column: place for place, column in enumerate(facts.columns)}
    return sorted(rows, key=lambda row: order.get(row[0].file_column, len(order)))


def _kind(column: ColumnFacts) -> CovariateKind:
    if column.distinct == 2:
        return "binary"
    return "continuous" if column.numeric and not column.censored else "categorical"


def _frame(facts: TableFacts, rows: Sequence[Row]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "take": [place is not None for _, place in rows],
            "column": [covariate.file_column for covariate, _ in rows],
            "values": [_values(facts.columns.get(covariate.file_column)) for covariate, _ in rows],
            "label": [covariate.label for covariate, _ in rows],
            "kind": [covariate.kind for covariate, _ in rows],
            "unit": [covariate.unit for covariate, _ in rows],
            "step": [covariate.step if covariate.kind == "continuous" else None for covariate, _ in rows],
            "timing": [covariate.timing for covariate, _ in rows],
        }
    ).astype({"take": bool, "step": float})


def _values(column: ColumnFacts | None) -> str:
    if column is None:
        return "not in the table"
    if column.numeric and column.distinct > 8:
        return f"{column.minimum:g} to {column.maximum:g}"
    shown = ", ".join(column.levels[:8])
    return shown if 0 < len(column.levels) <= 8 else f"{shown}{', ' if shown else ''}... ({column.distinct:,} values)"


def _read(facts: TableFacts, rows: Sequence[Row], frame: pd.DataFrame) -> Covariates:
    """Return the covariates that a table says: those that were there in their order, then the new ones."""
    columns = (
        [bool(taken) for taken in frame["take"]],
        load_inputs.texts(frame, "label"),
        load_inputs.texts(frame, "kind"),
        load_inputs.texts(frame, "unit"),
        load_inputs.numbers(frame, "step"),
        load_inputs.texts(frame, "timing"),
    )
    chosen: list[tuple[int, Covariate]] = []
    for (first, place), taken, label, kind, unit, step, timing in zip(rows, *columns, strict=True):
        if taken:
            covariate = _said(facts, first, label=label, kind=kind, unit=unit, step=step, timing=timing)
            chosen.append((len(rows) if place is None else place, covariate))
    return tuple(covariate for _, covariate in sorted(chosen, key=lambda pair: pair[0]))


def _said(
    facts: TableFacts, first: Covariate, *, label: str, kind: str, unit: str, step: float | None, timing: str
) -> Covariate:
    wanted = next(one for one in KINDS if one == kind)
    column = facts.columns.get(first.file_column)
    covariate = first
    if wanted != first.kind and column is not None:
        covariate = covariate_of(column, name=first.name, kind=wanted)
    if wanted == "continuous" and step is not None and step > 0:
        covariate = replace(covariate, step=step)
    return replace(
        covariate,
        label=label or first.file_column,
        unit=unit,
        timing="post-baseline" if timing == AFTER else "baseline",
    )


def _levels(recipe: Recipe) -> None:
    """Ask how the values of the covariates are called."""
    if not any(covariate.levels for covariate in recipe.covariates):
        return
    load_inputs.small("What the values mean, as the pages write it:")
    load_inputs.edit_table(
        "levels",
        recipe.covariates,
        rows=partial(_level_rows, recipe),
        frame=_level_frame,
        read=partial(_read_levels, recipe.covariates),
        change=lambda chosen: loading.edit(lambda draft: with_covariates(draft, chosen)),
        config={
            "covariate": st.column_config.TextColumn("Covariate", disabled=True),
            "value": st.column_config.TextColumn("Value in the file", disabled=True),
            "label": st.column_config.TextColumn("On the pages", max_chars=load_inputs.LONGEST),
        },
        alt="What the values of the covariates mean",
    )


def _level_rows(recipe: Recipe) -> Sequence[tuple[Covariate, CovariateLevel]]:
    return [(covariate, level) for covariate in recipe.covariates for level in covariate.levels]


def _level_frame(rows: Sequence[tuple[Covariate, CovariateLevel]]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "covariate": [covariate.label for covariate, _ in rows],
            "value": [level.value for _, level in rows],
            "label": [level.label for _, level in rows],
        }
    )


def _read_levels(
    covariates: Covariates, rows: Sequence[tuple[Covariate, CovariateLevel]], frame: pd.DataFrame
) -> Covariates:
    said: dict[str, list[CovariateLevel]] = {}
    for (covariate, level), label in zip(rows, load_inputs.texts(frame, "label"), strict=True):
        said.setdefault(covariate.name, []).append(replace(level, label=label or level.value))
    return tuple(
        replace(covariate, levels=tuple(said[covariate.name])) if covariate.name in said else covariate
        for covariate in covariates
    )
