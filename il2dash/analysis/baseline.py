"""Who was in the trial: the baseline table, by arm and in all, without p-values (Senn 1994; CONSORT item 15)."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import nan, sqrt

import numpy as np

from il2dash.analysis import subject_columns
from il2dash.analysis.moments import mean_and_sd
from il2dash.analysis.patient_ids import BEHIND, PatientIds, ids_of
from il2dash.analysis.population import Population
from il2dash.analysis.standing import Standing
from il2dash.study.definition import Covariate, CovariateKind

TOTAL = "total"

_NO_DIFFERENCE = {
    True: "an arm has fewer than two known values, or no value differs within the arms",
    False: "an arm has no known value, everybody has the same, or the arms have no level in common",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ContinuousSummary:
    """A number in a group of patients; quartiles by R's type 7. NaN where nobody has a value."""

    n: int
    missing: int
    median: float
    q1: float
    q3: float
    mean: float
    sd: float
    minimum: float
    maximum: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelCount:
    """One level of a factor in a group of patients; the proportion is of those whose level is known."""

    value: str
    label: str
    count: int
    proportion: float
    patients: PatientIds = field(default=(), compare=False, repr=False, metadata=BEHIND)


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorSummary:
    """A factor in a group of patients."""

    n: int
    missing: int
    levels: tuple[LevelCount, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineVariable:
    """One covariate: a summary by arm code and for `TOTAL`, and how far the arms are apart.

    `standardized_mean_difference` is treatment minus reference over the pooled standard deviation; for a factor of more
    than two levels it is the (unsigned) Mahalanobis distance of Yang and Dalton (2012).
    """

    name: str
    label: str
    unit: str
    kind: CovariateKind
    timing: str
    groups: dict[str, ContinuousSummary] | dict[str, FactorSummary]
    standardized_mean_difference: float
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineTable:
    """The baseline table of a population."""

    n: dict[str, int]
    variables: tuple[BaselineVariable, ...]
    standing: Standing


def baseline_table(population: Population) -> BaselineTable:
    """Summarize every baseline covariate by arm and in all.

    Parameters
    ----------
    population : Population
        The patients who are counted.

    Returns
    -------
    BaselineTable
        Medians with quartiles and means with standard deviations, or counts with proportions, and the number missing.
    """
    definition = population.trial.definition
    return BaselineTable(
        n={**population.n, TOTAL: population.size},
        variables=tuple(
            baseline_variable(population, covariate)
            for covariate in definition.covariates
            if covariate.timing == "baseline"
        ),
        standing=population.standing,
    )


def baseline_variable(population: Population, covariate: Covariate) -> BaselineVariable:
    """Summarize one covariate by arm and in all."""
    codes = population.trial.definition.arms.codes
    parts = {code: population.arm(code) for code in codes} | {TOTAL: np.ones(population.size, dtype=bool)}
    groups: dict[str, ContinuousSummary] | dict[str, FactorSummary]
    if covariate.kind == "continuous":
        values = population.numbers(covariate.name)
        numbers = {code: _continuous(values[members]) for code, members in parts.items()}
        groups = numbers
        difference = _standardized_difference_of_means(treatment=numbers[codes[1]], reference=numbers[codes[0]])
    else:
        factors = {code: _factor(population, covariate, members) for code, members in parts.items()}
        groups = factors
        difference = _standardized_difference_of_shares(treatment=factors[codes[1]], reference=factors[codes[0]])
    reason = "" if np.isfinite(difference) else _NO_DIFFERENCE[covariate.kind == "continuous"]
    return BaselineVariable(
        name=covariate.name,
        label=covariate.label,
        unit=covariate.unit,
        kind=covariate.kind,
        timing=covariate.timing,
        groups=groups,
        standardized_mean_difference=difference,
        reason=reason,
    )


def _continuous(values: np.ndarray) -> ContinuousSummary:
    known = values[~np.isnan(values)]
    if not known.size:
        return ContinuousSummary(
            n=0, missing=values.size, median=nan, q1=nan, q3=nan, mean=nan, sd=nan, minimum=nan, maximum=nan
        )
    q1, median, q3 = np.quantile(known, [0.25, 0.5, 0.75])
    mean, sd = mean_and_sd(known)
    return ContinuousSummary(
        n=known.size,
        missing=values.size - known.size,
        median=float(median),
        q1=float(q1),
        q3=float(q3),
        mean=mean,
        sd=sd,
        minimum=float(known.min()),
        maximum=float(known.max()),
    )


def _factor(population: Population, covariate: Covariate, members: np.ndarray) -> FactorSummary:
    levels = subject_columns.factor(population.trial, covariate).levels
    places = np.where(members, population.level_places(covariate), -1)
    counts = np.bincount(places[places >= 0], minlength=len(levels)).tolist()
    total = sum(counts)
    return FactorSummary(
        n=total,
        missing=int(np.count_nonzero(members)) - total,
        levels=tuple(
            LevelCount(
                value=value,
                label=label,
                count=held,
                proportion=held / total if total else nan,
                patients=ids_of(population, places == place),
            )
            for place, ((value, label), held) in enumerate(zip(levels, counts, strict=True))
        ),
    )


def _standardized_difference_of_means(*, treatment: ContinuousSummary, reference: ContinuousSummary) -> float:
    """Return (mean_T - mean_R) / sqrt((s_T^2 + s_R^2) / 2), or NaN where there is no such number."""
    variance = (treatment.sd**2 + reference.sd**2) / 2
    return (treatment.mean - reference.mean) / sqrt(variance) if variance > 0 else nan


def _standardized_difference_of_shares(*, treatment: FactorSummary, reference: FactorSummary) -> float:
    """Return the Mahalanobis distance of the levels' shares, signed by the second level where there are two.

    Yang and Dalton (2012), SAS Global Forum 335: the covariance is the mean of the two multinomial ones. They drop a
    level; the pseudoinverse over all levels gives the same distance. Without a common level it would be infinite.
    """
    shares = [np.array([level.proportion for level in group.levels]) for group in (treatment, reference)]
    if not (treatment.n and reference.n and (shares[0] * shares[1]).any()):
        return nan
    covariance = sum(np.diag(share) - np.outer(share, share) for share in shares) / 2
    if not np.diag(covariance).any():
        return nan
    difference = shares[0] - shares[1]
    inverse = np.linalg.pinv(covariance, rcond=1e-10, hermitian=True)
    distance = sqrt(max(float(difference @ inverse @ difference), 0.0))
    return float(np.copysign(distance, difference[1])) if len(difference) == 2 else distance
