"""How far predicted probabilities tell responders from others, and hold: of many models at once."""

from __future__ import annotations

from math import sqrt

import numpy as np

from il2dash.analysis import maximum_likelihood
from il2dash.analysis.calibration_groups import TIE
from il2dash.analysis.time_limit import within_time

MOST_STEPS = 12

SLOPE_PRECISION = 1e-12
"""In standard errors. A step leaves about its square by the root of the number of patients, which is then less."""


def c_statistic(predicted: np.ndarray, response: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return the share of pairs of a responder and another whom the prediction puts in order; a tie is half a pair.

    Parameters
    ----------
    predicted : array, shape (models, patients)
        Probabilities.
    response : array, shape (patients,)
        0 or 1.
    weight : array, shape (models, patients)
        How often each patient counts: whole numbers.

    Returns
    -------
    array, shape (models,)
        NaN where there are no pairs.
    """
    return c_statistics(predicted, response, weight)[0]


def c_statistics(predicted: np.ndarray, response: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the c-statistic with weights, and with every patient once: each (models,)."""
    models, patients = predicted.shape
    if not predicted.size:
        return np.full(models, np.nan), np.full(models, np.nan)
    responders = int(np.count_nonzero(response))
    others = patients - responders
    # One number holds a rounded probability, behind it the outcome, and how often the patient counts: sorting it is
    # many times faster than sorting places by probability. Forty bits are the probability's.
    whole = weight.astype(np.int64)
    bits = int(whole.max()).bit_length()
    keys = (predicted * 10.0**TIE + 0.5).astype(np.int64)
    keys <<= bits + 1
    keys |= whole
    keys |= response.astype(np.int64) << bits
    keys.sort(axis=1)
    rest = (keys & ((1 << (bits + 1)) - 1)).ravel()
    keys >>= bits + 1
    same = np.zeros((models, patients), dtype=bool)
    np.equal(keys[:, 1:], keys[:, :-1], out=same[:, 1:])
    responds = rest >= 1 << bits
    ranks = np.flatnonzero(responds)
    own = rest[ranks] - (1 << bits)
    rest[ranks] = 0
    # Flat over the models: what stands before a model's first patient falls out of every difference.
    below = np.cumsum(rest)
    first = patients * np.repeat(np.arange(models), responders)
    before = below[first] - rest[first]
    higher = (below[ranks] - before).astype(float)
    above = (ranks - first - np.tile(np.arange(responders), models)).astype(float)
    # Among equal probabilities the others stand first: each of those was counted whole, and is half a pair.
    tied = np.flatnonzero(same.ravel()[ranks])
    if tied.size:
        starts = np.flatnonzero(~same.ravel())
        start = starts[np.searchsorted(starts, ranks[tied], side="right") - 1]
        turn = np.arange(tied.size)
        opening = np.maximum.accumulate(np.where(np.diff(start, prepend=-1) > 0, turn, 0))
        higher[tied] -= 0.5 * (below[ranks[tied]] - below[start] + rest[start])
        above[tied] -= 0.5 * np.where(responds[start], 0, ranks[tied] - start - (turn - opening))
    weighted = (own * higher).reshape(models, responders).sum(axis=1)
    total = own.reshape(models, responders).sum(axis=1) * rest.reshape(models, patients).sum(axis=1).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        once = above.reshape(models, responders).sum(axis=1) / np.float64(responders * others)
        return np.asarray(weighted / total), np.asarray(once)


def calibration_slopes(predictors: np.ndarray, response: np.ndarray) -> np.ndarray:
    """Return the maximum-likelihood slope of the outcome on each model's linear predictor (Cox 1958): (models,).

    NaN where the predictor separates responders from others (the slope is infinite), or is the same for everybody.
    """
    slopes = np.full(len(predictors), np.nan)
    active = np.flatnonzero(~np.isnan(predictors[:, 0]))
    beyond = active
    intercept, slope = np.zeros(len(predictors)), np.ones(len(predictors))
    limit = SLOPE_PRECISION * sqrt(len(response))
    with np.errstate(all="ignore"):
        for _ in range(MOST_STEPS):
            within_time()
            if not active.size:
                break
            along = predictors[active] if active.size < len(predictors) else predictors
            probability = along * -slope[active, None]
            probability -= intercept[active, None]
            np.exp(probability, out=probability)
            probability += 1.0
            np.reciprocal(probability, out=probability)
            residual = response - probability
            probability -= probability**2
            score = residual.sum(axis=1), np.vecdot(residual, along)
            bend = probability.sum(axis=1), np.vecdot(probability, along)
            probability *= along
            square = np.vecdot(probability, along)
            determinant = bend[0] * square - bend[1] ** 2
            steps = (
                (square * score[0] - bend[1] * score[1]) / determinant,
                (bend[0] * score[1] - bend[1] * score[0]) / determinant,
            )
            decrement = steps[0] * score[0] + steps[1] * score[1]
            intercept[active] += steps[0]
            slope[active] += steps[1]
            usable = (determinant > 1e-9 * bend[0] * square) & (decrement < len(response))
            arrived = usable & (decrement <= limit)
            slopes[active[arrived]] = slope[active[arrived]]
            active = active[usable & ~arrived]
    left = beyond[np.isnan(slopes[beyond])]
    if left.size:
        design = np.stack([np.ones((left.size, len(response))), predictors[left]], axis=2)
        slopes[left] = maximum_likelihood.fit(design, response).coefficients[:, 1]
    return slopes
