"""The parts of a logistic model's result: one coefficient, by Firth's method and by maximum likelihood."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from il2dash.analysis.estimate import Interval


class FirthArguments(TypedDict):
    """The fields of a `FirthTerm`, for a result that holds them as its own."""

    coef: float
    se: float
    odds_ratio: float
    interval: Interval
    coef_interval: Interval
    p: float
    test: str
    converged: bool
    reason: str


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
    test: str
    converged: bool
    reason: str = ""

    def as_arguments(self) -> FirthArguments:
        """Return the fields by name."""
        return FirthArguments(
            coef=self.coef,
            se=self.se,
            odds_ratio=self.odds_ratio,
            interval=self.interval,
            coef_interval=self.coef_interval,
            p=self.p,
            test=self.test,
            converged=self.converged,
            reason=self.reason,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MaximumLikelihoodTerm:
    """The same coefficient by maximum likelihood, with what a Wald test would have said."""

    coef: float
    se: float
    odds_ratio: float
    wald_p: float
    converged: bool
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelTerm:
    """One column of the model: which covariate, how to read it, its adjusted coefficient, and the same in other ways.

    The first fields are those of `FirthTerm`, of the multivariable model; `univariable` is the coefficient with its own
    term alone in the model (all levels of a categorical one together).
    """

    name: str
    term: str
    label: str
    contrast: str
    randomized: bool
    coef: float
    se: float
    odds_ratio: float
    interval: Interval
    coef_interval: Interval
    p: float
    test: str
    converged: bool
    reason: str
    univariable: FirthTerm
    maximum_likelihood: MaximumLikelihoodTerm


@dataclass(frozen=True, slots=True, kw_only=True)
class OverallTest:
    """All coefficients of a categorical covariate tested together."""

    term: str
    label: str
    degrees_of_freedom: int
    statistic: float
    p: float
    test: str
    reason: str = ""
