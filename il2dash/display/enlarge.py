"""A figure for a projector: the same, with larger type and room for it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from il2dash.display.chart import Chart

_DISTANCES = frozenset({"size", "height", "l", "r", "t", "b", "xshift", "yshift", "standoff", "ticklen", "width"})


ROOM = 610
"""In pixels: the height that a screen of 800 leaves to a figure between a slide's head and its controls."""


def enlarge(chart: Chart, factor: float) -> Chart:
    """Return a chart whose type, lines, marks and margins are larger by a factor, and its height with them.

    One that would outgrow the screen is enlarged by less, and never made smaller.
    """
    factor = min(factor, max(ROOM / chart.spec["layout"]["height"], 1.0))
    layout = {"font": {"size": 13}} | {
        key: _axis(part) if key.startswith(("xaxis", "yaxis")) else part for key, part in chart.spec["layout"].items()
    }
    data = [_enlarged(trace, factor, "trace") for trace in chart.spec["data"]]
    return replace(chart, spec={"data": data, "layout": _enlarged(layout, factor, "layout")})


def _axis(axis: dict[str, Any]) -> dict[str, Any]:
    """Return an axis whose words have the sizes that the page's theme gives them elsewhere."""
    title = axis.get("title", {})
    named = title if isinstance(title, dict) else {"text": title}
    return {"tickfont": {"size": 12}} | axis | {"title": {"font": {"size": 13}} | named}


def _enlarged(part: Any, factor: float, name: str) -> Any:
    if isinstance(part, dict):
        return {
            key: _larger(value, factor) if _is_distance(key, name) else _enlarged(value, factor, key)
            for key, value in part.items()
        }
    if isinstance(part, list | tuple) and part and isinstance(part[0], dict):
        return [_enlarged(item, factor, name) for item in part]
    return part


def _is_distance(key: str, parent: str) -> bool:
    # The width of a bar is in units of its axis; that of a line and a marker is in pixels.
    return key in _DISTANCES and (key != "width" or parent in ("line", "marker"))


def _larger(value: Any, factor: float) -> Any:
    if isinstance(value, list | tuple):
        return [_larger(item, factor) for item in value]
    return value * factor if isinstance(value, int | float) and not isinstance(value, bool) else value
