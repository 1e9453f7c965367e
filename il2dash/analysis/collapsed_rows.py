"""Rows of a logistic model that are the same, written once with how often they come; the likelihood stays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from il2dash.analysis.logistic_design import MANY_ROWS

GAIN = 4
"""Of many rows, they are written once where that leaves a fourth of them, or fewer."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CollapsedRows:
    """The distinct rows of a design with their outcome, and how often each comes; None where each comes once."""

    design: np.ndarray
    response: np.ndarray
    count: np.ndarray | None


def collapsed_rows(design: np.ndarray, response: np.ndarray) -> CollapsedRows:
    """Return the distinct rows of many; those of few, or that are hardly ever the same, as they are.

    Parameters
    ----------
    design : array, shape (rows, columns)
        Finite numbers.
    response : array, shape (rows,)
    """
    rows = len(response)
    as_they_are = CollapsedRows(design=design, response=response, count=None)
    if rows < MANY_ROWS:
        return as_they_are
    codes, distinct = pd.factorize(response)
    kinds = len(distinct)
    for column in design.T:
        own, distinct = pd.factorize(column)
        codes, distinct = pd.factorize(codes * np.int64(len(distinct)) + own)
        kinds = len(distinct)
        if kinds * GAIN > rows:
            return as_they_are
    first = np.full(kinds, rows)
    np.minimum.at(first, codes, np.arange(rows))
    count = np.bincount(codes, minlength=kinds).astype(float)
    return CollapsedRows(design=design[first], response=response[first], count=count)
