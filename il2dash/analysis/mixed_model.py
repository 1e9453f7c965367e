"""A linear model of repeated measures by restricted maximum likelihood (REML): Newton's method on exact derivatives."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np
import numpy.typing as npt

from il2dash.analysis.covariance_structure import (
    Covariance,
    CovarianceName,
    covariance,
    parameter_count,
    starting_parameters,
)
from il2dash.analysis.repeated_data import RepeatedData
from il2dash.analysis.restricted_likelihood import GeneralizedLeastSquares, derivatives, generalized_least_squares
from il2dash.analysis.time_limit import within_time

FloatArray = npt.NDArray[np.float64]

MOST_STEPS = 100
LONGEST_STEP = 2.0
"""Of one parameter, in one step, over one plus its size: a standard deviation may change by a factor of 7."""

ENOUGH_DECREMENT = 1e-10
"""Expected gain of the next step in the restricted log-likelihood, at which that step is the last."""

LEAST_CORRELATION_EIGENVALUE = 1e-5
"""Below it the estimate runs into a singular covariance, where the likelihood has no maximum."""

ROOM = 0.01
"""Least eigenvalue of the correlations with which to begin: nearer to the edge the way to a maximum is long."""

LEAST_CURVATURE = 1e-7
"""Over the largest: the parameters have no units, so that a smaller one is a flat direction."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class MixedModelFit:
    """A fitted model, or why there is none.

    Parameters
    ----------
    structure : str
        The covariance structure.
    data : RepeatedData
        What was fitted.
    theta : array, shape (parameters,)
        The covariance's parameters.
    theta_covariance : array, shape (parameters, parameters)
        Inverse of the observed information (half the Hessian of -2 log-likelihood).
    covariance : Covariance
        Of a patient's visits, with its derivatives.
    at_maximum : GeneralizedLeastSquares
        Coefficients and what goes with them, in the basis of the data.
    minus_2_restricted_log_likelihood : float
        As R's mmrm counts it.
    converged : bool
        Whether a maximum was found, inside the parameters' space.
    reason : str
        Why not, in words.
    """

    structure: CovarianceName
    data: RepeatedData
    theta: FloatArray
    theta_covariance: FloatArray
    covariance: Covariance
    at_maximum: GeneralizedLeastSquares
    minus_2_restricted_log_likelihood: float
    converged: bool
    reason: str = ""

    @property
    def coefficients(self) -> FloatArray:
        """Coefficients of the design's columns."""
        return np.asarray(np.linalg.solve(self.data.triangle, self.at_maximum.coefficients), dtype=float)


def fit(data: RepeatedData, structure: CovarianceName) -> MixedModelFit:
    """Fit the model by restricted maximum likelihood.

    Parameters
    ----------
    data : RepeatedData
        From `repeated_data`; the design doesn't fit every value exactly, which would leave no variance to begin with.
    structure : str
        The covariance structure.

    Returns
    -------
    MixedModelFit
        Not converged, with a reason, where the likelihood has no maximum inside: it never raises.

    Notes
    -----
    Newton's method with the Hessian's negative eigenvalues turned positive and a backtracking line search. The steps go
    on until the next one would gain less than `ENOUGH_DECREMENT`, and that one is taken too: as the error squares with
    each, the gradient is then at rounding.
    """
    visits = data.visits
    theta = starting_parameters(structure, _starting_covariance(data))
    shape = covariance(structure, theta, visits)
    current = generalized_least_squares(data, shape.matrix)
    assert current is not None, "the starting covariance is positive definite"
    reason = f"no maximum of the likelihood was found in {MOST_STEPS} steps"
    hessian = np.full((len(theta), len(theta)), nan)
    finished = False
    for _ in range(MOST_STEPS):
        within_time()
        gradient, hessian = derivatives(current, shape)
        if finished:
            reason = _edge(hessian)
            break
        step, decrement = _newton_step(theta, gradient, hessian)
        finished = decrement < ENOUGH_DECREMENT
        found = _line_search(data, structure, theta, step, current=current, decrement=decrement)
        if found is not None:
            theta, shape, current = found
        elif not finished:
            reason = "the likelihood stopped rising before its maximum"
            break
        if _smallest_correlation_eigenvalue(shape.matrix) < LEAST_CORRELATION_EIGENVALUE:
            reason = "its estimate is singular: the likelihood rises without end as visits come to determine each other"
            break
    converged = finished and not reason
    return MixedModelFit(
        structure=structure,
        data=data,
        theta=theta,
        theta_covariance=2 * np.linalg.inv(hessian) if converged else np.full(hessian.shape, nan),
        covariance=shape,
        at_maximum=current,
        minus_2_restricted_log_likelihood=current.value if converged else nan,
        converged=converged,
        reason=reason,
    )


def too_many_parameters(data: RepeatedData, structure: CovarianceName) -> str:
    """Say that a structure has more parameters than there are patients; the empty string where it hasn't."""
    parameters = parameter_count(structure, data.visits)
    if parameters <= data.patients:
        return ""
    return f"{parameters} covariance parameters for {data.patients} patients"


def _starting_covariance(data: RepeatedData) -> FloatArray:
    """Return that of the least-squares residuals, each entry over the patients who have both visits.

    Diagonal where it isn't well inside the positive definite ones, and no variance much below the others.
    """
    together = np.einsum("g,gv,gw->vw", data.sizes, data.patterns, data.patterns)
    found = data.residual_products.sum(axis=0) / np.maximum(together, 1)
    variances = np.diag(found)
    enough = np.maximum(variances, 1e-3 * variances.mean())
    if (variances == enough).all() and _smallest_correlation_eigenvalue(found) > ROOM:
        return np.asarray(found)
    return np.diag(enough)


def _newton_step(theta: FloatArray, gradient: FloatArray, hessian: FloatArray) -> tuple[FloatArray, float]:
    """Return the step downhill, and how much the value is expected to fall along it."""
    scale = 1 / np.sqrt(np.maximum(np.abs(np.diag(hessian)), 1e-12))
    values, vectors = np.linalg.eigh(hessian * np.outer(scale, scale))
    values = np.maximum(np.abs(values), 1e-8)
    step = -scale * (vectors @ ((vectors.T @ (scale * gradient)) / values))
    decrement = float(-gradient @ step)
    excess = (np.abs(step) / (1 + np.abs(theta))).max() / LONGEST_STEP
    return step / max(excess, 1.0), decrement


def _line_search(
    data: RepeatedData,
    structure: CovarianceName,
    theta: FloatArray,
    step: FloatArray,
    *,
    current: GeneralizedLeastSquares,
    decrement: float,
) -> tuple[FloatArray, Covariance, GeneralizedLeastSquares] | None:
    """Halve the step until the value falls; None where it never does. The last tiny step only mustn't rise."""
    slack = 1e-9 * max(1.0, abs(current.value)) if decrement < ENOUGH_DECREMENT else 0.0
    for halving in range(30):
        within_time()
        tried = theta + step * 0.5**halving
        shape = covariance(structure, tried, data.visits)
        found = generalized_least_squares(data, shape.matrix)
        if found is not None and found.value <= current.value + slack:
            return tried, shape, found
    return None


def _edge(hessian: FloatArray) -> str:
    """Say that the likelihood is flat in some direction; the empty string where it has a proper maximum."""
    flat = "the likelihood is flat: the data don't determine all of its parameters"
    diagonal = np.diag(hessian)
    if diagonal.min() < LEAST_CURVATURE * diagonal.max():
        return flat
    scale = 1 / np.sqrt(diagonal)
    return flat if np.linalg.eigvalsh(hessian * np.outer(scale, scale))[0] < LEAST_CURVATURE else ""


def _smallest_correlation_eigenvalue(matrix: FloatArray) -> float:
    deviations = np.sqrt(np.diag(matrix))
    return float(np.linalg.eigvalsh(matrix / np.outer(deviations, deviations))[0])
