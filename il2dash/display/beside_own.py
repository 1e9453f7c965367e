"""The trial's own result beside the current one, in words: endpoints, the baseline and the flow of patients.

Every function takes the current result and the reference of the same block, and gives the empty string where both are
of the same analysis. The reference is the trial's own analysis where it has one; of other blocks it is the same
analysis in all randomized patients.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan, nan

import numpy as np

from il2dash.analysis.baseline import TOTAL, BaselineTable
from il2dash.analysis.endpoint import EndpointResult, ThresholdCurve
from il2dash.analysis.participant_flow import ParticipantFlow
from il2dash.analysis.stratified_endpoint import StratifiedEndpoint
from il2dash.display.distribution_figure import distribution_sentence
from il2dash.display.endpoint_words import arm_phrase
from il2dash.display.missing_rules_view import MISSING_LABELS
from il2dash.display.numbers import (
    NOT_ESTIMABLE,
    compact,
    count,
    decimal,
    or_none,
    points,
    range_words,
    week_number,
    within,
)
from il2dash.display.own_comparison import (
    POINTS,
    SAME,
    compared,
    estimate_words,
    higher_or_lower,
    own_opening,
    same_analysis,
)
from il2dash.study.definition import Arms

_COUNT_EVERYBODY = ("failure", "best_worst", "worst_best")
"""Rules for missing outcomes under which the totals are all patients."""


def beside_endpoint(current: EndpointResult, own: EndpointResult, arms: Arms) -> str:
    """Put the trial's own analysis of an endpoint beside the current one: responders, difference, interval."""
    if same_analysis(current, own, "id"):
        return ""
    asked = _asked(own)
    if current.missing_rule != own.missing_rule:
        asked = f"{asked}, {MISSING_LABELS[own.missing_rule]}".removeprefix(", ")
    opening = own_opening(own.standing, _patients(own), asked)
    if own.reason:
        return f"{opening} isn't estimable: {within(own.reason)}."
    counts = " against ".join(arm_phrase(own.arms[code], arms.label(code)) for code in reversed(arms.codes))
    words = f"{opening}: {counts}, {estimate_words('risk difference', own.risk_difference, POINTS)}."
    if current.reason:
        return f"{words} Here nothing can be estimated ({within(current.reason)})."
    return f"{words} {compared('difference', current.risk_difference, own.risk_difference, POINTS)}"


def beside_endpoints(current: Sequence[EndpointResult], own: Sequence[EndpointResult]) -> str:
    """Put the risk differences of all endpoints in the trial's own analyses beside the current ones."""
    pairs = list(zip(current, own, strict=True))
    if all(same_analysis(here, there, "id") for here, there in pairs):
        return ""
    patients = next((_patients(result) for result in own if _patients(result) is not None), None)
    before, moved = [], []
    for here, there in pairs:
        now, then = here.risk_difference.estimate, there.risk_difference.estimate
        before.append(f"{there.label} {NOT_ESTIMABLE if isnan(then) else points(then)}")
        moved.append(f"{there.label} {higher_or_lower(now, then, POINTS.write)}")
    opening = own_opening(None, patients, "risk differences in points")
    return f"{opening}: {'; '.join(before)}. Here: {'; '.join(moved)}."


def beside_threshold_curve(
    current: ThresholdCurve, own: ThresholdCurve, arms: Arms, *, patients: int | None = None
) -> str:
    """Put the differences over thresholds in all randomized patients beside the current ones.

    Parameters
    ----------
    current, own : ThresholdCurve
        Over the same thresholds.
    arms : Arms
        The arms.
    patients : int, optional
        How many were randomized; a curve doesn't know under every rule for missing outcomes.
    """
    if current is own or _alike(current, own, arms):
        return ""
    return (
        f"{own_opening(None, patients)}, {_range_words(own.difference, 'threshold')}. "
        f"{_ranges_compared(current.difference, own.difference)}"
    )


def beside_missing_rules(current: tuple[EndpointResult, ...], own: tuple[EndpointResult, ...], arms: Arms) -> str:
    """Put the range over the rules for missing outcomes in the trial's own analysis beside the current range."""
    pairs = {result.missing_rule: result for result in own}
    if all(
        _same_but_for_rule(result, pairs[result.missing_rule]) for result in current if result.missing_rule in pairs
    ):
        return ""
    here, there = (np.array([result.risk_difference.estimate for result in results]) for results in (current, own))
    patients = next((_patients(result) for result in own if result.missing_rule in _COUNT_EVERYBODY), None)
    return (
        f"{own_opening(None, patients, _asked(own[0]))}, {_range_words(there, 'rule')}. {_ranges_compared(here, there)}"
    )


def beside_stratified(current: StratifiedEndpoint, own: StratifiedEndpoint, arms: Arms) -> str:
    """Put the endpoint stratified in all randomized patients beside the current one."""
    if same_analysis(current, own, "id", "covariate"):
        return ""
    patients = None
    if own.missing_rule in _COUNT_EVERYBODY:
        patients = own.unknown + sum(stratum.arms[code].total for stratum in own.strata for code in arms.codes)
    opening = own_opening(None, patients, f"within {count(len(own.strata), 'stratum', 'strata')} of {own.label}")
    noun = "combined risk difference"
    return (
        f"{opening}: {estimate_words(noun, own.risk_difference, POINTS)}. "
        f"{compared(noun, current.risk_difference, own.risk_difference, POINTS)}"
    )


def beside_baseline(current: BaselineTable, own: BaselineTable, arms: Arms) -> str:
    """Put the arms' sizes in the whole trial beside the current ones, and say whose balance moved most."""
    if same_analysis(current, own):
        return ""
    before = {variable.name: variable.standardized_mean_difference for variable in own.variables}
    moved = [
        (abs(variable.standardized_mean_difference - before[variable.name]), variable)
        for variable in current.variables
        if not isnan(variable.standardized_mean_difference - before.get(variable.name, nan))
    ]
    sizes = _sizes({code: own.n[code] for code in arms.codes}, arms)
    words = f"{own_opening(None, own.n[TOTAL])}: {sizes}. Here {_here(current.n, arms, total=current.n[TOTAL])}"
    if not moved:
        return f"{words}; no characteristic can be compared in both."
    _, most = max(moved, key=lambda each: each[0])
    now, then = (decimal(value, 2) for value in (most.standardized_mean_difference, before[most.name]))
    if now == then:
        return f"{words}; every standardized difference is {SAME}."
    return f"{words}; the standardized difference that moved most is that of {most.label}, from {then} to {now}."


def beside_distribution(current: BaselineTable, own: BaselineTable, arms: Arms, *, name: str) -> str:
    """Put one characteristic of the whole trial's arms beside the current ones."""
    if same_analysis(current, own):
        return ""
    here, there = (next(one for one in table.variables if one.name == name) for table in (current, own))
    now, then = (decimal(one.standardized_mean_difference, 2) for one in (here, there))
    moved = f"The standardized difference is {then}. Here it is {SAME if now == then else now}."
    return f"{own_opening(None, own.n[TOTAL])}: {distribution_sentence(there, arms)} {moved}"


def beside_flow(current: ParticipantFlow, own: ParticipantFlow, arms: Arms) -> str:
    """Put the whole trial's numbers beside those of the patients that are left."""
    if same_analysis(current, own):
        return ""
    there, here = ({code: flow.arms[code].randomized for code in arms.codes} for flow in (own, current))
    known = [_observed(flow) for flow in (own, current)]
    outcome, now = "", ""
    if known[0] is not None and known[1] is not None:
        outcome = f"; the primary outcome is known of {or_none(known[0])}"
        now = f"; it is known of {or_none(known[1])}" if sum(here.values()) else ""
    return (
        f"{own_opening(None, sum(there.values()))}: {_sizes(there, arms)}{outcome}. "
        f"Here {_here(here, arms, total=sum(here.values()))}{now}."
    )


def _observed(flow: ParticipantFlow) -> int | None:
    known = [arm.observed for arm in flow.arms.values() if arm.observed is not None]
    return sum(known) if known else None


def _sizes(n: dict[str, int], arms: Arms) -> str:
    return " and ".join(f"{or_none(n[code])} with {arms.label(code)}" for code in reversed(arms.codes))


def _here(n: dict[str, int], arms: Arms, *, total: int) -> str:
    if not total:
        return "nobody is left"
    return f"{total:,} {'is' if total == 1 else 'are'} left, {_sizes(n, arms)}"


def _asked(own: EndpointResult) -> str:
    """Return ``200 cells/uL at week 52``; nothing for a recorded outcome."""
    if own.threshold is None or own.week is None:
        return ""
    return f"{compact(own.threshold)} {own.unit}".rstrip() + f" at week {week_number(own.week)}"


def _patients(own: EndpointResult) -> int | None:
    """Return how many were randomized, where the rule counts all of them."""
    if own.missing_rule not in _COUNT_EVERYBODY:
        return None
    return sum(arm.total for arm in own.arms.values())


def _same_but_for_rule(current: EndpointResult, own: EndpointResult) -> bool:
    return same_analysis(current, own, "id", "threshold", "week")


def _alike(current: ThresholdCurve, own: ThresholdCurve, arms: Arms) -> bool:
    return np.array_equal(current.thresholds, own.thresholds) and all(
        np.array_equal(here[code], there[code])
        for here, there in ((current.responders, own.responders), (current.total, own.total))
        for code in arms.codes
    )


def _range_words(differences: np.ndarray, noun: str) -> str:
    known, at = differences[~np.isnan(differences)], "under" if noun == "rule" else "at"
    if not known.size:
        return f"no risk difference can be estimated {at} any {noun}"
    if known.size == 1:
        return f"the risk difference is {points(float(known[0]))} points {at} the only {noun} that gives one"
    lies = range_words(points(float(known.min())), points(float(known.max())))
    return f"the risk difference {lies} points over {count(known.size, noun)}"


def _ranges_compared(current: np.ndarray, own: np.ndarray) -> str:
    here, there = (values[~np.isnan(values)] for values in (current, own))
    if not here.size:
        return f"Here none can be estimated{'' if there.size else ' either'}."
    if not there.size:
        return f"Here it {range_words(points(float(here.min())), points(float(here.max())))} points."
    lowest = higher_or_lower(float(here.min()), float(there.min()), POINTS.write)
    highest = higher_or_lower(float(here.max()), float(there.max()), POINTS.write)
    if lowest == highest:
        one = all(points(float(each.min())) == points(float(each.max())) for each in (here, there))
        return f"Here {'it is' if one else 'both ends are'} {lowest}."
    return f"Here the lowest is {lowest} and the highest {highest}."
