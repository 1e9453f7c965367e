"""What the figures over the weeks share: axis, legend, patients under the axis, an arm's course with its bars."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from il2dash.display.chart import LONGEST_LINE, arm_mark, arm_style, error_bars, lines, literal, note
from il2dash.display.numbers import NARROW, week_number
from il2dash.study.definition import Arms

WEEK_STEPS = (1, 2, 4, 13, 26, 52, 104, 208, 520, 1040)
"""Steps of a time axis in weeks: a quarter of a year and its multiples once a month is too fine."""

MOST_TICKS = 7


def axis_weeks(last_week: float) -> list[float]:
    """Return the weeks that a time axis names: round ones, at most `MOST_TICKS`, and 0."""
    step = next((step for step in WEEK_STEPS if last_week / step < MOST_TICKS), WEEK_STEPS[-1])
    return [float(week) for week in range(0, int(last_week) + 1, step)]


def week_axis(weeks: Sequence[float], *, standoff: int | None = None, **more: Any) -> dict[str, Any]:
    """Return a horizontal axis that names these weeks; its title is `standoff` pixels below, `more` is Plotly's."""
    return {
        "title": {"text": "Week"} if standoff is None else {"text": "Week", "standoff": standoff},
        "tickvals": list(weeks),
        "ticktext": [week_number(week) for week in weeks],
        "zeroline": False,
        "fixedrange": True,
        **more,
    }


def visit_gap(weeks: Sequence[float], *, alone: float = 1.0) -> float:
    """Return how far an arm is drawn beside its visit: a tenth of the shortest time between two, or of `alone`."""
    return float(min(np.diff(weeks), default=alone)) * 0.1


def visit_axis(weeks: Sequence[float], *, gap: float, **more: Any) -> dict[str, Any]:
    """Return the axis of planned visits, with room for both arms' numbers of patients under it."""
    first, last = (weeks[0], weeks[-1]) if weeks else (0.0, 1.0)
    return week_axis(weeks, standoff=54, showgrid=False, range=[first - 3 * gap, last + 4 * gap], **more)


def arm_course(
    arms: Arms,
    code: str,
    points: Sequence[tuple[float, float, float, float]],
    *,
    gap: float,
    hover: list[str],
    scale: float = 1.0,
    **more: Any,
) -> dict[str, Any]:
    """Return an arm's line through (week, center, lower, upper), the arms `gap` to either side of the week."""
    style = arm_style(arms, code)
    shift = gap * (2 * arms.codes.index(code) - 1)
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": [week + shift for week, _, _, _ in points],
        "y": [scale * center for _, center, _, _ in points],
        "error_y": error_bars((point[1:] for point in points), color=style.color, scale=scale),
        "line": {"color": style.color, "dash": style.dash, "width": 2.5},
        "marker": {"color": style.color, "symbol": style.symbol, "size": 9, "opacity": 1},
        "hovertext": hover,
        "hoverinfo": "text",
        **more,
    }


def legend_lines(
    arms: Arms, names: dict[str, str], *, mark: Callable[[Arms, str, str], str] = arm_mark, mark_length: int = 4
) -> list[str]:
    """Return which arm is which (name by code), in as few lines as a phone has room for."""
    if sum(len(name) + mark_length + 1 for name in names.values()) <= LONGEST_LINE:
        return [f"{3 * NARROW}".join(mark(arms, code, f"<b>{literal(name)}</b>") for code, name in names.items())]
    legend = []
    for code, name in names.items():
        first, *more = (f"<b>{line}</b>" for line in lines(name, LONGEST_LINE - mark_length))
        legend += [mark(arms, code, first), *more]
    return legend


def numbers_under_axis(
    arms: Arms, code: str, counts: Sequence[tuple[float, int]], *, row: int, first_row: int = 26, beside: int = 8
) -> list[dict[str, Any]]:
    """Return an arm's numbers of patients, (week, n), as a row of notes under the axis.

    The first row is `first_row` pixels under it, the arm's sign `beside` pixels left of it.
    """
    place: dict[str, Any] = {"y": 0, "yanchor": "top", "yshift": -first_row - 16 * row, "size": 12}
    return [
        note(arm_mark(arms, code, "n"), x=0, xanchor="right", xshift=-beside, **place),
        *(note(f"{n:,}", x=week, xref="x", **place) for week, n in counts),
    ]
