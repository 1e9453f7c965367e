"""What stands beside a logistic model: each covariate alone, maximum likelihood, joint tests, and what to beware of."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np

from il2dash.analysis import firth, maximum_likelihood
from il2dash.analysis.model_data import ModelData, ModelSpec, model_data
from il2dash.analysis.model_terms import (
    LEVEL,
    FirthTerm,
    MaximumLikelihoodTerm,
    OverallTest,
    firth_term,
    maximum_likelihood_term,
    no_firth_term,
)
from il2dash.analysis.model_warnings import warnings
from il2dash.analysis.population import Population


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
        Tests of a categorical covariate's coefficients together.
    warnings : tuple of str
        What a reader must know before believing the model.
    """

    univariable: tuple[FirthTerm, ...]
    maximum_likelihood: tuple[MaximumLikelihoodTerm, ...]
    joint_tests: tuple[OverallTest, ...]
    warnings: tuple[str, ...]


def model_comparison(population: Population, spec: ModelSpec) -> ModelComparison:
    """Fit what stands beside a model.

    Parameters
    ----------
    population : Population
        The patients who are counted.
    spec : ModelSpec
        The endpoint and the terms, as of `logistic_model`.

    Raises
    ------
    SpecificationError
        Where the study has no such endpoint, week or covariate.
    """
    data = model_data(population, spec)
    count = len(data.design.columns)
    if data.reason:
        likelihood = MaximumLikelihoodTerm(
            coef=nan, se=nan, odds_ratio=nan, wald_p=nan, converged=False, reason=data.reason
        )
        return ModelComparison(
            univariable=(no_firth_term(data.reason),) * count,
            maximum_likelihood=(likelihood,) * count,
            joint_tests=(),
            warnings=(),
        )
    whole = maximum_likelihood.fit(data.design.values, data.response)
    return ModelComparison(
        univariable=_univariable(data) if count else (),
        maximum_likelihood=tuple(maximum_likelihood_term(whole, column=column) for column in range(1, 1 + count)),
        joint_tests=_joint_tests(data),
        warnings=warnings(
            data.design,
            data.response,
            left_out_covariates=data.left_out_covariates,
            left_out_outcomes=data.left_out_outcomes,
        ),
    )


def _univariable(data: ModelData) -> tuple[FirthTerm, ...]:
    """Fit every term alone, all of them in one batch; no model in it is wider than the widest term."""
    positions = [data.design.term_columns(term) for term in data.terms]
    width = 1 + max(map(len, positions))
    design = np.ones((len(positions), len(data.response), width))
    mask = np.zeros((len(positions), width), dtype=bool)
    for member, columns in enumerate(positions):
        design[member, :, 1 : 1 + len(columns)] = data.design.values[:, columns]
        mask[member, : 1 + len(columns)] = True
    fit = firth.fit(design, data.response, column_mask=mask)
    inference = firth.infer(fit, level=LEVEL)
    return tuple(
        firth_term(fit, inference, member=member, column=column)
        for member, columns in enumerate(positions)
        for column in range(1, 1 + len(columns))
    )


def _joint_tests(data: ModelData) -> tuple[OverallTest, ...]:
    positions = {term: data.design.term_columns(term) for term in data.terms}
    several = {term: [int(column) for column in columns] for term, columns in positions.items() if len(columns) > 1}
    if not several:
        return ()
    fit = firth.fit(data.design.values, data.response)
    return tuple(_joint_test(fit, data, term, columns) for term, columns in several.items())


def _joint_test(fit: firth.FirthFit, data: ModelData, term: str, columns: list[int]) -> OverallTest:
    test = firth.joint_test(fit, columns)
    return OverallTest(
        term=term,
        label=data.design.columns[columns[0] - 1].label,
        degrees_of_freedom=len(columns),
        statistic=float(test.chi2[0]),
        p=float(test.p[0]),
        reason="" if bool(test.converged[0]) else "the fit without it did not converge",
    )
