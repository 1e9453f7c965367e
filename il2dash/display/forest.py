"""Forest plots: one row an estimate with its interval, the words above the line so that a phone has room for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite, isnan, log10
from typing import Any

from il2dash.analysis.estimate import Interval
from il2dash.display.chart import NEUTRAL, Chart, chart, note
from il2dash.display.numbers import bounds
from il2dash.study.definition import StudyDefinition

ROW_HEIGHT = 52


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestRow:
    """One estimate: its label, the small print beside it, and whether it is drawn strongly."""

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
    null_value: float,
    favors: tuple[str, str],
    write: Callable[[float], str],
    logarithmic: bool,
    name: str,
    color: str,
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
    null_value : float
        Where there is no difference: 0 or 1.
    favors : tuple of str
        What is to the left and to the right of it.
    write : callable
        How a value of the axis is written.
    logarithmic : bool
        Whether the axis is logarithmic, as ratios need it.
    name : str
        Name of the file when saved.
    color : str
        Color of the marks.
    """
    lowest, highest = _axis_range(rows, null_value=null_value, logarithmic=logarithmic)
    data: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    shapes: list[dict[str, Any]] = []
    drawable = []
    for index, row in enumerate(rows):
        position = -index
        annotations.append(_row_text(row.label, row.detail, position=position))
        shapes.append(_null_line(null_value, position=position))
        if isnan(row.estimate):
            text = f"not estimable{': ' + row.interval.reason if row.interval.reason else ''}"
            annotations.append(note(text, x=0.5, y=position, yref="y"))
            continue
        drawable.append((position, row))
        lower, upper = max(row.interval.lower, lowest), min(row.interval.upper, highest)
        shapes.append(
            {
                "type": "line",
                "x0": lower,
                "x1": upper,
                "y0": position,
                "y1": position,
                "line": {"color": color, "width": 2.5 if row.emphasized else 1.5},
            }
        )
        for bound, limit, arrow in ((row.interval.lower, lowest, "◀"), (row.interval.upper, highest, "▶")):
            if bound != min(max(bound, lowest), highest):
                place = log10(limit) if logarithmic else limit
                sign = f'<span style="color:{color}">{arrow}</span>'
                annotations.append(note(sign, x=place, y=position, xref="x", yref="y"))
    data.append(
        {
            "type": "scatter",
            "mode": "markers",
            "x": [min(max(row.estimate, lowest), highest) for _, row in drawable],
            "y": [position for position, _ in drawable],
            "marker": {
                "symbol": "square",
                "size": [12 if row.emphasized else 8 for _, row in drawable],
                "color": color,
                "opacity": 1,
            },
            "hovertext": [
                f"{row.label}<br>{write(row.estimate)} ({bounds(row.interval, write)})" for _, row in drawable
            ],
            "hoverinfo": "text",
        }
    )
    annotations += [
        note(f"◀ {favors[0]}", x=0, y=1, xanchor="left", yanchor="bottom", yshift=4),
        note(f"{favors[1]} ▶", x=1, y=1, xanchor="right", yanchor="bottom", yshift=4),
    ]
    axis: dict[str, Any] = {"title": {"text": axis_title}, "zeroline": False, "fixedrange": True, "showgrid": True}
    if logarithmic:
        axis |= {"type": "log", "range": [log10(lowest), log10(highest)], **_log_ticks(lowest, highest)}
    else:
        ticks = _ticks(lowest, highest)
        axis |= {"range": [lowest, highest], "tickvals": ticks, "ticktext": [write(tick) for tick in ticks]}
    alt = f"Forest plot, {axis_title}. " + " ".join(
        f"{row.label}: {write(row.estimate)}, {bounds(row.interval, write)}." for row in rows
    )
    return chart(
        definition,
        data=data,
        layout={
            "xaxis": axis,
            "yaxis": {
                "visible": False,
                "range": [-len(rows) + 0.55, 0.8],
                "fixedrange": True,
            },
            "shapes": shapes,
            "annotations": annotations,
            "margin": {"t": 30, "b": 66},
        },
        alt=alt,
        name=name,
        height=110 + ROW_HEIGHT * max(len(rows), 1),
    )


def _row_text(label: str, detail: str, *, position: float) -> dict[str, Any]:
    text = f"<b>{label}</b>" + (f"  {detail}" if detail else "")
    return {
        "text": text,
        "x": 0,
        "y": position,
        "xref": "paper",
        "yref": "y",
        "xanchor": "left",
        "yanchor": "bottom",
        "yshift": 6,
        "showarrow": False,
        "align": "left",
        "font": {"size": 13},
    }


def _null_line(null_value: float, *, position: float) -> dict[str, Any]:
    """Return the line of no difference beside one row's interval; it leaves room for the words above."""
    return {
        "type": "line",
        "x0": null_value,
        "x1": null_value,
        "y0": position - 0.42,
        "y1": position + 0.1,
        "line": {"color": NEUTRAL, "width": 1.5, "dash": "dot"},
    }


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
    step = next((step for step in (0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5) if span / step <= 7), 1.0)
    first = -int(-lowest // step) if lowest < 0 else int(lowest // step)
    return [round(index * step, 10) for index in range(first, int(highest // step) + 1)]


def _log_ticks(lowest: float, highest: float) -> dict[str, Any]:
    decades = log10(highest / lowest)
    steps = (1, 2, 5) if decades < 2.5 else (1,)
    ticks = [digit * 10.0**power for power in range(-3, 4) for digit in steps]
    shown = [tick for tick in ticks if lowest <= tick <= highest]
    return {"tickvals": shown, "ticktext": [f"{tick:g}" for tick in shown]}
