"""The predicted probability of response over a covariate, by arm: in words, as curves, as a table."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from il2dash.analysis.predicted_probability import PredictedProbability, ProbabilityCurve
from il2dash.display.chart import Chart, arm_mark, arm_style, chart, drawable, literal, note
from il2dash.display.numbers import count, level, percent_within, together, within
from il2dash.display.patient_sample import MOST_POINTS, drawn_places, sample_words
from il2dash.display.spread_words import interval_words, spread_note
from il2dash.display.tables import TableSpec
from il2dash.study.definition import Arms, StudyDefinition


def probability_method(result: PredictedProbability) -> str:
    """Say how it was done, and of how many patients the figure has a tick."""
    rows = [size for curve in result.arms.values() for size in np.bincount(curve.responded, minlength=2).tolist()]
    words = (
        "Every patient's probability is predicted in either arm at each value, the other covariates as the patient has "
        "them, and averaged (g-computation; Firth, FLIC intercept). Bands: pointwise 95% "
        f"{interval_words(resamples=result.resamples)} intervals. Short ticks are patients, responders above."
    )
    return words + sample_words(rows, MOST_POINTS, of="a row of ticks")


def probability_sentence(result: PredictedProbability, arms: Arms) -> str:
    """Say between what the probabilities move, in each arm, from the lowest to the highest value."""
    if result.reason:
        return f"No probability can be predicted: {within(result.reason)}."
    lowest, highest = together(float(result.values[0]), float(result.values[-1]))
    parts = [
        f"{_told(result, curve, 0)} to {_told(result, curve, -1)} with {arms.label(code)}"
        for code, curve in reversed(list(result.arms.items()))
    ]
    return (
        f"From a {result.label} of {lowest} to {highest} {result.unit}".rstrip()
        + f" the predicted probability of response goes from {' and from '.join(parts)}; the bands say how closely "
        f"{count(result.events, 'responder')} among {count(result.n, 'patient')} pin it down."
    )


def _told(result: PredictedProbability, curve: ProbabilityCurve, index: int) -> str:
    probability, lower, upper = (float(each[index]) for each in (curve.probability, curve.lower, curve.upper))
    write = _writer(result)
    if np.isnan(lower) or np.isnan(upper):
        return f"{write(probability)} (without an interval)"
    return f"{write(probability)} ({level(result)} {write(lower)} to {write(upper)})"


def _writer(result: PredictedProbability) -> Callable[[float], str]:
    bounds = [each for curve in result.arms.values() for each in zip(curve.lower, curve.upper, strict=True)]
    return percent_within(*bounds)


def probability_figure(result: PredictedProbability, definition: StudyDefinition) -> Chart:
    """Draw the curves with their bands, and the patients' own values."""
    arms = definition.arms
    x = result.values.tolist()
    data = []
    write = _writer(result)
    for code, curve in result.arms.items():
        style = arm_style(arms, code)
        hover = [
            f"{literal(arms.label(code))} at {value}: {literal(_chance(curve, index, write))}"
            for index, value in enumerate(together(*x))
        ]
        edge = {"width": 0}
        data += [
            {"type": "scatter", "mode": "lines", "x": x, "y": drawable(100 * curve.upper), "line": edge,
             "hoverinfo": "skip"},
            {"type": "scatter", "mode": "lines", "x": x, "y": drawable(100 * curve.lower), "line": edge,
             "fill": "tonexty", "fillcolor": style.fill, "hoverinfo": "skip"},
            {"type": "scatter", "mode": "lines", "x": x, "y": drawable(100 * curve.probability), "hovertext": hover,
             "hoverinfo": "text", "line": {"color": style.color, "dash": style.dash, "width": 2.5}},
        ]  # fmt: skip
        for responded, position in ((True, 106), (False, -6)):
            values = curve.patient_values[curve.responded == responded]
            values = values[drawn_places(len(values), MOST_POINTS)]
            offset = 2.5 if code == arms.treatment else -2.5
            data.append(
                {"type": "scatter", "mode": "markers", "x": drawable(values), "y": [position + offset] * len(values),
                 "hoverinfo": "skip", "marker": {"symbol": "line-ns-open", "size": 7, "color": style.color}}
            )  # fmt: skip
    legend = "   ".join(
        arm_mark(arms, code, f"{literal(arms.label(code))} ({len(curve.patient_values):,})")
        for code, curve in result.arms.items()
    )
    return chart(
        definition,
        data=data,
        layout={
            "xaxis": {"title": {"text": literal(f"{result.label}, {result.unit}".removesuffix(", "))},
                      "fixedrange": True, "zeroline": False, "showgrid": False},
            "yaxis": {"range": [-11, 111], "tickvals": [0, 25, 50, 75, 100], "fixedrange": True, "zeroline": False},
            "annotations": [
                note(f"predicted response, %   {legend}", x=0, y=1, xanchor="left", yanchor="bottom", yshift=8)
            ],
            "margin": {"t": 36, "b": 64, "l": 44},
        },
        alt=f"Curves of the predicted probability of response over {result.label}, n = {result.n:,}. "
        + _spoken(result, arms),
        name="predicted_probability",
        height=380,
    )  # fmt: skip


def probability_spec(result: PredictedProbability, arms: Arms) -> TableSpec:
    """Write the probabilities at five values of the range."""
    places = np.linspace(0, len(result.values) - 1, 5).astype(int) if len(result.values) else np.zeros(0, dtype=int)
    values = together(*(float(result.values[place]) for place in places))
    write = _writer(result)
    return TableSpec(
        identifier="probability-table",
        columns=(f"{result.label}, {result.unit}".removesuffix(", "), *(arms.label(code) for code in result.arms)),
        rows=tuple(
            (value, *(_chance(curve, int(place), write) for curve in result.arms.values()))
            for value, place in zip(values, places, strict=True)
        ),
        notes=(spread_note(resamples=result.resamples, failed=result.failed, seed=result.seed),),
        caption="Predicted probability of response (95% CI)",
    )


def _chance(curve: ProbabilityCurve, index: int, write: Callable[[float], str]) -> str:
    probability, lower, upper = (float(each[index]) for each in (curve.probability, curve.lower, curve.upper))
    if np.isnan(lower):
        return f"{write(probability)} (no interval: too many resamples have no model)"
    return f"{write(probability)} ({write(lower)} to {write(upper)})"


def _spoken(result: PredictedProbability, arms: Arms) -> str:
    if not result.arms:
        return f"Not estimable: {within(result.reason)}."
    first, last = together(float(result.values[0]), float(result.values[-1]))
    write = _writer(result)
    return " ".join(
        f"{arms.label(code)}: {_chance(curve, 0, write)} at {first}, {_chance(curve, -1, write)} at {last}.".replace(
            "<", "below"
        ).replace(">", "above")
        for code, curve in result.arms.items()
    )
