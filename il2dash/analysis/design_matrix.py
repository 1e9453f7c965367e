"""Covariates as the columns of a regression, each named, labeled and scaled to its step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from il2dash.analysis.baseline import covariate_levels
from il2dash.analysis.population import Population
from il2dash.errors import SpecificationError

ARM = "arm"
INTERCEPT = "(Intercept)"


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignColumn:
    """One column: its `term` (a covariate's name, or `ARM`), its own name, and how to read a step of it."""

    term: str
    name: str
    label: str
    contrast: str
    randomized: bool


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class DesignMatrix:
    """The columns of a model for the counted patients.

    Parameters
    ----------
    columns : tuple of DesignColumn
        The columns after the intercept.
    values : array, shape (patients, 1 + columns)
        The intercept first; a continuous covariate in its steps; NaN where a value is missing.
    """

    columns: tuple[DesignColumn, ...]
    values: np.ndarray

    @property
    def complete(self) -> np.ndarray:
        """For each patient, whether every covariate is known."""
        return np.asarray(~np.isnan(self.values).any(axis=1))

    def term_columns(self, term: str) -> np.ndarray:
        """Return the positions of a term's columns in `values`."""
        return np.array([index for index, column in enumerate(self.columns, start=1) if column.term == term])


def design_matrix(population: Population, terms: tuple[str, ...], *, among: np.ndarray | None = None) -> DesignMatrix:
    """Build the design of a model.

    A binary covariate is 1 for its second level; a categorical one has an indicator for each level but the first that
    the patients have; the arm is 1 for treatment.

    Parameters
    ----------
    population : Population
        The patients who are counted; rows of the design are in their order.
    terms : tuple of str
        Names of covariates, or ``arm``, each once.
    among : bool array, shape (patients,), optional
        Whose levels a categorical covariate has: those who will be in the model; all counted patients where None.

    Raises
    ------
    SpecificationError
        Where a term isn't a covariate of the study, or stands twice.
    """
    twice = next((term for position, term in enumerate(terms) if term in terms[:position]), None)
    if twice is not None:
        raise SpecificationError(f"Term {twice!r}: a model has each covariate once; name it once.")
    whose = np.ones(len(population.subjects), dtype=bool) if among is None else among
    columns: list[DesignColumn] = []
    values = [np.ones(len(population.subjects))]
    for term in terms:
        for column, column_values in _term(population, term, among=whose):
            columns.append(column)
            values.append(column_values)
    return DesignMatrix(columns=tuple(columns), values=np.column_stack(values))


def unusable_terms(design: DesignMatrix) -> dict[str, str]:
    """Return for each term that can't be estimated why, in words; rows with missing covariates aren't looked at.

    A term fails where one of its columns is the same for everybody, or is a linear combination of the intercept and of
    columns before it.
    """
    rows = design.values[design.complete]
    n = len(rows)
    reasons: dict[str, str] = {}
    kept = [0]
    for index, column in enumerate(design.columns, start=1):
        if column.term in reasons:
            continue
        values = rows[:, index]
        if n == 0 or np.ptp(values) == 0:
            everybody = "the only patient" if n == 1 else f"all {n} patients"
            reasons[column.term] = f"{column.label} is the same for {everybody}: switch it off"
            continue
        scaled = rows[:, [*kept, index]] / np.linalg.norm(rows[:, [*kept, index]], axis=0)
        if np.linalg.matrix_rank(scaled, tol=1e-9) < scaled.shape[1]:
            before = ", ".join(dict.fromkeys(design.columns[other - 1].label for other in kept[1:]))
            reasons[column.term] = f"{column.label} follows from the others ({before}): switch one of them off"
            continue
        kept.append(index)
    return reasons


def _term(population: Population, term: str, *, among: np.ndarray) -> list[tuple[DesignColumn, np.ndarray]]:
    definition = population.trial.definition
    if term == ARM:
        arms = definition.arms
        contrast = f"{arms.label(arms.treatment)} v {arms.label(arms.reference)}"
        column = DesignColumn(term=ARM, name=ARM, label="Arm", contrast=contrast, randomized=True)
        return [(column, population.is_treatment.astype(float))]
    try:
        covariate = definition.covariate(term)
    except KeyError:
        known = ", ".join([ARM, *(covariate.name for covariate in definition.covariates)])
        raise SpecificationError(f"Term {term!r}: the study has no such covariate; it has {known}.") from None
    values = population.subjects[covariate.name]
    if covariate.kind == "continuous":
        contrast = f"per {covariate.step:g} {covariate.unit}".strip()
        column = DesignColumn(
            term=term, name=term, label=covariate.label, contrast=contrast, randomized=covariate.randomized
        )
        return [(column, values.to_numpy(dtype=float) / covariate.step)]
    levels = covariate_levels(covariate, population.trial.subjects[covariate.name])
    if covariate.kind == "binary":
        column = DesignColumn(
            term=term,
            name=term,
            label=covariate.label,
            contrast=f"{levels[1][1]} v {levels[0][1]}",
            randomized=covariate.randomized,
        )
        return [(column, values.to_numpy(dtype=float))]
    held, missing = values.to_numpy(dtype=object), values.isna().to_numpy()
    inside = set(held[among & ~missing])
    present = [(value, label) for value, label in levels if value in inside]
    present = present or list(levels[:1]) or [("", "no level")]
    made = []
    for value, label in present[1:] or present:
        indicator = np.where(missing, np.nan, held == value).astype(float)
        column = DesignColumn(
            term=term,
            name=f"{term}[{value}]",
            label=covariate.label,
            contrast=f"{label} v {present[0][1]}" if len(present) > 1 else label,
            randomized=covariate.randomized,
        )
        made.append((column, indicator))
    return made
