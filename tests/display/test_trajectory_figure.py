"""Courses with one visit, no visit, one patient, and the decimals that a course shares."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from il2dash.analysis.population import Filter, select_population, whole_population
from il2dash.analysis.trajectory import courses, trajectory
from il2dash.display.trajectory_figure import decimals_of, trajectory_figure
from il2dash.display.trajectory_view import threshold_lines, trajectory_sentence, trajectory_spec


@pytest.fixture(scope="module")
def course(trial):
    return trajectory(whole_population(trial), "cd4")


@pytest.mark.parametrize("visits", [0, 1, 2])
@pytest.mark.parametrize("statistic", ["median", "mean"])
def test_few_visits_are_drawn_told_and_tabulated(definition, course, visits, statistic):
    short = replace(course, visits=course.visits[:visits])
    chart = trajectory_figure(definition, short, statistic=statistic, courses=None, thresholds=())
    assert json.loads(chart.figure.to_json())["layout"]["height"] > 400
    assert f"at {visits or 'no'} visit" in chart.alt
    assert len(trajectory_spec(short, definition.arms, statistic=statistic).rows) == visits
    words = trajectory_sentence(short, definition.arms, week=12)
    assert words.endswith(".")
    assert (words == "No values of CD4 count at the planned visits.") == (visits == 0)


def test_numbers_stand_under_the_axis(definition, course):
    figure = trajectory_figure(definition, course, statistic="median", courses=None, thresholds=()).figure
    under = [(note.x, note.text) for note in figure.layout.annotations if note.xref == "x" and note.yref == "paper"]
    assert under[:3] == [(0.0, "4"), (6.0, "4"), (12.0, "3")]


def test_single_patients_are_drawn_with_their_gaps(trial, definition, course):
    lines = courses(whole_population(trial), "cd4", change=False)
    figure = trajectory_figure(
        definition, course, statistic="mean", courses=lines, thresholds=((200.0, "at least 200"),)
    )
    drawn = np.array(figure.figure.data[0].y, dtype=float)
    assert np.isnan(drawn).sum() == 4
    assert np.nanmax(drawn) == 210
    assert figure.figure.layout.shapes[0].y0 == 200


def test_a_course_shares_its_decimals(trial, course):
    assert decimals_of(course) == 0
    assert decimals_of(trajectory(whole_population(trial), "rna")) == 2


def test_the_sentence_says_who_was_measured(trial, definition):
    one = select_population(trial, (Filter(variable="age", lower=57, upper=57),))
    words = trajectory_sentence(trajectory(one, "cd4"), definition.arms, week=12)
    assert "1 of 1 patient)" in words
    assert "not known with Control (nobody is counted)" in words
    changes = trajectory_sentence(trajectory(whole_population(trial), "cd4", change=True), definition.arms, week=12)
    assert changes.startswith(
        "At week 12 the median change in CD4 count was 130 with IL-2 (3 of 4 patients) and 11 with"
    )
    assert "IL-2 minus Control" in changes


def test_a_change_that_nobody_has_is_told(trial, definition, course):
    only_baseline = replace(course, change=True, visits=course.visits[:1])
    assert trajectory_sentence(only_baseline, definition.arms, week=12) == (
        "No change of CD4 count from baseline is known at a planned visit."
    )


def test_lines_of_thresholds_and_of_the_assay(definition):
    assert threshold_lines(definition, "cd4", change=False) == ((200.0, "at least 200"),)
    assert threshold_lines(definition, "cd4", change=True) == ()
    ((value, words),) = threshold_lines(definition, "rna", change=False)
    assert (round(value, 3), words) == (1.699, "assay limit")
