from __future__ import annotations

import numpy as np

from il2dash.analysis.population import whole_population
from il2dash.analysis.trajectory import Courses, trajectory
from il2dash.display.distribution_figure import PatientPoints, points_figure
from il2dash.display.patient_sample import MOST_LINES, MOST_POINTS, drawn_places, sample_words
from il2dash.display.trajectory_figure import trajectory_figure


def test_all_of_few_and_some_of_many_the_same_each_time():
    assert drawn_places(7, 7).tolist() == list(range(7))
    some = drawn_places(1000, 40)
    assert len(set(some.tolist())) == 40
    assert some.tolist() == sorted(some.tolist()) == drawn_places(1000, 40).tolist()
    # Spread over all of them.
    assert some[:20].max() < 800
    assert some[20:].min() > 200


def test_what_is_said():
    assert sample_words([100, 100], 100) == ""
    assert sample_words([100, 101], 100).startswith(" Of an arm with more, 100 patients drawn by lot")


def test_the_courses_of_a_large_arm_are_a_sample(trial, definition):
    patients = MOST_LINES + 21
    many = Courses(
        subject_ids=np.array([f"P{number}" for number in range(patients)], dtype=object),
        is_treatment=np.arange(patients) == 0,
        weeks=np.array([0.0, 6.0]),
        values=np.ones((patients, 2)),
        censored=np.zeros((patients, 2), dtype=bool),
    )
    course = trajectory(whole_population(trial), next(iter(definition.markers)))
    drawn = trajectory_figure(definition, course, statistic="median", courses=many, thresholds=())
    named = [{subject for ids in trace for subject in ids} for trace in drawn.patients[:2]]
    assert [len(names) for names in named] == [MOST_LINES, 1]


def test_the_box_behind_a_sample_of_points_is_of_all(definition):
    values = np.append(np.arange(MOST_POINTS + 50, dtype=float), np.nan)
    ids = np.array([f"P{number}" for number in range(len(values))], dtype=object)
    group = PatientPoints(subject_ids=ids, values=values, quartiles=(1.0, 2.0, 3.0), words="words")
    drawn = points_figure(definition, {"control": group, "il2": group}, title="x", what="What", name="x")
    points, box = drawn.spec["data"][:2]
    assert len(points["x"]) == MOST_POINTS
    assert (box["lowerfence"], box["upperfence"]) == ([0.0], [MOST_POINTS + 49.0])
    assert [f"P{value:.0f}" for value in points["x"]] == [subject for ids in drawn.patients[0] for subject in ids]
