"""A multivariate logistic model of an endpoint: Firth's penalized likelihood, with maximum likelihood beside it."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf, nan

import numpy as np

from il2dash.analysis import firth, maximum_likelihood, model_warnings
from il2dash.analysis.design_matrix import DesignColumn, DesignMatrix, design_matrix, unusable_terms
from il2dash.analysis.estimate import Interval, no_interval
from il2dash.analysis.model_terms import FirthTerm, MaximumLikelihoodTerm, ModelTerm, OverallTest
from il2dash.analysis.outcome import EndpointSpec, ResolvedEndpoint, outcome, resolve
from il2dash.analysis.population import Population
from il2dash.analysis.standing import Standing

PROFILE = "profile penalized likelihood"
LIKELIHOOD_RATIO = "penalized likelihood ratio"
LEVEL = 0.95
LARGEST_LOGARITHM = 700.0
"""Beyond it the exponential is no longer a number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpec:
    """What is modeled: an endpoint, and the covariates (``arm`` is one) in the order they are shown."""

    endpoint: EndpointSpec
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogisticModel:
    """A fitted model, or why there is none.

    Parameters
    ----------
    id : str
        Of the trial's model with this endpoint and these terms; empty where there is none.
    endpoint, endpoint_label : str
        What is modeled.
    n, events : int
        Patients in the model, and responders among them.
    left_out : int
        Patients of the population that aren't in it: no outcome under the rule, or a covariate isn't known.
    events_per_variable : float
        The smaller of responders and others, over the coefficients without the intercept (NaN without any).
    terms : tuple of ModelTerm
        One a coefficient, in the order of the design; the intercept apart.
    joint_tests : tuple of OverallTest
        Tests of a categorical covariate's coefficients together.
    warnings : tuple of str
        What a reader must know before believing it.
    reason : str
        Why there are no estimates; empty where there are.
    """

    id: str
    endpoint: str
    endpoint_label: str
    n: int
    events: int
    left_out: int
    events_per_variable: float
    estimator: str
    terms: tuple[ModelTerm, ...]
    intercept: FirthTerm
    joint_tests: tuple[OverallTest, ...]
    penalized_log_likelihood: float
    warnings: tuple[str, ...]
    standing: Standing
    reason: str = ""


def logistic_model(population: Population, spec: ModelSpec) -> LogisticModel:
    """Fit a logistic model of an endpoint by Firth's method.

    Every coefficient comes with its profile penalized-likelihood interval and penalized likelihood-ratio p (as R's
    logistf), alone in a model (univariable) beside adjusted, and by maximum likelihood. The univariable models are of
    the same patients as the multivariable one.

    Parameters
    ----------
    population : Population
        The patients who are counted.
    spec : ModelSpec
        The endpoint and the terms.

    Raises
    ------
    SpecificationError
        Where the study has no such endpoint, week or covariate.
    """
    trial = population.trial
    resolved = resolve(trial, spec.endpoint)
    design = design_matrix(population, spec.terms)
    outcomes = outcome(trial, resolved)
    response = outcomes.response[population.included]
    usable = design.complete & ~np.isnan(response)
    if not usable.all():
        # A level that only patients outside the model have would be a column of zeros.
        design = design_matrix(population, spec.terms, among=usable)
    rows, answers = design.values[usable], response[usable]
    used = DesignMatrix(columns=design.columns, values=rows)
    events = int(answers.sum())
    columns = len(design.columns)
    unusable = unusable_terms(used)
    reason = _reason(population, n=len(rows), unusable=unusable, outcome_reason=outcomes.reason)
    standing = population.standing.and_also(*resolved.standing.reasons, *_departures(population, resolved, spec.terms))
    fitted = _fit(used, answers) if not reason else _no_fit(used, reason)
    return LogisticModel(
        id=_prespecified_id(population, resolved, spec.terms),
        endpoint=resolved.endpoint.id,
        endpoint_label=resolved.endpoint.label,
        n=len(rows),
        events=events,
        left_out=len(response) - len(rows),
        events_per_variable=min(events, len(rows) - events) / columns if columns else nan,
        estimator="firth",
        terms=fitted.terms,
        intercept=fitted.intercept,
        joint_tests=fitted.joint_tests,
        penalized_log_likelihood=fitted.penalized_log_likelihood,
        warnings=()
        if reason
        else model_warnings.warnings(
            used,
            answers,
            left_out_covariates=int((~design.complete).sum()),
            left_out_outcomes=int((design.complete & np.isnan(response)).sum()),
        ),
        standing=standing,
        reason=reason,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fitted:
    terms: tuple[ModelTerm, ...]
    intercept: FirthTerm
    joint_tests: tuple[OverallTest, ...]
    penalized_log_likelihood: float


def _fit(design: DesignMatrix, response: np.ndarray) -> _Fitted:
    """Fit the multivariable model and each term's own in one batch; member 0 is the multivariable one."""
    terms = list(dict.fromkeys(column.term for column in design.columns))
    mask = np.ones((1 + len(terms), design.values.shape[1]), dtype=bool)
    for member, term in enumerate(terms, start=1):
        mask[member, 1:] = [column.term == term for column in design.columns]
    fit = firth.fit(design.values, response, column_mask=mask)
    inference = firth.infer(fit, level=LEVEL)
    likelihood = maximum_likelihood.fit(design.values, response)
    made = []
    for position, column in enumerate(design.columns, start=1):
        adjusted = _firth_term(fit, inference, member=0, column=position)
        made.append(
            ModelTerm(
                name=column.name,
                term=column.term,
                label=column.label,
                contrast=column.contrast,
                randomized=column.randomized,
                **adjusted.as_arguments(),
                univariable=_firth_term(fit, inference, member=1 + terms.index(column.term), column=position),
                maximum_likelihood=_maximum_likelihood_term(likelihood, position),
            )
        )
    return _Fitted(
        terms=tuple(made),
        intercept=_firth_term(fit, inference, member=0, column=0),
        joint_tests=tuple(_joint_test(fit, design, term) for term in terms if len(design.term_columns(term)) > 1),
        penalized_log_likelihood=float(fit.penalized_log_likelihood[0]),
    )


def _firth_term(fit: firth.FirthFit, inference: firth.FirthInference, *, member: int, column: int) -> FirthTerm:
    coefficient = float(fit.coefficients[member, column])
    lower, upper = float(inference.lower[member, column]), float(inference.upper[member, column])
    reason = fit.reason(member) or inference.reason(member, column)
    bounds_found = bool(inference.lower_converged[member, column] and inference.upper_converged[member, column])
    return FirthTerm(
        coef=coefficient,
        se=float(fit.standard_errors[member, column]),
        odds_ratio=_exponential(coefficient),
        interval=Interval(
            lower=_exponential(lower), upper=_exponential(upper), level=LEVEL, method=PROFILE, reason=reason
        ),
        coef_interval=Interval(lower=lower, upper=upper, level=LEVEL, method=PROFILE, reason=reason),
        p=float(inference.p[member, column]),
        test=LIKELIHOOD_RATIO,
        converged=bool(fit.converged[member]) and bounds_found,
        reason=reason,
    )


def _maximum_likelihood_term(likelihood: maximum_likelihood.MaximumLikelihoodFit, column: int) -> MaximumLikelihoodTerm:
    coefficient = float(likelihood.coefficients[0, column])
    return MaximumLikelihoodTerm(
        coef=coefficient,
        se=float(likelihood.standard_errors[0, column]),
        odds_ratio=_exponential(coefficient),
        wald_p=float(likelihood.wald_p[0, column]),
        converged=bool(likelihood.converged[0]),
        reason=likelihood.reason(0),
    )


def _joint_test(fit: firth.FirthFit, design: DesignMatrix, term: str) -> OverallTest:
    positions = design.term_columns(term)
    test = firth.joint_test(fit, [int(position) for position in positions])
    converged = bool(test.converged[0])
    return OverallTest(
        term=term,
        label=design.columns[positions[0] - 1].label,
        degrees_of_freedom=len(positions),
        statistic=float(test.chi2[0]),
        p=float(test.p[0]),
        test=LIKELIHOOD_RATIO,
        reason="" if converged else "the fit without it did not converge",
    )


def _no_fit(design: DesignMatrix, reason: str) -> _Fitted:
    interval = no_interval(level=LEVEL, method=PROFILE, reason=reason)
    nothing = FirthTerm(
        coef=nan,
        se=nan,
        odds_ratio=nan,
        interval=interval,
        coef_interval=interval,
        p=nan,
        test=LIKELIHOOD_RATIO,
        converged=False,
        reason=reason,
    )
    likelihood = MaximumLikelihoodTerm(coef=nan, se=nan, odds_ratio=nan, wald_p=nan, converged=False, reason=reason)

    def empty(column: DesignColumn) -> ModelTerm:
        return ModelTerm(
            name=column.name,
            term=column.term,
            label=column.label,
            contrast=column.contrast,
            randomized=column.randomized,
            **nothing.as_arguments(),
            univariable=nothing,
            maximum_likelihood=likelihood,
        )

    return _Fitted(
        terms=tuple(empty(column) for column in design.columns),
        intercept=nothing,
        joint_tests=(),
        penalized_log_likelihood=nan,
    )


def _reason(population: Population, *, n: int, unusable: dict[str, str], outcome_reason: str) -> str:
    if outcome_reason:
        return outcome_reason
    if n == 0:
        return f"none of the {len(population.subjects)} patients has a known outcome and all covariates"
    return "; ".join(unusable.values())


def _departures(population: Population, resolved: ResolvedEndpoint, terms: tuple[str, ...]) -> list[str]:
    """Return how the terms depart from the prespecified model of this endpoint."""
    models = [model for model in population.trial.definition.models if model.endpoint == resolved.endpoint.id]
    if not models:
        return [f"the trial prespecified no model of {resolved.endpoint.label}"]
    if any(set(model.terms) == set(terms) for model in models):
        return []
    nearest = min(models, key=lambda model: len(set(model.terms) ^ set(terms)))
    labels = {covariate.name: covariate.label for covariate in population.trial.definition.covariates} | {"arm": "arm"}
    added = [labels[term] for term in terms if term not in nearest.terms]
    dropped = [labels[term] for term in nearest.terms if term not in terms]
    parts = [f"with {', '.join(added)}"] * bool(added) + [f"without {', '.join(dropped)}"] * bool(dropped)
    return [f"other covariates than in the trial's model: {'; '.join(parts)}"]


def _prespecified_id(population: Population, resolved: ResolvedEndpoint, terms: tuple[str, ...]) -> str:
    for model in population.trial.definition.models:
        if model.endpoint == resolved.endpoint.id and set(model.terms) == set(terms):
            return model.id
    return ""


def _exponential(value: float) -> float:
    return inf if value > LARGEST_LOGARITHM else exp(value)
