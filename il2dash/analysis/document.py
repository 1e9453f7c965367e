"""The results as one JSON document: full precision, infinite bounds as words, missing numbers as null."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from math import isinf, isnan
from typing import Any

import numpy as np

from il2dash.analysis.endpoint import EndpointResult
from il2dash.analysis.event_curve import EventCurve
from il2dash.analysis.event_results import EventResults
from il2dash.analysis.events_and_death import CurvesByArm
from il2dash.analysis.patient_ids import is_patients_behind
from il2dash.analysis.patient_influence import PatientInfluence
from il2dash.analysis.published import compare_published
from il2dash.analysis.results import ComparedModel, EndpointAddition, MarkerTrajectories, Results
from il2dash.analysis.standing import Standing


def results_document(results: Results) -> dict[str, Any]:
    """Return everything the dashboard shows, published figures compared, as JSON-ready types.

    Lists hold entries that name themselves (id, name, marker, week), so that a dotted path finds any number:
    ``endpoints.cd4_200.arms.il2.proportion``.
    """
    population = results.population
    trial = population.trial
    document: dict[str, Any] = {
        "study": {
            "id": trial.definition.study.id,
            "title": trial.definition.study.title,
            "synthetic": trial.definition.study.synthetic,
            "fingerprint": trial.fingerprint,
        },
        "population": {
            "filters": [str(condition) for condition in population.filters],
            "n": population.n,
            "n_before": trial.arm_sizes,
            "excluded_arms": trial.excluded,
            **_plain_standing(population.standing),
        },
        "participants": plain(results.flow),
        "baseline": [plain(variable) for variable in results.baseline.variables],
        "trajectories": [_trajectory(entry) for entry in results.trajectories],
        "endpoints": [
            _endpoint(endpoint, addition)
            for endpoint, addition in zip(results.endpoints, results.additions, strict=True)
        ],
        "models": [_model(model) for model in results.models],
        "events": {
            category: _events(events, weeks=trial.definition.visits.schedule)
            for category, events in results.events.items()
        },
    }
    document["published"] = [
        plain(comparison) for comparison in compare_published(document, trial.definition.published)
    ]
    return document


def plain(value: Any) -> Any:
    """Return a result as JSON-ready types; a standing becomes the keys ``standing`` and ``reasons`` of its owner."""
    if isinstance(value, float | np.floating):
        number = float(value)
        if isnan(number):
            return None
        if isinf(number):
            return "Infinity" if number > 0 else "-Infinity"
        return number
    if isinstance(value, np.integer):
        return int(value)
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, np.ndarray):
        return [plain(entry) for entry in value]
    if is_dataclass(value) and not isinstance(value, type):
        document: dict[str, Any] = {}
        for field in fields(value):
            if is_patients_behind(field):
                continue
            content = getattr(value, field.name)
            if isinstance(content, Standing):
                document.update(_plain_standing(content))
            else:
                document[field.name] = plain(content)
        return document
    if isinstance(value, dict):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    return value


def _plain_standing(standing: Standing) -> dict[str, Any]:
    return {"standing": standing.kind, "reasons": list(standing.reasons)}


def _trajectory(entry: MarkerTrajectories) -> dict[str, Any]:
    document: dict[str, Any] = plain(entry.absolute)
    del document["change"]
    document["changes"] = plain(entry.change.visits)
    document["mmrm"] = plain(entry.mmrm)
    document["comparisons"] = plain(entry.comparisons)
    document["below_limit"] = None if entry.below_limit is None else plain(entry.below_limit.visits)
    return document


def _endpoint(endpoint: EndpointResult, addition: EndpointAddition) -> dict[str, Any]:
    document: dict[str, Any] = plain(endpoint)
    document["risk_difference"]["other_interval"] = document.pop("risk_difference_score")["interval"]
    document["stratified"] = plain(addition.stratified)
    document["multiple_imputation"] = plain(addition.imputed)
    return document


def _model(compared: ComparedModel) -> dict[str, Any]:
    document: dict[str, Any] = plain(compared.model)
    beside: dict[str, Any] = plain(compared.comparison)
    for term, univariable, likelihood in zip(
        document["terms"], beside.pop("univariable"), beside.pop("maximum_likelihood"), strict=True
    ):
        term |= {"univariable": univariable, "maximum_likelihood": likelihood}
    performance: dict[str, Any] = plain(compared.performance)
    del performance["predicted"], performance["responded"]
    return document | {
        **beside,
        "adjusted_risk_difference": plain(compared.adjusted),
        "performance": performance,
        "influence": _influence(compared.influence),
    }


def _influence(influence: PatientInfluence) -> dict[str, Any]:
    """Return for each coefficient how far single patients move it, without the fit of every one."""
    return {
        "n": influence.n,
        "terms": plain(influence.terms),
        "unfitted": list(influence.unfitted),
        "test": influence.test,
        **_plain_standing(influence.standing),
        "reason": influence.reason,
    }


def _events(events: EventResults, *, weeks: tuple[float, ...]) -> dict[str, Any]:
    document: dict[str, Any] = plain(events.rates)
    test = document.pop("test")
    document["rate_ratio"] |= {"p": test["p"], "convention": test["convention"]}
    first = events.time_to_first
    document["time_to_first"] = {
        "logrank": {**plain(first.logrank), "observed": first.observed, "expected": plain(first.expected)},
        "hazard_ratio": plain(first.hazard_ratio),
        "survival": {code: _curve(curve, quantity="survival", weeks=weeks) for code, curve in first.arms.items()},
        "method": _method(first.arms),
        **_plain_standing(first.standing),
        "warnings": list(first.warnings),
        "reason": first.reason,
    }
    if events.cumulative_incidence is not None:
        document["cumulative_incidence"] = _curves(events.cumulative_incidence, quantity="incidence", weeks=weeks)
    if events.mean_cumulative is not None:
        document["mean_cumulative"] = _curves(events.mean_cumulative, quantity="mean", weeks=weeks)
    if events.grades is not None:
        document["grades"] = plain(events.grades.arms)
    return document


def _curves(curves: CurvesByArm, *, quantity: str, weeks: tuple[float, ...]) -> dict[str, Any]:
    return {
        "arms": {code: _curve(curve, quantity=quantity, weeks=weeks) for code, curve in curves.arms.items()},
        "method": _method(curves.arms),
        **_plain_standing(curves.standing),
        "warnings": list(curves.warnings),
        "reason": curves.reason,
    }


def _method(arms: dict[str, EventCurve]) -> str:
    return next(curve.method for curve in arms.values())


def _curve(curve: EventCurve, *, quantity: str, weeks: tuple[float, ...]) -> list[dict[str, Any]]:
    """Return a curve's rows: every week at which something happens, and the planned visits, so that a path finds 52."""
    rows = curve.with_weeks(weeks)
    columns = {
        "week": rows.weeks,
        "n_risk": rows.n_risk,
        "events": rows.n_events,
        "competing": rows.n_competing,
        "censored": rows.n_censored,
        quantity: rows.estimate,
        "lower": rows.lower,
        "upper": rows.upper,
    }
    lists = [plain(column) for column in columns.values()]
    return [dict(zip(columns, row, strict=True)) for row in zip(*lists, strict=True)]
