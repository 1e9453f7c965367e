"""Bootstrap resamples of the patients in a model, and the model of each, all fitted at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from il2dash.analysis import firth
from il2dash.analysis.design_matrix import ARM
from il2dash.analysis.estimate import Interval, no_interval
from il2dash.analysis.model_data import ModelData
from il2dash.errors import SpecificationError

SEED = 1
RESAMPLES = 1000
FEWEST_RESAMPLES = 200
ROWS = 300_000
"""Patients in all resamples together that are fitted within about a second."""

BLOCK = 250
"""Resamples fitted between two words about the progress."""

MOST_FAILED = 0.1
"""Beyond this share of resamples without a model there is no interval: those left aren't a sample of what could be."""

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Resamples:
    """Fitted resamples: how often each patient is in them, (resample, patient), and coefficients, NaN where failed.

    The intercepts are FLIC's: a model's predicted probabilities have the mean of its resample's outcomes.
    """

    counts: np.ndarray
    coefficients: np.ndarray

    @property
    def failed(self) -> int:
        """How many have no model: one outcome only, a level that nobody has, or no convergence."""
        return int(np.isnan(self.coefficients[:, 0]).sum())


def default_resamples(patients: int) -> int:
    """Return how many resamples are drawn where nobody says: 1000, fewer for more than 300 patients."""
    return int(np.clip(ROWS // max(patients, 1), FEWEST_RESAMPLES, RESAMPLES))


def fitted_resamples(data: ModelData, *, resamples: int, seed: int, progress: Progress | None = None) -> Resamples:
    """Draw patients with replacement within their arm, and fit the model to each resample by Firth's method with FLIC.

    The same seed and patients give the same resamples, whatever the order of the rows and whichever arm is the
    reference.

    Parameters
    ----------
    data : ModelData
        A model that can be fitted.
    resamples : int
        How many; at least 2.
    seed : int
        Not negative.
    progress : callable, optional
        Told the part that is done; what it raises ends the work.

    Raises
    ------
    SpecificationError
        Where `resamples` or `seed` is too small.
    """
    if resamples < 2 or seed < 0:
        raise SpecificationError(
            f"Resamples {resamples}, seed {seed}: there must be at least 2 resamples, and a seed isn't negative."
        )
    counts = _counts(data, resamples=resamples, seed=seed)
    blocks = []
    for first in range(0, resamples, BLOCK):
        block = counts[first : first + BLOCK]
        fit = firth.fit(data.design.values, data.response, row_weight=block)
        blocks.append(firth.flic(fit).coefficients)
        if progress is not None:
            progress((first + len(block)) / resamples)
    return Resamples(counts=counts, coefficients=np.vstack(blocks))


def percentile_interval(values: np.ndarray, *, level: float, resamples: int) -> Interval:
    """Return the bootstrap percentile interval of values, NaN where a resample failed.

    Quantiles of type 7. Efron and Tibshirani (1993), An Introduction to the Bootstrap, section 13.3.
    """
    method = f"bootstrap percentile, {resamples} resamples"
    known = values[~np.isnan(values)]
    failed = resamples - known.size
    if failed > MOST_FAILED * resamples:
        reason = f"{failed} of {resamples} resamples have no model, too many to leave out"
        return no_interval(level=level, method=method, reason=reason)
    lower, upper = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return Interval(lower=float(lower), upper=float(upper), level=level, method=method)


def _counts(data: ModelData, *, resamples: int, seed: int) -> np.ndarray:
    counts = np.zeros((resamples, len(data.response)))
    for generator, members in _strata(data, seed):
        drawn = generator.integers(members.size, size=(resamples, members.size))
        flat = (drawn + members.size * np.arange(resamples)[:, None]).ravel()
        counts[:, members] = np.bincount(flat, minlength=resamples * members.size).reshape(resamples, members.size)
    return counts


def _strata(data: ModelData, seed: int) -> Iterator[tuple[np.random.Generator, np.ndarray]]:
    """Yield the patients of each arm in the order of their ids, the arm of the first patient first."""
    order = np.argsort(np.array(data.subject_ids), kind="stable")
    arm = data.design.term_columns(ARM)
    treated = data.design.values[order, arm[0]] > 0.5 if arm.size else np.zeros(order.size, dtype=bool)
    for number, stratum in enumerate((treated == treated[0], treated != treated[0])):
        if stratum.any():
            yield np.random.default_rng([seed, number]), order[stratum]
