"""A model of repeated measures fitted with the first covariance structure that the data can carry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from il2dash.analysis import mixed_model
from il2dash.analysis.covariance_structure import FALLBACK_ORDER, CovarianceName
from il2dash.analysis.mixed_model import MixedModelFit
from il2dash.analysis.repeated_data import RepeatedData, repeated_data
from il2dash.analysis.repeated_measures_design import RepeatedMeasuresData

EXACT = 1e-18
"""Residual over total sum of squares at which a model fits every value: what is left is rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CovarianceFallback:
    """A covariance structure that couldn't be used, and why."""

    covariance: CovarianceName
    reason: str


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RepeatedMeasuresFit:
    """A fit, the structures that were tried before, and where each least-squares mean is in its coefficients.

    Parameters
    ----------
    model : MixedModelFit or None
        None where no structure could be fitted.
    fallback : tuple of CovarianceFallback
        Structures that couldn't be used, in their order.
    cells : dict
        Column of each (in the treatment arm, visit) with values.
    grid : array
        Values of the covariates' columns, which come after the cells.
    reason : str
        Why there is no model.
    """

    model: MixedModelFit | None
    fallback: tuple[CovarianceFallback, ...] = ()
    cells: dict[tuple[bool, int], int]
    grid: np.ndarray
    reason: str = ""

    def mean(self, *, treatment: bool, visit: int) -> np.ndarray:
        """Return the coefficients of a least-squares mean, (columns,)."""
        vector = np.concatenate([np.zeros(len(self.cells)), self.grid])
        vector[self.cells[treatment, visit]] = 1.0
        return vector


def fit_repeated_measures(data: RepeatedMeasuresData) -> RepeatedMeasuresFit:
    """Fit the model, the covariance unstructured or the first simpler one that can be fitted.

    A structure isn't tried where it has more parameters than there are patients, or variances of its own for a visit
    at which no arm's values vary.
    """
    cells = {
        (treatment, int(visit)): 0
        for treatment in (False, True)
        for visit in np.flatnonzero(data.counts(treatment=treatment))
    }
    cells = {cell: column for column, cell in enumerate(cells)}
    if data.reason:
        return RepeatedMeasuresFit(model=None, cells=cells, grid=data.grid, reason=data.reason)
    visits = sorted({visit for _, visit in cells})
    coefficients = len(cells) + data.covariates.shape[1]
    repeated = repeated_data(data.response[:, visits], is_treatment=data.is_treatment, covariates=data.covariates)
    if repeated is None:
        reason = f"{data.observations} values are too few for the {coefficients} coefficients of the model"
        return RepeatedMeasuresFit(model=None, cells=cells, grid=data.grid, reason=reason)
    values = data.response[~np.isnan(data.response)]
    if repeated.residual_squares.sum() <= EXACT * ((values - values.mean()) ** 2).sum():
        reason = f"the model fits all {values.size} values exactly: nothing is left to estimate their variance from"
        return RepeatedMeasuresFit(model=None, cells=cells, grid=data.grid, reason=reason)
    varies = _varies(data)
    still = [f"{data.weeks[visit]:g}" for visit in visits if not varies[visit]]
    failed: list[CovarianceFallback] = []
    for structure in FALLBACK_ORDER if len(visits) > 1 else FALLBACK_ORDER[:1]:
        reason = _obstacle(repeated, structure, still)
        model = None if reason else mixed_model.fit(repeated, structure)
        if model is not None and model.converged:
            return RepeatedMeasuresFit(model=model, fallback=tuple(failed), cells=cells, grid=data.grid)
        failed.append(CovarianceFallback(covariance=structure, reason=model.reason if model else reason))
    reason = "no covariance structure could be fitted: " + "; ".join(
        f"{failure.covariance}, {failure.reason}" for failure in failed
    )
    return RepeatedMeasuresFit(model=None, fallback=tuple(failed), cells=cells, grid=data.grid, reason=reason)


def _varies(data: RepeatedMeasuresData) -> np.ndarray:
    """Whether the values of each visit differ within an arm."""
    varies = np.zeros(len(data.weeks), dtype=bool)
    for arm in (False, True):
        values = data.response[data.is_treatment == arm]
        varies |= np.fmax.reduce(values, axis=0) > np.fmin.reduce(values, axis=0)
    return varies


def _obstacle(data: RepeatedData, structure: CovarianceName, still: list[str]) -> str:
    """Say what a structure asks that the data don't have; the empty string where it can be tried."""
    if still and structure != "compound symmetry":
        return (
            f"within the arms the values of week {' and '.join(still)} don't vary: they have no variance of their own"
        )
    return mixed_model.too_many_parameters(data, structure)
