"""How much of a model's worth is optimism, by each patient's influence on it: Harrell's bootstrap without the draws.

A resample's model lies off the model of all patients by the sum of their influences, each as often as it was drawn more
or less than once. What a measure gains by that in the resample's own patients and not in all is, to the first order,
the covariance of two such sums: of the model's move, and of the measure's derivative along it.
"""

from __future__ import annotations

from math import isfinite, isnan, nan

import numpy as np

from il2dash.analysis.calibration_groups import TIE
from il2dash.analysis.estimate import Estimate, no_estimate
from il2dash.analysis.logistic_design import FloatArray
from il2dash.analysis.model_data import ModelData
from il2dash.analysis.model_influence import METHOD, ModelInfluence, logit_estimate, normal_estimate
from il2dash.analysis.performance_measure import Measure
from il2dash.analysis.prediction_measures import c_statistic, calibration_slopes
from il2dash.analysis.time_limit import within_time

BINS = 1 << 16
"""Of linear predictors, for derivatives of the c-statistic: patients of one bin count as equal."""

LARGEST_ERROR = 0.5
"""Of a calibration slope: beyond, the predictions may be all alike, or turned round, as well."""

ALIKE = "the predictions differ by little more than chance: the slopes of other models like this have no mean"
SEPARATED = "the predictions tell all responders from the others: the slope is infinite"

SINGULAR = 1e-10
"""An eigenvalue of the coefficients' correlations that is none but for rounding."""


def influence_measures(data: ModelData, model: ModelInfluence, *, level: float) -> dict[str, Measure]:
    """Correct what a model seems worth for the optimism expected of resamples; the keys are `MEASURES`.

    Parameters
    ----------
    data : ModelData
        The patients in it.
    model : ModelInfluence
        The model and each patient's influence.
    level : float
        Confidence level of the intervals.

    References
    ----------
    Efron (2004), The estimation of prediction error: covariance penalties and cross-validation, Journal of the American
    Statistical Association 99:619-632. The c-statistic's derivatives by the patients: DeLong, DeLong and
    Clarke-Pearson (1988), Biometrics 44:837-845.
    """
    axes, moves = _axes(model)
    return {
        "c_statistic": _c_statistic(data, model, axes, moves, level=level),
        "brier": _brier(data, model, level=level),
        "calibration_slope": _calibration_slope(data, model, axes, level=level),
    }


def _c_statistic(
    data: ModelData, model: ModelInfluence, axes: FloatArray, moves: FloatArray, *, level: float
) -> Measure:
    """Take differences a standard error to either side for derivatives along the axes."""
    response = data.response
    apparent = float(c_statistic(model.probabilities[None], response, np.ones((1, len(response))))[0])
    predictor = data.design.values @ model.coefficients
    derivatives = c_statistic_derivatives(predictor, response)[1]
    optimism = 0.0
    for axis, moved in zip(axes, moves, strict=True):
        within_time()
        step = data.design.values @ axis
        ahead, behind = (c_statistic_derivatives(there, response) for there in (predictor + step, predictor - step))
        optimism += float(model.covariance((ahead[1] - behind[1])[None] / 2, moved[None])[0, 0])
        derivatives = derivatives + moved * (ahead[0] - behind[0]) / 2
    error = float(model.standard_errors(derivatives[None])[0])
    return _measure(apparent, optimism, logit_estimate(apparent - optimism, error, level=level))


def _brier(data: ModelData, model: ModelInfluence, *, level: float) -> Measure:
    design, response, predicted = data.design.values, data.response, model.probabilities
    n = len(response)
    apparent = float(((predicted - response) ** 2).mean())
    slope = 2.0 * (predicted - response) * predicted * (1.0 - predicted)
    derivatives = (((predicted - response) ** 2 - apparent) + model.influence @ (slope @ design)) / n
    optimism = float(np.vdot(model.centered((design * slope[:, None]).T / n), model.influence.T))
    error = float(model.standard_errors(derivatives[None])[0])
    return _measure(apparent, optimism, logit_estimate(apparent - optimism, error, level=level))


def _calibration_slope(data: ModelData, model: ModelInfluence, axes: FloatArray, *, level: float) -> Measure:
    """Take the mean over resamples' coefficients: those a standard error along each axis stand for their spread."""

    def slope(move: FloatArray) -> float:
        predictor = data.design.values @ (model.coefficients + move)
        return float(calibration_slopes(predictor[None], data.response)[0])

    apparent = slope(np.zeros(axes.shape[1]))
    ahead, behind = (np.array([slope(step) for step in steps]) for steps in (axes, -axes))
    corrected = slope(_mean_move(data, model)) + 0.5 * float((ahead + behind - 2.0 * apparent).sum())
    error = 0.5 * float(np.linalg.norm(ahead - behind))
    if not (error <= LARGEST_ERROR and isfinite(corrected)):
        differ = float(np.ptp(model.probabilities)) > 10.0**-TIE
        reason = SEPARATED if isnan(apparent) and differ else ALIKE
        return _measure(apparent, nan, no_estimate(level=level, method=METHOD, reason=reason))
    return _measure(apparent, apparent - corrected, normal_estimate(corrected, error, level=level))


def _mean_move(data: ModelData, model: ModelInfluence) -> FloatArray:
    """Return where the resamples' coefficients lie on average, from the model's: the second-order term, over n.

    Firth's penalty takes a model's bias out; but a resample's model is then unbiased for the maximum-likelihood
    coefficients of the patients, and the model's are Firth's.
    """
    design, probability = data.design.values, model.probabilities
    variance = probability * (1.0 - probability)
    influence = model.centered(model.influence.T).T
    spread = np.vecdot(design @ (influence.T @ influence), design)
    weight = variance * (np.vecdot(design, influence) + (0.5 - probability) * spread)
    return -np.asarray(np.linalg.solve((design.T * variance) @ design, weight @ design))


def _axes(model: ModelInfluence) -> tuple[FloatArray, FloatArray]:
    """Return uncorrelated moves of the coefficients, a standard error each, and each patient's part in them.

    The first are (axes, columns), the second (axes, patients), of variance 1. There are fewer axes than columns where
    coefficients move together only, as that of a level which one patient has.
    """
    covariance = model.covariance(model.influence.T, model.influence.T)
    errors = np.sqrt(np.diag(covariance))
    variances, directions = np.linalg.eigh(covariance / np.outer(errors, errors))
    free = variances > SINGULAR
    scaled = directions[:, free] / np.sqrt(variances[free])
    axes = np.asarray((scaled * variances[free] * errors[:, None]).T)
    return axes, np.asarray(scaled.T @ (model.influence / errors).T)


def _measure(apparent: float, optimism: float, corrected: Estimate) -> Measure:
    return Measure(apparent=apparent, optimism=optimism, corrected=corrected.estimate, interval=corrected.interval)


def c_statistic_derivatives(predictor: FloatArray, response: np.ndarray) -> tuple[float, FloatArray]:
    """Return the c-statistic of a linear predictor, and its derivatives by how often each patient counts."""
    lowest, highest = float(predictor.min()), float(predictor.max())
    width = (highest - lowest) / (BINS - 1) or 1.0
    place = ((predictor - lowest) / width).astype(np.intp)
    responds = response > 0.5
    others, responders = (np.bincount(place[who], minlength=BINS).astype(float) for who in (~responds, responds))
    below = (np.cumsum(others) - others / 2)[place]
    above = (responders.sum() - np.cumsum(responders) + responders / 2)[place]
    shares = np.where(responds, below / others.sum(), above / responders.sum())
    c = float(shares[responds].mean())
    return c, (shares - c) / np.where(responds, responders.sum(), others.sum())
