"""A multivariable logistic model of an endpoint by Firth's penalized likelihood."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

from il2dash.analysis import firth
from il2dash.analysis.fitted_model import FittedModel, fitted_model
from il2dash.analysis.model_data import ModelSpec
from il2dash.analysis.model_terms import LEVEL, FirthTerm, ModelTerm, firth_term, model_term, no_firth_term
from il2dash.analysis.outcome import ResolvedEndpoint
from il2dash.analysis.population import Population
from il2dash.analysis.standing import Standing

FORM_WORDS = {"log2": "by doublings", "spline": "as a curve (restricted cubic spline)"}


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
    estimator: str = "firth"
    terms: tuple[ModelTerm, ...]
    intercept: FirthTerm
    penalized_log_likelihood: float
    standing: Standing
    reason: str = ""


def logistic_model(population: Population, spec: ModelSpec, *, fitted: FittedModel | None = None) -> LogisticModel:
    """Fit a logistic model of an endpoint by Firth's method.

    Every coefficient comes with its profile penalized-likelihood interval and penalized likelihood-ratio p, as R's
    logistf gives them. What stands beside it (each covariate alone, maximum likelihood, warnings) is in
    `model_comparison`.

    Parameters
    ----------
    population : Population
        The patients who are counted.
    spec : ModelSpec
        The endpoint and the terms.
    fitted : FittedModel, optional
        The same model, where it was fitted already.

    Raises
    ------
    SpecificationError
        Where the study has no such endpoint, week or covariate.
    """
    fitted = fitted or fitted_model(population, spec)
    data, fit = fitted.data, fitted.fit
    columns, n, events = data.design.columns, len(data.response), data.events
    log_likelihood = nan
    coefficients = [no_firth_term(data.reason)] * (1 + len(columns))
    if fit is not None:
        inference = firth.infer(fit, level=LEVEL, columns=range(1 + len(columns)))
        coefficients = [firth_term(fit, inference, member=0, column=index) for index in range(1 + len(columns))]
        log_likelihood = float(fit.penalized_log_likelihood[0])
    return LogisticModel(
        id=_prespecified_id(population, data.resolved, spec),
        endpoint=data.resolved.endpoint.id,
        endpoint_label=data.resolved.endpoint.label,
        n=n,
        events=events,
        left_out=population.size - n,
        events_per_variable=min(events, n - events) / len(columns) if columns else nan,
        terms=tuple(map(model_term, columns, coefficients[1:])),
        intercept=coefficients[0],
        penalized_log_likelihood=log_likelihood,
        standing=model_standing(population, data.resolved, spec),
        reason=data.reason,
    )


def model_standing(
    population: Population, resolved: ResolvedEndpoint, spec: ModelSpec, *, beyond: str = ""
) -> Standing:
    """Return whether a model is the trial's own, and where not why; `beyond` names what is done with it besides."""
    departures = _departures(population, resolved, spec)
    besides = [f"{beyond} isn't among the trial's own analyses"] * bool(beyond)
    return population.standing.and_also(*resolved.standing.reasons, *departures, *besides)


def _departures(population: Population, resolved: ResolvedEndpoint, spec: ModelSpec) -> list[str]:
    """Return how the terms, their forms and an interaction depart from the prespecified model of this endpoint."""
    labels = {covariate.name: covariate.label for covariate in population.trial.definition.covariates} | {"arm": "arm"}
    models = [model for model in population.trial.definition.models if model.endpoint == resolved.endpoint.id]
    if not models:
        return [f"the trial prespecified no model of {resolved.endpoint.label}"]
    found = []
    terms = spec.terms
    if not any(set(model.terms) == set(terms) for model in models):
        nearest = min(models, key=lambda model: len(set(model.terms) ^ set(terms)))
        added = [labels[term] for term in terms if term not in nearest.terms]
        dropped = [labels[term] for term in nearest.terms if term not in terms]
        parts = [f"with {', '.join(added)}"] * bool(added) + [f"without {', '.join(dropped)}"] * bool(dropped)
        found.append(f"other covariates than in the trial's model: {'; '.join(parts)}")
    found += [
        f"{labels[name]} {FORM_WORDS[form]}, linear in the trial's model"
        for name, form in spec.forms
        if form != "linear"
    ]
    if spec.interaction:
        found.append(f"with an interaction of arm and {labels[spec.interaction]}, not in the trial's model")
    return found


def _prespecified_id(population: Population, resolved: ResolvedEndpoint, spec: ModelSpec) -> str:
    if spec.interaction or any(form != "linear" for _, form in spec.forms):
        return ""
    for model in population.trial.definition.models:
        if model.endpoint == resolved.endpoint.id and set(model.terms) == set(spec.terms):
            return model.id
    return ""
