"""The logistic likelihood of many members at once, block by block of the rows, so that its arrays stay in the cache."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from il2dash.analysis.logistic_batch import LogisticBatch
from il2dash.analysis.logistic_design import Design, FloatArray, IntArray, hold, row_blocks, total
from il2dash.analysis.time_limit import within_time


@dataclass(frozen=True)
class BlockValues:
    """What a block of rows has of each member: (member, row).

    Attributes
    ----------
    rows
        Which rows of the design.
    probability, variance
        p and p (1 - p).
    expected, weight
        The same, times the weights of the rows.
    """

    rows: slice
    probability: FloatArray
    variance: FloatArray
    expected: FloatArray
    weight: FloatArray


@dataclass(frozen=True)
class Likelihood:
    """The likelihood of some members, each at its own coefficients.

    Attributes
    ----------
    log_likelihood : (member,)
    information : (column, column, member)
        X'WX, the columns outside the model held.
    """

    log_likelihood: FloatArray
    information: FloatArray
    design: Design
    blocks: tuple[BlockValues, ...]


def likelihood(batch: LogisticBatch, members: IntArray, coefficients: FloatArray) -> Likelihood:
    """Evaluate the likelihood.

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
    repeats = None if batch.row_weight is None else batch.weights(members)
    normalizers, informations, blocks = [], [], []
    for rows in row_blocks(batch.rows):
        within_time()
        here = design.rows(rows)
        normalizer, values = _block(here, rows, coefficients, None if repeats is None else repeats[:, rows])
        normalizers.append(normalizer)
        informations.append(here.crossproduct(values.weight))
        blocks.append(values)
    information = total(informations)
    if not batch.all_columns:
        hold(information, ~batch.column_mask[:, members])
    return Likelihood(
        log_likelihood=np.einsum("cm,cm->m", coefficients, batch.totals[:, members]) - total(normalizers),
        information=information,
        design=design,
        blocks=tuple(blocks),
    )


def _block(
    design: Design, rows: slice, coefficients: FloatArray, repeats: FloatArray | None
) -> tuple[FloatArray, BlockValues]:
    """Return the sum of log(1 + e^eta), and the values of the rows."""
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
    if repeats is None:
        normalizer = eta.sum(axis=1) + _log_of_products(onefold)
        return normalizer, BlockValues(rows, probability, variance, expected=probability, weight=variance)
    np.log1p(tail, out=tail)
    tail += eta
    tail *= repeats
    return tail.sum(axis=1), BlockValues(
        rows, probability, variance, expected=probability * repeats, weight=variance * repeats
    )


def _log_of_products(factors: FloatArray) -> FloatArray:
    """Sum of logarithms over rows of factors in [1, 2]: one logarithm of a product, which is at most 2**512."""
    rows = factors.shape[1]
    if rows <= 512:
        return np.asarray(np.log(factors.prod(axis=1)))
    return np.asarray(np.log(np.multiply.reduceat(factors, np.arange(0, rows, 512), axis=1)).sum(axis=1))
