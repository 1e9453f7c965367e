"""The comparison at a visit and the proportion below the limit: words and tables that stay true for any values."""

from __future__ import annotations

import re
from dataclasses import replace
from math import inf, nan

import pytest

from il2dash.analysis.censored_visit import below_limit
from il2dash.analysis.estimate import Estimate, Interval, SignificanceTest
from il2dash.analysis.population import Filter, select_population, whole_population
from il2dash.analysis.trajectory import courses
from il2dash.analysis.visit_comparison import visit_comparison
from il2dash.display.below_limit_view import below_limit_figure, below_limit_sentence, below_limit_spec
from il2dash.display.comparison_view import comparison_figure, comparison_forest, comparison_sentence, comparison_spec

FILTERS = {
    "everybody": (),
    "no control": (Filter(variable="arm", values=("il2",)),),
    "one patient": (Filter(variable="age", lower=57, upper=57),),
    "nobody": (Filter(variable="age", lower=200),),
}


@pytest.fixture(scope="module")
def comparison(trial):
    return visit_comparison(whole_population(trial), "cd4", week=12, change=False)


def shifted(comparison, estimate: float, lower: float, upper: float, p: float = 0.3, reason: str = ""):
    interval = Interval(lower=lower, upper=upper, level=0.95, method="exact", reason=reason)
    return replace(
        comparison,
        hodges_lehmann=Estimate(estimate=estimate, interval=interval, reason=reason),
        wilcoxon=SignificanceTest(name="wilcoxon", convention="exact, ties", p=p),
    )


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ((8, -30, 45), "is +8 cells/uL (95% CI \u221230 to +45; Wilcoxon P\u00a0=\u00a00.30). The data are compatible "
         "with values up to 30 cells/uL lower and up to 45 cells/uL higher with IL-2: neither a difference nor "
         "equality is shown."),
        ((0, -9, 9), "is 0 (95% CI \u22129 to +9;"),
        ((40, 5, 80, 0.02), "The interval excludes equality: higher values with IL-2."),
        ((-40, -80, -5, 0.02), "The interval excludes equality: lower values with IL-2."),
        ((3, -inf, inf), "So few patients exclude hardly any difference."),
        ((nan, nan, nan, nan, "the reference arm has no values"), "No difference can be estimated (the reference arm"),
    ],
)  # fmt: skip
def test_the_sentence(comparison, arms, numbers, said):
    words = comparison_sentence(shifted(comparison, *numbers), arms)
    assert said in words
    assert "no effect" not in words
    assert "no difference." not in words


@pytest.mark.parametrize("which", FILTERS)
@pytest.mark.parametrize("marker", ["cd4", "rna"])
@pytest.mark.parametrize("change", [False, True])
def test_any_population_is_told_and_tabulated(trial, definition, which, marker, change):
    population = select_population(trial, FILTERS[which])
    found = visit_comparison(population, marker, week=12, change=change)
    spec = comparison_spec(found, definition.arms)
    assert len(spec.rows) == (5 if marker == "rna" else 3)
    texts = [comparison_sentence(found, definition.arms), *spec.notes, *(cell for row in spec.rows for cell in row)]
    for text in texts:
        assert not re.search(r"\bnan\b|\binf\b|\bNone\b|\.\)|\.\.", text), text
    shown = courses(population, marker, change=change)
    drawn = comparison_figure(definition, found, shown)
    assert sum(len(trace.x or ()) for trace in drawn.figure.data) == sum(arm.n for arm in found.arms.values())
    assert f"{len(spec.rows)} estimates" in comparison_forest(definition, found).alt
    if which == "nobody":
        assert {row[1] for row in spec.rows} == {"\u2013"}


def test_the_table_holds_estimate_interval_and_p(comparison, definition):
    spec = comparison_spec(shifted(comparison, 8, -30, 45), definition.arms)
    assert spec.columns == ("Comparison", "Difference", "95% CI", "P", "Test")
    assert spec.rows[0] == ("Shift (Hodges-Lehmann)", "+8", "\u221230 to +45", "0.30", "Wilcoxon, exact")
    assert any("distance" in note or "exact, ties" in note for note in spec.notes)


def test_patients_are_drawn_once(trial, definition, comparison):
    shown = courses(whole_population(trial), "cd4", change=False)
    figure = comparison_figure(definition, comparison, shown).figure
    points = [trace for trace in figure.data if trace.type == "scatter"]
    assert [len(trace.x) for trace in points] == [comparison.arms[code].n for code in definition.arms.codes]


def test_a_forest_of_large_numbers_has_few_ticks(comparison, definition):
    for size in (0.3, 40, 9000, 3e6):
        axis = comparison_forest(definition, shifted(comparison, size / 9, -size, size)).figure.layout.xaxis
        assert 2 <= len(axis.tickvals) <= 9


def test_below_the_limit(trial, definition):
    course = below_limit(whole_population(trial), "rna")
    words = below_limit_sentence(course, definition, week=12)
    assert re.match(r"At week 12, .* was below 50 copies/mL in \d of \d \(\d+%\) with IL-2 and", words)
    spec = below_limit_spec(course, definition)
    assert len(spec.rows) == len(course.visits)
    nobody = below_limit(select_population(trial, FILTERS["nobody"]), "rna")
    assert below_limit_sentence(nobody, definition, week=12).startswith(
        "At week 12, nobody with IL-2 or with Control has a value of HIV-1 RNA. No difference"
    )
    one_arm = below_limit(select_population(trial, FILTERS["no control"]), "rna")
    words = below_limit_sentence(one_arm, definition, week=12)
    assert re.match(
        r"At week 12, HIV-1 RNA was below 50 copies/mL in \d of \d \(\d+%\) with IL-2; nobody with Con", words
    )
    assert {cell for row in below_limit_spec(nobody, definition).rows for cell in row[1:]} == {"0 / 0", "\u2013"}
    assert "no values" in below_limit_figure(nobody, definition).alt
