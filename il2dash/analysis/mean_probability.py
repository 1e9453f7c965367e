"""Mean predicted probabilities of many logistic models, each over the patients of its own resample."""

from __future__ import annotations

import numpy as np

from il2dash.analysis.logistic_design import FloatArray
from il2dash.analysis.time_limit import within_time

MEMBERS, ROWS = 64, 512
"""Models and rows of a block, whose arrays stay in the processor's cache."""

MANY_ROWS = 2_000
"""From so many on, the rows of one model are put together by their linear predictor before it is shifted."""

WIDTH = 0.02
"""Of a bin of linear predictors. A logistic curve within it is its cubic about the middle but for 1e-10."""


def mean_probabilities(coefficients: np.ndarray, design: np.ndarray, counts: np.ndarray | None = None) -> FloatArray:
    """Return each model's mean of 1 / (1 + exp(-X b)): (models,); NaN where a model has no coefficients.

    Parameters
    ----------
    coefficients : array, shape (models, columns)
    design : array, shape (rows, columns)
    counts : array, shape (models, rows), optional
        How often each row is in the mean; once where None.
    """
    total = np.zeros(len(coefficients))
    columns = np.ascontiguousarray(design.T)
    with np.errstate(over="ignore"):
        for first in range(0, len(coefficients), MEMBERS):
            members = slice(first, first + MEMBERS)
            negative = -coefficients[members]
            for start in range(0, len(design), ROWS):
                within_time()
                rows = slice(start, start + ROWS)
                probability = negative @ columns[:, rows]
                np.exp(probability, out=probability)
                probability += 1.0
                np.reciprocal(probability, out=probability)
                if counts is not None:
                    probability *= counts[members, rows]
                total[members] += probability.sum(axis=1)
    return np.asarray(total / (len(design) if counts is None else counts.sum(axis=1)))


def shifted_mean_probabilities(
    coefficients: np.ndarray, design: np.ndarray, shifts: np.ndarray, counts: np.ndarray | None = None
) -> FloatArray:
    """Return the mean probabilities with every row of the design moved by the same: (models, shifts).

    Parameters
    ----------
    coefficients, design, counts
        As for `mean_probabilities`.
    shifts : array, shape (shifts, columns)
        What is added to each row.
    """
    means = np.full((len(coefficients), len(shifts)), np.nan)
    moved = coefficients @ shifts.T
    for model in np.flatnonzero(~np.isnan(coefficients[:, 0])):
        within_time()
        weight = None if counts is None else counts[model].astype(float)
        predictor = design @ coefficients[model]
        means[model] = _shifted(predictor, moved[model], weight) / (len(design) if weight is None else weight.sum())
    return means


def _shifted(predictor: FloatArray, moved: FloatArray, weight: FloatArray | None) -> FloatArray:
    """Return the sums of the probabilities at linear predictors with each of some numbers added."""
    place = np.rint((predictor - predictor.min()) / WIDTH)
    if len(predictor) < MANY_ROWS or place.max() > len(predictor):
        with np.errstate(over="ignore"):
            probability = 1.0 / (1.0 + np.exp(-(moved[:, None] + predictor)))
        return np.asarray(probability.sum(axis=1) if weight is None else probability @ weight)
    apart = predictor - predictor.min() - place * WIDTH
    bins = place.astype(np.intp)
    count = int(bins.max()) + 1
    power = np.ones_like(apart) if weight is None else weight
    moments = [np.bincount(bins, weights=power, minlength=count)]
    for order in (1, 2, 3):
        power = power * apart / order
        moments.append(np.bincount(bins, weights=power, minlength=count))
    with np.errstate(over="ignore"):
        at = moved[:, None] + (predictor.min() + WIDTH * np.arange(count))
        probability = 1.0 / (1.0 + np.exp(-at))
    slope = probability * (1.0 - probability)
    bend = slope * (1.0 - 2.0 * probability)
    return np.asarray(
        probability @ moments[0] + slope @ moments[1] + bend @ moments[2] + (slope * (1.0 - 6.0 * slope)) @ moments[3]
    )
