"""The curve over thresholds, also where an arm is empty."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from il2dash.analysis.endpoint import endpoint_result, threshold_curve
from il2dash.analysis.outcome import EndpointSpec
from il2dash.analysis.population import Filter, select_population, whole_population
from il2dash.display.threshold_figure import threshold_figure, threshold_sentence

SPEC = EndpointSpec(endpoint="cd4_200")


@pytest.fixture
def draw(definition):
    def make(population, thresholds: list[float]):
        curve = threshold_curve(population, SPEC, np.array(thresholds))
        return threshold_figure(definition, curve, endpoint_result(population, SPEC), protocol=200.0)

    return make


def test_the_curve_is_told_with_its_range(draw, trial):
    chart = draw(whole_population(trial), [100.0, 200.0, 208.0])
    assert chart.alt == (
        "Synthetic data. Line chart of the risk difference of CD4 of at least 200 over 3 thresholds from 100 to 208 "
        "cells/uL: between 0.0 and +25.0 percentage points; at 200: +25.0."
    )
    assert list(chart.figure.data[2].y) == [25.0, 25.0, 0.0]
    assert "il2" not in chart.figure.data[2].hovertext[0]


def test_an_empty_arm_has_no_curve(draw, trial):
    alone = select_population(trial, (Filter(variable="arm", values=("il2",)),))
    chart = draw(alone, [100.0, 200.0])
    assert chart.alt.endswith("over 2 thresholds: not estimable at any of them.")
    assert json.loads(chart.figure.to_json())["data"][2]["y"] in ([None, None], {"dtype": "f8"})
    assert "not estimable<br>Control: 0 of 0" in chart.figure.data[2].hovertext[0]


def test_no_thresholds_make_an_empty_plot(draw, trial):
    assert "over 0 thresholds" in draw(whole_population(trial), []).alt


def test_the_sentence_says_none_all_or_how_many(trial):
    population = whole_population(trial)
    result = endpoint_result(population, SPEC)
    curve = threshold_curve(population, SPEC, np.array([100.0, 200.0, 208.0]))
    words = threshold_sentence(curve, result)
    assert words == (
        "Over thresholds of 100 to 208 cells/uL the risk difference lies between 0.0 and +25.0 percentage points; its "
        "interval leaves out 0 at none of the 3 thresholds that are drawn."
    )
    some, everywhere = np.array([0.1, -0.1, -0.1]), np.array([0.1, 0.1, 0.1])
    assert "at 1 of the 3 thresholds" in threshold_sentence(replace(curve, lower=some), result)
    assert "at all the 3 thresholds" in threshold_sentence(replace(curve, lower=everywhere), result)
    flat = threshold_sentence(replace(curve, difference=np.zeros(3)), result)
    assert "the risk difference is 0.0 percentage points; its" in flat
