"""Curves of events as figures, tables and sentences."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from il2dash.analysis.events_and_death import all_events_until_death, first_event_with_death
from il2dash.analysis.kaplan_meier import kaplan_meier
from il2dash.analysis.population import Filter, select_population, whole_population
from il2dash.analysis.time_to_first import time_to_first
from il2dash.display.event_curve_figure import MOST_STEPS, event_curve_figure
from il2dash.display.event_curve_view import (
    curve_method,
    event_curve_sentence,
    event_curve_spec,
    late_week,
    logrank_note,
)
from il2dash.display.week_axis import MOST_TICKS, axis_weeks


@pytest.fixture(scope="module")
def population(trial):
    return whole_population(trial)


@pytest.fixture(scope="module")
def first(population):
    return time_to_first(population, "aids")


def test_the_axis_names_few_round_weeks():
    assert axis_weeks(52.3) == [0, 13, 26, 39, 52]
    assert axis_weeks(176) == [0, 26, 52, 78, 104, 130, 156]
    assert axis_weeks(12.5) == [0, 2, 4, 6, 8, 10, 12]
    assert axis_weeks(0) == [0]
    assert all(len(axis_weeks(week)) <= MOST_TICKS for week in (1, 6.9, 7, 30, 100, 400, 3000))


def test_the_figure_has_steps_bands_marks_and_numbers_at_risk(definition, first):
    drawn = event_curve_figure(definition, first.arms, category="aids", quantity="survival")
    figure = drawn.figure
    lines = [trace for trace in figure.data if trace.line.shape == "hv"]
    assert [trace.line.dash for trace in lines] == ["solid", "dash"]
    assert list(lines[0].x) == [0, 0, 7, 9, 12, 12.5]
    assert list(lines[0].y) == pytest.approx([100, 100, 100, 200 / 3, 200 / 3, 200 / 3])
    marks = [trace for trace in figure.data if trace.marker.symbol == "line-ns-open"]
    assert list(marks[0].x) == [7, 12, 12.5]
    bands = [trace for trace in figure.data if trace.fill == "toself"]
    assert min(bands[0].y) < 10 < 90 < max(bands[0].y)
    under = [note.text for note in figure.layout.annotations if note.xref == "x" and note.yref == "paper"]
    assert under == ["4", "4", "4", "4", "3", "2", "2", *["4"] * 7]
    assert "Control: week 0 100% (4 at risk)" in drawn.alt
    assert "week 12 67% (2 at risk)" in drawn.alt


def test_an_event_in_week_0_is_a_step_from_the_start(definition, population):
    curve = time_to_first(population, "aids").arms["control"]
    moved = {code: curve.at(curve.weeks) for code in ("control", "il2")}
    data = event_curve_figure(definition, moved, category="aids", quantity="mean").spec["data"]
    assert all(trace["y"][0] == 0 for trace in data if trace["line" if "line" in trace else "marker"].get("shape"))


def test_the_table_and_the_note(first, definition):
    spec = event_curve_spec(first, definition, quantity="survival")
    assert spec.columns == ("Week", "IL-2, at risk", "IL-2 (95% CI)", "Control, at risk", "Control (95% CI)")
    assert spec.rows[0] == ("0", "4", "100%", "4", "100%")
    assert spec.rows[-1] == ("12", "4", "100%", "2", "67% (5% to 95%)")
    assert spec.notes == (
        "Log-rank chi-square 1.33, P\u00a0=\u00a00.25: IL-2 0 observed, 0.6 expected and "
        "Control 1 observed, 0.4 expected.",
    )


def test_sentences(population, first, definition):
    words = event_curve_sentence(first, definition, quantity="survival")
    assert words == (
        "At week 12, 100% with IL-2 and 67% (95% CI 5% to 95%) with Control were free of an AIDS event. Log-rank test "
        "over the whole follow-up: P\u00a0=\u00a00.25; the treatment arm has no event while the other is at risk: the "
        "hazard ratio has no finite estimate."
    )
    incidence = event_curve_sentence(first_event_with_death(population, "aids"), definition, quantity="incidence")
    assert incidence == (
        "By week 12, 0% with IL-2 and 25% (95% CI 1% to 67%) with Control had had an AIDS event. Died without an AIDS "
        "event: none with IL-2 and 1 with Control."
    )
    mean = event_curve_sentence(all_events_until_death(population, "aids"), definition, quantity="mean")
    assert mean.startswith("By week 12 the mean number of AIDS events per patient was 0.00 with IL-2 and 0.25 (95% CI ")
    assert "Cox" in curve_method(first, "survival")


def test_a_sentence_reads_the_curve_where_patients_are_left(make_curve):
    early = {"control": make_curve([2] * 19 + [40], [False] * 20), "il2": make_curve([39] * 20, [False] * 20)}
    assert late_week(early) == 0
    everybody = {"control": make_curve([2, 3], [True, True]), "il2": make_curve([40, 41], [True, False])}
    assert late_week(everybody) == 39


@pytest.fixture
def make_curve():
    from il2dash.analysis.kaplan_meier import kaplan_meier

    return lambda time, event: kaplan_meier(time=time, event=event)


@pytest.mark.parametrize("which", [("control",), ("il2",), ()])
def test_empty_arms_are_told(trial, definition, arms, which):
    conditions = (Filter(variable="arm", values=which),) if which else (Filter(variable="age", lower=200),)
    population = select_population(trial, conditions)
    for quantity, analysis in (
        ("survival", time_to_first),
        ("incidence", first_event_with_death),
        ("mean", all_events_until_death),
    ):
        found = analysis(population, "aids")
        words = event_curve_sentence(found, definition, quantity=quantity)
        assert words.endswith(".")
        assert "nan" not in words
        if which:
            assert "Nobody is counted in the arm" in words
        else:
            assert words.startswith("There is nobody to count.")
        drawn = event_curve_figure(definition, found.arms, category="aids", quantity=quantity)
        assert "no patients" in drawn.alt
        spec = event_curve_spec(found, definition, quantity=quantity)
        assert not any("nan" in cell for row in spec.rows for cell in row)
    assert "not possible" in logrank_note(time_to_first(population, "aids"), arms)


def test_numbers_at_risk_are_the_curve_s(definition, first):
    drawn = event_curve_figure(definition, first.arms, category="aids", quantity="survival").figure
    weeks = np.array([note.x for note in drawn.layout.annotations if note.xref == "x" and note.yref == "paper"])
    assert weeks[:7].tolist() == [0, 2, 4, 6, 8, 10, 12]


def test_of_many_steps_some_are_drawn_with_their_own_values_and_everybody_behind_them(definition):
    rng = np.random.default_rng(2)
    time = np.sort(rng.uniform(0, 50, 1000))
    ids = tuple((f"P{number}",) for number in range(1000))
    curve = kaplan_meier(time=time, event=np.ones(1000, dtype=bool))
    curve = replace(curve, patients=((), *ids))
    drawn = event_curve_figure(definition, {"control": curve, "il2": curve}, category="aids", quantity="survival")
    place, line = next((i, trace) for i, trace in enumerate(drawn.spec["data"]) if trace["line"].get("shape") == "hv")
    assert MOST_STEPS / 2 < len(line["x"]) <= MOST_STEPS + 2
    shown = np.searchsorted(curve.weeks, line["x"][1:])
    assert line["y"][1:] == pytest.approx((100 * curve.estimate[shown]).tolist(), abs=0)
    assert line["x"][-1] == curve.weeks[-1]
    behind = [subject for ids in drawn.patients[place] for subject in ids]
    assert behind == [subject for ids in curve.patients for subject in ids]
