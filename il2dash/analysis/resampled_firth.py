"""Firth models of resamples of many patients: each is reached from the model of all in a pass or two over the rows.

A resample's model lies within a standard error or so of the model of all patients. What its score and information are
there is one matrix product for all resamples together; the second-order solution of that, with the third derivatives
that all patients give, is the start of Newton's method. Rows and resamples are taken in blocks that stay in the cache.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from il2dash.analysis import firth
from il2dash.analysis.logistic_batch import COLLINEAR
from il2dash.analysis.logistic_design import FloatArray, inverse_and_pivots
from il2dash.analysis.time_limit import within_time

PRECISION = 1e-6
"""In standard errors: converged where the last step, still taken, leaves less. A step leaves of itself about the share
that the penalty's curvature, which isn't computed, has beside the information: columns by the sum of p(1 - p)."""

MOST_PASSES = 12
FARTHEST = 4.0
"""From all patients' coefficient, in the linear predictor where its column is largest: what goes farther, as a level of
few patients may who all responded, is fitted from scratch, with steps that never lose height."""

INTERCEPT_STEP = 1e-4
"""The FLIC intercept's last step: its square, which is left, is under a millionth of a standard error."""

ROWS = 512
"""Rows of a block."""

MEMBERS = 64
"""Resamples that are worked on together."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Everybody:
    """The model of all patients, from which the resamples' are reached; columns are divided by their root mean square.

    Parameters
    ----------
    design : array, shape (rows, columns)
        As it was given, the intercept first.
    response : array, shape (rows,)
    columns : array, shape (columns, rows)
    products : array, shape (pairs, rows)
        Of two columns.
    first, second : int arrays, shape (pairs,)
        Which.
    scale, largest : arrays, shape (columns,)
        What `columns` are divided by, and the largest of each then.
    coefficients : array, shape (columns,)
    residual, variance : arrays, shape (rows,)
        Of the penalized score, and p(1 - p).
    third : array, shape (columns, columns, columns)
        Derivative of the information by the coefficients.
    """

    design: FloatArray
    response: FloatArray
    columns: FloatArray
    products: FloatArray
    first: np.ndarray
    second: np.ndarray
    scale: FloatArray
    largest: FloatArray
    coefficients: FloatArray
    residual: FloatArray
    variance: FloatArray
    third: FloatArray


@dataclass(frozen=True, eq=False, kw_only=True)
class _Pass:
    """The penalized score, the information and the sum of the residuals at some members' coefficients."""

    score: FloatArray  # (member, column)
    information: FloatArray  # (column, column, member)
    excess: FloatArray  # (member,)


def everybody(design: np.ndarray, response: np.ndarray, coefficients: np.ndarray) -> Everybody:
    """Prepare what all resamples share.

    Parameters
    ----------
    design : array, shape (rows, columns)
        The intercept first.
    response : array, shape (rows,)
        0 or 1.
    coefficients : array, shape (columns,)
        Firth's of all rows.
    """
    scale = np.sqrt((design**2).mean(axis=0))
    columns = np.ascontiguousarray((design / scale).T)
    first, second = np.triu_indices(len(columns))
    products = np.empty((first.size, len(response)))
    for packed, (one, other) in enumerate(zip(first, second, strict=True)):
        np.multiply(columns[one], columns[other], out=products[packed])
    scaled = coefficients * scale
    probability = 1.0 / (1.0 + np.exp(-(scaled @ columns)))
    variance = probability * (1.0 - probability)
    covariance = inverse_and_pivots(_unpacked(products @ variance[:, None], first, second))[0]
    leverage = variance * (_packed(covariance, first, second) @ products)[0]
    bent = columns * (variance * (1.0 - 2.0 * probability))
    return Everybody(
        design=design,
        response=response,
        columns=columns,
        products=products,
        first=first,
        second=second,
        scale=scale,
        largest=np.abs(columns).max(axis=1),
        coefficients=scaled,
        residual=response - probability + leverage * (0.5 - probability),
        variance=variance,
        third=_unpacked(products @ bent.T, first, second),
    )


def resampled_coefficients(shared: Everybody, counts: np.ndarray) -> FloatArray:
    """Fit the model to each resample by Firth's method, with the intercept of FLIC.

    Parameters
    ----------
    shared : Everybody
        The model of all patients.
    counts : array, shape (resamples, rows)
        How often each patient is in each.

    Returns
    -------
    array, shape (resamples, columns)
        NaN where a resample has no model.
    """
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        blocks = [_near(shared, counts[first : first + MEMBERS]) for first in range(0, len(counts), MEMBERS)]
    coefficients = np.vstack(blocks)
    far = np.flatnonzero(np.isnan(coefficients[:, 0]))
    for first in range(0, far.size, MEMBERS):
        some = far[first : first + MEMBERS]
        fit = firth.fit(shared.design, shared.response, row_weight=counts[some])
        coefficients[some] = firth.flic(fit).coefficients
    return coefficients


def _near(shared: Everybody, counts: np.ndarray) -> FloatArray:
    """Return the coefficients of the resamples that are near all patients, NaN for the others."""
    score, information = _at_everybody(shared, counts)
    covariance, pivots = inverse_and_pivots(information)
    near = _positive(information, pivots)
    shift = _step(covariance, score)
    for _ in range(2):
        shift = _step(covariance, score - 0.5 * np.einsum("abc,mb,mc->ma", shared.third, shift, shift, optimize=True))
    coefficients = shared.coefficients + shift
    near &= _within(shared, coefficients)
    covariance = _shifted(shared, information, shift)

    found = np.full(coefficients.shape, np.nan)
    active = np.flatnonzero(near)
    left = len(shared.columns) / shared.variance.sum()
    for _ in range(MOST_PASSES):
        if not active.size:
            break
        at = _pass(shared, counts[active], coefficients[active], covariance[:, :, active])
        inverse, pivots = inverse_and_pivots(at.information)
        step = _step(inverse, at.score)
        decrement = (step * at.score).sum(axis=1)
        coefficients[active] += step
        usable = _positive(at.information, pivots) & _within(shared, coefficients[active])
        arrived = usable & (decrement <= (PRECISION / left) ** 2)
        if arrived.any():
            rest = at.excess - np.einsum("cm,mc->m", at.information[0], step)
            move = rest / at.information[0, 0]
            done = active[arrived]
            found[done] = coefficients[done]
            found[done, 0] += move[arrived]
            again = done[np.abs(move[arrived]) > INTERCEPT_STEP]
            found[again] = _flic(shared, counts[again], found[again])
        going = usable & ~arrived
        active = active[going]
        covariance[:, :, active] = _shifted(shared, at.information[:, :, going], step[going])
    return found / shared.scale


def _at_everybody(shared: Everybody, counts: np.ndarray) -> tuple[FloatArray, FloatArray]:
    """Return each resample's score and information at the coefficients of all patients."""
    score = np.zeros((len(counts), len(shared.columns)))
    packed = np.zeros((len(counts), len(shared.products)))
    for start in range(0, counts.shape[1], ROWS):
        rows = slice(start, start + ROWS)
        weight = counts[:, rows].astype(float)
        score += weight @ (shared.columns[:, rows] * shared.residual[rows]).T
        packed += weight @ (shared.products[:, rows] * shared.variance[rows]).T
    return score, _unpacked(packed.T, shared.first, shared.second)


def _pass(shared: Everybody, counts: np.ndarray, coefficients: FloatArray, covariance: FloatArray) -> _Pass:
    """Go over the rows once; the leverages are those by the covariance given."""
    members = len(counts)
    score, excess = np.zeros_like(coefficients), np.zeros(members)
    packed = np.zeros((members, len(shared.products)))
    form, negative = _packed(covariance, shared.first, shared.second), -coefficients
    weight, probability, variance, leverage = (np.empty((members, ROWS)) for _ in range(4))
    for start in range(0, counts.shape[1], ROWS):
        within_time()
        rows = slice(start, start + ROWS)
        columns, products = shared.columns[:, rows], shared.products[:, rows]
        size = columns.shape[1]
        if size < ROWS:
            weight, probability, variance, leverage = (np.empty((members, size)) for _ in range(4))
        np.copyto(weight, counts[:, rows])
        np.matmul(negative, columns, out=probability)
        np.exp(probability, out=probability)
        probability += 1.0
        np.reciprocal(probability, out=probability)
        np.subtract(1.0, probability, out=variance)
        variance *= probability
        variance *= weight
        packed += variance @ products.T
        np.matmul(form, products, out=leverage)
        leverage *= variance
        weight *= shared.response[rows] - probability
        excess += weight.sum(axis=1)
        np.subtract(0.5, probability, out=probability)
        leverage *= probability
        leverage += weight
        score += leverage @ columns.T
    return _Pass(score=score, information=_unpacked(packed.T, shared.first, shared.second), excess=excess)


def _flic(shared: Everybody, counts: np.ndarray, coefficients: FloatArray) -> FloatArray:
    """Move the intercepts until the predicted probabilities have the mean of the outcomes; NaN where they don't."""
    intercept = coefficients[:, 0].copy()
    moving = np.arange(len(counts))
    for _ in range(MOST_PASSES):
        excess, slope = np.zeros(moving.size), np.zeros(moving.size)
        tried = coefficients[moving]
        tried[:, 0] = intercept[moving]
        for start in range(0, counts.shape[1], ROWS):
            within_time()
            rows = slice(start, start + ROWS)
            weight = counts[moving, rows].astype(float)
            probability = 1.0 / (1.0 + np.exp(-(tried @ shared.columns[:, rows])))
            excess += (weight * (shared.response[rows] - probability)).sum(axis=1)
            weight *= probability
            slope += weight.sum(axis=1) - np.vecdot(weight, probability)
        move = excess / slope
        intercept[moving] += move
        moving = moving[~(np.abs(move) <= INTERCEPT_STEP)]
        if not moving.size:
            break
    intercept[moving] = np.nan
    moved = np.where(np.isnan(intercept)[:, None], np.nan, coefficients)
    moved[:, 0] = intercept
    return moved


def _shifted(shared: Everybody, information: FloatArray, step: FloatArray) -> FloatArray:
    """Return the inverse of the information as it is a step farther."""
    return inverse_and_pivots(information + np.einsum("abc,mc->abm", shared.third, step))[0]


def _step(covariance: FloatArray, score: FloatArray) -> FloatArray:
    return np.asarray(np.einsum("abm,mb->ma", covariance, score))


def _within(shared: Everybody, coefficients: FloatArray) -> np.ndarray:
    """Return whose coefficients are near those of all patients."""
    return np.asarray((np.abs(coefficients - shared.coefficients) * shared.largest).max(axis=1) <= FARTHEST)


def _positive(information: FloatArray, pivots: FloatArray) -> np.ndarray:
    """Return whose columns aren't dependent, as the models' own check has it."""
    return np.asarray((pivots > COLLINEAR * np.einsum("aam->am", information)).all(axis=0))


def _packed(matrices: FloatArray, first: np.ndarray, second: np.ndarray) -> FloatArray:
    """Return what x'Vx is in the products of two columns: (column, column, member) to (member, pair)."""
    return np.ascontiguousarray((matrices[first, second] * np.where(first == second, 1.0, 2.0)[:, None]).T)


def _unpacked(packed: FloatArray, first: np.ndarray, second: np.ndarray) -> FloatArray:
    """Return symmetric matrices: (pair, member) to (column, column, member)."""
    size = int(second.max()) + 1
    full = np.empty((size, size, packed.shape[1]))
    full[first, second] = full[second, first] = packed
    return full
