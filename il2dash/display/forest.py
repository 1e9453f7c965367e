"""Forest plots: one row an estimate with its interval, the words above the line so that a phone has room for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite, isnan, log10
from typing import Any

from il2dash.analysis.estimate import Interval
from il2dash.display.chart import (
    COMPARISON_COLOR,
    LONGEST_LINE,
    NEUTRAL,
    Chart,
    chart,
    heading,
    lines,
    literal,
    note,
    standing_at,
)
from il2dash.display.numbers import NOT_ESTIMABLE, count, with_bounds, within
from il2dash.study.definition import StudyDefinition

DAGGER = "\u2020"
"""Marks a label with a note of its own."""

LINE_HEIGHT = 17
STRIP_HEIGHT = 35
"""Pixels of a line of words, and of the interval under them with its air: the vertical axis is in pixels."""

_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5, *(digit * 10.0**power for power in range(300) for digit in (1, 2, 5)))
"""Between the ticks of a plain axis, in its unit: for proportions, and for what is counted in cells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestRow:
    """One estimate: its label, the small print before its result, and whether it is drawn strongly."""

    label: str
    estimate: float
    interval: Interval
    detail: str = ""
    emphasized: bool = True


def forest(
    definition: StudyDefinition,
    rows: tuple[ForestRow, ...],
    *,
    axis_title: str,
    favors: tuple[str, str],
    write: Callable[[float], str],
    logarithmic: bool,
    name: str,
) -> Chart:
    """Draw estimates with their intervals.

    Parameters
    ----------
    definition : StudyDefinition
        The study that the figure is of.
    rows : tuple of ForestRow
        From top to bottom. A row that can't be estimated says so in its place.
    axis_title : str
        What is drawn, with its unit.
    favors : tuple of str
        What is to the left and to the right of no difference.
    write : callable
        How a value of the axis is written.
    logarithmic : bool
        Whether the axis is logarithmic, as ratios need it: no difference is 1, else 0.
    name : str
        Name of the file when saved.
    """
    null_value = 1.0 if logarithmic else 0.0
    lowest, highest = _axis_range(rows, null_value=null_value, logarithmic=logarithmic)
    annotations: list[dict[str, Any]] = []
    shapes: list[dict[str, Any]] = []
    drawable = []
    bottom = 0
    for row in rows:
        words = _words(row, write)
        bottom -= LINE_HEIGHT * len(words) + STRIP_HEIGHT
        position = bottom + 15
        annotations.append(standing_at(position, "<br>".join(words), yshift=6))
        if isnan(row.estimate):
            continue
        drawable.append((position, row))
        # A bound that wasn't found leaves its side open: the line begins at the estimate.
        lower = row.estimate if isnan(row.interval.lower) else row.interval.lower
        upper = row.estimate if isnan(row.interval.upper) else row.interval.upper
        left, right = (min(max(bound, lowest), highest) for bound in (lower, upper))
        shapes.append(_line(left, right, position, position, COMPARISON_COLOR, width=2.5 if row.emphasized else 1.5))
        for beyond, limit, arrow in ((lower < lowest, lowest, "◀"), (upper > highest, highest, "▶")):
            if beyond:
                place = log10(limit) if logarithmic else limit
                sign = f'<span style="color:{COMPARISON_COLOR}">{arrow}</span>'
                annotations.append(note(sign, x=place, y=position, xref="x", yref="y"))
    null_line = _line(null_value, null_value, min(bottom, -STRIP_HEIGHT), 0, NEUTRAL, width=1)
    shapes.insert(0, null_line | {"layer": "between"})
    inside = [(position, row) for position, row in drawable if lowest <= row.estimate <= highest]
    data: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [row.estimate for _, row in inside],
            "y": [position for position, _ in inside],
            "marker": {
                "symbol": "square",
                "size": [12 if row.emphasized else 8 for _, row in inside],
                "color": COMPARISON_COLOR,
                "opacity": 1,
            },
            "hovertext": ["<br>".join(_words(row, write)) for _, row in inside],
            "hoverinfo": "text",
        }
    ]
    right_words = lines(favors[1], LONGEST_LINE // 2)
    left_words = lines(favors[0], max(LONGEST_LINE // 2, LONGEST_LINE - len(favors[1]) - 6))
    annotations += [
        heading([f"◀ {left_words[0]}", *left_words[1:]], yshift=4),
        note(f"{'<br>'.join(right_words)} ▶", x=1, y=1, xanchor="right", yanchor="bottom", yshift=4, align="right"),
    ]
    top = 13 + LINE_HEIGHT * max(len(left_words), len(right_words))
    axis: dict[str, Any] = {
        "title": {"text": literal(axis_title)},
        "zeroline": False,
        "fixedrange": True,
        "showgrid": True,
    }
    if logarithmic:
        axis |= {"type": "log", "range": [log10(lowest), log10(highest)], **_log_ticks(lowest, highest)}
    else:
        ticks = _ticks(lowest, highest)
        axis |= {"range": [lowest, highest], "tickvals": ticks, "ticktext": [write(tick) for tick in ticks]}
    spoken = " ".join(f"{row.label.removesuffix(DAGGER)}, {_small_print(row, write)}." for row in rows)
    return chart(
        definition,
        data=data,
        layout={
            "xaxis": axis,
            "yaxis": {"visible": False, "range": [min(bottom, -STRIP_HEIGHT), 0], "fixedrange": True},
            "shapes": shapes,
            "annotations": annotations,
            "margin": {"t": top, "b": 66},
        },
        alt=f"Forest plot of {count(len(rows), 'estimate')}, {axis_title}. {spoken}".strip(),
        name=name,
        height=top + 66 + max(-bottom, STRIP_HEIGHT),
    )


def _words(row: ForestRow, write: Callable[[float], str]) -> list[str]:
    """Return what stands above a row's interval, line by line."""
    small = _small_print(row, write)
    if len(row.label) + len(small) < LONGEST_LINE:
        return [f"<b>{literal(row.label)}</b>  {literal(small)}"]
    return [*(f"<b>{line}</b>" for line in lines(row.label, LONGEST_LINE)), *lines(small, LONGEST_LINE + 4)]


def _small_print(row: ForestRow, write: Callable[[float], str]) -> str:
    """Return a row's detail and its result: ``per 10 years: 0.61 (0.27 to 1.33)``."""
    without = f"{NOT_ESTIMABLE}{f', {within(row.interval.reason)}' if row.interval.reason else ''}"
    result = with_bounds(row.estimate, row.interval, write, without=without)
    return f"{row.detail}: {result}" if row.detail else result


def _line(x0: float, x1: float, y0: float, y1: float, color: str, **look: Any) -> dict[str, Any]:
    return {"type": "line", "x0": x0, "x1": x1, "y0": y0, "y1": y1, "line": {"color": color, **look}}


def _axis_range(rows: tuple[ForestRow, ...], *, null_value: float, logarithmic: bool) -> tuple[float, float]:
    """Return limits that hold every finite number; an odds ratio's axis never leaves 1/1000 to 1000."""
    values = [null_value]
    for row in rows:
        values += [value for value in (row.estimate, row.interval.lower, row.interval.upper) if isfinite(value)]
    if logarithmic:
        positive = [value for value in values if value > 0]
        return max(min(*positive, 0.5) / 1.3, 1e-3), min(max(*positive, 2.0) * 1.3, 1e3)
    half = max(max(abs(value - null_value) for value in values) * 1.12, 0.05)
    return null_value - half, null_value + half


def _ticks(lowest: float, highest: float) -> list[float]:
    span = highest - lowest
    step = next(step for step in _STEPS if span / step <= 7)
    first = -int(-lowest // step) if lowest < 0 else int(lowest // step)
    return [round(index * step, 10) for index in range(first, int(highest // step) + 1)]


def _log_ticks(lowest: float, highest: float) -> dict[str, Any]:
    decades = log10(highest / lowest)
    steps = (1, 2, 5) if decades < 2.5 else (1,)
    ticks = [digit * 10.0**power for power in range(-3, 4) for digit in steps]
    shown = [tick for tick in ticks if lowest <= tick <= highest]
    return {"tickvals": shown, "ticktext": [f"{tick:g}" for tick in shown]}
