"""A figure with its words: what it shows for those who can't see it, and who is in it, on the figure itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from math import isfinite
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from il2dash.analysis.patient_ids import PatientIds
from il2dash.display.literal_text import without_controls
from il2dash.study.definition import Arms, StudyDefinition

if TYPE_CHECKING:
    import plotly.graph_objects as go

NEUTRAL = "#7a8793"
"""Rules and reference lines: grey that reads on a light and on a dark page."""

COMPARISON_COLOR = "#009E73"
"""What compares the arms and belongs to neither: differences, ratios, a model's predictions."""

LONGEST_LINE = 44
"""Characters that a phone has room for."""

SYNTHETIC_NOTE = "synthetic data"

SYNTHETIC_LINE = 12
"""What the note adds to a figure's height, in pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmStyle:
    """How an arm looks everywhere: readable in greyscale by dash and marker (colors by Okabe and Ito)."""

    color: str
    dash: str
    symbol: str
    glyph: str
    fill: str


REFERENCE_STYLE = ArmStyle(color="#0072B2", dash="solid", symbol="circle", glyph="●", fill="rgba(0,114,178,0.16)")
TREATMENT_STYLE = ArmStyle(color="#D55E00", dash="dash", symbol="square", glyph="■", fill="rgba(213,94,0,0.16)")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Chart:
    """A figure to show.

    Parameters
    ----------
    spec : dict
        Plotly's ``data`` and ``layout``, as plain types. The tests have Plotly check every one; the pages draw them as
        they are, because checking takes 6 to 15 ms a figure.
    alt : str
        What the figure shows, for those who can't see it.
    name : str
        Name of its file when it is saved.
    patients : tuple of tuples of tuples of str
        For every trace, for every point, the ids of the patients behind it; empty where no point has any.
    signs : str
        What its signs mean, where the page says it under a table: its file has no table.
    """

    spec: dict[str, Any]
    alt: str
    name: str
    patients: tuple[tuple[PatientIds, ...], ...] = ()
    signs: str = ""

    @property
    def figure(self) -> go.Figure:
        """Plotly's figure, every property checked: for files, notebooks and tests."""
        import plotly.graph_objects as go

        return go.Figure(self.spec)


def drawable(values: Iterable[float]) -> list[float | None]:
    """Return numbers as JSON has them: None, at which Plotly leaves a gap, for NaN and infinity."""
    return [float(value) if isfinite(value) else None for value in values]


def arm_style(arms: Arms, code: str) -> ArmStyle:
    """Return the look of an arm."""
    return TREATMENT_STYLE if code == arms.treatment else REFERENCE_STYLE


def arm_mark(arms: Arms, code: str, words: str = "") -> str:
    """Return words (the arm's name) behind the arm's sign: the sign has the color, the words keep the page's own.

    `words` may hold Plotly's markup: what a study calls its things goes through `literal` or `lines` first.
    """
    style = arm_style(arms, code)
    return f'<span style="color:{style.color}">{style.glyph}</span> {words or literal(arms.label(code))}'


def arm_bars(arms: Arms, code: str, places: Sequence[float], widths: Sequence[float], *, height: int) -> dict[str, Any]:
    """Return an arm's horizontal bars: in grey the treatment's stripes tell them apart."""
    style = arm_style(arms, code)
    return {
        "type": "bar",
        "orientation": "h",
        "y": list(places),
        "x": list(widths),
        "width": height,
        "marker": {
            "color": style.fill,
            "line": {"color": style.color, "width": 1.6},
            "pattern": {"shape": "/" if code == arms.treatment else "", "fgcolor": style.color, "size": 9},
        },
        "hoverinfo": "skip",
    }


def error_bars(
    points: Iterable[tuple[float, float, float]],
    *,
    color: str,
    scale: float = 1.0,
    thickness: float = 1.5,
    width: float = 0,
) -> dict[str, Any]:
    """Return the bars of (center, lower, upper); `scale` is 100 where the axis is in percent of what `points` are."""
    known = list(points)
    return {
        "type": "data",
        "symmetric": False,
        "array": drawable(scale * (upper - center) for center, _, upper in known),
        "arrayminus": drawable(scale * (center - lower) for center, lower, _ in known),
        "color": color,
        "thickness": thickness,
        "width": width,
    }


def literal(text: str) -> str:
    """Return a text that Plotly shows as it is: it takes tags for markup, and what stands between dollars for LaTeX."""
    return escape(without_controls(text), quote=False).replace("$", "&#36;")  # Plotly knows no &quot;


def lines(text: str, width: int) -> list[str]:
    """Return a text as literal lines of about one length, at most `width` characters: Plotly doesn't wrap."""
    text = without_controls(text)
    broken = wrap(text, width, break_on_hyphens=False) or [""]
    for narrower in range(-(-len(text) // len(broken)), width):
        balanced = wrap(text, max(narrower, 1), break_on_hyphens=False)
        if len(balanced) == len(broken):
            broken = balanced
            break
    return [literal(line) for line in broken]


def chart(
    definition: StudyDefinition,
    *,
    data: list[dict[str, Any]],
    layout: dict[str, Any],
    alt: str,
    name: str,
    height: int,
) -> Chart:
    """Make a figure in the house's style; one of a synthetic study says so on itself.

    A trace may have `patients`, which Plotly doesn't know: for every point, the ids of the patients behind it. They
    become the figure's, and the trace one whose points can be chosen.
    """
    annotations = list(layout.pop("annotations", []))
    margin = {"l": 16, "r": 20, "t": 16, "b": 34} | layout.pop("margin", {})
    if definition.study.synthetic:
        # A line of its own: on a phone an axis's title takes the whole width.
        margin["b"] += SYNTHETIC_LINE
        height += SYNTHETIC_LINE
        annotations.append(
            note(SYNTHETIC_NOTE, x=1, y=0, xanchor="right", yanchor="bottom", yshift=4 - margin["b"], size=11)
        )
    base: dict[str, Any] = {
        "height": height,
        "margin": margin,
        "hovermode": "closest",
        "dragmode": False,
        "showlegend": False,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "annotations": annotations,
    }
    prefix = "Synthetic data. " if definition.study.synthetic else ""
    behind = tuple(tuple(trace.get("patients", ())) for trace in data)
    if any(any(points) for points in behind):
        data = [_with_choice(trace) for trace in data]
    else:
        behind = ()
    data = [{key: part for key, part in trace.items() if key != "patients"} for trace in data]
    return Chart(spec={"data": data, "layout": base | layout}, alt=prefix + alt, name=name, patients=behind)


def _with_choice(trace: dict[str, Any]) -> dict[str, Any]:
    """Return a trace whose points can be chosen, and which looks the same when others are.

    Plotly chooses markers and bars only: a line gets marks that aren't seen. A trace without words under the pointer
    ("skip") would take no click either.
    """
    if trace["type"] not in ("scatter", "bar"):
        return trace
    changed = dict(trace)
    if trace.get("patients"):
        if trace.get("mode") == "lines":
            changed |= {"mode": "lines+markers", "marker": {"size": 8, "opacity": 0}}
        if trace.get("hoverinfo") == "skip":
            changed["hoverinfo"] = "none"
    if "marker" in changed:
        same = {"marker": {"opacity": changed["marker"].get("opacity", 1)}}
        changed |= {"selected": same, "unselected": same}
    return changed


def note(text: str, *, x: float, y: float, size: int = 13, **place: Any) -> dict[str, Any]:
    """Return a text on a figure, in the page's own color; in units of the paper where `place` doesn't say otherwise."""
    return {
        "text": text,
        "x": x,
        "y": y,
        "showarrow": False,
        "font": {"size": size},
        "xref": "paper",
        "yref": "paper",
        **place,
    }


def standing_at(y: float, text: str, **place: Any) -> dict[str, Any]:
    """Return words from the left edge of the plot that stand on a height of its vertical axis."""
    return note(text, x=0, y=y, **{"yref": "y", "xanchor": "left", "yanchor": "bottom", "align": "left"} | place)


def heading(words: list[str], *, y: float = 1, yshift: int = 8, **place: Any) -> dict[str, Any]:
    """Return lines that stand above the plot, or above the panel that ends at this part of the figure's height."""
    return standing_at(y, "<br>".join(words), yref="paper", yshift=yshift, **place)
