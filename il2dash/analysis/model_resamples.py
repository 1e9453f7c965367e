"""A model, and the models of bootstrap resamples of its patients, all fitted at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from il2dash.analysis import firth
from il2dash.analysis.design_matrix import ARM, DesignMatrix
from il2dash.analysis.estimate import Estimate, Interval, no_interval
from il2dash.analysis.mean_probability import mean_probabilities, shifted_mean_probabilities
from il2dash.analysis.model_data import ModelData
from il2dash.analysis.resampled_firth import everybody, resampled_coefficients
from il2dash.analysis.time_limit import within_time
from il2dash.errors import SpecificationError

SEED = 1
RESAMPLES = 1000

FEW_PATIENTS = 300
"""Up to so many, a resample's model is fitted from scratch; of more it is near that of all patients."""

DRAWS = 500_000
"""Draws made at a time."""

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


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ResampledModel:
    """A model and those of its resamples, with what a bootstrap takes from them.

    Parameters
    ----------
    coefficients : array, shape (columns,)
        Of Firth's method with the FLIC intercept.
    probabilities : array, shape (patients,)
        Predicted for the model's patients.
    drawn : Resamples
    """

    coefficients: np.ndarray
    probabilities: np.ndarray
    drawn: Resamples

    def standardized_risks(
        self, *, reference: DesignMatrix, treatment: DesignMatrix, level: float
    ) -> tuple[Estimate, Estimate, Estimate]:
        """Return the mean probabilities under two designs and the difference, treatment less reference.

        The model's are means over all patients, each resample's over its own.
        """
        reference_means, treatment_means = (
            np.append(
                mean_probabilities(self.coefficients[None], design.values),
                mean_probabilities(self.drawn.coefficients, design.values, self.drawn.counts),
            )
            for design in (reference, treatment)
        )
        return (
            self._estimate(reference_means, level=level),
            self._estimate(treatment_means, level=level),
            self._estimate(treatment_means - reference_means, level=level),
        )

    def shifted_probabilities(self, design: DesignMatrix, shifts: np.ndarray, *, level: float) -> list[Estimate]:
        """Return the mean probability with each of some rows (shifts, columns) added to the design."""
        means = np.vstack(
            [
                shifted_mean_probabilities(self.coefficients[None], design.values, shifts),
                shifted_mean_probabilities(self.drawn.coefficients, design.values, shifts, self.drawn.counts),
            ]
        )
        return [self._estimate(of_shift, level=level) for of_shift in means.T]

    def percentile_interval(self, values: np.ndarray, *, level: float) -> Interval:
        """Return the bootstrap percentile interval of the resamples' values, NaN where one failed.

        Quantiles of type 7. Efron and Tibshirani (1993), An Introduction to the Bootstrap, section 13.3.
        """
        known = values[~np.isnan(values)]
        resamples = len(self.drawn.coefficients)
        failed = resamples - known.size
        method = f"bootstrap percentile, {resamples} resamples"
        if failed > MOST_FAILED * resamples:
            reason = f"{failed} of {resamples} resamples have no model, too many to leave out"
            return no_interval(level=level, method=method, reason=reason)
        lower, upper = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
        return Interval(lower=float(lower), upper=float(upper), level=level, method=method)

    def _estimate(self, values: np.ndarray, *, level: float) -> Estimate:
        """Return the first of the values, the model's, with the interval of the others, the resamples'."""
        return Estimate(estimate=float(values[0]), interval=self.percentile_interval(values[1:], level=level))


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
    fitted = _fitted_by_block(data)
    for first in range(0, resamples, BLOCK):
        block = counts[first : first + BLOCK]
        blocks.append(fitted(block))
        if progress is not None:
            progress((first + len(block)) / resamples)
    return Resamples(counts=counts, coefficients=np.vstack(blocks))


def _fitted_by_block(data: ModelData) -> Callable[[np.ndarray], np.ndarray]:
    """Return what fits the model to resamples, given as counts, and says their coefficients."""
    design, response = data.design.values, data.response
    if len(response) > FEW_PATIENTS:
        fit = firth.fit(design, response)
        if fit.converged[0]:
            return partial(resampled_coefficients, everybody(design, response, fit.coefficients[0]))
    return lambda counts: firth.flic(firth.fit(design, response, row_weight=counts)).coefficients


def _counts(data: ModelData, *, resamples: int, seed: int) -> np.ndarray:
    # Of n draws from n patients nobody is drawn 256 times: once in 10^500 resamples.
    counts = np.empty((resamples, len(data.response)), dtype=np.uint8)
    for generator, members in _strata(data, seed):
        together = max(1, DRAWS // members.size)
        for first in range(0, resamples, together):
            within_time()
            part = counts[first : first + together]
            drawn = generator.integers(members.size, size=(len(part), members.size))
            drawn += members.size * np.arange(len(part))[:, None]
            found = np.bincount(drawn.ravel(), minlength=len(part) * members.size)
            part[:, members] = found.reshape(len(part), members.size)
    return counts


def _strata(data: ModelData, seed: int) -> Iterator[tuple[np.random.Generator, np.ndarray]]:
    """Yield the patients of each arm in the order of their ids, the arm of the first patient first."""
    order = np.argsort(np.array(data.subject_ids), kind="stable")
    arm = data.design.term_columns(ARM)
    treated = data.design.values[order, arm[0]] > 0.5 if arm.size else np.zeros(order.size, dtype=bool)
    for number, stratum in enumerate((treated == treated[0], treated != treated[0])):
        if stratum.any():
            yield np.random.default_rng([seed, number]), order[stratum]
