"""The parts of a logistic model's result: one coefficient, by Firth's method and by maximum likelihood."""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import exp, inf, nan

from il2dash.analysis import firth
from il2dash.analysis.design_matrix import DesignColumn
from il2dash.analysis.estimate import Interval, no_interval
from il2dash.analysis.maximum_likelihood import MaximumLikelihoodFit

PROFILE = "profile penalized likelihood"
LIKELIHOOD_RATIO = "penalized likelihood ratio"
LEVEL = 0.95
ALL_LEVELS = "all levels"
LARGEST_LOGARITHM = 700.0
"""Beyond it the exponential is no longer a number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirthTerm:
    """One coefficient by Firth's method, per the covariate's step.

    `coef` and `coef_interval` are log odds, `odds_ratio` and `interval` odds ratios; `se` is from the expected
    information and belongs to `coef`; it is never the base of a Wald test. `converged` holds where the estimate and
    both bounds were found.
    """

    coef: float
    se: float
    odds_ratio: float
    interval: Interval
    coef_interval: Interval
    p: float
    test: str = LIKELIHOOD_RATIO
    converged: bool
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelTerm(FirthTerm):
    """A coefficient of the multivariable model: which column it is of, and how to read a step of it."""

    name: str
    term: str
    label: str
    contrast: str
    randomized: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MaximumLikelihoodTerm:
    """A coefficient by maximum likelihood, with what a Wald test would have said."""

    coef: float
    se: float
    odds_ratio: float
    wald_p: float
    converged: bool
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OverallTest:
    """Several coefficients of a covariate tested together; `what` says which, such as "all levels"."""

    term: str
    label: str
    what: str = ALL_LEVELS
    degrees_of_freedom: int
    statistic: float
    p: float
    test: str = LIKELIHOOD_RATIO
    reason: str = ""


def firth_term(fit: firth.FirthFit, inference: firth.FirthInference, *, member: int, column: int) -> FirthTerm:
    """Return one coefficient of one model of a batch."""
    coefficient = float(fit.coefficients[member, column])
    lower, upper = float(inference.lower[member, column]), float(inference.upper[member, column])
    reason = fit.reason(member) or inference.reason(member, column)
    bounds_found = bool(inference.lower_converged[member, column] and inference.upper_converged[member, column])
    return FirthTerm(
        coef=coefficient,
        se=float(fit.standard_errors[member, column]),
        odds_ratio=_exponential(coefficient),
        interval=Interval(
            lower=_exponential(lower), upper=_exponential(upper), level=LEVEL, method=PROFILE, reason=reason
        ),
        coef_interval=Interval(lower=lower, upper=upper, level=LEVEL, method=PROFILE, reason=reason),
        p=float(inference.p[member, column]),
        converged=bool(fit.converged[member]) and bounds_found,
        reason=reason,
    )


def no_firth_term(reason: str) -> FirthTerm:
    """Return the coefficient of a model that can't be fitted."""
    interval = no_interval(level=LEVEL, method=PROFILE, reason=reason)
    return FirthTerm(
        coef=nan,
        se=nan,
        odds_ratio=nan,
        interval=interval,
        coef_interval=interval,
        p=nan,
        converged=False,
        reason=reason,
    )


def model_term(column: DesignColumn, coefficient: FirthTerm) -> ModelTerm:
    """Return a coefficient with what its column says."""
    return ModelTerm(
        name=column.name,
        term=column.term,
        label=column.label,
        contrast=column.contrast,
        randomized=column.randomized,
        **{field.name: getattr(coefficient, field.name) for field in fields(coefficient)},
    )


def overall_test(
    fit: firth.FirthFit, columns: list[int], *, term: str, label: str, what: str = ALL_LEVELS
) -> OverallTest:
    """Test some columns of the first model of a batch together."""
    test = firth.joint_test(fit, columns)
    return OverallTest(
        term=term,
        label=label,
        what=what,
        degrees_of_freedom=len(columns),
        statistic=float(test.chi2[0]),
        p=float(test.p[0]),
        reason="" if bool(test.converged[0]) else "the fit without it did not converge",
    )


def maximum_likelihood_term(likelihood: MaximumLikelihoodFit, *, column: int) -> MaximumLikelihoodTerm:
    """Return one coefficient of the only model of a fit."""
    coefficient = float(likelihood.coefficients[0, column])
    return MaximumLikelihoodTerm(
        coef=coefficient,
        se=float(likelihood.standard_errors[0, column]),
        odds_ratio=_exponential(coefficient),
        wald_p=float(likelihood.wald_p[0, column]),
        converged=bool(likelihood.converged[0]),
        reason=likelihood.reason(0),
    )


def _exponential(value: float) -> float:
    return inf if value > LARGEST_LOGARITHM else exp(value)
