"""Predicted probabilities of logistic models, and the intercept that makes a Firth model right on average (FLIC)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from il2dash.analysis.firth_fit import FirthFit
from il2dash.analysis.logistic_design import BoolArray, FloatArray
from il2dash.analysis.time_limit import within_time

MAXIMUM_ITERATIONS = 200


@dataclass(frozen=True)
class Flic:
    """Firth models with their intercept estimated anew: (member,), (member, column), (member, row).

    Attributes
    ----------
    coefficients
        Those of the Firth fit with the new intercept in the first column.
    probabilities
        Of all rows of the design; over the included rows they have the mean of the outcome. NaN in a row where a
        column of the model is missing.
    converged
        False, with NaN, where the model has no intercept or estimate, or the outcome is of one class (the intercept
        is infinite).
    """

    intercept: FloatArray
    coefficients: FloatArray
    probabilities: FloatArray
    converged: BoolArray


def predicted_probabilities(coefficients: npt.ArrayLike, design: npt.ArrayLike) -> FloatArray:
    """Compute 1 / (1 + exp(-X b)) of every row: (member, row).

    Parameters
    ----------
    coefficients
        (member, column); NaN for columns outside a model. A member of NaN only gets NaN.
    design
        (row, column) or (member, row, column).

    Raises
    ------
    ValueError
        Where the design hasn't as many columns as the coefficients.
    """
    b: FloatArray = np.atleast_2d(np.asarray(coefficients, dtype=np.float64))
    x = np.asarray(design, dtype=np.float64)
    if x.ndim not in (2, 3) or x.shape[-1] != b.shape[1]:
        raise ValueError(
            f"design: needs the shape (row, column) or (member, row, column) with {b.shape[1]} columns, as the "
            f"coefficients have; got {x.shape}."
        )
    used = np.asarray(np.isfinite(b))
    # A column outside the model stays out even where the design has no value: NaN times 0 would be NaN.
    terms = np.where(used[:, None, :], np.where(used, b, 0.0)[:, None, :] * x, 0.0)
    eta = np.where(used.any(axis=1, keepdims=True), terms.sum(axis=2), np.nan)
    return _expit(eta)


def flic(fit: FirthFit) -> Flic:
    """Estimate the intercept anew by maximum likelihood, the other coefficients kept (FLIC).

    References
    ----------
    Puhr, Heinze, Nold, Lusa and Geroldinger (2017), Firth's logistic regression with rare events: accurate effect
    estimates and predictions?, Statistics in Medicine 36:2302-2317. Same as R's logistf::flic.
    """
    batch = fit.batch
    used = np.isfinite(fit.coefficients)
    slopes = np.where(used, fit.coefficients, 0.0)
    slopes[:, 0] = 0.0
    # The design as the batch has it: scaled, and 0 where it isn't finite (such a row has weight 0).
    offset = batch.design.linear_predictor(slopes.T * batch.scale)
    weight = np.ones((1, batch.rows)) if batch.row_weight is None else batch.row_weight
    cases = np.broadcast_to((weight * batch.outcome).sum(axis=1), (batch.members,))
    total = np.broadcast_to(weight.sum(axis=1), (batch.members,))
    possible = fit.converged & batch.column_mask[0] & (cases > 0.0) & (cases < total)

    # Where all offsets were the largest (smallest), the intercept would be the logit of the mean less that offset.
    mean = np.where(possible, cases / np.where(possible, total, 1.0), 0.5)
    logit = np.log(mean / (1.0 - mean))
    low, high = logit - offset.max(axis=1), logit - offset.min(axis=1)
    intercept = np.clip(np.where(possible, fit.coefficients[:, 0], 0.0), low, high)
    settled = ~possible
    for _ in range(MAXIMUM_ITERATIONS):
        within_time()
        probability = _expit(offset + intercept[:, None])
        excess = cases - (weight * probability).sum(axis=1)
        slope = (weight * probability * (1.0 - probability)).sum(axis=1)
        low = np.where(excess >= 0.0, intercept, low)
        high = np.where(excess <= 0.0, intercept, high)
        newton = intercept + excess / np.where(slope > 0.0, slope, 1.0)
        # The score falls in the intercept: a step out of the bracket becomes a bisection.
        proposed = np.where((newton < low) | (newton > high), 0.5 * (low + high), newton)
        settled |= np.abs(proposed - intercept) <= 1e-13 * (1.0 + np.abs(intercept))
        intercept = proposed
        if settled.all():
            break
    converged = possible & settled
    coefficients = np.where(converged[:, None], fit.coefficients, np.nan)
    coefficients[:, 0] = np.where(converged, intercept, np.nan)
    probabilities = np.where(converged[:, None], _expit(offset + intercept[:, None]), np.nan)
    if batch.absent is not None:
        incomplete = batch.absent.linear_predictor(batch.column_mask.astype(np.float64)) > 0.0
        probabilities = np.where(incomplete, np.nan, probabilities)
    return Flic(
        intercept=coefficients[:, 0].copy(), coefficients=coefficients, probabilities=probabilities, converged=converged
    )


def _expit(eta: FloatArray) -> FloatArray:
    tail = np.exp(-np.abs(eta))
    return np.where(eta >= 0.0, 1.0, tail) / (1.0 + tail)
