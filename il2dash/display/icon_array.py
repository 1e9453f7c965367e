"""One hundred patients per arm: what a proportion means, as people to count."""

from __future__ import annotations

from typing import Any

from il2dash.analysis.endpoint import EndpointResult
from il2dash.display.chart import Chart, arm_mark, arm_style, chart, note
from il2dash.display.numbers import percent
from il2dash.study.definition import StudyDefinition

PER_ROW = 10


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
    annotations = []
    spoken = []
    for panel, code in enumerate(reversed(arms.codes)):
        style = arm_style(arms, code)
        outcome = result.arms[code]
        filled = round(100 * outcome.proportion) if outcome.total else 0
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
                    "color": style.color,
                    "opacity": [1.0 if index < filled else 0.45 for index in range(100)],
                    "line": {"width": 1.2, "color": style.color},
                },
                "hoverinfo": "skip",
            }
        )
        words = f"{filled} of 100" if outcome.total else "nobody to count"
        annotations.append(
            note(
                arm_mark(arms, code, f"<b>{arms.label(code)}</b>: {words}"),
                x=left - 0.4,
                y=0.8,
                xref="x",
                yref="y",
                xanchor="left",
                yanchor="bottom",
                size=14,
            )
        )
        spoken.append(
            f"{arms.label(code)}: {words} ({outcome.responders} of {outcome.total}, {percent(outcome.proportion)})"
        )
    hidden = {"visible": False, "fixedrange": True}
    return chart(
        definition,
        data=data,
        layout={
            "xaxis": {**hidden, "range": [-0.8, 2 * PER_ROW + 1.3]},
            "yaxis": {**hidden, "range": [-PER_ROW + 0.3, 2.0]},
            "annotations": annotations,
            "margin": {"t": 4, "b": 26, "l": 0, "r": 0},
        },
        alt=f"Icon array of 100 patients per arm, {result.label}. {'; '.join(spoken)}.",
        name=f"icons_{result.id}",
        height=270,
    )
