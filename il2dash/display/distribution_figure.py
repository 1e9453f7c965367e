"""The distribution of one covariate by arm: patients as points with the quartiles, or the share of each level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from il2dash.analysis.baseline import BaselineVariable, ContinuousSummary, FactorSummary
from il2dash.analysis.population import Population
from il2dash.display.chart import LONGEST_LINE, Chart, arm_bars, arm_mark, arm_style, chart, lines, literal, standing_at
from il2dash.display.numbers import compact, count, percent, together
from il2dash.display.patient_sample import MOST_POINTS, drawn_places
from il2dash.study.definition import Arms, StudyDefinition

LINE_HEIGHT = 18
BAR_HEIGHT = 13
"""Pixels."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PatientPoints:
    """One arm's patients: ids, values (NaN where missing), the quartiles (q1, median, q3), and both in words."""

    subject_ids: np.ndarray
    values: np.ndarray
    quartiles: tuple[float, float, float]
    words: str


def distribution_sentence(variable: BaselineVariable, arms: Arms) -> str:
    """Say where each arm's middle is, or which share has each level."""
    parts = []
    for code in reversed(arms.codes):
        summary = variable.groups[code]
        if isinstance(summary, ContinuousSummary):
            words = _summary_words(summary)
        else:
            words = ", ".join(f"{level.label} {level.count:,} of {summary.n:,}" for level in summary.levels)
        parts.append(f"{arms.label(code)}: {words}")
    return f"{'; '.join(parts)}."


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
    groups = {}
    for code in definition.arms.codes:
        members = population.arm(code)
        summary = variable.groups[code]
        assert isinstance(summary, ContinuousSummary)
        groups[code] = PatientPoints(
            subject_ids=population.subject_ids[members],
            values=population.numbers(variable.name)[members],
            quartiles=(summary.q1, summary.median, summary.q3),
            words=_summary_words(summary),
        )
    return points_figure(
        definition,
        groups,
        title=f"{variable.label}{', ' + variable.unit if variable.unit else ''}",
        what=f"Distribution of {variable.label} by arm",
        name=f"distribution_{variable.name}",
    )


def points_figure(
    definition: StudyDefinition, groups: dict[str, PatientPoints], *, title: str, what: str, name: str
) -> Chart:
    """Draw the patients of both arms as points, of many some (`drawn_places`), above a box of the quartiles of all.

    Parameters
    ----------
    definition : StudyDefinition
        The study that the figure is of.
    groups : dict of PatientPoints
        By arm code.
    title : str
        Under the axis: what is drawn, with its unit.
    what : str
        The same as the opening of a sentence, for those who can't see it.
    name : str
        Name of the file when saved.
    """
    arms = definition.arms
    data: list[dict[str, Any]] = []
    annotations = []
    spoken = []
    for row, code in enumerate(arms.codes):
        style = arm_style(arms, code)
        group = groups[code]
        known = np.flatnonzero(~np.isnan(group.values))
        if known.size:
            lowest, highest = float(group.values[known].min()), float(group.values[known].max())
            known = known[drawn_places(known.size, MOST_POINTS)]
            values, subjects = group.values[known], group.subject_ids[known].tolist()
            q1, median, q3 = group.quartiles
            data += [
                {
                    "type": "scatter",
                    "mode": "markers",
                    "x": values.tolist(),
                    "y": _spread(row - 0.3, values.size),
                    "marker": {"color": style.color, "symbol": style.symbol, "size": 6, "opacity": 0.75},
                    "hovertext": [
                        f"{literal(str(subject))}: {compact(value)}"
                        for subject, value in zip(subjects, values, strict=True)
                    ],
                    "hoverinfo": "text",
                    "patients": [(str(subject),) for subject in subjects],
                },
                # Quartiles as everywhere else (type 7): Plotly's own methods are of other types.
                {
                    "type": "box",
                    "y": [row],
                    "q1": [q1],
                    "median": [median],
                    "q3": [q3],
                    "lowerfence": [lowest],
                    "upperfence": [highest],
                    "orientation": "h",
                    "width": 0.26,
                    "line": {"color": style.color, "width": 1.6},
                    "fillcolor": style.fill,
                    "hoverinfo": "skip",
                },
            ]
        spoken.append(f"{arms.label(code)}: {group.words}")
        annotations.append(standing_at(row + 0.16, arm_mark(arms, code, _after_name(arms.label(code), group.words))))
    under = lines(title, LONGEST_LINE)
    bottom = 52 + LINE_HEIGHT * len(under)
    return chart(
        definition,
        data=data,
        layout={
            "xaxis": {
                "title": {"text": "<br>".join(under)},
                "zeroline": False,
                "fixedrange": True,
            },
            "yaxis": {"visible": False, "range": [-0.5, 1.5], "fixedrange": True},
            "annotations": annotations,
            "margin": {"t": 8, "b": bottom},
        },
        alt=f"{what}. {'; '.join(spoken)}.",
        name=name,
        height=260 + bottom,
    )


def _shares(definition: StudyDefinition, variable: BaselineVariable) -> Chart:
    """Draw a bar an arm under each level; words stand above their bar, where a phone has room for them."""
    arms = definition.arms
    summaries = {code: summary for code, summary in variable.groups.items() if isinstance(summary, FactorSummary)}
    labels = [level.label for level in summaries[arms.treatment].levels]
    spoken: dict[str, list[str]] = {code: [] for code in reversed(arms.codes)}
    places: dict[str, list[int]] = {code: [] for code in reversed(arms.codes)}
    annotations = []
    bottom = 0
    for index, label in enumerate(labels):
        title = lines(label, LONGEST_LINE)
        annotations.append(
            standing_at(bottom - LINE_HEIGHT * len(title), "<br>".join(f"<b>{line}</b>" for line in title))
        )
        bottom -= LINE_HEIGHT * len(title) + 2
        for code in reversed(arms.codes):
            summary = summaries[code]
            level = summary.levels[index]
            share = f"{level.count:,} of {summary.n:,} ({percent(level.proportion)})" if summary.n else "no values"
            spoken[code].append(f"{label} {share}")
            words = _after_name(arms.label(code), share)
            bottom -= LINE_HEIGHT * (words.count("<br>") + 1) + BAR_HEIGHT + 6
            places[code].append(bottom + BAR_HEIGHT // 2 + 4)
            annotations.append(standing_at(bottom + BAR_HEIGHT + 4, arm_mark(arms, code, words)))
        bottom -= 14
    data = [
        arm_bars(
            arms,
            code,
            places[code],
            [float(100 * level.proportion) if summaries[code].n else 0.0 for level in summaries[code].levels],
            height=BAR_HEIGHT,
        )
        | {"patients": [level.patients for level in summaries[code].levels]}
        for code in reversed(arms.codes)
    ]
    told = "; ".join(f"{arms.label(code)}: {', '.join(words) or 'no values'}" for code, words in spoken.items())
    title = lines(f"{variable.label}, percent of those known", LONGEST_LINE)
    margin = {"t": 8, "b": 52 + LINE_HEIGHT * len(title)}
    return chart(
        definition,
        data=data,
        layout={
            "barmode": "overlay",
            "xaxis": {
                "title": {"text": "<br>".join(title)},
                "range": [0, 100],
                "fixedrange": True,
                "zeroline": False,
            },
            "yaxis": {"visible": False, "range": [min(bottom + 10, -LINE_HEIGHT), 0], "fixedrange": True},
            "annotations": annotations,
            "margin": margin,
        },
        alt=f"Bar chart of {variable.label} by arm, {count(len(labels), 'level')}. {told}.",
        name=f"distribution_{variable.name}",
        height=sum(margin.values()) + max(-bottom - 10, LINE_HEIGHT),
    )


def _after_name(label: str, words: str) -> str:
    """Return an arm's name and words as literal text, on one line where a phone has room for both."""
    if len(label) + len(words) < LONGEST_LINE:
        return literal(f"{label}: {words}")
    return "<br>".join([*lines(f"{label}:", LONGEST_LINE), *lines(words, LONGEST_LINE)])


def _spread(center: float, points: int) -> list[float]:
    """Return heights around a line that keep neighbors apart, the same at every drawing."""
    golden = 0.6180339887
    return [center + 0.13 * (2 * (index * golden % 1) - 1) for index in range(points)]


def _summary_words(summary: ContinuousSummary) -> str:
    missing = f", {summary.missing:,} missing" if summary.missing else ""
    if not summary.n:
        return f"no values{missing}"
    median, q1, q3 = together(summary.median, summary.q1, summary.q3)
    return f"median {median} [{q1}, {q3}], n = {summary.n:,}{missing}"
