from __future__ import annotations

from dataclasses import replace

import pytest

from il2dash.analysis.document import results_document
from il2dash.analysis.population import Filter
from il2dash.analysis.results import all_results
from il2dash.errors import SpecificationError
from il2dash.study.definition import Marker


def test_everything_that_the_definition_names(twenty):
    results = all_results(twenty)
    definition = twenty.definition
    assert [entry.absolute.marker for entry in results.trajectories] == list(definition.markers)
    assert [entry.change.change for entry in results.trajectories] == [True, True]
    assert [endpoint.id for endpoint in results.endpoints] == [endpoint.id for endpoint in definition.endpoints]
    assert [compared.model.id for compared in results.models] == ["main"]
    assert list(results.events) == ["aids"]
    assert results.population.n == {"control": 10, "il2": 10}


def test_categories_that_the_study_records(make_trial):
    patients = [{"arm": "control", "last": 12, "events": (("adverse", 3),)}, {"arm": "il2", "last": 12}]
    assert list(all_results(make_trial(patients)).events) == ["adverse"]
    assert all_results(make_trial(patients, events=False)).events == {}


@pytest.mark.parametrize("rule", [None, "complete_cases", "last_observation", "best_worst", "worst_best"])
@pytest.mark.parametrize(
    "patients",
    [
        [],
        [{"arm": "il2"}],
        [{"arm": "control"}, {"arm": "il2"}],
        [
            {"arm": "control", "cd4": [100, 90, "<50"], "rna": [">750000", "<50", "<50"], "last": 0},
            {"arm": "il2", "last": 0},
        ],
        [{"arm": "control", "cd4": [1, 2, 3], "age": 40, "stage": "A", "last": 3, "events": (("aids", 3),)}] * 3,
    ],
)
def test_poor_data_give_results_without_a_traceback(make_trial, patients, rule):
    for events in (True, False):
        results_document(all_results(make_trial(patients, events=events, doses=events), missing_rule=rule))


def test_a_trial_without_visits_or_models(make_trial):
    trial = make_trial([{"arm": "control", "well": 1.0}, {"arm": "il2", "well": 0.0}])
    recorded = tuple(endpoint for endpoint in trial.definition.endpoints if endpoint.rule == "recorded")
    definition = replace(trial.definition, markers={}, models=(), endpoints=recorded, covariates=())
    results = all_results(
        replace(trial, definition=replace(definition, visits=replace(definition.visits, schedule=())))
    )
    assert results.trajectories == ()
    assert results.endpoints[0].risk_difference.estimate == -1


def test_no_filter_result_depends_on_labels(twenty):
    definition = twenty.definition
    renamed = replace(
        definition,
        study=replace(definition.study, title="Other", planned=7),
        arms=replace(
            definition.arms, levels=tuple(replace(level, label="x" + level.label) for level in definition.arms.levels)
        ),
        markers={name: Marker(label="x", unit=m.unit, scale=m.scale) for name, m in definition.markers.items()},
        endpoints=tuple(replace(endpoint, label="x") for endpoint in definition.endpoints),
        covariates=tuple(replace(covariate, label="x") for covariate in definition.covariates),
    )

    def numbers(value):
        if isinstance(value, dict):
            return {key: numbers(entry) for key, entry in value.items() if key not in ("label", "planned", "title")}
        if isinstance(value, list):
            return [numbers(entry) for entry in value]
        return None if isinstance(value, str) else value

    first, second = (results_document(all_results(trial)) for trial in (twenty, replace(twenty, definition=renamed)))
    assert numbers(first) == numbers(second)


def test_what_the_study_does_not_have(twenty):
    with pytest.raises(SpecificationError, match="no such variable"):
        all_results(twenty, filters=(Filter(variable="weight", lower=1),))
    with pytest.raises(SpecificationError, match="Rule 'hope'"):
        all_results(twenty, missing_rule="hope")
