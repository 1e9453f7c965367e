from __future__ import annotations

from dataclasses import replace
from math import inf, nan

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from il2dash.analysis.outcome import (
    MISSING_RULES,
    EndpointSpec,
    outcome,
    outcomes_at,
    resolve,
    responders_at,
    threshold_unit,
)
from il2dash.analysis.population import Population
from il2dash.errors import SpecificationError
from il2dash.study.definition import Marker


def answers(trial, endpoint, rule="complete_cases", **changes):
    spec = EndpointSpec(endpoint=endpoint, missing_rule=rule, **changes)
    return outcome(trial, resolve(trial, spec)).response


def one(make_trial, endpoint, values, *, marker="cd4", **changes):
    trial = make_trial([{"arm": "control", marker: values}, {"arm": "il2"}])
    return answers(trial, endpoint, **changes)[0]


@pytest.mark.parametrize(
    ("endpoint", "values", "expected"),
    [
        ("high", [None, None, 200], 1),
        ("high", [None, None, 199.9], 0),
        ("high", [None, None, "<50"], 0),
        ("high", [None, None, "<200"], 0),
        ("high", [None, None, "<201"], nan),
        ("high", [None, None, ">200"], 1),
        ("high", [None, None, ">199"], nan),
        ("low", [None, None, 99], 1),
        ("low", [None, None, 100], 0),
        ("low", [None, None, "<100"], 1),
        ("low", [None, None, "<101"], nan),
        ("low", [None, None, ">100"], 0),
        ("low", [None, None, ">99"], nan),
        ("gain", [100, None, 150], 1),
        ("gain", [100, None, 149], 0),
        ("gain", [None, 100, 150], nan),
        ("gain", ["<50", None, 100], 1),
        ("gain", ["<50", None, 99], nan),
        ("gain", ["<50", None, 49], 0),
        ("gain", ["<50", None, 50], nan),  # from 0, it is a gain of 50
        ("gain", [">500", None, 550], 0),  # from more than 500, it is less than 50
        ("gain", [">500", None, 551], nan),
        ("gain", [100, None, "<150"], 0),
        ("gain", [100, None, "<151"], nan),
        ("gain", [100, None, ">150"], 1),
        ("gain", [100, None, ">149"], nan),
        ("gain", ["<50", None, "<50"], 0),
        ("gain", [">500", None, ">500"], nan),
        ("drop", [100, None, 50], 1),
        ("drop", [100, None, 51], 0),
        ("drop", [100, None, "<50"], 1),
        ("drop", [100, None, "<51"], nan),
        ("drop", ["<50", None, 0], 0),
        ("drop", ["<51", None, 0], nan),
        ("drop", [">100", None, 50], 1),
        ("drop", [100, None, ">50"], 0),
        ("drop", [100, None, ">49"], nan),
    ],
)
def test_rules_with_and_without_censoring(make_trial, endpoint, values, expected):
    assert one(make_trial, endpoint, values) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ("endpoint", "values", "expected"),
    [
        ("suppressed", [None, None, "<50"], 1),
        ("suppressed", [None, None, 50], 0),
        ("suppressed", [None, None, "<400"], nan),
        ("suppressed", [None, None, ">750000"], 0),
        ("log_drop", [50000, None, 5000], 1),
        ("log_drop", [70000, None, 7000], 1),
        ("log_drop", [50000, None, 5001], 0),
        ("log_drop", [500, None, "<50"], 1),
        ("log_drop", [499, None, "<50"], nan),
        ("log_drop", [">750000", None, 75000], 1),
        ("log_drop", [">750000", None, 80000], nan),
        ("log_drop", ["<50", None, 50], 0),
        ("log_drop", ["<50", None, "<50"], nan),
        ("log_drop", [100000, None, ">750000"], 0),
    ],
)
def test_log10_marker(make_trial, endpoint, values, expected):
    assert one(make_trial, endpoint, values, marker="rna") == pytest.approx(expected, nan_ok=True)


@pytest.fixture(scope="module")
def unknown(make_trial):
    """In each arm a success, a failure, one seen until week 6, one seen at baseline, and one never seen."""
    courses = [[150, 100, 300], [150, 100, 60], [10, 250], [260], []]
    return make_trial([{"arm": arm, "cd4": course} for arm in ("control", "il2") for course in courses])


@pytest.mark.parametrize(
    ("rule", "control", "il2"),
    [
        ("failure", [1, 0, 0, 0, 0], [1, 0, 0, 0, 0]),
        ("complete_cases", [1, 0, nan, nan, nan], [1, 0, nan, nan, nan]),
        ("last_observation", [1, 0, 1, 1, nan], [1, 0, 1, 1, nan]),
        ("best_worst", [1, 0, 0, 0, 0], [1, 0, 1, 1, 1]),
        ("worst_best", [1, 0, 1, 1, 1], [1, 0, 0, 0, 0]),
    ],
)
def test_missing_rules(unknown, rule, control, il2):
    np.testing.assert_array_equal(answers(unknown, "high", rule), [*control, *il2])


def test_last_observation_of_a_change_is_no_change_from_the_baseline(unknown):
    np.testing.assert_array_equal(answers(unknown, "gain", "last_observation")[:5], [1, 0, 1, 0, nan])
    np.testing.assert_array_equal(answers(unknown, "drop", "last_observation")[:5], [0, 1, 0, 0, nan])


def test_last_observation_looks_back_only(make_trial):
    assert one(make_trial, "high", [20, None, 300], rule="last_observation", week=6) == 0
    assert one(make_trial, "high", ["<50", None, None], rule="last_observation") == 0
    assert np.isnan(one(make_trial, "high", [">100", None, None], rule="last_observation"))


def test_known_is_what_was_observed_whatever_the_rule(unknown):
    for rule in MISSING_RULES:
        found = outcome(unknown, resolve(unknown, EndpointSpec(endpoint="high", missing_rule=rule)))
        assert found.known.tolist() == [True, True, False, False, False] * 2
        assert found.reason == ""


def test_recorded_outcome(make_trial):
    trial = make_trial(
        [{"arm": "control", "well": 1.0}, {"arm": "control"}, {"arm": "il2", "well": 0.0}, {"arm": "il2"}]
    )
    np.testing.assert_array_equal(answers(trial, "well", "failure"), [1, 0, 0, 0])
    np.testing.assert_array_equal(answers(trial, "well", "best_worst"), [1, 0, 0, 1])
    resolved = resolve(trial, EndpointSpec(endpoint="well", missing_rule="last_observation"))
    found = outcome(trial, resolved)
    assert np.isnan(found.response).all()
    assert "recorded once" in found.reason
    assert found.known.tolist() == [True, False, True, False]


def test_standing_tells_each_departure(twenty):
    assert resolve(twenty, EndpointSpec(endpoint="high")).standing.kind == "prespecified"
    same = EndpointSpec(endpoint="high", threshold=200, week=12, missing_rule="failure")
    assert resolve(twenty, same).standing.kind == "prespecified"
    other = EndpointSpec(endpoint="high", threshold=150, week=6, missing_rule="best_worst")
    assert resolve(twenty, other).standing.reasons == (
        "threshold 150, protocol 200",
        "week 6, protocol week 12",
        "missing outcomes by the rule best worst, protocol failure",
    )


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ({"endpoint": "cured"}, "it has high, low, gain"),
        ({"endpoint": "high", "week": 7}, "the planned weeks are 0, 6, 12"),
        ({"endpoint": "high", "threshold": nan}, "finite number; got nan"),
        ({"endpoint": "high", "threshold": inf}, "finite number; got inf"),
        ({"endpoint": "gain", "week": 0}, "week 0 is the baseline"),
        ({"endpoint": "drop", "week": 0}, "week 0 is the baseline"),
        ({"endpoint": "well", "threshold": 1}, "no threshold and no week"),
        ({"endpoint": "well", "week": 6}, "no threshold and no week"),
        ({"endpoint": "high", "missing_rule": "hope"}, "choose one of failure, complete_cases"),
    ],
)
def test_what_can_t_be_asked(twenty, spec, says):
    with pytest.raises(SpecificationError, match=says):
        resolve(twenty, EndpointSpec(**spec))


def test_the_baseline_week_of_a_level_can_be_asked(twenty):
    assert not np.isnan(answers(twenty, "high", week=0)).any()


def test_units_of_thresholds(twenty):
    units = {endpoint.id: threshold_unit(twenty, endpoint) for endpoint in twenty.definition.endpoints}
    assert units["high"] == units["gain"] == "cells/uL"
    assert units["suppressed"] == "copies/mL"
    assert units["log_drop"] == "log10 copies/mL"
    assert units["well"] == ""


counts = st.one_of(
    st.none(), st.integers(0, 400), st.integers(1, 400).map("<{}".format), st.integers(0, 400).map(">{}".format)
)
courses = st.lists(counts, min_size=3, max_size=3)


def in_other_unit(value, factor):
    if isinstance(value, str):
        return f"{value[0]}{float(value[1:]) * factor!r}"
    return None if value is None else value * factor


@settings(deadline=None, max_examples=60)
@given(
    patients=st.lists(courses, min_size=2, max_size=5),
    factor=st.sampled_from([1e-3, 1e6, 0.37, 2.54]),
    rule=st.sampled_from(sorted(MISSING_RULES)),
)
def test_the_unit_of_a_marker_does_not_matter(make_trial, patients, factor, rule):
    made = [
        make_trial([{"arm": ("control", "il2")[number % 2], "cd4": course} for number, course in enumerate(values)])
        for values in (patients, [[in_other_unit(value, factor) for value in course] for course in patients])
    ]
    for endpoint in made[0].definition.endpoints:
        if endpoint.marker == "cd4":
            np.testing.assert_array_equal(
                answers(made[0], endpoint.id, rule),
                answers(made[1], endpoint.id, rule, threshold=endpoint.threshold * factor),
            )


@settings(deadline=None, max_examples=60)
@given(course=courses, true=st.lists(st.integers(0, 1000), min_size=3, max_size=3))
def test_a_censored_outcome_is_that_of_every_value_it_may_stand_for(make_trial, course, true):
    """Where an outcome is known, no value inside the limits gives another one."""
    inside = []
    for value, candidate in zip(course, true, strict=True):
        if isinstance(value, str):
            limit = int(value[1:])
            inside.append(candidate % limit if value[0] == "<" else limit + 1 + candidate)
        else:
            inside.append(value)
    trial = make_trial([{"arm": "control", "cd4": course}, {"arm": "il2", "cd4": inside}])
    for endpoint in ("high", "low", "gain", "drop"):
        censored, exact = answers(trial, endpoint)
        assert np.isnan(censored) or censored == exact


def test_many_thresholds_at_once_are_one_after_the_other(unknown):
    thresholds = np.array([0.0, 60.0, 100.0, 250.0, 300.0, 301.0])
    for rule in MISSING_RULES:
        resolved = resolve(unknown, EndpointSpec(endpoint="high", missing_rule=rule))
        response, known = outcomes_at(unknown, resolved, thresholds)
        for position, threshold in enumerate(thresholds):
            single = outcome(unknown, replace(resolved, threshold=float(threshold)))
            np.testing.assert_array_equal(response[:, position], single.response)
            np.testing.assert_array_equal(known[:, position], single.known)


def test_a_drop_of_one_log_counts_for_every_power_of_ten(make_trial):
    """log10(x) - log10(x / 10) is 1 only up to rounding."""
    values = [60.0 * 1.07**step for step in range(130)]
    trial = make_trial(
        [{"arm": "il2", "rna": [10 * value, None, value]} for value in values],
        markers={"cd4": Marker(label="CD4"), "rna": Marker(label="RNA", scale="log10")},
    )
    assert (answers(trial, "log_drop") == 1).all()


@given(data=st.data(), rule=st.sampled_from(sorted(MISSING_RULES)))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_responders_over_thresholds_are_those_of_each_patient(make_trial, data, rule):
    course = st.lists(st.sampled_from([None, "<50", 50, 120, 121, ">400"]), min_size=3, max_size=3)
    patient = st.fixed_dictionaries({"arm": st.sampled_from(["control", "il2"]), "cd4": course})
    trial = make_trial(data.draw(st.lists(patient, min_size=2, max_size=12)))
    included = np.arange(len(trial.subjects)) != 1
    population = Population(trial, (), included)
    thresholds = np.array([-50.0, 0.0, 50.0, 120.0, 200.0, 400.0])
    for endpoint in ("high", "low", "gain", "drop"):
        resolved = resolve(trial, EndpointSpec(endpoint=endpoint, missing_rule=rule))
        response = outcomes_at(trial, resolved, thresholds)[0][included]
        responders, total = responders_at(population, resolved, thresholds)
        for code in ("control", "il2"):
            members = response[population.arm(code)]
            np.testing.assert_array_equal(responders[code], np.nansum(members, axis=0))
            np.testing.assert_array_equal(total[code], (~np.isnan(members)).sum(axis=0))
