"""Random numbers from few and simple operations, so that a seed gives the same files on every machine.

Only uniform and normal draws are taken from numpy's generator; the rest is made of them here.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from il2dash.errors import Il2dashError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


class SimulationError(Il2dashError):
    """A draw that can't give what the published facts ask for: another draw is made."""


def shuffled(generator: np.random.Generator, count: int) -> IntArray:
    """Return 0 to count - 1 in random order."""
    return np.argsort(generator.random(count), kind="stable")


def highest(values: FloatArray, count: int) -> BoolArray:
    """Mark the `count` highest values; of equal ones, the later."""
    marked = np.zeros(values.size, dtype=bool)
    marked[np.argsort(values, kind="stable")[values.size - count :]] = True
    return marked


def choose(generator: np.random.Generator, weights: Sequence[float]) -> int:
    """Return a position, drawn in proportion to the weights."""
    cumulative = np.cumsum(np.asarray(weights, dtype=float))
    return int(np.searchsorted(cumulative, generator.random() * cumulative[-1], side="right"))


def poisson(generator: np.random.Generator, mean: float) -> int:
    """Return a Poisson count: how many exponential waiting times fit into `mean`."""
    count, waited = 0, -np.log(1.0 - generator.random())
    while waited < mean:
        count += 1
        waited -= np.log(1.0 - generator.random())
    return count


def autoregressive(generator: np.random.Generator, *, patients: int, visits: int, correlation: float) -> FloatArray:
    """Return standard normal deviations with that correlation from a visit to the next: (patients, visits)."""
    fresh = generator.standard_normal((patients, visits))
    deviations = fresh.copy()
    for visit in range(1, visits):
        deviations[:, visit] = correlation * deviations[:, visit - 1] + np.sqrt(1.0 - correlation**2) * fresh[:, visit]
    return deviations
