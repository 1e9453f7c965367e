"""The Jeffreys-penalized logistic likelihood with its first and second derivatives, many members at once.

The penalized log-likelihood is l(b) + log det(X'WX) / 2 (Firth 1993; Heinze and Schemper 2002). The determinant is that
of all columns of the model, also where a fit keeps some coefficients fixed, as logistf does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from il2dash.analysis.logistic_batch import LogisticBatch
from il2dash.analysis.logistic_design import FloatArray, IntArray, inverse_and_pivots, total
from il2dash.analysis.logistic_likelihood import Likelihood, likelihood


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
    _likelihood: Likelihood
    _leverages: tuple[FloatArray, ...]

    def penalty_curvature(self, members: IntArray) -> FloatArray:
        """Minus the second derivatives of log det(X'WX) / 2: (column, column, member).

        With q = x'Vx, V = (X'WX)^-1, w' and w'' the derivatives of w by the linear predictor, and
        T_a = X' diag(w' x_a) X, it is (tr(V T_a V T_b) - X' diag(w'' q) X) / 2. Without meaning for columns outside
        the model.
        """
        everyone = members.size == self.score.shape[1]
        which = slice(None) if everyone else members
        design = self._likelihood.design if everyone else self._likelihood.design.take(members)
        covariance = self.covariance if everyone else np.take(self.covariance, members, axis=2)
        directs, parts = [], []
        for values, leverage in zip(self._likelihood.blocks, self._leverages, strict=True):
            here, weight = design.rows(values.rows), values.weight[which]
            directs.append(here.crossproduct(weight * (1.0 - 6.0 * values.variance[which]) * leverage[which]))
            parts.append(here.third_moments(weight * (1.0 - 2.0 * values.probability[which])))
        moments = total(parts)
        size, columns = moments.shape[:2]
        # rotated[m, c, a, e] = (V T_a)_ce: T is symmetric in all three indices.
        rotated = np.ascontiguousarray(covariance.transpose(2, 0, 1)) @ moments.reshape(size, columns, columns**2)
        rotated = rotated.reshape(size, columns, columns, columns)
        left = rotated.transpose(0, 2, 1, 3).reshape(size, columns, columns**2)
        right = rotated.transpose(0, 3, 1, 2).reshape(size, columns**2, columns)
        traces = np.ascontiguousarray((left @ right).transpose(1, 2, 0))
        traces -= total(directs)
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
    plain = likelihood(batch, members, coefficients)
    information = plain.information
    mask = None if batch.all_columns else batch.column_mask[:, members]
    covariance, pivots = inverse_and_pivots(information)
    singular = ~(pivots > 0.0).all(axis=0)
    if singular.any():
        covariance[:, :, singular] = 0.0
        pivots[:, singular] = 1.0
    log_pivots = np.log(pivots)
    if mask is not None:
        log_pivots *= mask
    log_likelihood = plain.log_likelihood + 0.5 * log_pivots.sum(axis=0)
    log_likelihood[singular] = -np.inf

    leverages, sums = [], []
    for values in plain.blocks:
        design = plain.design.rows(values.rows)
        leverage = design.quadratic_form(covariance)
        residual = 0.5 - values.probability
        residual *= leverage
        residual *= values.weight
        np.subtract(values.expected, residual, out=residual)
        leverages.append(leverage)
        sums.append(design.column_sums(residual))
    score = batch.totals[:, members] - total(sums)
    if mask is not None:
        score *= mask
    return Point(
        log_likelihood=log_likelihood,
        score=score,
        information=information,
        covariance=covariance,
        _likelihood=plain,
        _leverages=tuple(leverages),
    )
