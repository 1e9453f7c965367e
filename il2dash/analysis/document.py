"""The results as one JSON document: full precision, infinite bounds as words, missing numbers as null."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from math import isinf, isnan
from typing import Any

import numpy as np

from il2dash.analysis.endpoint import EndpointResult
from il2dash.analysis.event_rates import EventRates
from il2dash.analysis.published import compare_published
from il2dash.analysis.results import ComparedModel, MarkerTrajectories, Results
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
        "endpoints": [_endpoint(endpoint) for endpoint in results.endpoints],
        "models": [_model(model) for model in results.models],
        "events": {category: _events(rates) for category, rates in results.events.items()},
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
    return document


def _endpoint(endpoint: EndpointResult) -> dict[str, Any]:
    document: dict[str, Any] = plain(endpoint)
    document["risk_difference"]["other_interval"] = document.pop("risk_difference_score")["interval"]
    return document


def _model(compared: ComparedModel) -> dict[str, Any]:
    document: dict[str, Any] = plain(compared.model)
    beside: dict[str, Any] = plain(compared.comparison)
    for term, univariable, likelihood in zip(
        document["terms"], beside.pop("univariable"), beside.pop("maximum_likelihood"), strict=True
    ):
        term |= {"univariable": univariable, "maximum_likelihood": likelihood}
    return document | beside


def _events(rates: EventRates) -> dict[str, Any]:
    document: dict[str, Any] = plain(rates)
    test = document.pop("test")
    document["rate_ratio"] |= {"p": test["p"], "convention": test["convention"]}
    return document
