"""How the risk difference moves when the threshold does, with a pointwise interval and the counts on hover."""

from __future__ import annotations

from math import isnan

import numpy as np

from il2dash.analysis.endpoint import EndpointResult, ThresholdCurve
from il2dash.display.chart import COMPARISON_COLOR, NEUTRAL, Chart, chart, drawable, literal, note
from il2dash.display.numbers import NOT_ESTIMABLE, compact, points, range_words
from il2dash.study.definition import StudyDefinition

BAND_COLOR = "rgba(122,135,147,0.22)"


def threshold_sentence(curve: ThresholdCurve, result: EndpointResult) -> str:
    """Say between what the difference moves, and at how many of the thresholds its interval leaves out 0."""
    known = ~np.isnan(curve.difference)
    if not known.any():
        return "No difference can be estimated at any threshold."
    lowest, highest = curve.difference[known].min(), curve.difference[known].max()
    clear, drawn = int(((curve.lower > 0) | (curve.upper < 0))[known].sum()), int(known.sum())
    where = f"none of the {drawn:,}" if not clear else f"{'all' if clear == drawn else f'{clear:,} of'} the {drawn:,}"
    lies = range_words(points(float(lowest)), points(float(highest)))
    span = f"{compact(float(curve.thresholds[0]))} to {compact(float(curve.thresholds[-1]))} {result.unit}".strip()
    return (
        f"Over thresholds of {span} the risk difference {lies} percentage points; its interval leaves out 0 at {where} "
        "thresholds that are drawn."
    )


def threshold_figure(
    definition: StudyDefinition, curve: ThresholdCurve, result: EndpointResult, *, protocol: float | None
) -> Chart:
    """Draw the curve, the protocol's threshold and the current one.

    Parameters
    ----------
    definition : StudyDefinition
        The study that the figure is of.
    curve : ThresholdCurve
        The difference at each threshold.
    result : EndpointResult
        The endpoint at the current threshold.
    protocol : float or None
        The threshold of the definition.
    """
    arms = definition.arms
    x = curve.thresholds.tolist()
    hover = [
        f"threshold {compact(threshold)}<br>{_difference(difference, lower, upper)}<br>"
        + "<br>".join(
            f"{literal(arms.label(code))}: {curve.responders[code][index]:,} of {curve.total[code][index]:,}"
            for code in arms.codes
        )
        for index, (threshold, difference, lower, upper) in enumerate(
            zip(x, curve.difference, curve.lower, curve.upper, strict=True)
        )
    ]
    now = result.risk_difference.estimate
    edge = {"width": 0, "shape": "hv"}
    data = [
        {"type": "scatter", "mode": "lines", "x": x, "y": drawable(100 * curve.upper), "line": edge,
         "hoverinfo": "skip"},
        {"type": "scatter", "mode": "lines", "x": x, "y": drawable(100 * curve.lower), "line": edge,
         "fill": "tonexty", "fillcolor": BAND_COLOR, "hoverinfo": "skip"},
        {"type": "scatter", "mode": "lines", "x": x, "y": drawable(100 * curve.difference),
         "line": {"width": 2.5, "color": COMPARISON_COLOR, "shape": "hv"}, "hovertext": hover, "hoverinfo": "text"},
        {"type": "scatter", "mode": "markers", "x": [result.threshold], "y": drawable([100 * now]),
         "marker": {"size": 13, "color": COMPARISON_COLOR, "symbol": "diamond"}, "hoverinfo": "skip"},
    ]  # fmt: skip
    line = {"type": "line", "y0": 0, "y1": 1, "yref": "paper", "line": {"color": NEUTRAL, "width": 1.2, "dash": "dot"}}
    shapes = [] if protocol is None else [{**line, "x0": protocol, "x1": protocol}]
    annotations = [note("risk difference, percentage points", x=0, y=1, xanchor="left", yanchor="bottom", yshift=8)]
    if protocol is not None:
        annotations.append(note("protocol", x=protocol, y=1, xref="x", yanchor="top", xanchor="left", xshift=4))
    return chart(
        definition,
        data=data,
        layout={
            "xaxis": {
                "title": {"text": literal(f"Threshold, {result.unit}".removesuffix(", "))},
                "fixedrange": True,
                "zeroline": False,
                "showgrid": False,
            },
            "yaxis": {"zeroline": True, "zerolinecolor": NEUTRAL, "fixedrange": True},
            "shapes": shapes,
            "annotations": annotations,
            "margin": {"t": 36, "b": 64, "l": 44},
        },
        alt=_alt(curve, result),
        name=f"thresholds_{result.id}",
        height=340,
    )


def _difference(difference: float, lower: float, upper: float) -> str:
    return NOT_ESTIMABLE if isnan(difference) else f"{points(difference)} points ({points(lower)} to {points(upper)})"


def _alt(curve: ThresholdCurve, result: EndpointResult) -> str:
    known = ~np.isnan(curve.difference)
    opening = f"Line chart of the risk difference of {result.label} over {len(curve.thresholds)} thresholds"
    if not known.any():
        return f"{opening}: {NOT_ESTIMABLE} at any of them."
    differences = curve.difference[known]
    words = (
        f"{opening} from {compact(curve.thresholds[0])} to {compact(curve.thresholds[-1])} {result.unit}".rstrip()
        + f": between {points(differences.min())} and {points(differences.max())} percentage points"
    )
    if result.threshold is None or isnan(result.risk_difference.estimate):
        return f"{words}."
    return f"{words}; at {compact(result.threshold)}: {points(result.risk_difference.estimate)}."
