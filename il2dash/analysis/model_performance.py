"""How well a model tells responders from others, and how much of that is optimism."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import nan

import numpy as np

from il2dash.analysis.calibration_groups import CalibrationGroup, calibration_groups
from il2dash.analysis.estimate import Interval, no_interval
from il2dash.analysis.logistic_model import model_standing
from il2dash.analysis.model_data import ModelData, ModelSpec, model_data
from il2dash.analysis.model_resamples import SEED, Progress, ResampledModel, Resamples, resampled_model
from il2dash.analysis.patient_ids import BEHIND, PatientIds
from il2dash.analysis.population import Population
from il2dash.analysis.prediction_measures import c_statistic, c_statistics, calibration_slopes
from il2dash.analysis.standing import Standing
from il2dash.analysis.time_limit import within_time

PREDICTIONS = 150_000
"""Of how many patients and resamples together are looked at at a time."""

METHOD = "Firth with FLIC intercept; optimism by the bootstrap, Harrell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A measure in the patients that the model was fitted to, and what it would be in others like them.

    `corrected` is `apparent` less `optimism`, the mean over the resamples of what a resample's model seems worth in
    its own patients less what it is worth in all of them. The interval belongs to `corrected`.
    """

    apparent: float
    optimism: float
    corrected: float
    interval: Interval


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
        How often the patients are drawn anew within their arm; `RESAMPLES` where None.
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
    model = resampled_model(
        data,
        unless="" if data.terms else "no covariate is in the model",
        resamples=resamples,
        seed=seed,
        drawn=drawn,
        progress=progress,
    )
    fitted = not model.reason
    measures = _measures(data, model, level=level) if fitted else _no_measures(model.reason, level=level)
    return ModelPerformance(
        endpoint_label=data.resolved.endpoint.label,
        n=len(data.response),
        events=data.events,
        c_statistic=measures["c_statistic"],
        brier=measures["brier"],
        calibration_slope=measures["calibration_slope"],
        groups=calibration_groups(model.probabilities, data.response, level=level, subject_ids=data.subject_ids)
        if fitted
        else (),
        predicted=tuple(map(float, model.probabilities)) if fitted else (),
        responded=tuple(map(bool, data.response > 0.5)) if fitted else (),
        patients=data.subject_ids if fitted else (),
        resamples=model.resamples,
        failed=model.drawn.failed,
        seed=seed,
        standing=model_standing(population, data.resolved, spec, beyond="how well the model predicts"),
        reason=model.reason,
    )


def _measures(data: ModelData, model: ResampledModel, *, level: float) -> dict[str, Measure]:
    predicted, response = model.probabilities, data.response
    apparent = {
        "c_statistic": float(c_statistic(predicted[None], response, np.ones((1, len(response))))[0]),
        "brier": float(((predicted - response) ** 2).mean()),
    }
    own, tested, slopes = _resampled_measures(data, model)
    found = {}
    for name, value in apparent.items():
        optimism = float(np.nanmean(own[name] - tested[name])) if np.isfinite(own[name]).any() else nan
        spread = model.percentile_interval(own[name], level=level)
        found[name] = Measure(
            apparent=value,
            optimism=optimism,
            corrected=value - optimism,
            interval=Interval(
                lower=max(spread.lower - optimism, 0.0),
                upper=min(spread.upper - optimism, 1.0),
                level=level,
                method=f"{spread.method}, shifted by the optimism",
                reason=spread.reason,
            ),
        )
    seeming = float(calibration_slopes(np.log(predicted / (1.0 - predicted))[None], response)[0])
    corrected = float(np.nanmean(slopes)) if np.isfinite(slopes).any() else nan
    found["calibration_slope"] = Measure(
        apparent=seeming,
        optimism=seeming - corrected,
        corrected=corrected,
        interval=model.percentile_interval(slopes, level=level),
    )
    return found


def _resampled_measures(
    data: ModelData, model: ResampledModel
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], np.ndarray]:
    """Return what each resample's model is worth in its own patients and in all, and its slope in all; NaN without."""
    response, coefficients = data.response, model.drawn.coefficients
    own, tested = ({name: np.full(len(coefficients), nan) for name in ("c_statistic", "brier")} for _ in range(2))
    slopes = np.full(len(coefficients), nan)
    known = np.flatnonzero(~np.isnan(coefficients[:, 0]))
    together = max(1, PREDICTIONS // len(response))
    for first in range(0, known.size, together):
        within_time()
        these = known[first : first + together]
        counts = model.drawn.counts[these]
        predictors = coefficients[these] @ data.design.values.T
        with np.errstate(over="ignore"):
            probability = 1.0 / (1.0 + np.exp(-predictors))
        own["c_statistic"][these], tested["c_statistic"][these] = c_statistics(probability, response, counts)
        slopes[these] = calibration_slopes(predictors, response)
        distance = (probability - response) ** 2
        own["brier"][these] = (counts * distance).sum(axis=1) / counts.sum(axis=1)
        tested["brier"][these] = distance.mean(axis=1)
    return own, tested, slopes


def _no_measures(reason: str, *, level: float) -> dict[str, Measure]:
    measure = Measure(
        apparent=nan,
        optimism=nan,
        corrected=nan,
        interval=no_interval(level=level, method="bootstrap percentile, shifted by the optimism", reason=reason),
    )
    return dict.fromkeys(("c_statistic", "brier", "calibration_slope"), measure)
