"""Who responded: an endpoint's yes or no for each patient, and what a missing-outcome rule makes of the unknown."""

from __future__ import annotations

from dataclasses import dataclass
from math import isclose, isfinite

import numpy as np

from il2dash.analysis import subject_columns
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
        reasons.append(f"week {week:g}, protocol week {endpoint.week:g}")
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
        carried = responses(trial, _carried_forward(source), resolved.endpoint, visit=visit, thresholds=thresholds)
        return carried, known
    return _under_rule(trial, observed, resolved.missing_rule), known


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
    least, greatest = (bound[:, visit] for bound in source.bounds())
    size = np.abs(source.values[:, visit])
    # The true value is under its greatest, not at it: then a limit at the threshold still means "below".
    under = source.below[:, visit]
    if endpoint.rule in _CHANGES:
        first_least, first_greatest = (bound[:, 0] for bound in source.bounds())
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
    cut = thresholds[None, :]
    nearly = _SAME * np.maximum(np.abs(size)[:, None], np.abs(cut))
    reaches = least[:, None] >= cut - nearly
    stays_below = np.where(under[:, None], greatest[:, None] <= cut + nearly, greatest[:, None] < cut - nearly)
    yes, no = (stays_below, reaches) if endpoint.rule == "below" else (reaches, stays_below)
    return np.where(yes, 1.0, np.where(no, 0.0, np.nan))


def _carried_forward(source: VisitValues) -> VisitValues:
    index = np.where(np.isnan(source.values), -1, np.arange(len(source.weeks)))
    last = np.maximum.accumulate(index, axis=1)
    row = np.arange(len(last))[:, None]
    carried = np.maximum(last, 0)
    return VisitValues(
        weeks=source.weeks,
        values=np.where(last >= 0, source.values[row, carried], np.nan),
        below=source.below[row, carried] & (last >= 0),
        above=source.above[row, carried] & (last >= 0),
    )


def _under_rule(trial: Trial, observed: np.ndarray, rule: MissingRule) -> np.ndarray:
    treated = subject_columns.is_treatment(trial)[:, None]
    replacement = {
        "failure": np.zeros_like(treated, dtype=float),
        "complete_cases": np.full(treated.shape, np.nan),
        "best_worst": treated.astype(float),
        "worst_best": (~treated).astype(float),
    }[rule]
    return np.where(np.isnan(observed), replacement, observed)
