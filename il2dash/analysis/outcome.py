"""Who responded: an endpoint's yes or no for each patient, and what a missing-outcome rule makes of the unknown."""

from __future__ import annotations

from dataclasses import dataclass
from math import isclose, isfinite

import numpy as np
import pandas as pd

from il2dash.analysis import subject_columns
from il2dash.analysis.population import Population
from il2dash.analysis.standing import Standing
from il2dash.analysis.visit_values import VisitValues, displayed_scale, visit_index, visit_values
from il2dash.errors import SpecificationError
from il2dash.study.definition import Endpoint, MissingRule
from il2dash.study.trial import Trial

MISSING_RULES: dict[MissingRule, str] = {
    "failure": "a patient whose outcome isn't known counts as a failure",
    "complete_cases": (
        "only patients whose outcome is known are counted, which assumes that those without one don't differ from them"
    ),
    "last_observation": (
        "a missing value is replaced by the patient's last one at a planned visit up to that week (the baseline where "
        "there is no later), which assumes that nothing changed afterwards; a patient without any isn't counted"
    ),
    "best_worst": "unknown outcomes count as success in the treatment arm and as failure in the reference arm",
    "worst_best": "unknown outcomes count as failure in the treatment arm and as success in the reference arm",
}
"""Every rule, with what it does and assumes, in words."""

_REPLACEMENT: dict[MissingRule, tuple[float, float]] = {
    "failure": (0.0, 0.0),
    "complete_cases": (np.nan, np.nan),
    "last_observation": (np.nan, np.nan),
    "best_worst": (0.0, 1.0),
    "worst_best": (1.0, 0.0),
}
"""What an unknown outcome counts as in the reference arm and in the treatment arm; NaN where it isn't counted."""

_CHANGES = ("gain_at_least", "drop_at_least")

_SAME = 1e-9
"""A value closer to a threshold than this part of it is at it: from 50000 to 5000 is a drop of exactly one log10."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointSpec:
    """What is asked of an endpoint; None asks for what the definition says."""

    endpoint: str
    threshold: float | None = None
    week: float | None = None
    missing_rule: MissingRule | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedEndpoint:
    """An endpoint with every choice made, and its standing: what departs from the definition."""

    endpoint: Endpoint
    threshold: float | None
    week: float | None
    missing_rule: MissingRule
    standing: Standing


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Outcome:
    """Outcomes of all randomized patients, rows as in ``trial.subjects``.

    Parameters
    ----------
    response : array, shape (subjects,)
        1 for success, 0 for failure, NaN for a patient whom the rule leaves out.
    known : bool array, shape (subjects,)
        Whether the outcome was observed, before any rule.
    reason : str
        Where the rule can't be applied to this endpoint, why.
    """

    response: np.ndarray
    known: np.ndarray
    reason: str = ""


def threshold_unit(trial: Trial, endpoint: Endpoint) -> str:
    """Return the unit of an endpoint's threshold: the marker's; log10 of it for gains and drops of a log10 marker."""
    if endpoint.rule in _CHANGES:
        return displayed_scale(trial, endpoint.marker)[1]
    return trial.definition.markers[endpoint.marker].unit if endpoint.marker else ""


def resolve(trial: Trial, spec: EndpointSpec) -> ResolvedEndpoint:
    """Make every choice of a specification, and tell what departs from the definition.

    Raises
    ------
    SpecificationError
        Where the study has no such endpoint or rule, the week isn't planned or is the baseline of a change, or the
        threshold isn't a number or the endpoint has none.
    """
    try:
        endpoint = trial.definition.endpoint(spec.endpoint)
    except KeyError:
        known = ", ".join(endpoint.id for endpoint in trial.definition.endpoints) or "none"
        raise SpecificationError(f"Endpoint {spec.endpoint!r}: the study has no such one; it has {known}.") from None
    if endpoint.rule == "recorded" and (spec.threshold is not None or spec.week is not None):
        raise SpecificationError(f"Endpoint {endpoint.id}: a recorded outcome has no threshold and no week to change.")
    threshold = endpoint.threshold if spec.threshold is None else spec.threshold
    week = endpoint.week if spec.week is None else spec.week
    if threshold is not None and not isfinite(threshold):
        raise SpecificationError(f"Endpoint {endpoint.id}: a threshold must be a finite number; got {threshold}.")
    if week is not None:
        visit = visit_index(np.asarray(trial.definition.visits.schedule, dtype=float), week)
        if visit == 0 and endpoint.rule in _CHANGES:
            raise SpecificationError(
                f"Endpoint {endpoint.id}: week {week:g} is the baseline, from which nothing has changed; "
                "choose a later planned week."
            )
    missing_rule = spec.missing_rule or trial.definition.missing.rule
    if missing_rule not in MISSING_RULES:
        raise SpecificationError(
            f"Rule {missing_rule!r}: there is none of this name for missing outcomes; "
            f"choose one of {', '.join(MISSING_RULES)}."
        )
    reasons = []
    if threshold is not None and endpoint.threshold is not None and not isclose(threshold, endpoint.threshold):
        reasons.append(f"threshold {threshold:g}, protocol {endpoint.threshold:g}")
    if week is not None and endpoint.week is not None and week != endpoint.week:
        reasons.append(f"week {round(week, 1):g}, protocol week {round(endpoint.week, 1):g}")
    if missing_rule != trial.definition.missing.rule:
        reasons.append(
            f"missing outcomes by the rule {missing_rule.replace('_', ' ')}, "
            f"protocol {trial.definition.missing.rule.replace('_', ' ')}"
        )
    return ResolvedEndpoint(
        endpoint=endpoint,
        threshold=threshold,
        week=week,
        missing_rule=missing_rule,
        standing=Standing(reasons=tuple(reasons)),
    )


def outcome(trial: Trial, resolved: ResolvedEndpoint) -> Outcome:
    """Return each randomized patient's outcome under the rule for missing ones.

    Parameters
    ----------
    trial : Trial
        The trial.
    resolved : ResolvedEndpoint
        Which endpoint, threshold, week and rule.
    """
    if resolved.endpoint.rule == "recorded":
        return _recorded_outcome(trial, resolved)
    assert resolved.threshold is not None
    response, known = outcomes_at(trial, resolved, np.array([resolved.threshold]))
    return Outcome(response=response[:, 0], known=known[:, 0])


def outcomes_at(trial: Trial, resolved: ResolvedEndpoint, thresholds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the outcomes under the rule, and which were observed, each of shape (subjects, thresholds).

    `resolved` gives the endpoint of a marker, the week and the rule; its own threshold isn't used.
    """
    assert resolved.week is not None
    source = visit_values(trial, resolved.endpoint.marker)
    visit = source.visit(resolved.week)
    observed = responses(trial, source, resolved.endpoint, visit=visit, thresholds=thresholds)
    known = ~np.isnan(observed)
    if resolved.missing_rule == "last_observation":
        return responses(trial, _carried(source, visit), resolved.endpoint, visit=-1, thresholds=thresholds), known
    return _under_rule(trial, observed, resolved.missing_rule), known


def responders_at(
    population: Population, resolved: ResolvedEndpoint, thresholds: np.ndarray
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Return by arm code how many respond under the rule, and how many are counted, each of shape (thresholds,).

    The same as counting `outcomes_at`, but patients with the same values are looked at once.
    """
    assert resolved.week is not None
    trial = population.trial
    source = visit_values(trial, resolved.endpoint.marker)
    visit = source.visit(resolved.week)
    if resolved.missing_rule == "last_observation":
        source, visit = _carried(source, visit), -1
    spans = _spans(trial, source, resolved.endpoint, visit)[population.included]
    kind, distinct = spans.distinct()
    decided = _decided(distinct, resolved.endpoint, thresholds)
    responders, total = {}, {}
    for code in trial.definition.arms.codes:
        patients = np.bincount(kind[population.arm(code)], minlength=len(decided))
        unknown = _REPLACEMENT[resolved.missing_rule][code == trial.definition.arms.treatment]
        counted = np.where(np.isnan(decided), unknown, decided)
        responders[code] = patients @ (counted == 1)
        total[code] = patients @ ~np.isnan(counted)
    return responders, total


def _recorded_outcome(trial: Trial, resolved: ResolvedEndpoint) -> Outcome:
    observed = subject_columns.numbers(trial, f"recorded:{resolved.endpoint.column}")
    known = ~np.isnan(observed)
    if resolved.missing_rule == "last_observation":
        reason = f"{resolved.endpoint.label} is recorded once: it has no earlier observation to carry forward"
        return Outcome(response=np.full(len(observed), np.nan), known=known, reason=reason)
    return Outcome(response=_under_rule(trial, observed[:, None], resolved.missing_rule)[:, 0], known=known)


def responses(
    trial: Trial, source: VisitValues, endpoint: Endpoint, *, visit: int, thresholds: np.ndarray
) -> np.ndarray:
    """Return what values at the visits make of an endpoint: 1, 0 or NaN (unknown), shape (subjects, thresholds).

    A censored value decides an outcome where every value that it may stand for gives the same answer: ``<50`` isn't at
    least 200, whatever it was. Gains and drops of a log10 marker are in log10.
    """
    return _decided(_spans(trial, source, endpoint, visit), endpoint, thresholds)


@dataclass(frozen=True, slots=True, eq=False)
class _Spans:
    """What each patient's value of an endpoint may be: from `least` to `greatest`, and not that itself where `under`.

    `size` is how large the numbers are that it was computed of. Arrays of shape (patients,); NaN where none is known.
    """

    least: np.ndarray
    greatest: np.ndarray
    size: np.ndarray
    under: np.ndarray

    def __getitem__(self, which: np.ndarray) -> _Spans:
        return _Spans(self.least[which], self.greatest[which], self.size[which], self.under[which])

    def distinct(self) -> tuple[np.ndarray, _Spans]:
        """Return for each patient the place among the distinct spans, and those."""
        kind = np.zeros(len(self.least), dtype=np.int64)
        for part in (self.least, self.greatest, self.size, self.under):
            own, values = pd.factorize(part, use_na_sentinel=False)
            kind = pd.factorize(kind * len(values) + own)[0]
        first = np.full(int(kind.max(initial=-1)) + 1, len(kind))
        np.minimum.at(first, kind, np.arange(len(kind)))
        return kind, self[first]


def _spans(trial: Trial, source: VisitValues, endpoint: Endpoint, visit: int) -> _Spans:
    least, greatest = source.bounds(visit)
    size = np.abs(source.values[:, visit])
    # The true value is under its greatest, not at it: then a limit at the threshold still means "below".
    under = source.below[:, visit]
    if endpoint.rule in _CHANGES:
        first_least, first_greatest = source.bounds(0)
        size = np.maximum(size, np.abs(source.values[:, 0]))
        under = under | source.above[:, 0]
        if displayed_scale(trial, endpoint.marker)[0]:
            with np.errstate(divide="ignore"):
                least, greatest, first_least, first_greatest, size = (
                    np.log10(bound) for bound in (least, greatest, first_least, first_greatest, size)
                )
        least, greatest = least - first_greatest, greatest - first_least
        if endpoint.rule == "drop_at_least":
            least, greatest = -greatest, -least
            under = source.above[:, visit] | source.below[:, 0]
    return _Spans(least, greatest, size, under)


def _decided(spans: _Spans, endpoint: Endpoint, thresholds: np.ndarray) -> np.ndarray:
    cut = thresholds[None, :]
    nearly = _SAME * np.maximum(np.abs(spans.size)[:, None], np.abs(cut))
    reaches = spans.least[:, None] >= cut - nearly
    greatest = spans.greatest[:, None]
    stays_below = np.where(spans.under[:, None], greatest <= cut + nearly, greatest < cut - nearly)
    yes, no = (stays_below, reaches) if endpoint.rule == "below" else (reaches, stays_below)
    return np.where(yes, 1.0, np.where(no, 0.0, np.nan))


def _carried(source: VisitValues, visit: int) -> VisitValues:
    """Return the values at baseline, and the last ones up to a visit as if they were measured at it."""
    known = ~np.isnan(source.values[:, : visit + 1])
    last = visit - np.argmax(known[:, ::-1], axis=1)
    row, there = np.arange(len(known)), known.any(axis=1)
    ends = [
        np.stack([values[:, 0], np.where(there, values[row, last], missing)], axis=1)
        for values, missing in ((source.values, np.nan), (source.below, False), (source.above, False))
    ]
    return VisitValues(weeks=source.weeks[[0, visit]], values=ends[0], below=ends[1], above=ends[2])


def _under_rule(trial: Trial, observed: np.ndarray, rule: MissingRule) -> np.ndarray:
    treated = subject_columns.is_treatment(trial)[:, None]
    without, treatment = _REPLACEMENT[rule]
    return np.where(np.isnan(observed), np.where(treated, treatment, without), observed)
