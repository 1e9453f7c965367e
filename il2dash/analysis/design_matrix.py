"""Covariates as the columns of a regression, each named, labeled and scaled to its step."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from il2dash.analysis import subject_columns
from il2dash.analysis.covariate_forms import FittedForm, Form, fitted_form
from il2dash.analysis.population import Population
from il2dash.errors import SpecificationError
from il2dash.study.definition import Covariate

ARM = "arm"


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignColumn:
    """One column: its `term` (a covariate's name, or `ARM`), its own name, and how to read a step of it.

    Names: ``age``; ``gss[2]`` a level; ``age[log2]`` by doublings; ``age[spline 1]`` and ``age[spline 2]`` a curve's
    straight and bent part; ``arm:age`` (``arm:gss[2]``, ...) the arm's product with a column.
    """

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
    forms : mapping
        Of every continuous covariate, so that other values can be put in its place.
    interaction : str
        The covariate whose columns are multiplied with the arm; empty without.
    center : array
        What is taken from those columns before: the arm's own coefficient is its effect there.
    reason : str
        Why a form can't be used in these patients; empty where all can.
    """

    columns: tuple[DesignColumn, ...]
    values: np.ndarray
    forms: Mapping[str, FittedForm] = field(default_factory=dict)
    interaction: str = ""
    center: np.ndarray = field(default_factory=lambda: np.zeros(0))
    reason: str = ""

    @property
    def complete(self) -> np.ndarray:
        """For each patient, whether every covariate is known."""
        return np.asarray(~np.isnan(self.values).any(axis=1))

    def term_columns(self, term: str) -> np.ndarray:
        """Return the positions of a term's columns in `values`."""
        return np.array([index for index, column in enumerate(self.columns, start=1) if column.term == term], dtype=int)

    def of(self, rows: np.ndarray) -> DesignMatrix:
        """Return the design of some patients."""
        return replace(self, values=self.values[rows])

    def with_arm(self, *, treated: bool) -> DesignMatrix:
        """Return the design as it would be with every patient in one arm."""
        values = self.values.copy()
        values[:, self.term_columns(ARM)] = float(treated)
        return self._multiplied(values, self.center)

    def with_covariate(self, covariate: str, value: float) -> DesignMatrix:
        """Return the design as it would be with a continuous covariate at one value for everybody."""
        values = self.values.copy()
        values[:, self.term_columns(covariate)] = self.forms[covariate].columns(np.array([float(value)]))
        return self._multiplied(values, self.center)

    def centering(self, center: np.ndarray) -> np.ndarray:
        """Return what the columns are multiplied with to be centered elsewhere: (column, column)."""
        matrix = np.eye(1 + len(self.columns))
        matrix[self.term_columns(ARM), self.term_columns(interaction_term(self.interaction))] = self.center - center
        return matrix

    def centered(self, center: np.ndarray) -> DesignMatrix:
        """Return the same model with the arm's own coefficient at another place of the interacting covariate."""
        return self._multiplied(self.values.copy(), center)

    def _multiplied(self, values: np.ndarray, center: np.ndarray) -> DesignMatrix:
        if self.interaction:
            arm = values[:, self.term_columns(ARM)]
            products = self.term_columns(interaction_term(self.interaction))
            values[:, products] = arm * (values[:, self.term_columns(self.interaction)] - center)
        return replace(self, values=values, center=center)


def interaction_term(covariate: str) -> str:
    """Return the name of the arm's interaction with a covariate."""
    return f"{ARM}:{covariate}"


def step_words(covariate: Covariate) -> str:
    """Return what an odds ratio of a continuous covariate is per: ``per 10 years``, ``per year``, ``per 0.5``."""
    unit = covariate.unit
    if covariate.step == 1 and re.fullmatch(r"[a-z]+[a-rt-z]s", unit):
        return f"per {unit.removesuffix('s')}"
    return f"per {np.format_float_positional(covariate.step, trim='-')} {unit}".strip()


def design_matrix(
    population: Population,
    terms: tuple[str, ...],
    *,
    among: np.ndarray | None = None,
    forms: Mapping[str, Form] | None = None,
    interaction: str = "",
) -> DesignMatrix:
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
        Whose levels a categorical covariate has, and whose knots a spline: those who will be in the model; all counted
        patients where None.
    forms : mapping, optional
        Forms of continuous covariates other than linear.
    interaction : str
        A covariate that is multiplied with the arm: its columns less their value at the median of a continuous
        covariate, or at the first level, times the arm. Penalized likelihood doesn't depend on that choice.

    Raises
    ------
    SpecificationError
        Where a term isn't a covariate of the study or stands twice, or the interaction isn't one of arm and a covariate
        of the model.
    """
    twice = next((term for position, term in enumerate(terms) if term in terms[:position]), None)
    if twice is not None:
        raise SpecificationError(f"Term {twice!r}: a model has each covariate once; name it once.")
    whose = np.ones(population.size, dtype=bool) if among is None else among
    if interaction and (ARM not in terms or interaction == ARM or interaction not in terms):
        raise SpecificationError(
            f"Interaction of arm and {interaction!r}: both must be in the model, which has "
            f"{', '.join(terms) or 'no terms'}; switch both on, or choose another covariate."
        )
    columns: list[DesignColumn] = []
    values = [np.ones(population.size)]
    fitted: dict[str, FittedForm] = {}
    reasons = []
    for term in terms:
        covariate = None if term == ARM else _covariate(population, term)
        if covariate is not None and covariate.kind == "continuous":
            numbers = population.numbers(term)
            wanted: Form = (forms or {}).get(term, "linear")
            fitted[term], reason = fitted_form(covariate, wanted, numbers[whose])
            reasons += [reason] * bool(reason)
            columns += _continuous_columns(covariate, fitted[term])
            values += list(fitted[term].columns(numbers).T)
            continue
        for column, column_values in _arm(population) if covariate is None else _levels(population, covariate, whose):
            columns.append(column)
            values.append(column_values)
    design = DesignMatrix(
        columns=tuple(columns), values=np.column_stack(values), forms=fitted, reason="; ".join(reasons)
    )
    return _with_interaction(population, design, interaction, among=whose) if interaction else design


def _with_interaction(
    population: Population, design: DesignMatrix, interaction: str, *, among: np.ndarray
) -> DesignMatrix:
    own = [column for column in design.columns if column.term == interaction]
    arm = next(column for column in design.columns if column.term == ARM)
    center, place = np.zeros(len(own)), own[0].contrast.rsplit(" v ", 1)[-1]
    if interaction in design.forms:
        known = population.numbers(interaction)[among]
        known = known[~np.isnan(known)]
        median = float(np.median(known)) if known.size else 0.0
        center = design.forms[interaction].columns(np.array([median]))[0]
        place = f"{median:g} {_covariate(population, interaction).unit}".strip()
    arms = population.trial.definition.arms
    columns = [
        replace(column, contrast=f"{column.contrast}, at {own[0].label} {place}")
        if column is arm
        else replace(column, contrast=f"{column.contrast}, with {arms.label(arms.reference)}")
        if column.term == interaction
        else column
        for column in design.columns
    ]
    products = [
        DesignColumn(
            term=interaction_term(interaction),
            name=interaction_term(column.name),
            label=f"{arm.label} × {column.label}",  # noqa: RUF001
            contrast=f"ratio of odds ratios, {column.contrast}",
            randomized=column.randomized,
        )
        for column in own
    ]
    empty = np.zeros((len(design.values), len(own)))
    wider = replace(
        design,
        columns=(*columns, *products),
        values=np.hstack([design.values, empty]),
        interaction=interaction,
    )
    return wider.centered(center)


def _covariate(population: Population, term: str) -> Covariate:
    definition = population.trial.definition
    try:
        return definition.covariate(term)
    except KeyError:
        known = ", ".join([ARM, *(covariate.name for covariate in definition.covariates)])
        raise SpecificationError(f"Term {term!r}: the study has no such covariate; it has {known}.") from None


def _arm(population: Population) -> list[tuple[DesignColumn, np.ndarray]]:
    arms = population.trial.definition.arms
    contrast = f"{arms.label(arms.treatment)} v {arms.label(arms.reference)}"
    column = DesignColumn(term=ARM, name=ARM, label="Arm", contrast=contrast, randomized=True)
    return [(column, population.is_treatment.astype(float))]


def _continuous_columns(covariate: Covariate, fitted: FittedForm) -> list[DesignColumn]:
    step = step_words(covariate)
    words = {
        "linear": {"": step},
        "log2": {"[log2]": "per doubling"},
        "spline": {"[spline 1]": f"curve, straight part {step}", "[spline 2]": "curve, bent part"},
    }
    return [
        DesignColumn(
            term=covariate.name,
            name=f"{covariate.name}{suffix}",
            label=covariate.label,
            contrast=contrast,
            randomized=covariate.randomized,
        )
        for suffix, contrast in words[fitted.form].items()
    ]


def _levels(population: Population, covariate: Covariate, among: np.ndarray) -> list[tuple[DesignColumn, np.ndarray]]:
    term = covariate.name
    levels = subject_columns.factor(population.trial, covariate).levels
    if covariate.kind == "binary":
        column = DesignColumn(
            term=term,
            name=term,
            label=covariate.label,
            contrast=f"{levels[1][1]} v {levels[0][1]}",
            randomized=covariate.randomized,
        )
        return [(column, population.numbers(term))]
    places = population.level_places(covariate)
    inside = set(np.unique(places[among]).tolist())
    numbered = [(place, *level) for place, level in enumerate(levels)]
    present = [level for level in numbered if level[0] in inside] or numbered[:1] or [(-1, "", "no level")]
    made = []
    for place, value, label in present[1:] or present:
        indicator = np.where(places < 0, np.nan, places == place).astype(float)
        column = DesignColumn(
            term=term,
            name=f"{term}[{value}]",
            label=covariate.label,
            contrast=f"{label} v {present[0][2]}" if len(present) > 1 else label,
            randomized=covariate.randomized,
        )
        made.append((column, indicator))
    return made
