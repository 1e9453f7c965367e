"""Who was in the trial: the baseline table, by arm and in all, without p-values (Senn 1994; CONSORT item 15)."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import nan, sqrt

import numpy as np
import pandas as pd

from il2dash.analysis.covariate_levels import covariate_levels, has_level
from il2dash.analysis.moments import mean_and_sd
from il2dash.analysis.patient_ids import BEHIND, PatientIds
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
        n={**population.n, TOTAL: len(population.subjects)},
        variables=tuple(
            baseline_variable(population, covariate)
            for covariate in definition.covariates
            if covariate.timing == "baseline"
        ),
        standing=population.standing,
    )


def baseline_variable(population: Population, covariate: Covariate) -> BaselineVariable:
    """Summarize one covariate by arm and in all."""
    column = population.subjects[covariate.name]
    codes = population.trial.definition.arms.codes
    parts = {code: column[population.arm(code)] for code in codes} | {TOTAL: column}
    groups: dict[str, ContinuousSummary] | dict[str, FactorSummary]
    if covariate.kind == "continuous":
        numbers = {code: _continuous(part.to_numpy(dtype=float)) for code, part in parts.items()}
        groups = numbers
        difference = _standardized_difference_of_means(treatment=numbers[codes[1]], reference=numbers[codes[0]])
    else:
        levels = covariate_levels(covariate, population.trial.subjects[covariate.name])
        ids = population.subjects["subject_id"]
        factors = {code: _factor(covariate, part, levels, ids) for code, part in parts.items()}
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


def _factor(
    covariate: Covariate, column: pd.Series, levels: tuple[tuple[str, str], ...], ids: pd.Series
) -> FactorSummary:
    known = column.dropna()
    members = has_level(covariate, known, levels)
    patients = ids.loc[known.index].to_numpy()
    total = len(known)
    return FactorSummary(
        n=total,
        missing=len(column) - total,
        levels=tuple(
            LevelCount(
                value=value,
                label=label,
                count=int(there.sum()),
                proportion=int(there.sum()) / total if total else nan,
                patients=tuple(patients[there].tolist()),
            )
            for (value, label), there in zip(levels, members.T, strict=True)
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
