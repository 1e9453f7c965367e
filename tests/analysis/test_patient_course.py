"""One patient's course: every value at its own week, the arm behind it, and why somebody isn't there."""

from __future__ import annotations

from math import isnan, log10

import numpy as np
import pytest

from il2dash.analysis.patient_course import patient_course, reason_of_absence
from il2dash.analysis.population import Filter, select_population, whole_population
from il2dash.analysis.trajectory import trajectory
from il2dash.errors import SpecificationError


@pytest.fixture(scope="module")
def population(twenty):
    return whole_population(twenty)


def test_every_value_is_there_with_its_censoring(population):
    course = patient_course(population, "P01")
    cd4, rna = course.markers
    assert [(each.week, each.value) for each in cd4.measurements] == [(0, 59), (6, 70), (12, 183)]
    assert [each.value for each in rna.measurements] == [11000, 500, 50]
    assert [each.censoring for each in rna.measurements] == ["none", "none", "left"]
    assert rna.measurements[2].shown == log10(50)
    assert rna.limits == (log10(50), log10(750000))
    assert (rna.unit, rna.shown_unit) == ("copies/mL", "log10 copies/mL")
    assert isnan(cd4.limits[0])
    assert not cd4.logarithmic


def test_the_arm_is_the_one_of_the_trajectories(population):
    course = patient_course(population, "P01")
    whole = trajectory(population, "cd4")
    assert [visit.summary for visit in course.markers[0].arm] == [visit.arms["il2"] for visit in whole.visits]


def test_the_part_of_the_arm(population):
    last = {
        subject: patient_course(population, subject).markers[0]
        for subject in population.subjects["subject_id"][population.arm("il2")]
    }
    values = {subject: marker.measurements[-1].value for subject, marker in last.items()}
    q1, q3 = np.quantile(list(values.values()), [0.25, 0.75])
    for subject, marker in last.items():
        expected = "lowest quarter" if values[subject] < q1 else "highest quarter" if values[subject] > q3 else ""
        assert marker.part_of_arm == (expected or "middle half"), subject


def test_a_part_that_cannot_be_told_is_not_told(population, make_trial):
    # Below a limit that the lower quartile is at: among its equals, or below all of them.
    assert patient_course(population, "P01").markers[1].part_of_arm == ""
    few = whole_population(make_trial([{"arm": "control", "cd4": [1, 2, 3]}, {"arm": "il2"}]))
    assert patient_course(few, "P00").markers[0].part_of_arm == ""
    assert patient_course(few, "P01").markers[0].measurements == ()


def test_what_happened_in_the_order_of_the_weeks(make_trial):
    trial = make_trial(
        [
            {"arm": "il2", "doses": 3, "last": 9.0, "events": [("aids", 8), ("aids", 2), ("adverse", 1)]},
            {"arm": "control", "events": [("death", 5)], "doses": 0},
        ]
    )
    course = patient_course(whole_population(trial), "P00")
    assert [cycle.week for cycle in course.cycles] == [2.0, 4.0, 6.0]
    assert [cycle.number for cycle in course.cycles] == [1, 2, 3]
    assert course.cycles[0].dose_miu == 45
    assert course.most_cycles == 3
    assert [event.week for event in course.aids] == [2.0, 8.0]
    assert course.death is None
    assert course.last_week == 9.0
    other = patient_course(whole_population(trial), "P01")
    assert (other.death.week, other.cycles, other.most_cycles) == (5.0, (), 3)


def test_a_study_without_events_and_doses_has_courses(make_trial):
    trial = make_trial([{"arm": "il2"}, {"arm": "control"}], events=False, doses=False)
    course = patient_course(whole_population(trial), "P00")
    assert (course.cycles, course.most_cycles, course.aids, course.adverse, course.death) == ((), 0, (), (), None)
    assert course.last_week == 0.0


def test_who_is_left_out_is_told_by_which_rule(twenty):
    some = select_population(twenty, (Filter(variable="age", upper=40), Filter(variable="site", values=("north",))))
    assert reason_of_absence(some, "P03") == (
        "Patient P03 isn't among the patients counted: the filters “Age at most 40 years” and “Site north” leave the "
        "patient out. Remove them, or choose a patient of the list."
    )
    with pytest.raises(SpecificationError, match="the filters “Age at most 40 years” and “Site north”"):
        patient_course(some, "P03")
    assert reason_of_absence(some, some.subjects["subject_id"].iloc[0]) == ""


def test_who_does_not_exist(population):
    with pytest.raises(SpecificationError, match=r"Patient 'X1': the study has no such patient; choose one of the"):
        patient_course(population, "X1")
