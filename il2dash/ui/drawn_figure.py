"""A figure as Streamlit's page draws it: once, in the look of the page's theme, light or dark.

Streamlit's own theme of figures is a template, which it hands to Plotly twice, each time as a new object: Plotly takes
it for another figure and draws all of it again, 10 to 15 ms a figure after every click. Without a template, and told
that the data are the same, it looks and finds nothing to do. What the template said stands here and in stylesheet.css,
which knows the theme's colors. Nor does an axis measure its words to find its margin, another 10 ms: the figures name
their margins, and those whose numbers may have any length ask for it themselves.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from plotly.basedatatypes import BaseFigure

FONT = '"Source Sans", sans-serif'

LINE = "rgba(128,142,160,0.22)"
"""The grid, faint on a light and on a dark page."""

_AXIS: dict[str, Any] = {
    "gridcolor": LINE,
    "zerolinecolor": LINE,
    "tickfont": {"size": 12},
}
_LOOK: dict[str, Any] = {
    "font": {"family": FONT, "size": 12, "color": "#808495"},
    "margin": {"pad": 8},
    "hoverlabel": {"font": {"family": FONT, "size": 12}},
    "datarevision": 1,
    "xaxis": {},
    "yaxis": {},
}
_BY_DIRECTION: dict[str, dict[str, Any]] = {
    "x": _AXIS | {"showgrid": False, "zeroline": False, "title": {"font": {"size": 14}, "standoff": 20}},
    "y": _AXIS | {"title": {"font": {"size": 14}, "standoff": 24}},
}


class DrawnFigure(BaseFigure):  # type: ignore[misc]
    """A figure that Streamlit draws as it is: the one thing it asks of a figure is its dictionary."""

    def __init__(self, spec: dict[str, Any]) -> None:
        layout = _under(spec["layout"], _LOOK)
        for name, axis in layout.items():
            if re.fullmatch(r"[xy]axis\d*", name):
                layout[name] = _under(axis, _BY_DIRECTION[name[0]])
        self._spec = spec | {"layout": layout}

    def to_dict(self) -> dict[str, Any]:
        """Return what is sent."""
        return self._spec


def _under(given: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is given, completed by defaults at every depth."""
    completed = dict(defaults)
    for key, value in given.items():
        default = defaults.get(key)
        completed[key] = _under(value, default) if isinstance(value, dict) and isinstance(default, dict) else value
    return completed
