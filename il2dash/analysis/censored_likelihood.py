"""Normal regression of censored values: its likelihood, and where that is largest."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, log, nan, pi
from typing import Any

import numpy as np
from numpy.typing import NDArray

from il2dash.analysis.collapsed_rows import collapsed_rows
from il2dash.analysis.logistic_design import MANY_ROWS
from il2dash.analysis.time_limit import within_time

_MOST_STEPS = 100
_MOST_HALVINGS = 60

# A spread below this, as a part of the values, is none.
_LEAST_SPREAD = 1e-5

# Slope of a log likelihood along its parameters at a maximum, a patient: rounding. Where it grows without end it is 1.
_FLAT = 1e-3


@dataclass(frozen=True, eq=False, kw_only=True)
class CensoredValues:
    """Values of which some are only known to lie below or above a limit.

    Parameters
    ----------
    value : array, shape (patients,)
        The value, or the limit of a censored one.
    side : int array, shape (patients,)
        0 for a measured value, -1 where the true one is below `value`, 1 where it is above.
    weight, measured_patients : array, int, optional
        Of `condensed` values: how many patients stand behind each censored one, and behind all measured ones.
    """

    value: NDArray[np.float64]
    side: NDArray[np.int64]
    weight: NDArray[np.float64] | None = None
    measured_patients: int | None = None

    @property
    def count(self) -> int:
        """How many patients' values are known."""
        return int(self.measured.sum()) if self.measured_patients is None else self.measured_patients

    def __getitem__(self, which: NDArray[Any]) -> CensoredValues:
        return CensoredValues(value=self.value[which], side=self.side[which])

    @property
    def measured(self) -> NDArray[np.bool_]:
        """Whose value is known."""
        return np.asarray(self.side == 0)


@dataclass(frozen=True, eq=False, kw_only=True)
class CensoredFit:
    """The maximum of a likelihood; NaN where there is none, with the reason."""

    coefficients: NDArray[np.float64]
    sigma: float
    log_likelihood: float
    reason: str = ""


def condensed(values: CensoredValues, design: NDArray[np.float64]) -> tuple[CensoredValues, NDArray[np.float64]]:
    """Return a few rows with the likelihood that many rows have; few are returned as they are.

    Of measured values it depends on their products with each other and the design alone: the triangular factor of their
    rows has the same. Censored ones with the same limit and design are written once.
    """
    if len(values.value) < MANY_ROWS:
        return values, design
    measured = values.measured
    rows = np.column_stack([design, values.value])
    triangle = np.linalg.qr(rows[measured], mode="r")
    limits = collapsed_rows(rows[~measured], values.side[~measured])
    weight = np.ones(len(limits.response)) if limits.count is None else limits.count
    few = np.vstack([triangle, limits.design])
    return (
        CensoredValues(
            value=few[:, -1],
            side=np.concatenate([np.zeros(len(triangle), dtype=np.int64), limits.response]),
            weight=np.concatenate([np.ones(len(triangle)), weight]),
            measured_patients=int(measured.sum()),
        ),
        few[:, :-1],
    )


def fit_censored(
    values: CensoredValues, design: NDArray[np.float64], *, start: CensoredFit | None = None
) -> CensoredFit:
    """Maximize the likelihood of a normal linear model with one standard deviation.

    Parameters
    ----------
    values : CensoredValues
        Of n patients, about some middle: the fit is exact to the last digits where they aren't far from 0.
    design : array, shape (n, coefficients)
        Full column rank; may have no columns.
    start : CensoredFit, optional
        Of nearly the same values on the same design: a place from which it isn't far.

    Returns
    -------
    CensoredFit
        NaN with a reason where the likelihood grows without end: the measured values lie exactly on a line.

    References
    ----------
    Tobin, Econometrica 1958;26:24-36. In Olsen's parameters (Econometrica 1978;46:1211-1215), coefficients and 1 over
    the standard deviation, the log likelihood is concave, so that Newton's method finds the only maximum;
    ``survival::survreg(dist = "gaussian")`` in R.
    """
    known = values.value[values.measured]
    if not known.size:
        return _failed(design, "no value was measured: every one is beyond the limit")
    # On the measured values' own scale: a unit doesn't change a step.
    sizes = _size(known, values.count), _size(values.value, values.value.size)
    spread = next((size for size in sizes if size > 0), 1.0)
    scaled = values.value / spread
    if start is None or start.reason:
        first = np.linalg.lstsq(design, scaled, rcond=None)[0]
        residual = scaled - design @ first
        spread_left = residual.std() if values.weight is None else _size(residual, values.count)
        theta = 1 / max(float(spread_left), 0.1)
    else:
        first, theta = start.coefficients / spread, spread / start.sigma
    rows = np.column_stack([design, -scaled])
    point, likelihood = _maximize(rows, values, np.append(theta * first, theta))
    sigma = float(1 / point[-1])
    if isnan(likelihood) or sigma < _LEAST_SPREAD:
        return _failed(design, "the measured values are too few, or too much alike, to show how much patients vary")
    return CensoredFit(
        coefficients=point[:-1] * sigma * spread,
        sigma=sigma * spread,
        log_likelihood=likelihood - values.count * log(spread),
    )


def _size(values: NDArray[np.float64], count: int) -> float:
    return float(np.sqrt((values**2).sum() / count))


def _failed(design: NDArray[np.float64], reason: str) -> CensoredFit:
    return CensoredFit(coefficients=np.full(design.shape[1], nan), sigma=nan, log_likelihood=nan, reason=reason)


def _maximize(
    rows: NDArray[np.float64], values: CensoredValues, point: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Newton's method from a point; NaN as the likelihood where it doesn't end."""
    side = values.side
    parts = _Parts(
        measured=rows[side == 0],
        patients=values.count,
        limits=rows[side != 0],
        signs=side[side != 0].astype(float),
        weight=None if values.weight is None else values.weight[side != 0],
    )
    norms = np.sqrt((rows**2).sum(axis=0))
    norms[norms == 0] = 1.0
    likelihood, gradient, information = _derivatives(parts, point)
    for _ in range(_MOST_STEPS):
        within_time()
        step = _newton_step(information, gradient, norms)
        gain = float(gradient @ step)
        if gain < 1e-18 * max(1.0, abs(likelihood)):
            break
        if 1 / point[-1] < _LEAST_SPREAD:
            return point, nan
        for _ in range(_MOST_HALVINGS):
            after = point + step
            if after[-1] > 0:
                found = _derivatives(parts, after)
                if found[0] >= likelihood - 1e-12 * abs(likelihood):
                    break
            step = step / 2
        else:
            break
        point, (likelihood, gradient, information) = after, found
        if gain < 1e-14 * max(1.0, abs(likelihood)):
            break
    else:
        return point, nan
    # Newton's step has no part along which rows are certain: values on a line end it while the spread still shrinks.
    return point, likelihood if abs(gradient @ point) < _FLAT * values.count else nan


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Parts:
    """Rows of measured values and how many patients they are; rows at limits with their sign and weight."""

    measured: NDArray[np.float64]
    patients: int
    limits: NDArray[np.float64]
    signs: NDArray[np.float64]
    weight: NDArray[np.float64] | None


def _derivatives(parts: _Parts, point: NDArray[np.float64]) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
    """Log likelihood, its gradient, and the observed information, in Olsen's parameters.

    A row is the design's beside minus the value: times the parameters it is minus the standardized residual.
    """
    from scipy.special import log_ndtr

    measured, limits, signs = parts.measured, parts.limits, parts.signs
    theta, n = point[-1], parts.patients
    residual = measured @ point
    likelihood = n * (log(theta) - log(2 * pi) / 2) - float(residual @ residual) / 2
    gradient = -measured.T @ residual
    gradient[-1] += n / theta
    information = measured.T @ measured
    information[-1, -1] += n / theta**2
    if len(limits):
        distance = signs * (limits @ point)
        log_tail = log_ndtr(distance)
        ratio = np.exp(-(distance**2) / 2 - log(2 * pi) / 2 - log_tail)
        bend = ratio * (distance + ratio)
        if parts.weight is not None:
            log_tail, ratio, bend = log_tail * parts.weight, ratio * parts.weight, bend * parts.weight
        likelihood += float(log_tail.sum())
        gradient = gradient + limits.T @ (signs * ratio)
        information = information + (limits * bend[:, None]).T @ limits
    return likelihood, gradient, information


def _newton_step(
    information: NDArray[np.float64], gradient: NDArray[np.float64], norms: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the step of a concave likelihood; `norms` are those of the columns, which have units."""
    # A direction in which all rows are certain has no information left: there the point stays where it is.
    step = np.linalg.lstsq(information / np.outer(norms, norms), gradient / norms, rcond=1e-12)[0]
    return np.asarray(step / norms, dtype=float)
