"""Predicted probability of response by arm over a continuous covariate, the others as the patients have them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from il2dash.analysis import firth
from il2dash.analysis.adjusted_difference import NO_ARM, one_outcome
from il2dash.analysis.design_matrix import ARM
from il2dash.analysis.logistic_model import model_standing
from il2dash.analysis.model_data import ModelSpec, model_data
from il2dash.analysis.model_resamples import (
    MOST_FAILED,
    SEED,
    Progress,
    default_resamples,
    fitted_resamples,
)
from il2dash.analysis.population import Population
from il2dash.analysis.standing import Standing
from il2dash.errors import SpecificationError
from il2dash.study.definition import StudyDefinition

POINTS = 41
METHOD = "g-computation, Firth with FLIC intercept; pointwise bootstrap percentile intervals"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ProbabilityCurve:
    """One arm: probabilities with pointwise bounds at `PredictedProbability.values`, and its patients.

    `patient_values` and `responded` are those of the arm's patients in the model.
    """

    probability: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    patient_values: np.ndarray
    responded: np.ndarray


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PredictedProbability:
    """Mean predicted probabilities of all patients in the model if all were in one arm with one value.

    `arms` is empty where there is a `reason`. Bounds are NaN where too many resamples failed.
    """

    covariate: str
    label: str
    unit: str
    endpoint_label: str
    n: int
    events: int
    values: np.ndarray
    arms: dict[str, ProbabilityCurve]
    level: float
    resamples: int
    failed: int
    seed: int
    method: str = METHOD
    standing: Standing
    reason: str = ""


def curve_covariates(definition: StudyDefinition, terms: tuple[str, ...]) -> tuple[str, ...]:
    """Return the continuous covariates of a model, in the order of its terms: the definition's, for its own model."""
    return tuple(name for name in terms if name != ARM and definition.covariate(name).kind == "continuous")


def predicted_probability(
    population: Population,
    spec: ModelSpec,
    covariate: str,
    *,
    resamples: int | None = None,
    seed: int = SEED,
    level: float = 0.95,
    progress: Progress | None = None,
) -> PredictedProbability:
    """Predict the probability of response over a covariate of the model, in each arm.

    Every other covariate stays what it is in each patient, and the predictions are averaged over the patients
    (g-computation): not the prediction of an average patient, who doesn't exist.

    Parameters
    ----------
    population : Population
        The patients who are counted.
    spec : ModelSpec
        The endpoint and the terms, the arm and the covariate among them.
    covariate : str
        A continuous one of the model.
    resamples : int, optional
        How often the patients are drawn anew within their arm; `default_resamples` where None.
    seed : int
        Of the draws.
    level : float
        Confidence level of the pointwise intervals.
    progress : callable, optional
        Told the part that is done; what it raises ends the work.

    Raises
    ------
    SpecificationError
        Where the study has no such endpoint, week or covariate, or the covariate isn't a continuous one of the model.
    """
    from scipy.special import expit

    definition = population.trial.definition
    if covariate not in curve_covariates(definition, spec.terms):
        raise SpecificationError(
            f"Covariate {covariate!r}: the probability is drawn over a continuous covariate of the model; it has "
            f"{', '.join(curve_covariates(definition, spec.terms)) or 'none'}."
        )
    data = model_data(population, spec)
    number = resamples or default_resamples(len(data.response))
    reason = data.reason or ("" if data.design.term_columns(ARM).size else NO_ARM)
    observed = population.subjects[covariate].to_numpy(dtype=float)[data.rows]
    arms: dict[str, ProbabilityCurve] = {}
    values, failed = np.zeros(0), 0
    if not reason:
        point = firth.flic(firth.fit(data.design.values, data.response)).coefficients
        reason = one_outcome(data) if np.isnan(point[0, 0]) else ""
    if not reason:
        drawn = fitted_resamples(data, resamples=number, seed=seed, progress=progress)
        failed = drawn.failed
        values = np.linspace(observed.min(), observed.max(), POINTS)
        for code, treated in zip(definition.arms.codes, (False, True), strict=True):
            in_arm = data.design.with_arm(treated=treated)
            designs = [in_arm.with_covariate(covariate, value).values for value in values]
            weights = drawn.counts / drawn.counts.sum(axis=1, keepdims=True)
            resampled = np.array([(expit(drawn.coefficients @ design.T) * weights).sum(axis=1) for design in designs])
            lower, upper = _bounds(resampled, level=level, failed=failed)
            own = population.arm(code)[data.rows]
            arms[code] = ProbabilityCurve(
                probability=np.array([firth.predicted_probabilities(point, design).mean() for design in designs]),
                lower=lower,
                upper=upper,
                patient_values=observed[own],
                responded=data.response[own] > 0.5,
            )
    described = definition.covariate(covariate)
    return PredictedProbability(
        covariate=covariate,
        label=described.label,
        unit=described.unit,
        endpoint_label=data.resolved.endpoint.label,
        n=len(data.response),
        events=data.events,
        values=values,
        arms=arms,
        level=level,
        resamples=number,
        failed=failed,
        seed=seed,
        standing=model_standing(population, data.resolved, spec, beyond="a predicted probability"),
        reason=reason,
    )


def _bounds(resampled: np.ndarray, *, level: float, failed: int) -> tuple[np.ndarray, np.ndarray]:
    points, resamples = resampled.shape
    if failed > MOST_FAILED * resamples:
        return np.full(points, np.nan), np.full(points, np.nan)
    known = resampled[:, ~np.isnan(resampled[0])]
    lower, upper = np.quantile(known, [(1 - level) / 2, (1 + level) / 2], axis=1)
    return lower, upper
