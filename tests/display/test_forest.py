"""Forest plots where an estimate or a bound is infinite, missing, or not there at all."""

from __future__ import annotations

from math import inf, log10, nan

import pytest

from il2dash.analysis.estimate import Interval
from il2dash.display.forest import ForestRow, forest
from il2dash.display.numbers import ratio


def row(estimate: float, lower: float, upper: float, reason: str = "", label: str = "CD4") -> ForestRow:
    interval = Interval(lower=lower, upper=upper, level=0.95, method="profile", reason=reason)
    return ForestRow(label=label, estimate=estimate, interval=interval, detail="per 50 cells/uL")


@pytest.fixture
def draw(definition):
    def make(*rows: ForestRow, logarithmic: bool = True):
        return forest(
            definition,
            rows,
            axis_title="Odds ratio",
            favors=("lower", "higher"),
            write=ratio,
            logarithmic=logarithmic,
            name="model",
        )

    return make


def intervals(chart) -> list[tuple[float, float]]:
    shapes = chart.figure.to_plotly_json()["layout"]["shapes"]
    return [(shape["x0"], shape["x1"]) for shape in shapes if shape["line"]["color"] == "#009E73"]


def words(chart) -> list[str]:
    return [annotation.text for annotation in chart.figure.layout.annotations]


def test_an_interval_lies_where_it_is(draw):
    chart = draw(row(2.0, 0.5, 8.0))
    assert intervals(chart) == [(0.5, 8.0)]
    assert list(chart.figure.data[0].x) == [2.0]
    assert "CD4, per 50 cells/uL: 2.00 (0.500 to 8.00)." in chart.alt
    lowest, highest = chart.figure.layout.xaxis.range
    assert lowest < log10(0.5)
    assert highest > log10(8.0)


@pytest.mark.parametrize("logarithmic", [True, False])
def test_infinite_bounds_end_at_the_axis_with_an_arrow(draw, logarithmic):
    chart = draw(row(2.0, -inf if not logarithmic else 0.0, inf), logarithmic=logarithmic)
    limits = chart.figure.layout.xaxis.range
    left, right = intervals(chart)[0]
    assert (left, right) == pytest.approx(tuple(10.0**limit for limit in limits) if logarithmic else tuple(limits))
    arrows = [text for text in words(chart) if text.startswith("<span")]
    assert ["◀" in arrows[0], "▶" in arrows[1]] == [True, True]


def test_an_infinite_estimate_has_an_arrow_and_no_mark(draw):
    chart = draw(row(inf, 3.0, inf))
    assert list(chart.figure.data[0].x) == []
    assert sum("▶</span>" in text for text in words(chart)) == 1
    assert "∞ (3.00 to ∞)" in chart.alt


def test_what_cannot_be_estimated_says_why_in_its_place(draw):
    chart = draw(row(nan, nan, nan, "None of 5 patients has a value."), row(2.0, 1.0, 4.0))
    assert intervals(chart) == [(1.0, 4.0)]
    assert "not estimable, none of 5 patients has a value." in chart.alt
    assert any("not estimable, none of 5" in text.replace("<br>", " ") for text in words(chart))


def test_a_bound_that_was_not_found_leaves_its_side_open(draw):
    assert intervals(draw(row(2.0, nan, 4.0))) == [(2.0, 4.0)]
    assert intervals(draw(row(2.0, 1.0, nan))) == [(1.0, 2.0)]


def test_no_rows_make_an_empty_plot(draw):
    chart = draw()
    assert "no estimates" in chart.alt
    assert chart.figure.layout.height >= 100


def test_a_long_label_is_broken_and_its_row_is_higher(draw):
    short, long = draw(row(2.0, 1.0, 4.0)), draw(row(2.0, 1.0, 4.0, label="CD4 gain of at least 50 cells/uL " * 3))
    text = next(text for text in words(long) if "CD4 gain" in text)
    assert max(len(line) for line in text.replace("<b>", "").replace("</b>", "").split("<br>")) <= 48
    assert long.figure.layout.height >= short.figure.layout.height + 2 * 17
