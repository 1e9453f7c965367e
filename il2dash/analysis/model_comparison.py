"""What stands beside a logistic model: each covariate alone, maximum likelihood, joint tests, and what to beware of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import nan

import numpy as np

from il2dash.analysis import firth, maximum_likelihood
from il2dash.analysis.collapsed_rows import collapsed_rows
from il2dash.analysis.collinearity import TermCollinearity, collinearity
from il2dash.analysis.design_matrix import interaction_term
from il2dash.analysis.fitted_model import FittedModel, fitted_model
from il2dash.analysis.model_data import ModelData, ModelSpec
from il2dash.analysis.model_separation import ModelSeparation, model_separation, no_separation_known
from il2dash.analysis.model_terms import (
    ALL_LEVELS,
    LEVEL,
    FirthTerm,
    MaximumLikelihoodTerm,
    OverallTest,
    firth_term,
    maximum_likelihood_term,
    no_firth_term,
    overall_test,
)
from il2dash.analysis.model_warnings import warnings
from il2dash.analysis.population import Population

CURVED = "departure from a straight line"
NOT_ALONE = "a product isn't fitted without its arm and covariate"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelComparison:
    """The other ways to the coefficients of a model, and its warnings.

    Parameters
    ----------
    univariable : tuple of FirthTerm
        Each coefficient with its own term alone in the model (all levels of a categorical one together), in the same
        patients; in the order of the model's terms.
    maximum_likelihood : tuple of MaximumLikelihoodTerm
        The same coefficients of the whole model.
    joint_tests : tuple of OverallTest
        Tests of the coefficients of a covariate with several together, and of a curve's departure from a straight line.
    separation : ModelSeparation
        Whether the covariates separate responders from others, which, and whom.
    collinearity : tuple of TermCollinearity
        How much each term's variance is inflated by the others.
    warnings : tuple of str
        What a reader must know before believing the model.
    """

    univariable: tuple[FirthTerm, ...]
    maximum_likelihood: tuple[MaximumLikelihoodTerm, ...]
    joint_tests: tuple[OverallTest, ...]
    separation: ModelSeparation
    collinearity: tuple[TermCollinearity, ...]
    warnings: tuple[str, ...]


def model_comparison(
    population: Population,
    spec: ModelSpec,
    *,
    fitted: FittedModel | None = None,
    alone: Mapping[str, tuple[FirthTerm, ...]] | None = None,
) -> ModelComparison:
    """Fit what stands beside a model.

    Parameters
    ----------
    population : Population
        The patients who are counted.
    spec : ModelSpec
        The endpoint and the terms, as of `logistic_model`.
    fitted : FittedModel, optional
        The same model, where it was fitted already.
    alone : mapping of str to tuple of FirthTerm, optional
        Every term alone, where `terms_alone` of these patients was asked already.

    Raises
    ------
    SpecificationError
        Where the study has no such endpoint, week or covariate.
    """
    fitted = fitted or fitted_model(population, spec)
    data, fit = fitted.data, fitted.fit
    count = len(data.design.columns)
    if fit is None:
        likelihood = MaximumLikelihoodTerm(
            coef=nan, se=nan, odds_ratio=nan, wald_p=nan, converged=False, reason=data.reason
        )
        return ModelComparison(
            univariable=(no_firth_term(data.reason),) * count,
            maximum_likelihood=(likelihood,) * count,
            joint_tests=(),
            separation=no_separation_known(data.reason, n=len(data.response)),
            collinearity=(),
            warnings=(),
        )
    whole = maximum_likelihood.fit_batch(fit.batch, start=fit.scaled_coefficients)
    separated = model_separation(data.design, data.response, data.subject_ids, maximum=whole)
    inflated = collinearity(data.design)
    return ModelComparison(
        univariable=_univariable(data, terms_alone(data, single_terms(data)) if alone is None else alone),
        maximum_likelihood=tuple(maximum_likelihood_term(whole, column=column) for column in range(1, 1 + count)),
        joint_tests=_joint_tests(data, fit),
        separation=separated,
        collinearity=inflated,
        warnings=warnings(
            data.response,
            separated,
            inflated,
            left_out_covariates=data.left_out_covariates,
            left_out_outcomes=data.left_out_outcomes,
        ),
    )


def single_terms(data: ModelData) -> tuple[str, ...]:
    """Return the terms that can stand alone: a product isn't fitted without what it is a product of."""
    return tuple(term for term in data.terms if term != interaction_term(data.design.interaction))


def terms_alone(data: ModelData, terms: Sequence[str]) -> dict[str, tuple[FirthTerm, ...]]:
    """Fit terms alone in the patients of a model, all of them in one batch: the coefficients of each.

    Parameters
    ----------
    data : ModelData
        The patients; none of it but they and a term's own columns enters that term's model.
    terms : sequence of str
        Of `single_terms`.
    """
    if not terms:
        return {}
    positions = [data.design.term_columns(term) for term in terms]
    rows = [collapsed_rows(data.design.values[:, columns], data.response) for columns in positions]
    width, height = 1 + max(map(len, positions)), max(len(own.response) for own in rows)
    design = np.ones((len(positions), height, width))
    response = np.zeros((len(positions), height))
    weight = np.zeros((len(positions), height))
    mask = np.zeros((len(positions), width), dtype=bool)
    for member, (columns, own) in enumerate(zip(positions, rows, strict=True)):
        many = len(own.response)
        design[member, :many, 1 : 1 + len(columns)] = own.design
        response[member, :many] = own.response
        weight[member, :many] = 1.0 if own.count is None else own.count
        mask[member, : 1 + len(columns)] = True
    plain = bool((weight == 1.0).all())
    fit = firth.fit(design, response, column_mask=mask, row_weight=None if plain else weight)
    inference = firth.infer(fit, level=LEVEL, columns=range(1, width))
    return {
        term: tuple(
            firth_term(fit, inference, member=member, column=column) for column in range(1, 1 + len(positions[member]))
        )
        for member, term in enumerate(terms)
    }


def _univariable(data: ModelData, alone: Mapping[str, tuple[FirthTerm, ...]]) -> tuple[FirthTerm, ...]:
    fitted = tuple(coefficient for term in single_terms(data) for coefficient in alone[term])
    return fitted + (no_firth_term(NOT_ALONE),) * (len(data.design.columns) - len(fitted))


def _joint_tests(data: ModelData, fit: firth.FirthFit) -> tuple[OverallTest, ...]:
    positions = {term: data.design.term_columns(term) for term in data.terms}
    wanted = []
    for term, columns in positions.items():
        if len(columns) < 2:
            continue
        together = [int(column) for column in columns]
        curved = term in data.design.forms
        what = "straight and bent part" if curved else "all products" if ":" in term else ALL_LEVELS
        wanted.append((term, what, together))
        if curved:
            wanted.append((term, CURVED, together[1:]))
    return tuple(
        overall_test(fit, columns, term=term, label=data.design.columns[columns[0] - 1].label, what=what)
        for term, what, columns in wanted
    )
