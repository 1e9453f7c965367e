"""The Jeffreys-penalized logistic likelihood with its first and second derivatives, many members at once.

The penalized log-likelihood is l(b) + log det(X'WX) / 2 (Firth 1993; Heinze and Schemper 2002). The determinant is that
of all columns of the model, also where a fit keeps some coefficients fixed, as logistf does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from il2dash.analysis.logistic_batch import LogisticBatch
from il2dash.analysis.logistic_design import Design, FloatArray, IntArray, hold, inverse_and_pivots


@dataclass(frozen=True)
class Point:
    """The penalized likelihood of some members, each at its own coefficients.

    Attributes
    ----------
    log_likelihood : (member,)
        Penalized; -inf where X'WX is singular to working precision.
    score : (column, member)
        Its gradient, 0 for columns outside the model.
    information : (column, column, member)
        X'WX, the columns outside the model held.
    covariance : (column, column, member)
        Its inverse, 0 to rounding for columns outside the model.
    """

    log_likelihood: FloatArray
    score: FloatArray
    information: FloatArray
    covariance: FloatArray
    _design: Design
    _probability: FloatArray
    _variance: FloatArray
    _weight: FloatArray
    _leverage: FloatArray

    def penalty_curvature(self, members: IntArray) -> FloatArray:
        """Minus the second derivatives of log det(X'WX) / 2: (column, column, member).

        With q = x'Vx, V = (X'WX)^-1, w' and w'' the derivatives of w by the linear predictor, and
        T_a = X' diag(w' x_a) X, it is (tr(V T_a V T_b) - X' diag(w'' q) X) / 2. Without meaning for columns outside
        the model.
        """
        everyone = members.size == self.score.shape[1]
        design = self._design if everyone else self._design.take(members)
        probability, variance, weight, leverage = (
            values if everyone else values[members]
            for values in (self._probability, self._variance, self._weight, self._leverage)
        )
        covariance = self.covariance if everyone else np.take(self.covariance, members, axis=2)
        direct = design.crossproduct(weight * (1.0 - 6.0 * variance) * leverage)
        moments = design.third_moments(weight * (1.0 - 2.0 * probability))
        size, columns = moments.shape[:2]
        # rotated[m, c, a, e] = (V T_a)_ce: T is symmetric in all three indices.
        rotated = np.ascontiguousarray(covariance.transpose(2, 0, 1)) @ moments.reshape(size, columns, columns**2)
        rotated = rotated.reshape(size, columns, columns, columns)
        left = rotated.transpose(0, 2, 1, 3).reshape(size, columns, columns**2)
        right = rotated.transpose(0, 3, 1, 2).reshape(size, columns**2, columns)
        traces = np.ascontiguousarray((left @ right).transpose(1, 2, 0))
        traces -= direct
        traces *= 0.5
        return traces


def evaluate(batch: LogisticBatch, members: IntArray, coefficients: FloatArray) -> Point:
    """Evaluate the penalized likelihood.

    Parameters
    ----------
    batch
        The models; scaled design, so scaled coefficients.
    members
        Which model each evaluation is of (a model may come more than once): (evaluation,).
    coefficients
        (column, evaluation), 0 for columns outside the model.
    """
    design = batch.design.take(members)
    eta = design.linear_predictor(coefficients)
    # One exponential serves the probability (here 1 - p or p, the smaller one), its variance and log(1 + e^eta).
    tail = np.abs(eta)
    np.negative(tail, out=tail)
    np.exp(tail, out=tail)
    onefold = tail + 1.0
    smaller = tail / onefold
    variance = smaller / onefold
    positive = eta > 0.0
    probability = np.where(positive, 1.0 - smaller, smaller)
    eta *= positive
    if batch.row_weight is None:
        weight, expected = variance, probability
        normalizer = eta.sum(axis=1) + _log_of_products(onefold)
    else:
        repeats = batch.weights(members)
        weight, expected = variance * repeats, probability * repeats
        np.log1p(tail, out=tail)
        tail += eta
        tail *= repeats
        normalizer = tail.sum(axis=1)

    information = design.crossproduct(weight)
    mask = None if batch.all_columns else batch.column_mask[:, members]
    if mask is not None:
        hold(information, ~mask)
    covariance, pivots = inverse_and_pivots(information)
    singular = ~(pivots > 0.0).all(axis=0)
    if singular.any():
        covariance[:, :, singular] = 0.0
        pivots[:, singular] = 1.0
    log_pivots = np.log(pivots)
    if mask is not None:
        log_pivots *= mask
    leverage = design.quadratic_form(covariance)

    totals = batch.totals[:, members]
    log_likelihood = np.einsum("cm,cm->m", coefficients, totals) - normalizer + 0.5 * log_pivots.sum(axis=0)
    log_likelihood[singular] = -np.inf
    residual = 0.5 - probability
    residual *= leverage
    residual *= weight
    np.subtract(expected, residual, out=residual)
    score = totals - design.column_sums(residual)
    if mask is not None:
        score *= mask
    return Point(
        log_likelihood=log_likelihood,
        score=score,
        information=information,
        covariance=covariance,
        _design=design,
        _probability=probability,
        _variance=variance,
        _weight=weight,
        _leverage=leverage,
    )


def _log_of_products(factors: FloatArray) -> FloatArray:
    """Sum of logarithms over rows of factors in [1, 2]: one logarithm of a product, which is at most 2**512."""
    rows = factors.shape[1]
    if rows <= 512:
        return np.asarray(np.log(factors.prod(axis=1)))
    return np.asarray(np.log(np.multiply.reduceat(factors, np.arange(0, rows, 512), axis=1)).sum(axis=1))
