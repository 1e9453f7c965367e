"""The mixed model of repeated measures (MMRM) of a marker: least-squares means by arm and their contrasts, by visit."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, nan

from il2dash.analysis.covariance_structure import CovarianceName
from il2dash.analysis.estimate import Estimate, Interval
from il2dash.analysis.mixed_model_inference import DegreesOfFreedomMethod
from il2dash.analysis.population import Population
from il2dash.analysis.repeated_measures_design import (
    RepeatedMeasuresData,
    RepeatedMeasuresSpec,
    repeated_measures_data,
)
from il2dash.analysis.repeated_measures_fit import CovarianceFallback, RepeatedMeasuresFit, fit_repeated_measures
from il2dash.analysis.standing import Standing
from il2dash.analysis.visit_estimates import VisitEstimates, no_visit_estimate, visit_estimates
from il2dash.study.definition import Scale

BACK_TRANSFORMED = "back-transformed bounds of the least-squares mean"
HELD = "back-transformed bounds of the contrast, the reference arm held at its least-squares mean"
NOT_PRESPECIFIED = "the trial names no model of repeated measures as its own analysis"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeastSquaresMean:
    """An arm at a visit, on the scale of the model, and back-transformed: the median in the marker's unit."""

    week: float
    n: int
    mean: float
    se: float
    df: float
    interval: Interval
    back_transformed: Estimate
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitContrast:
    """Treatment minus reference at a visit, on the scale of the model.

    `treatment_median` says what that means in the marker's unit: the medians of the treatment arm that the interval
    allows, if the reference arm's is what it is estimated to be.
    """

    week: float
    estimate: float
    se: float
    df: float
    interval: Interval
    p: float
    treatment_median: Interval
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatedMeasures:
    """A fitted model of one marker, or why there is none.

    Parameters
    ----------
    scale : {"sqrt", "log10", "identity"}
        On which response and baseline are modeled.
    covariance : str
        The structure that was fitted; empty where none was.
    fallback : tuple of CovarianceFallback
        Structures that come before it and couldn't be used.
    n, observations : int
        Patients and values in the model.
    left_out : int
        Patients of the population that aren't in it.
    censored, censored_baselines : int
        Values and baselines beyond the assay's limits: they count at the limit.
    contrasts : tuple of VisitContrast
        Treatment minus reference, one a planned visit after the baseline.
    lsmeans : dict of tuple of LeastSquaresMean
        By arm code, one a planned visit after the baseline.
    warnings : tuple of str
        What a reader must know, in sentences.
    reason : str
        Why there are no estimates; empty where there are.
    """

    marker: str
    label: str
    unit: str
    scale: Scale
    adjusted_for_baseline: bool
    covariates: tuple[str, ...]
    df_method: DegreesOfFreedomMethod
    covariance: CovarianceName | str
    fallback: tuple[CovarianceFallback, ...]
    n: int
    observations: int
    left_out: int
    censored: int
    censored_baselines: int
    minus_2_restricted_log_likelihood: float
    contrasts: tuple[VisitContrast, ...]
    lsmeans: dict[str, tuple[LeastSquaresMean, ...]]
    warnings: tuple[str, ...]
    standing: Standing
    reason: str = ""


def repeated_measures(population: Population, spec: RepeatedMeasuresSpec) -> RepeatedMeasures:
    """Model a marker's visits after the baseline by arm, by REML.

    Fixed effects are arm by visit, the marker's own baseline (unless the spec leaves it out) and the covariates; the
    visits of a patient have an unstructured covariance, or the first simpler one that can be fitted: heterogeneous
    Toeplitz, heterogeneous AR1, compound symmetry. Visits without a value stay without one: what the model assumes of
    them is that they are missing at random.

    Parameters
    ----------
    population : Population
        The patients who are counted.
    spec : RepeatedMeasuresSpec
        The marker, the covariates and the kind of inference.

    Raises
    ------
    SpecificationError
        Where the study has no such marker or baseline covariate.

    References
    ----------
    Mallinckrodt et al. (2008), Drug Information Journal 42:303-19; R's mmrm 0.3.18 and emmeans.
    """
    data = repeated_measures_data(population, spec)
    marker = population.trial.definition.markers[spec.marker]
    fitted = fit_repeated_measures(data)
    estimates = visit_estimates(fitted, spec)
    lsmeans = _lsmeans(population, data, spec, fitted, estimates)
    reference = lsmeans[population.trial.definition.arms.reference]
    return RepeatedMeasures(
        marker=spec.marker,
        label=marker.label,
        unit=marker.unit,
        scale=marker.scale,
        adjusted_for_baseline=spec.adjusted_for_baseline,
        covariates=spec.covariates,
        df_method=spec.df_method,
        covariance=fitted.model.structure if fitted.model else "",
        fallback=fitted.fallback,
        n=len(data.response),
        observations=data.observations,
        left_out=population.size - len(data.response),
        censored=data.censored,
        censored_baselines=data.censored_baselines,
        minus_2_restricted_log_likelihood=fitted.model.minus_2_restricted_log_likelihood if fitted.model else nan,
        contrasts=_contrasts(population, data, spec, fitted, estimates, reference=reference),
        lsmeans=lsmeans,
        warnings=data.warnings,
        standing=population.standing.and_also(NOT_PRESPECIFIED),
        reason=fitted.reason,
    )


def _lsmeans(
    population: Population,
    data: RepeatedMeasuresData,
    spec: RepeatedMeasuresSpec,
    fitted: RepeatedMeasuresFit,
    estimates: VisitEstimates,
) -> dict[str, tuple[LeastSquaresMean, ...]]:
    arms = population.trial.definition.arms
    scale = population.trial.definition.markers[spec.marker].scale
    means: dict[str, tuple[LeastSquaresMean, ...]] = {}
    for code in arms.codes:
        treatment = code == arms.treatment
        counts = data.counts(treatment=treatment)
        rows = []
        for visit, week in enumerate(data.weeks):
            estimate = estimates.get((treatment, visit)) or no_visit_estimate(
                fitted, spec, no_values=f"no values with {arms.label(code)}"
            )
            interval = estimate.interval
            back = Interval(
                lower=_back_transformed(interval.lower, scale),
                upper=_back_transformed(interval.upper, scale),
                level=spec.level,
                method=BACK_TRANSFORMED,
                reason=estimate.reason,
            )
            rows.append(
                LeastSquaresMean(
                    week=float(week),
                    n=int(counts[visit]),
                    mean=estimate.value,
                    se=estimate.se,
                    df=estimate.df,
                    interval=interval,
                    back_transformed=Estimate(
                        estimate=_back_transformed(estimate.value, scale), interval=back, reason=estimate.reason
                    ),
                    reason=estimate.reason,
                )
            )
        means[code] = tuple(rows)
    return means


def _contrasts(
    population: Population,
    data: RepeatedMeasuresData,
    spec: RepeatedMeasuresSpec,
    fitted: RepeatedMeasuresFit,
    estimates: VisitEstimates,
    *,
    reference: tuple[LeastSquaresMean, ...],
) -> tuple[VisitContrast, ...]:
    arms = population.trial.definition.arms
    scale = population.trial.definition.markers[spec.marker].scale
    contrasts = []
    for visit, week in enumerate(data.weeks):
        empty = [arms.label(code) for code in arms.codes if (code == arms.treatment, visit) not in fitted.cells]
        estimate = estimates.get((None, visit)) or no_visit_estimate(
            fitted, spec, no_values=f"no values with {' or '.join(empty)}"
        )
        interval = estimate.interval
        contrasts.append(
            VisitContrast(
                week=float(week),
                estimate=estimate.value,
                se=estimate.se,
                df=estimate.df,
                interval=interval,
                p=estimate.p,
                treatment_median=Interval(
                    lower=_back_transformed(reference[visit].mean + interval.lower, scale),
                    upper=_back_transformed(reference[visit].mean + interval.upper, scale),
                    level=spec.level,
                    method=HELD,
                    reason=estimate.reason,
                ),
                reason=estimate.reason,
            )
        )
    return tuple(contrasts)


def _back_transformed(value: float, scale: Scale) -> float:
    """Return a value of the model's scale in the marker's unit; a square root below 0 is none, and stands for 0."""
    if scale == "sqrt":
        return value if isnan(value) else max(value, 0.0) ** 2
    return 10**value if scale == "log10" else value
