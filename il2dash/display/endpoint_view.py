"""Tables of endpoints: proportions by arm, effects with their intervals, and the forest of all endpoints."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from il2dash.analysis.endpoint import EndpointResult
from il2dash.analysis.estimate import Estimate
from il2dash.display.chart import (
    LONGEST_LINE,
    Chart,
    arm_mark,
    arm_style,
    chart,
    error_bars,
    lines,
    literal,
    standing_at,
)
from il2dash.display.endpoint_words import method_words, number_needed_words, test_words
from il2dash.display.numbers import (
    NARROW,
    NO_NUMBER,
    bounds,
    bounds_cell,
    level,
    p_value,
    percent,
    points,
    ratio,
    within,
)
from il2dash.display.risk_difference_forest import difference_row, risk_difference_forest
from il2dash.display.tables import TableSpec
from il2dash.study.definition import StudyDefinition


def proportions_spec(result: EndpointResult, definition: StudyDefinition) -> TableSpec:
    """Write responders and proportions by arm, with the three intervals that are in use."""
    arms = definition.arms
    rows = []
    for code in (arms.treatment, arms.reference):
        outcome = result.arms[code]
        rows.append(
            (
                arms.label(code),
                f"{outcome.responders:,} / {outcome.total:,}",
                _one_decimal(outcome.proportion) if outcome.total else "nobody to count",
                *(
                    bounds(interval, _one_decimal) if outcome.total else NO_NUMBER
                    for interval in (outcome.interval, *outcome.other_intervals)
                ),
                f"{outcome.missing:,}",
            )
        )
    first = result.arms[arms.treatment]
    names = [first.interval.method, *(interval.method for interval in first.other_intervals)]
    return TableSpec(
        identifier=f"proportions-{result.id}",
        columns=(
            "Arm",
            "Responders / total",
            "Proportion",
            *(f"{level(first.interval)}, {method_words(name)}" for name in names),
            "Outcome not known",
        ),
        rows=tuple(rows),
        caption="Proportion of responders",
    )


def proportions_figure(result: EndpointResult, definition: StudyDefinition) -> Chart:
    """Draw the proportion of responders of each arm with its interval, on 0 to 100%."""
    arms = definition.arms
    data: list[dict[str, Any]] = []
    annotations = []
    spoken = []
    for row, code in enumerate((arms.treatment, arms.reference)):
        outcome = result.arms[code]
        style = arm_style(arms, code)
        share = "nobody to count"
        if outcome.total:
            share = (
                f"{outcome.responders:,} of {outcome.total:,}, {percent(outcome.proportion)} "
                f"({level(outcome.interval)} {bounds(outcome.interval, percent)})"
            )
        spoken.append(f"{arms.label(code)}: {share}")
        words = [*lines(arms.label(code), LONGEST_LINE), literal(share)]
        annotations.append(standing_at(-row, arm_mark(arms, code, f"<br>{4 * NARROW}".join(words)), yshift=10))
        if not outcome.total:
            continue
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [100 * outcome.proportion],
                "y": [-row],
                "error_x": error_bars(
                    [(outcome.proportion, outcome.interval.lower, outcome.interval.upper)],
                    color=style.color,
                    scale=100,
                    thickness=2.5,
                    width=5,
                ),
                "marker": {"color": style.color, "symbol": style.symbol, "size": 13, "opacity": 1},
                "hovertext": ["<br>".join(words)],
                "hoverinfo": "text",
                "patients": [outcome.responding],
            }
        )
    return chart(
        definition,
        data=data,
        layout={
            "xaxis": {
                "range": [-2, 102],
                "title": {"text": "Responders, percent"},
                "fixedrange": True,
                "zeroline": False,
            },
            "yaxis": {"visible": False, "range": [-1.35, 0.95], "fixedrange": True},
            "annotations": annotations,
            "margin": {"t": 8, "b": 60},
        },
        alt=f"Proportions of responders, {result.label}. {'; '.join(spoken)}.",
        name=f"proportions_{result.id}",
        height=250,
    )


def effects_spec(result: EndpointResult) -> TableSpec:
    """Write the difference, the ratios and the tests."""
    score = result.risk_difference_score
    rows = [
        _effect("Risk difference, percentage points", result.risk_difference, points),
        _effect("Risk difference, percentage points", score, points),
        _effect("Risk ratio", result.risk_ratio, ratio),
        _effect("Odds ratio", result.odds_ratio, ratio),
        _effect("Conditional odds ratio", result.conditional_odds_ratio, ratio),
    ]
    rows += [
        (test_words(test.name), p_value(test.p), "", within(test.reason) or test.convention) for test in result.tests
    ]
    return TableSpec(
        identifier=f"effects-{result.id}",
        columns=("Treatment against reference", "Estimate", level(result.risk_difference.interval), "Method"),
        rows=tuple(rows),
        notes=(number_needed_words(result.number_needed_to_treat),),
        caption="Difference between the arms",
        stacked=True,
    )


def endpoints_forest(results: tuple[EndpointResult, ...], definition: StudyDefinition) -> Chart:
    """Draw the risk differences of all endpoints, the primary ones strongly."""
    rows = tuple(
        difference_row(result, definition.arms, label=result.label, emphasized=result.role == "primary")
        for result in results
    )
    return risk_difference_forest(definition, rows, name="endpoints")


def _effect(label: str, estimate: Estimate, write: Callable[[float], str]) -> tuple[str, str, str, str]:
    reason = within(estimate.reason or estimate.interval.reason)
    return (
        label,
        write(estimate.estimate),
        bounds_cell(estimate.interval, write),
        f"{method_words(estimate.interval.method)}{f'; {reason}' if reason else ''}",
    )


def _one_decimal(proportion: float) -> str:
    return percent(proportion, 1)
