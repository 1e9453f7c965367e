"""How well a model tells responders from others, and how much of that is optimism."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import nan

import numpy as np

from il2dash.analysis import maximum_likelihood
from il2dash.analysis.calibration_groups import TIE, CalibrationGroup, calibration_groups
from il2dash.analysis.estimate import Interval, no_interval
from il2dash.analysis.logistic_model import model_standing
from il2dash.analysis.model_data import ModelData, ModelSpec, model_data
from il2dash.analysis.model_resamples import SEED, Progress, ResampledModel, Resamples, resampled_model
from il2dash.analysis.patient_ids import BEHIND, PatientIds
from il2dash.analysis.population import Population
from il2dash.analysis.standing import Standing

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
        How often the patients are drawn anew within their arm; `default_resamples` where None.
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


def c_statistic(predicted: np.ndarray, response: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return the share of pairs of a responder and another whom the prediction puts in order; a tie is half a pair.

    Parameters
    ----------
    predicted : array, shape (models, patients)
    response : array, shape (patients,)
        0 or 1.
    weight : array, shape (models, patients)
        How often each patient counts.

    Returns
    -------
    array, shape (models,)
        NaN where there are no pairs.
    """
    rounded = np.round(predicted, TIE)
    order = np.argsort(rounded, axis=1, kind="stable")
    ranked = np.take_along_axis(rounded, order, axis=1)
    weights = np.take_along_axis(np.broadcast_to(weight, predicted.shape), order, axis=1)
    responders = weights * response[order]
    others = weights - responders
    upto = np.cumsum(others, axis=1)
    place = np.broadcast_to(np.arange(ranked.shape[1]), ranked.shape)
    edge = np.ones((len(ranked), 1), dtype=bool)
    higher = ranked[:, 1:] > ranked[:, :-1]
    first = np.maximum.accumulate(np.where(np.hstack([edge, higher]), place, 0), axis=1)
    last = np.minimum.accumulate(np.where(np.hstack([higher, edge]), place, place.max())[:, ::-1], axis=1)[:, ::-1]
    below = np.take_along_axis(upto - others, first, axis=1)
    with np.errstate(invalid="ignore"):
        concordant = (responders * (below + np.take_along_axis(upto, last, axis=1)) / 2).sum(axis=1)
        return np.asarray(concordant / (responders.sum(axis=1) * others.sum(axis=1)))


def _measures(data: ModelData, model: ResampledModel, *, level: float) -> dict[str, Measure]:
    from scipy.special import expit

    predicted, counts = model.probabilities, model.drawn.counts
    everywhere = model.drawn.coefficients @ data.design.values.T
    resampled = expit(everywhere)
    once = np.ones_like(counts)
    response = data.response
    known = ~np.isnan(everywhere[:, 0])

    def values(measure: str, probability: np.ndarray, weight: np.ndarray) -> np.ndarray:
        if measure == "c_statistic":
            return c_statistic(probability, response, weight)
        return np.asarray((weight * (probability - response) ** 2).sum(axis=1) / weight.sum(axis=1))

    found = {}
    for name in ("c_statistic", "brier"):
        apparent = float(values(name, predicted[None], once[:1])[0])
        own = np.where(known, values(name, np.nan_to_num(resampled), counts), np.nan)
        tested = np.where(known, values(name, np.nan_to_num(resampled), once), np.nan)
        optimism = float(np.nanmean(own - tested)) if known.any() else nan
        spread = model.percentile_interval(own, level=level)
        found[name] = Measure(
            apparent=apparent,
            optimism=optimism,
            corrected=apparent - optimism,
            interval=Interval(
                lower=max(spread.lower - optimism, 0.0),
                upper=min(spread.upper - optimism, 1.0),
                level=level,
                method=f"{spread.method}, shifted by the optimism",
                reason=spread.reason,
            ),
        )
    slopes = calibration_slopes(np.vstack([np.log(predicted / (1.0 - predicted)), everywhere]), response)
    corrected = float(np.nanmean(slopes[1:])) if np.isfinite(slopes[1:]).any() else nan
    found["calibration_slope"] = Measure(
        apparent=float(slopes[0]),
        optimism=float(slopes[0]) - corrected,
        corrected=corrected,
        interval=model.percentile_interval(slopes[1:], level=level),
    )
    return found


def calibration_slopes(predictors: np.ndarray, response: np.ndarray) -> np.ndarray:
    """Return the maximum-likelihood slope of the outcome on each model's linear predictor (Cox 1958): (models,).

    NaN where the predictor separates responders from others (the slope is infinite), or is the same for everybody.
    """
    known = ~np.isnan(predictors[:, 0])
    design = np.stack([np.ones_like(predictors), np.nan_to_num(predictors)], axis=2)
    slopes = np.full(len(predictors), nan)
    if known.any():
        slopes[known] = maximum_likelihood.fit(design[known], response).coefficients[:, 1]
    return slopes


def _no_measures(reason: str, *, level: float) -> dict[str, Measure]:
    measure = Measure(
        apparent=nan,
        optimism=nan,
        corrected=nan,
        interval=no_interval(level=level, method="bootstrap percentile, shifted by the optimism", reason=reason),
    )
    return dict.fromkeys(("c_statistic", "brier", "calibration_slope"), measure)
