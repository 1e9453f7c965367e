"""Predicted probability of response by arm over a continuous covariate, the others as the patients have them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from il2dash.analysis.design_matrix import ARM, DesignMatrix
from il2dash.analysis.estimate import Estimate
from il2dash.analysis.logistic_model import model_standing
from il2dash.analysis.model_data import ModelData, ModelSpec, model_data
from il2dash.analysis.model_influence import ModelInfluence
from il2dash.analysis.model_resamples import SEED, Progress, ResampledModel
from il2dash.analysis.model_spread import model_with_spread, without_arm
from il2dash.analysis.population import Population
from il2dash.analysis.standing import Standing
from il2dash.errors import SpecificationError
from il2dash.study.definition import StudyDefinition

POINTS = 41
METHOD = "g-computation, Firth with FLIC intercept"


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
    method: str
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
        How often the patients are drawn anew within their arm; `RESAMPLES` where None, of many patients never.
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
    definition = population.trial.definition
    if covariate not in curve_covariates(definition, spec.terms):
        raise SpecificationError(
            f"Covariate {covariate!r}: the probability is drawn over a continuous covariate of the model; it has "
            f"{', '.join(curve_covariates(definition, spec.terms)) or 'none'}."
        )
    data = model_data(population, spec)
    spread = model_with_spread(data, unless=without_arm(data), resamples=resamples, seed=seed, progress=progress)
    observed = population.numbers(covariate)[data.rows]
    values = np.linspace(observed.min(), observed.max(), POINTS) if spread.model else np.zeros(0)
    arms: dict[str, ProbabilityCurve] = {}
    curves = _curves(data, spread.model, covariate, values, level=level) if spread.model else ()
    for code, estimates in zip(definition.arms.codes, curves, strict=False):
        own = population.arm(code)[data.rows]
        arms[code] = ProbabilityCurve(
            probability=np.array([each.estimate for each in estimates]),
            lower=np.array([each.interval.lower for each in estimates]),
            upper=np.array([each.interval.upper for each in estimates]),
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
        resamples=spread.resamples,
        failed=spread.failed,
        seed=seed,
        method=f"{METHOD}; pointwise intervals: {spread.method}",
        standing=model_standing(population, data.resolved, spec, beyond="a predicted probability"),
        reason=spread.reason,
    )


def _curves(
    data: ModelData, model: ResampledModel | ModelInfluence, covariate: str, values: np.ndarray, *, level: float
) -> tuple[list[Estimate], list[Estimate]]:
    """Return the mean probabilities at the values in the reference and in the treatment arm.

    From one value to another all patients' rows move by the same, and from one arm to the other where the arm isn't
    multiplied with another covariate.
    """
    someone = data.design.of(np.arange(1))

    def moved(base: DesignMatrix, *, treated: bool) -> np.ndarray:
        in_arm = someone.with_arm(treated=treated)
        return np.vstack([in_arm.with_covariate(covariate, value).values - base.values[:1] for value in values])

    if data.design.interaction in ("", covariate):
        base = data.design.with_arm(treated=False).with_covariate(covariate, values[0])
        shifts = np.vstack([moved(base, treated=treated) for treated in (False, True)])
        both = model.shifted_probabilities(base, shifts, level=level)
        return both[: len(values)], both[len(values) :]
    found = []
    for treated in (False, True):
        base = data.design.with_arm(treated=treated).with_covariate(covariate, values[0])
        found.append(model.shifted_probabilities(base, moved(base, treated=treated), level=level))
    return found[0], found[1]
