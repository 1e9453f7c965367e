"""Whether the arm's odds ratio differs with a covariate: the products' joint test, and the odds ratio at its values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import nan

import numpy as np

from il2dash.analysis import firth, subject_columns
from il2dash.analysis.design_matrix import ARM, interaction_term
from il2dash.analysis.fitted_model import fitted_model
from il2dash.analysis.logistic_model import model_standing
from il2dash.analysis.model_data import ModelData, ModelSpec
from il2dash.analysis.model_terms import LEVEL, FirthTerm, OverallTest, firth_term, no_firth_term, overall_test
from il2dash.analysis.population import Population
from il2dash.analysis.standing import Standing
from il2dash.study.definition import Covariate

QUARTILES = (0.25, 0.5, 0.75)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmEffectAt:
    """The arm's odds ratio where the covariate is at one level or value, and how many patients of the model are there.

    `n` and `events` are None for a continuous covariate: its value is a quartile, not a group of patients.
    """

    value: str
    label: str
    n: int | None
    events: int | None
    effect: FirthTerm


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmInteraction:
    """The interaction of the arm with one covariate of a model."""

    covariate: str
    label: str
    continuous: bool
    n: int
    events: int
    test: OverallTest
    effects: tuple[ArmEffectAt, ...]
    standing: Standing
    reason: str = ""


def interacting_covariates(terms: tuple[str, ...]) -> tuple[str, ...]:
    """Return the terms whose interaction with the arm can be looked at."""
    return tuple(term for term in terms if term != ARM) if ARM in terms else ()


def arm_interaction(population: Population, spec: ModelSpec, covariate: str) -> ArmInteraction:
    """Add the products of arm and covariate to a model, and test them together.

    The arm's odds ratio at a level, or at a quartile, is the arm's own coefficient in the same model centered there:
    so it has a profile penalized-likelihood interval like any other.

    Parameters
    ----------
    population : Population
        The patients who are counted.
    spec : ModelSpec
        The endpoint and the terms, the arm and the covariate among them.
    covariate : str
        One of them.

    Raises
    ------
    SpecificationError
        Where the study has no such endpoint, week or covariate, or arm and covariate aren't both in the model.
    """
    wider = replace(spec, interaction=covariate)
    fitted = fitted_model(population, wider)
    data, fit = fitted.data, fitted.fit
    described = population.trial.definition.covariate(covariate)
    places = _places(population, data, described)
    term, label = interaction_term(covariate), f"Arm × {described.label}"  # noqa: RUF001
    products = [int(column) for column in data.design.term_columns(term)]
    if fit is None:
        test = OverallTest(
            term=term, label=label, degrees_of_freedom=len(products), statistic=nan, p=nan, reason=data.reason
        )
        effects = [no_firth_term(data.reason)] * len(places)
    else:
        test = overall_test(fit, products, term=term, label=label)
        arm = int(data.design.term_columns(ARM)[0])
        there = firth.recoded(fit, np.stack([data.design.centering(center) for *_, center in places]))
        inference = firth.infer(there, level=LEVEL, columns=[arm])
        effects = [firth_term(there, inference, member=place, column=arm) for place in range(len(places))]
    return ArmInteraction(
        covariate=covariate,
        label=described.label,
        continuous=described.kind == "continuous",
        n=len(data.response),
        events=data.events,
        test=test,
        effects=tuple(
            ArmEffectAt(value=value, label=label, n=n, events=events, effect=effect)
            for (value, label, n, events, _), effect in zip(places, effects, strict=True)
        ),
        standing=model_standing(population, data.resolved, wider),
        reason=data.reason,
    )


def _places(
    population: Population, data: ModelData, covariate: Covariate
) -> list[tuple[str, str, int | None, int | None, np.ndarray]]:
    """Return where the arm's odds ratio is wanted: value, label, patients, responders and the columns there."""
    if covariate.kind == "continuous":
        numbers = population.numbers(covariate.name)[data.rows]
        quartiles = np.quantile(numbers, QUARTILES) if numbers.size else np.zeros(0)
        names = ("first quartile", "median", "third quartile")
        form = data.design.forms[covariate.name]
        return [
            (f"{value:g}", f"{value:g} {covariate.unit}".strip() + f" ({name})", None, None, columns)
            for value, name, columns in zip(quartiles, names, form.columns(quartiles), strict=False)
        ]
    levels = subject_columns.factor(population.trial, covariate).levels
    held = population.level_places(covariate)[data.rows]
    own = [column for column in data.design.columns if column.term == covariate.name]
    places: list[tuple[str, str, int | None, int | None, np.ndarray]] = []
    for position, (value, label) in enumerate(levels):
        inside = held == position
        if not inside.any():
            continue
        name = covariate.name if covariate.kind == "binary" else f"{covariate.name}[{value}]"
        first = covariate.kind == "binary" and position == 0
        center = np.array([float(column.name == name and not first) for column in own])
        places.append((value, label, int(inside.sum()), int(data.response[inside].sum()), center))
    return places
