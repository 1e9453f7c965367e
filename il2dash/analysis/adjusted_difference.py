"""Adjusted risk difference: the model's patients, all in one arm and all in the other, by g-computation."""

from __future__ import annotations

from dataclasses import dataclass

from il2dash.analysis.design_matrix import ARM
from il2dash.analysis.estimate import Estimate, no_estimate
from il2dash.analysis.logistic_model import model_standing
from il2dash.analysis.model_data import ModelData, ModelSpec, model_data
from il2dash.analysis.model_resamples import SEED, Progress, Resamples
from il2dash.analysis.model_spread import model_with_spread, without_arm
from il2dash.analysis.population import Population
from il2dash.analysis.risk_difference import newcombe
from il2dash.analysis.standing import Standing
from il2dash.analysis.stratified_endpoint import stratified_endpoint
from il2dash.analysis.two_by_two import ArmCount, TwoByTwo

METHOD = "g-computation, Firth with FLIC intercept"


@dataclass(frozen=True, slots=True, kw_only=True)
class MantelHaenszelBeside:
    """The Mantel-Haenszel risk difference over the levels of one covariate of the model."""

    covariate: str
    label: str
    n: int
    risk_difference: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustedRiskDifference:
    """Risk difference, treatment minus reference, with the covariates' differences between the arms taken out.

    Parameters
    ----------
    n, events : int
        Patients in the model, and responders among them.
    risks : dict of Estimate
        By arm: the mean predicted probability of all patients if all had been in it.
    estimate : Estimate
        The difference of the two.
    unadjusted : Estimate
        In the same patients, Newcombe's interval.
    mantel_haenszel : MantelHaenszelBeside or None
        Where a covariate of the model has levels: over those of the first.
    resamples, failed, seed : int
        Of the bootstrap; a failed resample has no model and isn't in the intervals. No resamples of many patients.
    """

    n: int
    events: int
    risks: dict[str, Estimate]
    estimate: Estimate
    unadjusted: Estimate
    mantel_haenszel: MantelHaenszelBeside | None
    resamples: int
    failed: int
    seed: int
    method: str = METHOD
    standing: Standing
    reason: str = ""


def adjusted_risk_difference(
    population: Population,
    spec: ModelSpec,
    *,
    resamples: int | None = None,
    seed: int = SEED,
    level: float = 0.95,
    drawn: Resamples | None = None,
    progress: Progress | None = None,
) -> AdjustedRiskDifference:
    """Standardize the risk of each arm to all patients in the model.

    Parameters
    ----------
    population : Population
        The patients who are counted.
    spec : ModelSpec
        The endpoint and the terms, the arm among them.
    resamples : int, optional
        How often the patients are drawn anew within their arm; `RESAMPLES` where None, of many patients never.
    seed : int
        Of the draws.
    level : float
        Confidence level of all intervals.
    drawn : Resamples, optional
        The fitted resamples of this model by that number and seed, where they are there already.
    progress : callable, optional
        Told the part that is done; what it raises ends the work.

    Raises
    ------
    SpecificationError
        Where the study has no such endpoint, week or covariate.

    References
    ----------
    Robins (1986); Freedman (2008), Randomization does not justify logistic regression, Statistical Science 23:237-249
    (standardization of the risks). Puhr et al. (2017) for FLIC.
    """
    data = model_data(population, spec)
    spread = model_with_spread(
        data, unless=without_arm(data), resamples=resamples, seed=seed, drawn=drawn, progress=progress
    )
    reference = treatment = difference = no_estimate(level=level, method=spread.method, reason=spread.reason)
    if spread.model is not None:
        reference, treatment, difference = spread.model.standardized_risks(
            reference=data.design.with_arm(treated=False), treatment=data.design.with_arm(treated=True), level=level
        )
    arms = population.trial.definition.arms
    return AdjustedRiskDifference(
        n=len(data.response),
        events=data.events,
        risks={arms.reference: reference, arms.treatment: treatment},
        estimate=difference,
        unadjusted=_unadjusted(population, data, level=level),
        mantel_haenszel=_mantel_haenszel(population, spec, level=level),
        resamples=spread.resamples,
        failed=spread.failed,
        seed=seed,
        standing=model_standing(population, data.resolved, spec, beyond="an adjusted risk difference"),
        reason=spread.reason,
    )


def _unadjusted(population: Population, data: ModelData, *, level: float) -> Estimate:
    treated = population.is_treatment[data.rows]
    counts = [
        ArmCount(responders=int(data.response[members].sum()), total=int(members.sum()))
        for members in (treated, ~treated)
    ]
    return newcombe(TwoByTwo(treatment=counts[0], reference=counts[1]), level=level)


def _mantel_haenszel(population: Population, spec: ModelSpec, *, level: float) -> MantelHaenszelBeside | None:
    definition = population.trial.definition
    leveled = [
        name
        for name in spec.terms
        if name != ARM
        and definition.covariate(name).kind != "continuous"
        and definition.covariate(name).timing == "baseline"
    ]
    if not leveled:
        return None
    result = stratified_endpoint(population, spec.endpoint, leveled[0], level=level)
    return MantelHaenszelBeside(
        covariate=leveled[0],
        label=result.label,
        n=sum(count.total for stratum in result.strata for count in stratum.arms.values()),
        risk_difference=result.risk_difference,
    )
