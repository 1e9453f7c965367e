"""Mean and standard deviation of a sample, exact where nothing varies."""

from __future__ import annotations

from math import nan

import numpy as np


def mean_and_sd(values: np.ndarray) -> tuple[float, float]:
    """Return the mean (NaN of nobody) and the standard deviation with n - 1 (NaN of fewer than two).

    Of equal values they are the value itself and 0. Summing them leaves a rounding error, which would pass for a
    spread: a t-test of two arms whose values are all at the assay's limit would give a p-value out of nothing.
    """
    if not values.size:
        return nan, nan
    if values.min() == values.max():
        return float(values[0]), 0.0 if values.size > 1 else nan
    return float(values.mean()), float(values.std(ddof=1))
