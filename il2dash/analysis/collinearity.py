"""Collinearity: how much of what a covariate could tell the others of the model tell already."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, nan
from typing import Literal

import numpy as np

from il2dash.analysis.design_matrix import DesignMatrix

Verdict = Literal["none", "moderate", "strong", "unknown"]

MODERATE, STRONG = 5.0, 10.0
"""Of the variance inflation per degree of freedom: the usual weak rules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TermCollinearity:
    """How much the other covariates widen the variance of a term's coefficients.

    `inflation` is the generalized variance inflation factor (the ordinary one for a single column); `per_coefficient`
    is its root of the term's degrees of freedom, which can be compared between terms and with the rules of the ordinary
    factor.
    """

    term: str
    label: str
    degrees_of_freedom: int
    inflation: float
    per_coefficient: float
    verdict: Verdict
    method: str = "generalized variance inflation, Fox and Monette"
    reason: str = ""


def collinearity(design: DesignMatrix) -> tuple[TermCollinearity, ...]:
    """Compute the variance inflation of every term of a design.

    From the correlations of the columns, all patients alike: it belongs to the covariates, not to the outcome.

    Parameters
    ----------
    design : DesignMatrix
        Of the patients in the model; without columns that follow from others.

    References
    ----------
    Fox and Monette (1992), Generalized collinearity diagnostics, JASA 87:178-183, equation 10: det(R11) det(R22) /
    det(R). ``car::vif`` of a linear model in R; for one column ``variance_inflation_factor`` of statsmodels.
    """
    terms = tuple(dict.fromkeys(column.term for column in design.columns))
    values = design.values[:, 1:]
    centered = values - values.sum(axis=0) / max(len(values), 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        products = centered.T @ centered
        norms = np.sqrt(np.diagonal(products))
        correlations = products / np.outer(norms, norms)
    usable = bool(np.isfinite(correlations).all()) and _log_determinant(correlations) > -np.inf
    return tuple(_term(design, term, correlations, usable=usable) for term in terms)


def _term(design: DesignMatrix, term: str, correlations: np.ndarray, *, usable: bool) -> TermCollinearity:
    own = design.term_columns(term) - 1
    others = np.setdiff1d(np.arange(len(design.columns)), own)
    inflation, reason = nan, "a covariate is the same for everybody or follows from the others"
    if usable:
        logarithm = (
            _log_determinant(correlations[np.ix_(own, own)])
            + _log_determinant(correlations[np.ix_(others, others)])
            - _log_determinant(correlations)
        )
        inflation, reason = max(exp(logarithm), 1.0), ""
    per_coefficient = inflation ** (1.0 / len(own))
    return TermCollinearity(
        term=term,
        label=design.columns[own[0]].label,
        degrees_of_freedom=len(own),
        inflation=inflation,
        per_coefficient=per_coefficient,
        verdict=_verdict(per_coefficient),
        reason=reason,
    )


def _verdict(inflation: float) -> Verdict:
    if np.isnan(inflation):
        return "unknown"
    return "strong" if inflation >= STRONG else "moderate" if inflation >= MODERATE else "none"


def _log_determinant(matrix: np.ndarray) -> float:
    if not matrix.size:
        return 0.0
    sign, logarithm = np.linalg.slogdet(matrix)
    return float(logarithm) if sign > 0 and logarithm > -25.0 * len(matrix) else -np.inf
