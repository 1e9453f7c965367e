"""How well a model tells responders from others, and how much of that is optimism."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import nan

from il2dash.analysis.calibration_groups import CalibrationGroup, calibration_groups
from il2dash.analysis.estimate import no_interval
from il2dash.analysis.influence_performance import influence_measures
from il2dash.analysis.logistic_model import model_standing
from il2dash.analysis.model_data import ModelData, ModelSpec, model_data
from il2dash.analysis.model_influence import ModelInfluence
from il2dash.analysis.model_resamples import SEED, Progress, Resamples
from il2dash.analysis.model_spread import SpreadModel, model_with_spread
from il2dash.analysis.patient_ids import BEHIND, PatientIds
from il2dash.analysis.performance_measure import MEASURES, Measure
from il2dash.analysis.population import Population
from il2dash.analysis.resampled_performance import resampled_measures
from il2dash.analysis.standing import Standing

METHOD = "Firth with FLIC intercept; optimism by the bootstrap, Harrell"
METHOD_OF_MANY = "Firth with FLIC intercept; optimism and intervals by the infinitesimal jackknife"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPerformance:
    """Discrimination and calibration of a model.

    Parameters
    ----------
    endpoint_label : str
        What is predicted.
    n, events : int
        Patients in the model, and responders among them.
    c_statistic : Measure
        The share of pairs of a responder and another in which the responder has the higher prediction.
    brier : Measure
        Mean squared distance of prediction and outcome; 0 is perfect.
    calibration_slope : Measure
        1 where predictions are as spread as they should be, below 1 where too spread. `corrected` is the mean slope of
        the resamples' models in all patients; `optimism` the difference to it.
    groups : tuple of CalibrationGroup
        In the fitted patients.
    predicted : tuple of float
        Each patient's probability; empty where there is a reason.
    responded : tuple of bool
        Whether each of them did.
    patients : tuple of str
        Who they are.
    resamples, failed, seed : int
        Of the bootstrap.
    """

    endpoint_label: str
    n: int
    events: int
    c_statistic: Measure
    brier: Measure
    calibration_slope: Measure
    groups: tuple[CalibrationGroup, ...]
    predicted: tuple[float, ...]
    responded: tuple[bool, ...]
    patients: PatientIds = field(default=(), compare=False, repr=False, metadata=BEHIND)
    resamples: int
    failed: int
    seed: int
    method: str = METHOD
    standing: Standing
    reason: str = ""


def model_performance(
    population: Population,
    spec: ModelSpec,
    *,
    resamples: int | None = None,
    seed: int = SEED,
    level: float = 0.95,
    drawn: Resamples | None = None,
    progress: Progress | None = None,
) -> ModelPerformance:
    """Measure discrimination and calibration, corrected for optimism.

    Parameters
    ----------
    population : Population
        The patients who are counted.
    spec : ModelSpec
        The endpoint and the terms.
    resamples : int, optional
        How often the patients are drawn anew within their arm; `RESAMPLES` where None, of many patients never.
    seed : int
        Of the draws.
    level : float
        Confidence level of all intervals.
    drawn : Resamples, optional
        The fitted resamples of this model by that number and seed, where they are there already.
    progress : callable, optional
        Told the part that is done; what it raises ends the work.

    Raises
    ------
    SpecificationError
        Where the study has no such endpoint, week or covariate.

    References
    ----------
    Harrell, Lee and Mark (1996), Multivariable prognostic models, Statistics in Medicine 15:361-387 (``rms::validate``
    in R). Intervals: percentiles of the resamples' apparent values, shifted by the optimism; Noma et al. (2021),
    Statistics in Medicine 40:5691-5701.
    """
    data = model_data(population, spec)
    spread = model_with_spread(
        data,
        unless="" if data.terms else "no covariate is in the model",
        resamples=resamples,
        seed=seed,
        drawn=drawn,
        progress=progress,
    )
    measures = _measures(data, spread, level=level)
    fitted = spread.model
    return ModelPerformance(
        endpoint_label=data.resolved.endpoint.label,
        n=len(data.response),
        events=data.events,
        c_statistic=measures["c_statistic"],
        brier=measures["brier"],
        calibration_slope=measures["calibration_slope"],
        groups=calibration_groups(fitted.probabilities, data.response, level=level, subject_ids=data.subject_ids)
        if fitted
        else (),
        predicted=tuple(fitted.probabilities.tolist()) if fitted else (),
        responded=tuple((data.response > 0.5).tolist()) if fitted else (),
        patients=data.subject_ids if fitted else (),
        resamples=spread.resamples,
        failed=spread.failed,
        seed=seed,
        method=METHOD if spread.resamples else METHOD_OF_MANY,
        standing=model_standing(population, data.resolved, spec, beyond="how well the model predicts"),
        reason=spread.reason,
    )


def _measures(data: ModelData, spread: SpreadModel, *, level: float) -> dict[str, Measure]:
    if spread.model is None:
        nothing = no_interval(level=level, method=spread.method, reason=spread.reason)
        return dict.fromkeys(MEASURES, Measure(apparent=nan, optimism=nan, corrected=nan, interval=nothing))
    if isinstance(spread.model, ModelInfluence):
        return influence_measures(data, spread.model, level=level)
    return resampled_measures(data, spread.model, level=level)
