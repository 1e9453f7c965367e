"""Every figure: drawn from any data, told in words, marked as synthetic where it is, and free of others' markup."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape
from math import isfinite
from types import NoneType
from typing import Any

import numpy as np
import pytest

from il2dash.analysis.population import Filter
from il2dash.analysis.results import all_results
from il2dash.display.chart import (
    REFERENCE_STYLE,
    SYNTHETIC_NOTE,
    TREATMENT_STYLE,
    arm_mark,
    arm_style,
    lines,
    literal,
)
from il2dash.study.trial import Trial

FILTERS = {
    "everybody": (),
    "no control": (Filter(variable="arm", values=("il2",)),),
    "no treatment": (Filter(variable="arm", values=("control",)),),
    "one patient": (Filter(variable="age", lower=57, upper=57),),
    "nobody": (Filter(variable="age", lower=200),),
}

OWN_MARKUP = re.compile(r'</?b>|<br>|</?span(?: style="color:#[0-9A-Fa-f]{6}")?>')
OWN_ENTITIES = re.compile(r"&(?:amp|lt|gt|#36);")


def without(trial: Trial, *, values: bool = True, covariates: bool = True) -> Trial:
    """Return the trial without the values of its visits, or with every covariate missing."""
    subjects = trial.subjects.copy()
    if not covariates:
        for covariate in trial.definition.covariates:
            subjects[covariate.name] = subjects[covariate.name].where(np.zeros(len(subjects), dtype=bool))
    return replace(trial, subjects=subjects, measurements=trial.measurements if values else trial.measurements.iloc[:0])


def texts(node: Any, key: str = "") -> list[str]:
    """Return every text of a figure that Plotly draws."""
    if isinstance(node, dict):
        return [text for name, child in node.items() if name != "template" for text in texts(child, name)]
    if isinstance(node, list | tuple):
        return [text for child in node for text in texts(child, key)]
    return [node] if isinstance(node, str) and key in ("text", "hovertext", "name", "ticktext", "y") else []


def assert_plain(node: Any) -> None:
    """Check that a figure is of JSON's types: the pages send it as it is."""
    if isinstance(node, dict):
        for child in node.values():
            assert_plain(child)
    elif isinstance(node, list | tuple):
        for child in node:
            assert_plain(child)
    else:
        assert type(node) in (str, int, float, bool, NoneType), type(node)
        assert not isinstance(node, float) or isfinite(node), node


def assert_drawn(charts, *, synthetic: bool) -> int:
    drawn = 0
    for chart in charts:
        drawn += 1
        assert_plain(chart.spec)
        figure = json.loads(chart.figure.to_json())
        written = json.dumps(figure)
        assert not re.search(r"\bNaN\b|\bInfinity\b", written), chart.name
        assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", chart.name)
        assert re.search(r"\d", chart.alt), chart.alt
        assert chart.alt.endswith("."), chart.alt
        assert not re.search(r"\bnan\b|\bNone\b|\binf\b|  |\.\.|<", chart.alt.replace("< 0.001", "")), chart.alt
        notes = [annotation["text"] for annotation in figure["layout"]["annotations"]]
        assert (SYNTHETIC_NOTE in notes) == synthetic
        assert chart.alt.startswith("Synthetic data. ") == synthetic
        assert figure["layout"]["height"] >= 100
        for text in texts(figure):
            assert not re.search(r"\bnan\b|\bNone\b", text), text
    return drawn


@pytest.mark.parametrize("which", FILTERS)
def test_any_population_is_drawn(trial, charts_of, which):
    assert assert_drawn(charts_of(all_results(trial, filters=FILTERS[which])), synthetic=True) == 48


def test_a_trial_without_values_is_drawn(trial, charts_of):
    charts = list(charts_of(all_results(without(trial, values=False))))
    assert_drawn(charts, synthetic=True)
    course = next(chart for chart in charts if chart.name == "trajectory_cd4")
    assert "Control: no values" in " ".join(texts(course.figure.to_plotly_json()))
    assert "week 0 no values" in course.alt


def test_covariates_without_a_value_are_drawn(trial, charts_of):
    charts = list(charts_of(all_results(without(trial, covariates=False))))
    assert_drawn(charts, synthetic=True)
    shares = next(chart for chart in charts if chart.name == "distribution_cdc_stage")
    assert "A no values" in shares.alt
    points = next(chart for chart in charts if chart.name == "distribution_age")
    assert points.alt == "Synthetic data. Distribution of Age by arm. Control: no values, 4 missing; " + (
        "IL-2: no values, 4 missing."
    )


def test_real_data_are_not_called_synthetic(hostile_trial, charts_of):
    assert assert_drawn_escaped(charts_of(all_results(hostile_trial))) == 48


def assert_drawn_escaped(charts) -> int:
    drawn = 0
    for chart in charts:
        drawn += 1
        figure = json.loads(chart.figure.to_json())
        assert SYNTHETIC_NOTE not in [annotation["text"] for annotation in figure["layout"]["annotations"]]
        assert not chart.alt.startswith("Synthetic")
        for text in texts(figure):
            foreign = OWN_ENTITIES.sub("", OWN_MARKUP.sub("", text))
            assert not re.search(r"[<>&$]", foreign), (chart.name, text)
    return drawn


def test_hostile_words_are_shown_as_they_are(hostile_trial, hostile_words, charts_of):
    shown = []
    for chart in charts_of(all_results(hostile_trial)):
        joined = " ".join(texts(json.loads(chart.figure.to_json())))
        # Without any spaces, as long words are broken where a line is full.
        shown.append("".join(unescape(OWN_MARKUP.sub("", joined)).split()))
    words = "".join(hostile_words.split())
    assert all(words in text for text in shown)


def test_literal_and_lines():
    assert literal("a < b & $x$ \"'") == "a &lt; b &amp; &#36;x&#36; \"'"
    assert lines("CD4 gain of at least 50 cells/uL at week 52", 30) == [
        "CD4 gain of at least",
        "50 cells/uL at week 52",
    ]
    assert lines("short", 30) == ["short"]
    assert lines("", 30) == [""]
    assert all(len(line) <= 12 for line in lines("Pneumonoultramicroscopicsilicovolcanoconiosis", 12))


def test_arms_differ_in_color_dash_marker_and_sign(arms):
    treatment, reference = arm_style(arms, arms.treatment), arm_style(arms, arms.reference)
    assert (treatment, reference) == (TREATMENT_STYLE, REFERENCE_STYLE)
    assert (reference.color, treatment.color) == ("#0072B2", "#D55E00")
    for attribute in ("color", "dash", "symbol", "glyph", "fill"):
        assert getattr(treatment, attribute) != getattr(reference, attribute)
    assert arm_mark(arms, "il2") == '<span style="color:#D55E00">■</span> IL-2'
