"""Discrimination and calibration of a model: in words, as observed against predicted, as a table."""

from __future__ import annotations

from math import isnan

from il2dash.analysis.model_performance import ModelPerformance
from il2dash.analysis.performance_measure import Measure
from il2dash.display.chart import (
    COMPARISON_COLOR,
    LONGEST_LINE,
    NEUTRAL,
    Chart,
    chart,
    error_bars,
    heading,
    lines,
    literal,
)
from il2dash.display.numbers import (
    NOT_ESTIMABLE,
    bounds,
    count,
    decimal,
    level,
    percent,
    percent_within,
    with_bounds,
    within,
)
from il2dash.display.patient_sample import MOST_POINTS, drawn_places, sample_words
from il2dash.display.spread_words import spread_note
from il2dash.display.tables import TableSpec
from il2dash.study.definition import StudyDefinition

GROSS = 0.1
"""From where on half a group's interval lets only gross miscalibration be seen."""


def calibration_method(result: ModelPerformance) -> str:
    """Say how it was done, and of how many patients the figure has a tick."""
    shown = "that resamples of the patients show" if result.resamples else "expected of resamples of the patients"
    words = (
        "Predictions of the model (Firth, FLIC intercept) in the patients it was fitted to. Corrected: less the "
        f"optimism {shown} (Harrell), the interval shifted with it. Groups of neighboring predictions, with Wilson "
        "intervals; short ticks are patients, responders above."
    )
    return words + sample_words((result.events, result.n - result.events), MOST_POINTS, of="a row of ticks")


def calibration_sentence(result: ModelPerformance) -> str:
    """Say how well the model tells responders from others, and how much of miscalibration so many can show."""
    if result.reason:
        return f"The model's predictions can't be judged: {within(result.reason)}."
    c = result.c_statistic
    apart = max((group.interval.upper - group.interval.lower) / 2 for group in result.groups)
    beyond = f"miscalibration of more than about {decimal(100 * apart, 1)} percentage points"
    shows = beyond if apart < GROSS else "only gross miscalibration"
    write = percent_within((c.interval.lower, c.interval.upper))
    largest = max(group.n for group in result.groups)
    others = (
        f"about {write(c.corrected)} would be in others like them ({level(c.interval)} {bounds(c.interval, write)})"
    )
    if isnan(c.corrected):
        because = f" ({within(c.interval.reason)})" if c.interval.reason else ""
        others = f"how many would be in others can't be told{because}"
    return (
        f"Of pairs of a responder and another patient, the model puts {write(c.apparent)} in the right order in the "
        f"{count(result.n, 'patient')} it was fitted to, and {others}. With "
        f"{count(result.events, 'responder')} in all and at most "
        f"{count(largest, 'patient')} in a group, the figure shows {shows}."
    )


def calibration_figure(result: ModelPerformance, definition: StudyDefinition) -> Chart:
    """Draw the observed proportion of each group against its mean prediction, with the patients' predictions."""
    groups = result.groups
    predicted = [100 * group.predicted for group in groups]
    observed = [100 * group.observed for group in groups]
    data = [
        {"type": "scatter", "mode": "lines", "x": [0, 100], "y": [0, 100], "hoverinfo": "skip",
         "line": {"color": NEUTRAL, "width": 1.2, "dash": "dot"}},
        {"type": "scatter", "mode": "markers", "x": predicted, "y": observed,
         "marker": {"symbol": "square", "size": 11, "color": COMPARISON_COLOR, "opacity": 1},
         "error_y": error_bars(
             [(group.observed, group.interval.lower, group.interval.upper) for group in groups],
             color=COMPARISON_COLOR, scale=100, thickness=2.5,
         ),
         "hovertext": [
             f"{group.responders:,} of {group.n:,} responded<br>predicted {literal(percent(group.predicted, 1))}"
             for group in groups
         ],
         "hoverinfo": "text", "patients": [group.patients for group in groups]},
    ]  # fmt: skip
    patients = tuple(result.patients)
    for responded, position in ((True, 108), (False, -8)):
        inside = [place for place, each in enumerate(result.responded) if each is responded]
        inside = [inside[drawn] for drawn in drawn_places(len(inside), MOST_POINTS)]
        values = [100 * result.predicted[place] for place in inside]
        data.append(
            {"type": "scatter", "mode": "markers", "x": values, "y": [position] * len(values), "hoverinfo": "skip",
             "marker": {"symbol": "line-ns-open", "size": 9, "color": NEUTRAL},
             "patients": [(patients[place],) for place in inside]}
        )  # fmt: skip
    title = lines(f"{result.endpoint_label}, responded, % (95% CI)", LONGEST_LINE)
    spoken = " ".join(
        f"Predicted {percent(group.predicted)}: {group.responders:,} of {group.n:,} responded.".replace("<", "below")
        for group in groups
    )
    return chart(
        definition,
        data=data,
        layout={
            "xaxis": {"title": {"text": f"Predicted, %, n = {result.n:,}"}, "range": [-3, 103], "fixedrange": True,
                      "zeroline": False, "showgrid": False},
            "yaxis": {"range": [-14, 114], "tickvals": [0, 25, 50, 75, 100], "fixedrange": True, "zeroline": False},
            "annotations": [heading(title)],
            "margin": {"t": 18 + 18 * len(title), "b": 64, "l": 44},
        },
        alt=f"Observed against predicted proportion of responders, n = {result.n:,}. {spoken}".strip(),
        name="calibration",
        height=380,
    )  # fmt: skip


def calibration_spec(result: ModelPerformance) -> TableSpec:
    """Write the measures as they seem, and corrected for optimism."""
    measures = (
        ("c-statistic (0.5 is chance, 1 is perfect)", result.c_statistic, _two),
        ("Brier score (0 is perfect)", result.brier, _three),
        ("Calibration slope (below 1: predictions too extreme)", result.calibration_slope, _two),
    )
    return TableSpec(
        identifier="calibration-table",
        columns=("Measure", "In these patients", "Optimism", "Corrected (95% CI)"),
        rows=tuple(
            (
                label,
                write(measure.apparent),
                write(measure.optimism),
                with_bounds(measure.corrected, measure.interval, write, without=_without(measure)),
            )
            for label, measure, write in measures
        ),
        notes=(spread_note(resamples=result.resamples, failed=result.failed, seed=result.seed),),
        caption="Discrimination and calibration",
    )


def _without(measure: Measure) -> str:
    reason = measure.interval.reason
    return f"{NOT_ESTIMABLE}: {within(reason)}" if reason else NOT_ESTIMABLE


def _three(value: float) -> str:
    return decimal(value, 3)


def _two(value: float) -> str:
    return decimal(value, 2)
