"""From a trial's tables to its curves: what the dates mean, and what happens where they are missing or odd."""

from __future__ import annotations

from dataclasses import replace
from math import isnan

import numpy as np
import pytest

from il2dash.analysis.event_rates import recorded_categories
from il2dash.analysis.event_results import event_results
from il2dash.analysis.events_and_death import all_events_until_death, first_event_with_death
from il2dash.analysis.follow_up import follow_up
from il2dash.analysis.population import Filter, select_population, whole_population
from il2dash.analysis.time_to_first import time_to_first
from il2dash.errors import SpecificationError

ANALYSES = (time_to_first, first_event_with_death, all_events_until_death)


@pytest.fixture(scope="module")
def trial(make_trial):
    return make_trial(
        [
            {"arm": "control", "last": 52, "events": (("aids", 9), ("aids", 3))},
            {"arm": "control", "last": 26, "events": (("aids", 20), ("death", 26))},
            {"arm": "control", "last": 52},
            {"arm": "il2", "last": 52, "events": (("adverse", 1),)},
            {"arm": "il2", "last": 13, "events": (("death", 13),)},
            {"arm": "il2", "last": 40},
        ]
    )


def test_first_events_deaths_and_ends(trial):
    times = follow_up(whole_population(trial), "aids")
    assert times.time_to_first.tolist() == [3, 20, 52, 52, 13, 40]
    assert times.had_first.tolist() == [True, True, False, False, False, False]
    assert times.died_before.tolist() == [False, False, False, False, True, False]
    assert times.end.tolist() == [52, 26, 52, 52, 13, 40]
    assert times.event_week.tolist() == [9, 3, 20]
    assert times.warnings == ()
    deaths = follow_up(whole_population(trial), "death")
    assert deaths.time_to_first.tolist() == [52, 26, 52, 52, 13, 40]
    assert deaths.had_first.tolist() == [False, True, False, False, True, False]


def test_curves_by_hand(trial):
    population = whole_population(trial)
    first = time_to_first(population, "aids")
    assert first.arms["control"].estimate.tolist() == pytest.approx([1, 2 / 3, 1 / 3, 1 / 3])
    assert first.observed == {"control": 2, "il2": 0}
    assert first.expected == {"control": pytest.approx(3 / 6 + 2 / 4), "il2": pytest.approx(3 / 6 + 2 / 4)}
    assert first.hazard_ratio.reason.startswith("the treatment arm has no event")
    incidence = first_event_with_death(population, "aids")
    assert incidence.arms["il2"].n_competing.tolist() == [0, 1, 0, 0]
    assert incidence.arms["il2"].estimate.tolist() == [0, 0, 0, 0]
    mean = all_events_until_death(population, "aids")
    assert mean.arms["control"].at([52]).estimate[0] == pytest.approx(1 / 3 + 1 / 3 + 1 / 3)
    assert incidence.warnings == mean.warnings == ()


def test_an_event_after_the_last_contact_counts_and_is_told(make_trial):
    trial = make_trial(
        [
            {"arm": "control", "last": 10, "events": (("aids", 12),)},
            {"arm": "il2", "last": 10, "events": (("aids", 4), ("aids", 11))},
        ]
    )
    times = follow_up(whole_population(trial), "aids")
    assert times.time_to_first.tolist() == [12, 4]
    assert times.had_first.all()
    assert times.end.tolist() == [12, 11]
    assert times.warnings == (
        "2 events are after the patient's last contact: they are counted, and their patients as observed until then.",
    )
    mean = all_events_until_death(whole_population(trial), "aids")
    assert mean.arms["il2"].estimate[-1] == 2
    assert mean.arms["il2"].events == event_results(whole_population(trial), "aids").rates.arms["il2"].events


def test_an_event_after_death_is_left_out_of_the_curves_and_told(make_trial):
    trial = make_trial(
        [{"arm": "control", "last": 10, "events": (("aids", 12), ("death", 8))}, {"arm": "il2", "last": 10}]
    )
    times = follow_up(whole_population(trial), "aids")
    assert times.time_to_first.tolist() == [8, 10]
    assert times.died_before.tolist() == [True, False]
    assert times.warnings == ("1 event is after the patient's death: it is in the rates, not in the curves.",)
    assert all_events_until_death(whole_population(trial), "aids").arms["control"].events == 0


def test_an_event_in_the_week_of_death_or_of_the_last_contact_happened(make_trial):
    trial = make_trial(
        [
            {"arm": "control", "last": 8, "events": (("aids", 8), ("death", 8))},
            {"arm": "il2", "last": 9.000000001, "events": (("aids", 9),)},
        ]
    )
    times = follow_up(whole_population(trial), "aids")
    assert times.had_first.all()
    assert not times.died_before.any()
    assert times.end.tolist() == [8, 9]


def test_an_unknown_last_contact_is_a_failure_only_where_it_is_needed(make_trial):
    died = {"arm": "control", "events": (("aids", 3), ("death", 8))}
    known = make_trial([died, {"arm": "il2", "last": 10}])
    assert time_to_first(whole_population(known), "aids").reason == ""
    assert all_events_until_death(whole_population(known), "aids").reason == ""
    unknown = make_trial([died, {"arm": "il2"}, {"arm": "il2", "last": 4}])
    reason = "the follow-up of 1 of 3 patients isn't known: they have no last contact"
    for analysis in ANALYSES:
        found = analysis(whole_population(unknown), "aids")
        assert found.reason == reason
        assert np.isnan(found.arms["il2"].estimate).all()
        assert found.arms["il2"].n == 2
    first = time_to_first(whole_population(unknown), "aids")
    assert isnan(first.logrank.p)
    assert first.logrank.reason == first.hazard_ratio.reason == first.hazard_ratio.interval.reason == reason
    assert first.observed == {"control": 1, "il2": 0}
    # Of a patient with an event the time to the first is known, how many follow isn't.
    lost = make_trial([{"arm": "control", "events": (("aids", 3),)}, {"arm": "il2", "last": 10}])
    assert time_to_first(whole_population(lost), "aids").reason == ""
    assert "1 of 2" in all_events_until_death(whole_population(lost), "aids").reason


@pytest.mark.parametrize(
    "patients",
    [
        [],
        [{"arm": "il2", "last": 5, "events": (("aids", 0),)}],
        [{"arm": "control", "last": 0}, {"arm": "il2", "last": 0}],
        [{"arm": "control", "last": 3}, {"arm": "il2", "last": 9, "events": (("aids", 0), ("death", 0))}],
    ],
)
def test_poor_data_give_reasons_and_no_exception(make_trial, patients):
    population = whole_population(make_trial(patients))
    for category in ("aids", "death", "adverse"):
        found = event_results(population, category)
        assert isnan(found.time_to_first.logrank.p) == bool(found.time_to_first.logrank.reason)
        for curve in found.time_to_first.arms.values():
            assert np.isnan(curve.estimate).all() == (curve.n == 0)
    arms = event_results(population, "aids").cumulative_incidence.arms
    assert {code: curve.n for code, curve in arms.items()} == population.n


def test_a_study_without_deaths_says_that_nothing_competes(make_trial):
    trial = make_trial([{"arm": "control", "last": 5, "events": (("aids", 2),)}, {"arm": "il2", "last": 5}])
    found = first_event_with_death(whole_population(trial), "aids")
    assert found.warnings == ("The study records no deaths: nothing is known to compete.",)
    assert recorded_categories(trial) == ("aids",)


def test_of_a_study_that_records_deaths_alone_no_aids_events_are_said(make_trial):
    trial = make_trial([{"arm": "control", "last": 5, "events": (("death", 5),)}, {"arm": "il2", "last": 5}])
    assert recorded_categories(trial) == ("death",)


def test_what_has_no_meaning_is_said(make_trial, trial):
    for analysis in (first_event_with_death, all_events_until_death):
        with pytest.raises(SpecificationError, match="nothing competes with death"):
            analysis(whole_population(trial), "death")
    empty = make_trial([{"arm": "control", "last": 5}], events=False)
    for analysis in ANALYSES:
        with pytest.raises(SpecificationError, match=r"no table of events; add events\.csv"):
            analysis(whole_population(empty), "aids")
    assert recorded_categories(empty) == ()


def test_filters_row_order_and_the_other_reference(trial):
    population = whole_population(trial)
    found = time_to_first(population, "death")
    shuffled = replace(
        trial,
        subjects=trial.subjects.iloc[::-1].reset_index(drop=True),
        events=trial.events.iloc[::-1].reset_index(drop=True),
    )
    again = time_to_first(whole_population(shuffled), "death")
    assert again.logrank == found.logrank
    assert again.hazard_ratio.estimate == pytest.approx(found.hazard_ratio.estimate)
    for code, curve in found.arms.items():
        np.testing.assert_array_equal(again.arms[code].estimate, curve.estimate)
    definition = replace(trial.definition, arms=replace(trial.definition.arms, reference="il2"))
    mirrored = time_to_first(whole_population(replace(trial, definition=definition)), "death")
    assert mirrored.hazard_ratio.estimate == pytest.approx(1 / found.hazard_ratio.estimate)
    assert mirrored.expected == pytest.approx(found.expected)
    one = select_population(trial, (Filter(variable="arm", values=("il2",)),))
    filtered = time_to_first(one, "death")
    assert filtered.standing.kind == "exploratory"
    assert filtered.logrank.reason == "an arm has no patients"
    np.testing.assert_array_equal(filtered.arms["il2"].estimate, found.arms["il2"].estimate)
