"""The distribution of one covariate by arm: every patient as a point with the quartiles, or the share of each level."""

from __future__ import annotations

from typing import Any

import numpy as np

from il2dash.analysis.baseline import BaselineVariable, ContinuousSummary, FactorSummary
from il2dash.analysis.population import Population
from il2dash.display.chart import Chart, arm_mark, arm_style, chart, note
from il2dash.display.numbers import percent, together
from il2dash.study.definition import StudyDefinition


def distribution_figure(population: Population, variable: BaselineVariable) -> Chart:
    """Draw one covariate by arm.

    Parameters
    ----------
    population : Population
        The patients who are counted.
    variable : BaselineVariable
        The covariate's summary.
    """
    definition = population.trial.definition
    if variable.kind == "continuous":
        return _points(definition, population, variable)
    return _shares(definition, variable)


def _points(definition: StudyDefinition, population: Population, variable: BaselineVariable) -> Chart:
    arms = definition.arms
    data: list[dict[str, Any]] = []
    annotations = []
    spoken = []
    for row, code in enumerate(arms.codes):
        style = arm_style(arms, code)
        rows = population.subjects[population.arm(code)]
        values = rows[variable.name].to_numpy(dtype=float)
        known = ~np.isnan(values)
        summary = variable.groups[code]
        assert isinstance(summary, ContinuousSummary)
        data.append(
            {
                "type": "box",
                "x": values[known].tolist(),
                "y": [row] * int(known.sum()),
                "orientation": "h",
                "boxpoints": "all",
                "pointpos": -1.35,
                "jitter": 0.5,
                "width": 0.32,
                "quartilemethod": "linear",
                "line": {"color": style.color, "width": 1.6},
                "fillcolor": style.fill,
                "marker": {"color": style.color, "symbol": style.symbol, "size": 6, "opacity": 0.75},
                "hovertext": rows["subject_id"][known].tolist(),
                "hoverinfo": "x+text",
            }
        )
        median, q1, q3 = together(summary.median, summary.q1, summary.q3)
        words = f"{arms.label(code)}: median {median} [{q1}, {q3}], n = {summary.n}" + (
            f", {summary.missing} missing" if summary.missing else ""
        )
        spoken.append(words)
        annotations.append(
            note(arm_mark(arms, code, words), x=0, y=row + 0.26, yref="y", xanchor="left", yanchor="bottom")
        )
    return chart(
        definition,
        data=data,
        layout={
            "xaxis": {
                "title": {"text": f"{variable.label}{', ' + variable.unit if variable.unit else ''}"},
                "zeroline": False,
                "fixedrange": True,
            },
            "yaxis": {"visible": False, "range": [-0.62, 1.62], "fixedrange": True},
            "annotations": annotations,
            "margin": {"t": 8, "b": 58},
        },
        alt=f"Distribution of {variable.label} by arm. {'; '.join(spoken)}.",
        name=f"distribution_{variable.name}",
        height=330,
    )


def _shares(definition: StudyDefinition, variable: BaselineVariable) -> Chart:
    arms = definition.arms
    data: list[dict[str, Any]] = []
    spoken = []
    labels: list[str] = []
    for code in reversed(arms.codes):
        style = arm_style(arms, code)
        summary = variable.groups[code]
        assert isinstance(summary, FactorSummary)
        labels = [level.label for level in summary.levels]
        texts = [f"{level.count} of {summary.n} ({percent(level.proportion)})" for level in summary.levels]
        data.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": arms.label(code),
                "y": labels,
                "x": [100 * level.proportion for level in summary.levels],
                "text": [f"{arms.label(code)}: {text}" for text in texts],
                "textposition": "auto",
                "insidetextanchor": "start",
                "marker": {
                    "color": style.fill,
                    "line": {"color": style.color, "width": 1.6},
                    "pattern": {"shape": "/" if code == arms.treatment else "", "fgcolor": style.color, "size": 9},
                },
                "hoverinfo": "text",
            }
        )
        spoken.append(f"{arms.label(code)}: {', '.join(f'{a} {b}' for a, b in zip(labels, texts, strict=True))}")
    return chart(
        definition,
        data=data,
        layout={
            "barmode": "group",
            "bargap": 0.3,
            "xaxis": {
                "title": {"text": f"{variable.label}, percent of those known"},
                "range": [0, 100],
                "fixedrange": True,
                "zeroline": False,
            },
            "yaxis": {"fixedrange": True, "automargin": True, "autorange": "reversed", "type": "category"},
            "margin": {"t": 8, "b": 58},
        },
        alt=f"Bar chart of {variable.label} by arm. {'; '.join(spoken)}.",
        name=f"distribution_{variable.name}",
        height=120 + 76 * max(len(labels), 1),
    )
