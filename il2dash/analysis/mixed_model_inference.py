"""Standard errors and degrees of freedom of linear contrasts in a mixed model: Kenward-Roger and Satterthwaite."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from il2dash.analysis.mixed_model import MixedModelFit
from il2dash.analysis.restricted_likelihood import information_slopes

FloatArray = npt.NDArray[np.float64]
DegreesOfFreedomMethod = Literal["kenward-roger", "satterthwaite"]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ContrastInference:
    """Estimates of linear contrasts, each with its standard error, degrees of freedom, t interval and two-sided p.

    All arrays have the shape (contrasts,).
    """

    estimate: FloatArray
    se: FloatArray
    degrees_of_freedom: FloatArray
    lower: FloatArray
    upper: FloatArray
    p: FloatArray


def infer(
    fit: MixedModelFit, contrasts: FloatArray, *, method: DegreesOfFreedomMethod, level: float = 0.95
) -> ContrastInference:
    """Estimate linear contrasts of the coefficients.

    Parameters
    ----------
    fit : MixedModelFit
        A fit that has converged.
    contrasts : array, shape (contrasts, columns)
        Each row times the coefficients is what is estimated.
    method : {"kenward-roger", "satterthwaite"}
        Kenward-Roger enlarges the covariance of the coefficients; the degrees of freedom of a single contrast are the
        same in both.
    level : float
        Confidence level of the intervals.

    References
    ----------
    Kenward and Roger (1997), Biometrics 53:983-97; Satterthwaite (1946), Biometrics Bulletin 2:110-4; as R's mmrm
    0.3.18 computes them, with the observed information of its parameters.
    """
    from scipy.special import stdtr, stdtrit

    rotated = np.linalg.solve(fit.data.triangle.T, contrasts.T).T
    unadjusted = fit.at_maximum.coefficient_covariance
    covariance = kenward_roger_covariance(fit) if method == "kenward-roger" else unadjusted
    estimate = rotated @ fit.at_maximum.coefficients
    with np.errstate(invalid="ignore", divide="ignore"):
        se = np.sqrt(np.einsum("lc,cd,ld->l", rotated, covariance, rotated))
        freedom = _satterthwaite(fit, rotated @ unadjusted, np.einsum("lc,cd,ld->l", rotated, unadjusted, rotated))
        half = stdtrit(freedom, (1 + level) / 2) * se
        p = 2 * stdtr(freedom, -np.abs(estimate / se))
    return ContrastInference(
        estimate=estimate, se=se, degrees_of_freedom=freedom, lower=estimate - half, upper=estimate + half, p=p
    )


def kenward_roger_covariance(fit: MixedModelFit) -> FloatArray:
    """Return the adjusted covariance of the coefficients in the basis of the data, (columns, columns).

    C + 2 C (sum over i, j of W_ij (Q_ij - P_i C P_j - R_ij / 4)) C of Kenward and Roger (1997), with W the covariance
    of the parameters and R_ij their second-derivative term, as R's mmrm has it under the name "Kenward-Roger". That
    term depends on the parametrization; SAS and mmrm's "Kenward-Roger-Linear" leave it out for an unstructured
    covariance and have larger standard errors. With one visit, where a t test is exact, the variance here is that
    test's times 1 - 1 / (its degrees of freedom); Satterthwaite's is the test's own.
    """
    spread = fit.theta_covariance
    first = fit.covariance.first
    middle = fit.at_maximum.coefficient_covariance
    # Sum of W_ij Q_ij: z' K z over the patients, K = sum of W_ij E_i V^-1 E_j, which is one matrix a pattern.
    weights = np.tensordot(np.tensordot(spread, first, axes=1), first, axes=(0, 0))
    kernels = np.einsum("abcd,gbc->gad", weights, fit.at_maximum.precision, optimize=True)
    q_term = fit.data.quadratic(fit.at_maximum.precision @ kernels @ fit.at_maximum.precision)
    slopes = information_slopes(fit.at_maximum, fit.covariance)
    mixed = np.tensordot(spread, slopes, axes=1)
    p_term = np.einsum("icd,de,ief->cf", mixed, middle, slopes, optimize=True)
    curvature = fit.covariance.second.weighted(spread)
    r_term = np.tensordot(curvature, fit.at_maximum.design_moments, axes=2)
    adjusted = middle + 2 * middle @ (q_term - p_term - r_term / 4) @ middle
    return np.asarray((adjusted + adjusted.T) / 2)


def _satterthwaite(fit: MixedModelFit, turned: FloatArray, variance: FloatArray) -> FloatArray:
    """Return 2 v^2 / (g'Wg), with v the variance of a contrast and g its derivatives by the parameters.

    With one contrast, Kenward and Roger's degrees of freedom come down to this (their A1 = A2 = A, and m = 2 / A).
    """
    slopes = information_slopes(fit.at_maximum, fit.covariance)
    gradients = np.einsum("lc,icd,ld->li", turned, slopes, turned, optimize=True)
    return np.asarray(2 * variance**2 / np.einsum("li,ij,lj->l", gradients, fit.theta_covariance, gradients))
