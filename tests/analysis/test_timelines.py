from __future__ import annotations

from dataclasses import replace
from math import isnan

import pytest

from il2dash.analysis.population import whole_population
from il2dash.analysis.timelines import MOST_SHOWN, SELECTED_PER_ARM, timelines
from il2dash.errors import SpecificationError


def test_one_patient_s_course(make_trial):
    trial = make_trial(
        [
            {"arm": "il2", "last": 20, "doses": 2, "completed": 0.0, "events": (("aids", 9), ("aids", 3))},
            {"arm": "il2", "last": 30, "events": (("death", 31), ("adverse", 2))},
            {"arm": "control", "last": 40, "completed": 1.0},
            {"arm": "control"},
        ]
    )
    found = timelines(whole_population(trial))
    second, first = found.arms["il2"]
    assert (second.subject_id, second.end, second.death.week) == ("P01", 31, 31)
    assert (first.cycles, [event.week for event in first.aids], first.completed) == ((2, 4), [3, 9], False)
    assert second.completed is None
    assert [patient.subject_id for patient in found.arms["control"]] == ["P02", "P03"]
    assert isnan(found.arms["control"][1].end)
    assert found.total == {"control": 2, "il2": 2}
    assert (found.shown, found.is_selection, found.cycles_recorded) == (4, False, True)


def test_many_patients_are_sampled_evenly_whatever_the_order(make_trial):
    patients = [
        {"arm": ("control", "il2")[number % 2], "last": number, "events": (("aids", number),) * (number % 4 == 0)}
        for number in range(200)
    ]
    trial = make_trial(patients, doses=False)
    found = timelines(whole_population(trial))
    assert (found.shown, found.is_selection, found.cycles_recorded) == (2 * SELECTED_PER_ARM, True, False)
    ends = [patient.end for patient in found.arms["control"]]
    assert ends == sorted(ends, reverse=True)
    assert (ends[0], ends[-1]) == (198, 0)
    assert sum(bool(patient.aids) for patient in found.arms["control"]) == pytest.approx(SELECTED_PER_ARM / 2, abs=3)
    shuffled = replace(trial, subjects=trial.subjects.iloc[::-1].reset_index(drop=True))
    again = timelines(whole_population(shuffled))
    for code, members in found.arms.items():
        assert [patient.subject_id for patient in again.arms[code]] == [patient.subject_id for patient in members]
    few = timelines(whole_population(make_trial(patients[:MOST_SHOWN])))
    assert (few.shown, few.is_selection) == (MOST_SHOWN, False)


def test_no_table_of_events(make_trial):
    with pytest.raises(SpecificationError, match="no table of events"):
        timelines(whole_population(make_trial([{"arm": "il2"}], events=False)))
