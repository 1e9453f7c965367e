"""Patients line by line, and adverse events by grade."""

from __future__ import annotations

from dataclasses import replace

import pytest

from il2dash.analysis.event_grades import event_grades
from il2dash.analysis.population import Filter, select_population, whole_population
from il2dash.analysis.timelines import timelines
from il2dash.display.event_grades_view import grades_figure, grades_sentence, grades_spec
from il2dash.display.timeline_figure import timeline_figure, timeline_sentence


@pytest.fixture(scope="module")
def courses(trial):
    return timelines(whole_population(trial))


def marks(figure, symbol):
    return next(trace for trace in figure.data if trace.marker.symbol == symbol)


def test_every_sign_has_its_place_and_its_words(definition, courses):
    drawn = timeline_figure(definition, courses)
    figure = drawn.figure
    assert list(marks(figure, "diamond").x) == [9]
    assert marks(figure, "diamond").hovertext[0] == "P03, Control<br>AIDS event, Esophageal candidiasis, week 9"
    assert marks(figure, "x").hovertext[0] == "P04, Control<br>death, Lymphoma, grade 5, week 7"
    assert list(marks(figure, "circle").x) == [2, 6, 2, 2]
    assert marks(figure, "circle").hovertext[1] == "P05, IL-2<br>cycle 2 given: week 6"
    symbols = [trace.marker.symbol for trace in figure.data if trace.mode == "markers"]
    assert len(symbols) == len(set(symbols)) == 4
    lines = [trace for trace in figure.data if "lines" in trace.mode]
    assert [sum(week is None for week in trace.x) for trace in lines] == [4, 4]
    legend = figure.layout.annotations[2].text.replace("\u00a0", " ")
    for words in ("cycle", "AIDS event", "death", "last contact"):
        assert words in legend
    assert drawn.alt == (
        "Synthetic data. Timeline of 8 patients, one line each. IL-2: 4 of 4 patients, no AIDS events, no deaths, "
        "4 cycles given. Control: 4 of 4 patients, 1 AIDS event, 1 death, no cycles given."
    )


def test_who_was_lost_has_a_sign_of_its_own(trial, definition):
    subjects = trial.subjects.assign(completed=[1.0, 0.0, 1.0, 0.0, 1.0, 1.0, 1.0, 1.0])
    figure = timeline_figure(definition, timelines(whole_population(replace(trial, subjects=subjects)))).figure
    # P02 was lost; P04 died, which is another sign.
    lost = marks(figure, "triangle-right-open")
    assert lost.hovertext == ("P02, Control<br>last contact, follow-up not completed: week 12.5",)
    assert len(marks(figure, "line-ns-open").x) == 6
    assert "lost" in figure.layout.annotations[2].text


def test_a_selection_is_told(arms, courses):
    assert timeline_sentence(courses) == ("Each line is one of 8 patients, the longest follow-up of each arm first.")
    some = replace(courses, total={"control": 500, "il2": 554})
    assert "8 of 1,054 patients, in each arm up to 30 at equal steps" in timeline_sentence(some)
    nobody = replace(courses, arms={"control": (), "il2": ()}, total={"control": 0, "il2": 0})
    assert timeline_sentence(nobody) == "There is nobody to show."


def test_grades_of_the_mini_study(trial, definition):
    grades = event_grades(whole_population(trial))
    assert grades_sentence(grades, definition) == (
        "1 of 4 (25%) with IL-2 had an adverse event, 1 of 4 (25%) one of grade 3 or above, 1 event in all; "
        "0 of 4 (0%) with Control had an adverse event, 0 of 4 (0%) one of grade 3 or above."
    )
    spec = grades_spec(grades, definition)
    assert [row[0] for row in spec.rows] == ["Grade 1", "Grade 2", "Grade 3", "Any"]
    assert spec.rows[2] == ("Grade 3", "1 of 4 (25%)", "1", "0 of 4 (0%)", "0")
    figure = grades_figure(definition, grades).figure
    assert [list(trace.x) for trace in figure.data] == [[0, 0, 25], [0, 0, 0]]
    assert [trace.marker.pattern.shape for trace in figure.data] == ["/", ""]


def test_events_without_a_grade_have_their_row(trial, definition):
    ungraded = replace(trial, events=trial.events.assign(grade=float("nan")))
    spec = grades_spec(event_grades(whole_population(ungraded)), definition)
    assert [row[0] for row in spec.rows] == ["Grade not recorded", "Any"]


def test_nobody(trial, definition):
    nobody = event_grades(select_population(trial, (Filter(variable="age", lower=200),)))
    assert grades_sentence(nobody, definition) == (
        "Nobody is counted in the arm IL-2; nobody is counted in the arm Control."
    )
    assert grades_spec(nobody, definition).rows[-1] == ("Any", "nobody to count", "0", "nobody to count", "0")
    assert grades_figure(definition, nobody).spec["layout"]["height"] >= 90
