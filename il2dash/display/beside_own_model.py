"""The trial's own model beside the current one, in words, and what is done with a model in all randomized patients."""

from __future__ import annotations

from math import isnan

from il2dash.analysis.adjusted_difference import AdjustedRiskDifference
from il2dash.analysis.arm_interaction import ArmEffectAt, ArmInteraction
from il2dash.analysis.design_matrix import ARM
from il2dash.analysis.estimate import Estimate
from il2dash.analysis.logistic_model import LogisticModel
from il2dash.analysis.model_performance import ModelPerformance
from il2dash.analysis.model_terms import FirthTerm, ModelTerm
from il2dash.analysis.patient_influence import PatientInfluence, TermInfluence
from il2dash.analysis.performance_measure import Measure
from il2dash.analysis.predicted_probability import PredictedProbability
from il2dash.display.numbers import count, listed, percent, ratio, together, within
from il2dash.display.own_comparison import (
    POINTS,
    RATIO,
    Scale,
    apart_words,
    compared,
    estimate_words,
    excludes,
    higher_or_lower,
    own_opening,
    same_analysis,
)
from il2dash.study.definition import Arms

_SHARE = Scale(
    write=lambda value: percent(value, 1), bound=percent, apart=POINTS.write, null="no difference", equality="equality"
)

OPENED = "the model that the page opens with"
"""The reference of what is done with a model and has no prespecified version."""


def beside_model(current: LogisticModel, own: LogisticModel, arms: Arms) -> str:
    """Put the trial's own model beside the current one: the arm's odds ratio, and whose interval reached or left 1.

    What a covariate's interval leaves out or includes is compared, and never its P value.
    """
    if same_analysis(current, own, "id", "endpoint"):
        return ""
    opening = own_opening(own.standing, own.n + own.left_out, *_size(own))
    if own.reason:
        return f"{opening}: the model can't be fitted, {within(own.reason)}."
    there, here = _arm_term(own), _arm_term(current)
    treatment = arms.label(arms.treatment)
    sentences = []
    if there is not None:
        sentences.append(f"{opening}: {estimate_words(f'odds ratio of {treatment}', _as_estimate(there), RATIO)}.")
    else:
        sentences.append(f"{opening}: the arm isn't in the model.")
    if current.reason:
        return f"{sentences[0]} Here the model can't be fitted."
    if any(term.name.startswith(f"{ARM}:") for term in current.terms):
        sentences.append("Here the arm's odds ratio depends on a covariate, and isn't one number to compare.")
    elif here is not None and there is not None:
        sentences.append(compared("odds ratio", _as_estimate(here), _as_estimate(there), RATIO))
    elif here is not None:
        sentences.append(f"Here it is: {estimate_words(f'odds ratio of {treatment}', _as_estimate(here), RATIO)}.")
    elif there is not None:
        sentences.append("Here the arm isn't in the model.")
    return " ".join([*sentences, *_crossings(current, own)])


def beside_adjusted(current: AdjustedRiskDifference, own: AdjustedRiskDifference, arms: Arms) -> str:
    """Put the adjusted risk difference of the trial's own model in all randomized patients beside the current one."""
    if same_analysis(current, own):
        return ""
    opening = own_opening(None, None, OPENED, f"{own.n:,} in it")
    if own.reason:
        return f"{opening}, the adjusted difference can't be computed: {within(own.reason)}."
    words = f"{opening}: {estimate_words('adjusted risk difference', own.estimate, POINTS)}."
    if current.reason:
        return f"{words} Here it can't be computed."
    return f"{words} {compared('adjusted difference', current.estimate, own.estimate, POINTS)}"


def beside_interaction(current: ArmInteraction, own: ArmInteraction, arms: Arms) -> str:
    """Put the arm's odds ratios at the values of a covariate, in all randomized patients, beside the current ones."""
    if same_analysis(current, own, "covariate"):
        return ""
    opening = own_opening(None, None, OPENED, f"{own.n:,} in it")
    if own.reason:
        return f"{opening}, the interaction can't be fitted: {within(own.reason)}."
    told = [
        f"{estimate_words('odds ratio', _as_estimate(place.effect), RATIO)} at {own.label} {place.label}"
        for place in own.effects
    ]
    words = f"{opening}, {treatment_against(arms)}: {'; '.join(told)}."
    if current.reason:
        return f"{words} Here the interaction can't be fitted."
    if current.covariate != own.covariate or not current.effects:
        return words
    here = [_place_compared(place, own.effects, index) for index, place in enumerate(current.effects)]
    return f"{words} Here it is {listed(here)}."


def beside_influence(current: PatientInfluence, own: PatientInfluence, arms: Arms) -> str:
    """Put between what one patient moves an odds ratio, in all randomized patients, beside the current result."""
    if same_analysis(current, own):
        return ""
    opening = own_opening(None, None, OPENED, f"{own.n:,} in it")
    if own.reason:
        return f"{opening}, leaving patients out says nothing: {within(own.reason)}."
    moved = [term for term in own.terms if term.most_influential is not None]
    if not moved:
        return f"{opening}, no odds ratio can be told without one patient."
    most = max(moved, key=lambda term: term.shift)
    words = (
        f"{opening}, the odds ratio that hangs most on one patient is that of {most.label} ({most.contrast}): "
        f"{_reach(most)}."
    )
    here = next((term for term in current.terms if term.name == most.name), None)
    if current.reason:
        return f"{words} Here nothing can be said of it."
    return f"{words} Here {'it is not in the model' if here is None else _reach(here)}."


def beside_calibration(current: ModelPerformance, own: ModelPerformance, arms: Arms) -> str:
    """Put the corrected c-statistic of the trial's own model in all randomized patients beside the current one."""
    if same_analysis(current, own):
        return ""
    opening = own_opening(None, None, OPENED, f"{own.n:,} in it")
    if own.reason:
        return f"{opening}, the predictions can't be judged: {within(own.reason)}."
    noun = "share of pairs in the right order"
    there = _corrected(own.c_statistic)
    words = f"{opening}, corrected for optimism: {estimate_words(noun, there, _SHARE)}."
    if current.reason:
        return f"{words} Here the predictions can't be judged."
    here = _corrected(current.c_statistic)
    if isnan(here.estimate) or isnan(there.estimate):
        return f"{words} {compared(noun, here, there, _SHARE)}"
    return f"{words} Here it is {apart_words(here.estimate, there.estimate, _SHARE)}."


def beside_probability(current: PredictedProbability, own: PredictedProbability, arms: Arms) -> str:
    """Put the predicted probabilities at both ends, in all randomized patients, beside the current ones."""
    if same_analysis(current, own, "covariate"):
        return ""
    opening = own_opening(None, None, OPENED, f"{own.n:,} in it")
    if own.reason:
        return f"{opening}, no probability can be predicted: {within(own.reason)}."
    words = f"{opening}, {_over(own)}: {_ends(own, arms)}."
    if current.reason:
        return f"{words} Here no probability can be predicted."
    if current.covariate != own.covariate:
        return words
    if _over(current) != _over(own):
        return f"{words} Here, {_over(current)}: {_ends(current, arms)}."
    moved = [
        higher_or_lower(float(current.arms[code].probability[-1]), float(own.arms[code].probability[-1]), POINTS.write)
        + f" with {arms.label(code)}"
        for code in reversed(arms.codes)
    ]
    return f"{words} Here the last of them is {moved[0]} and {moved[1]}."


def treatment_against(arms: Arms) -> str:
    """Return ``IL-2 against Control``."""
    return f"{arms.label(arms.treatment)} against {arms.label(arms.reference)}"


def _size(model: LogisticModel) -> list[str]:
    used = [f"{model.n:,} in the model"] if model.left_out else []
    return [*used, count(model.events, "responder")]


def _arm_term(model: LogisticModel) -> ModelTerm | None:
    return next((term for term in model.terms if term.name == ARM), None)


def _as_estimate(term: FirthTerm) -> Estimate:
    return Estimate(estimate=term.odds_ratio, interval=term.interval, reason=term.reason)


def _corrected(measure: Measure) -> Estimate:
    return Estimate(estimate=measure.corrected, interval=measure.interval, reason=measure.interval.reason)


def _crossings(current: LogisticModel, own: LogisticModel) -> list[str]:
    """Say which covariates' intervals leave 1 out in one of the models only."""
    here = {term.name: term for term in current.terms if term.term != ARM and not term.name.startswith(f"{ARM}:")}
    there = {term.name: term for term in own.terms if term.term != ARM}
    both = [name for name in there if name in here]
    clear = {name: (excludes(here[name].interval, 1), excludes(there[name].interval, 1)) for name in both}
    gained = [_name(here[name]) for name in both if clear[name] == (True, False)]
    lost = [_name(there[name]) for name in both if clear[name] == (False, True)]
    absent = [_name(term) for name, term in there.items() if name not in here and excludes(term.interval, 1)]
    sentences = []
    if gained:
        sentences.append(f"{_intervals(gained)} 1 here and not there.")
    if lost:
        sentences.append(f"{_intervals(lost)} 1 there and not here.")
    if absent:
        sentences.append(
            f"{_intervals(absent)} 1 there; {'it isn' if len(absent) == 1 else 'they aren'}'t in the model here."
        )
    if both and not gained and not lost:
        sentences.append("No covariate of both models has an interval that includes 1 in one of them only.")
    return sentences


def _intervals(names: list[str]) -> str:
    return f"The interval{'s' if len(names) > 1 else ''} of {listed(names)} exclude{'' if len(names) > 1 else 's'}"


def _name(term: ModelTerm) -> str:
    return f"{term.label} ({term.contrast})" if term.contrast else term.label


def _place_compared(place: ArmEffectAt, own: tuple[ArmEffectAt, ...], index: int) -> str:
    same = next((each for each in own if each.value == place.value), own[index] if index < len(own) else None)
    if same is None or isnan(place.effect.odds_ratio) or isnan(same.effect.odds_ratio):
        return f"not to be compared at {place.label}"
    return f"{apart_words(place.effect.odds_ratio, same.effect.odds_ratio, RATIO)} at {place.label}"


def _reach(term: TermInfluence) -> str:
    if term.lowest is None or term.highest is None or isnan(term.odds_ratio):
        return "it can't be estimated"
    return (
        f"it is {ratio(term.odds_ratio)} with everybody, and {ratio(term.lowest.odds_ratio)} to "
        f"{ratio(term.highest.odds_ratio)} without one patient"
    )


def _over(result: PredictedProbability) -> str:
    lowest, highest = together(float(result.values[0]), float(result.values[-1]))
    return f"{result.label} from {lowest} to {highest} {result.unit}".rstrip()


def _ends(result: PredictedProbability, arms: Arms) -> str:
    parts = []
    for code in reversed(arms.codes):
        curve = result.arms[code]
        ends = [percent(float(curve.probability[place])) for place in (0, -1)]
        parts.append(f"from {ends[0]} to {ends[1]} with {arms.label(code)}")
    return f"the predicted probability goes {' and '.join(parts)}"
