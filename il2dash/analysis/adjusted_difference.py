"""Adjusted risk difference: the model's patients, all in one arm and all in the other, by g-computation."""

from __future__ import annotations

from dataclasses import dataclass

from il2dash.analysis.design_matrix import ARM
from il2dash.analysis.estimate import Estimate
from il2dash.analysis.logistic_model import model_standing
from il2dash.analysis.model_data import ModelData, ModelSpec, model_data
from il2dash.analysis.model_resamples import SEED, Progress, Resamples, resampled_model, without_arm
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
        Of the bootstrap; a failed resample has no model and isn't in the intervals.
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
        How often the patients are drawn anew within their arm; `RESAMPLES` where None.
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
    model = resampled_model(
        data, unless=without_arm(data), resamples=resamples, seed=seed, drawn=drawn, progress=progress
    )
    codes = population.trial.definition.arms.codes
    estimate = model.no_estimate(level=level)
    risks = dict.fromkeys(codes, estimate)
    if not model.reason:
        reference, treatment = (
            model.mean_probabilities(data.design.with_arm(treated=treated)) for treated in (False, True)
        )
        risks = {
            code: model.estimate(means, level=level) for code, means in zip(codes, (reference, treatment), strict=True)
        }
        estimate = model.estimate(treatment - reference, level=level)
    return AdjustedRiskDifference(
        n=len(data.response),
        events=data.events,
        risks=risks,
        estimate=estimate,
        unadjusted=_unadjusted(population, data, level=level),
        mantel_haenszel=_mantel_haenszel(population, spec, level=level),
        resamples=model.resamples,
        failed=model.drawn.failed,
        seed=seed,
        standing=model_standing(population, data.resolved, spec, beyond="an adjusted risk difference"),
        reason=model.reason,
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
