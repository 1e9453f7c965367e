"""One hundred patients per arm: what a proportion means, as people to count."""

from __future__ import annotations

from typing import Any

from il2dash.analysis.endpoint import ArmOutcome, EndpointResult
from il2dash.display.chart import Chart, arm_mark, arm_style, chart, lines, note
from il2dash.display.numbers import percent
from il2dash.study.definition import StudyDefinition

PER_ROW = 10
ROW_HEIGHT = 20
"""Pixels."""

LONGEST_LINE = 17
"""Characters of an arm's name that half a phone has room for."""


def icon_array(definition: StudyDefinition, result: EndpointResult) -> Chart:
    """Draw 10 x 10 marks an arm, responders filled, rounded to whole patients of a hundred.

    Parameters
    ----------
    definition : StudyDefinition
        The study that the figure is of.
    result : EndpointResult
        The endpoint.
    """
    arms = definition.arms
    data: list[dict[str, Any]] = []
    names = {code: lines(arms.label(code), LONGEST_LINE) for code in arms.codes}
    tallest = max(len(name) for name in names.values())
    annotations = []
    spoken = []
    for panel, code in enumerate(reversed(arms.codes)):
        style = arm_style(arms, code)
        outcome = result.arms[code]
        filled = int(100 * outcome.proportion + 0.5 + 1e-9) if outcome.total else 0
        left = panel * (PER_ROW + 1.5)
        places = [(left + index % PER_ROW, -(index // PER_ROW)) for index in range(100)]
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [x for x, _ in places],
                "y": [y for _, y in places],
                "marker": {
                    "symbol": [style.symbol if index < filled else f"{style.symbol}-open" for index in range(100)],
                    "size": 11,
                    "color": [style.color if index < filled else _faint(style.color) for index in range(100)],
                    "opacity": 1,
                    "line": {"width": 1.2, "color": style.color},
                },
                "hoverinfo": "skip",
                "patients": [outcome.responding if index < filled else outcome.not_responding for index in range(100)],
            }
        )
        words = _share(outcome, filled)
        name = "<br>".join(f"<b>{line}</b>" for line in names[code])
        annotations.append(
            note(
                arm_mark(arms, code, f"{name}<br>{words}"),
                x=left - 0.4,
                y=0.8,
                xref="x",
                yref="y",
                xanchor="left",
                yanchor="bottom",
                align="left",
                size=14,
            )
        )
        counted = (
            f" ({outcome.responders:,} of {outcome.total:,}, {percent(outcome.proportion)})" if outcome.total else ""
        )
        spoken.append(f"{arms.label(code)}: {words}{counted}")
    hidden = {"visible": False, "fixedrange": True}
    return chart(
        definition,
        data=data,
        layout={
            "xaxis": {**hidden, "range": [-0.8, 2 * PER_ROW + 1.3]},
            "yaxis": {**hidden, "range": [-PER_ROW + 0.3, 0.9 + (19 * (tallest + 1) + 6) / ROW_HEIGHT]},
            "annotations": annotations,
            "margin": {"t": 4, "b": 26, "l": 0, "r": 0},
        },
        alt=f"Icon array of 100 patients per arm, {result.label}. {'; '.join(spoken)}.",
        name=f"icons_{result.id}",
        height=round(30 + (PER_ROW + 0.6) * ROW_HEIGHT) + 19 * (tallest + 1) + 6,
    )


def _faint(color: str) -> str:
    """Return a color at less than half its strength: an opacity of the mark would change with what is chosen."""
    red, green, blue = (int(color[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.45)"


def _share(outcome: ArmOutcome, filled: int) -> str:
    if not outcome.total:
        return "nobody to count"
    if filled == 0 and outcome.responders:
        return "fewer than 1 of 100"
    if filled == 100 and outcome.responders < outcome.total:
        return "more than 99 of 100"
    return f"{filled} of 100"
