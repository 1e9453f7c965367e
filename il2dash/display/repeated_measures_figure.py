"""Least-squares means by arm over the visits and, under them on the same weeks, the contrast with its interval."""

from __future__ import annotations

from math import ceil, floor, isnan, log10, sqrt
from typing import Any

from il2dash.analysis.repeated_measures import LeastSquaresMean, RepeatedMeasures, VisitContrast
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
from il2dash.display.numbers import compact, count, p_value, signed, week_number, with_known_bounds
from il2dash.display.repeated_measures_words import center_word, contrast_bounds, difference_words, marker_number
from il2dash.display.week_axis import arm_course, legend_lines, numbers_under_axis, visit_axis, visit_gap
from il2dash.study.definition import Arms, StudyDefinition

MEANS_FROM, CONTRASTS_TO = 0.46, 0.36
"""Where the upper panel begins and the lower one ends, of the figure's height."""

PANELS_HEIGHT = 520


def repeated_measures_figure(definition: StudyDefinition, model: RepeatedMeasures) -> Chart:
    """Draw both arms' least-squares means and, under them, the contrast at each visit.

    Parameters
    ----------
    definition : StudyDefinition
        The study that the figure is of.
    model : RepeatedMeasures
        The fitted model. On a square-root scale the axis is labeled in the marker's own unit.
    """
    arms = definition.arms
    weeks = [contrast.week for contrast in model.contrasts]
    gap = visit_gap(weeks, alone=max([1.0, *weeks]))
    data, annotations = [], []
    for index, code in enumerate(arms.codes):
        data.append(_arm_means(arms, model, code, gap=gap))
        counts = [(mean.week, mean.n) for mean in model.lsmeans[code]]
        annotations += numbers_under_axis(arms, code, counts, row=index)
    data.append(_contrasts(model))
    title = lines(_title(model), LONGEST_LINE) + legend_lines(arms, {code: arms.label(code) for code in arms.codes})
    lower_title = lines(
        f"{arms.label(arms.treatment)} minus {arms.label(arms.reference)}, {difference_words(model)}", LONGEST_LINE
    )
    contrasts_to = CONTRASTS_TO - 0.03 * (len(lower_title) - 1)
    top = 20 + 17 * len(title)
    height = PANELS_HEIGHT + top + 17 * (len(lower_title) - 1)
    return chart(
        definition,
        data=data,
        layout={
            "xaxis": visit_axis(weeks, gap=gap, anchor="y2"),
            "yaxis": {
                "domain": [MEANS_FROM, 1],
                "anchor": "x",
                "zeroline": False,
                "fixedrange": True,
                "automargin": True,
                **(_square_ticks(model) if model.scale == "sqrt" else {}),
            },
            "yaxis2": {
                "domain": [0, contrasts_to],
                "anchor": "x",
                "zeroline": True,
                "zerolinecolor": NEUTRAL,
                "zerolinewidth": 1.5,
                "rangemode": "tozero",
                "fixedrange": True,
                "automargin": True,
            },
            "annotations": [
                *annotations,
                heading(title, xshift=-54),
                heading([f"<b>{line}</b>" for line in lower_title], y=contrasts_to, xshift=-54),
            ],
            "margin": {"t": top, "b": 112, "l": 62},
        },
        alt=_alt(arms, model),
        name=f"repeated_measures_{model.marker}",
        height=height,
    )


def _title(model: RepeatedMeasures) -> str:
    """Return what the upper axis shows: a square root is labeled by what it is the root of."""
    if model.scale == "log10":
        return f"{model.label}, model's mean, log10 {model.unit}".strip()
    return f"{model.label}, model's {center_word(model)}, {model.unit}".removesuffix(", ")


def _arm_means(arms: Arms, model: RepeatedMeasures, code: str, *, gap: float) -> dict[str, Any]:
    name = literal(arms.label(code))
    means = [mean for mean in model.lsmeans[code] if not isnan(mean.mean)]
    points = [(mean.week, mean.mean, mean.interval.lower, mean.interval.upper) for mean in means]
    hover = [f"{name}, week {week_number(mean.week)}<br>{_mean_words(model, mean)}" for mean in means]
    return arm_course(arms, code, points, gap=gap, hover=hover, name=name)


def _contrasts(model: RepeatedMeasures) -> dict[str, Any]:
    contrasts = [contrast for contrast in model.contrasts if not isnan(contrast.estimate)]
    points = [(contrast.estimate, contrast.interval.lower, contrast.interval.upper) for contrast in contrasts]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "difference",
        "yaxis": "y2",
        "x": [contrast.week for contrast in contrasts],
        "y": [contrast.estimate for contrast in contrasts],
        "error_y": error_bars(points, color=COMPARISON_COLOR),
        "marker": {"color": COMPARISON_COLOR, "symbol": "diamond", "size": 10, "opacity": 1},
        "hovertext": [f"week {week_number(contrast.week)}<br>{_contrast_words(contrast)}" for contrast in contrasts],
        "hoverinfo": "text",
    }


def _mean_words(model: RepeatedMeasures, mean: LeastSquaresMean) -> str:
    back = mean.back_transformed
    unit = f" {literal(model.unit)}" if model.unit else ""
    center = with_known_bounds(back.estimate, back.interval, marker_number)
    return f"n = {mean.n:,}<br>{center_word(model)} {center}{unit}"


def _contrast_words(contrast: VisitContrast) -> str:
    if isnan(contrast.p):
        return signed(contrast.estimate, 2)
    return f"{signed(contrast.estimate, 2)} ({contrast_bounds(contrast.interval)}), {literal(p_value(contrast.p))}"


def _square_ticks(model: RepeatedMeasures) -> dict[str, Any]:
    """Return round numbers of the marker's unit, where their square roots are."""
    drawn = [
        value**2
        for means in model.lsmeans.values()
        for mean in means
        for value in (mean.mean, max(mean.interval.lower, 0.0), mean.interval.upper)
        if not isnan(value)
    ]
    if not drawn:
        return {}
    lowest, highest = min(drawn), max(drawn)
    rough = max(highest - lowest, 1e-9) / 6
    power = 10.0 ** floor(log10(rough))
    step = next(digit * power for digit in (1, 2, 5, 10) if digit * power >= rough)
    ticks = [round(index * step, 9) for index in range(floor(lowest / step), ceil(highest / step) + 1)]
    return {"tickvals": [sqrt(tick) for tick in ticks], "ticktext": [compact(tick) for tick in ticks]}


def _alt(arms: Arms, model: RepeatedMeasures) -> str:
    parts = []
    for code in arms.codes:
        points = ", ".join(
            f"week {week_number(mean.week)} no values"
            if isnan(mean.mean)
            else f"week {week_number(mean.week)} {marker_number(mean.back_transformed.estimate)} (n {mean.n:,})"
            for mean in model.lsmeans[code]
        )
        parts.append(f"{arms.label(code)}: {points or 'no visits'}.")
    differences = ", ".join(
        f"week {week_number(contrast.week)} {signed(contrast.estimate, 2)} ({contrast_bounds(contrast.interval)})"
        for contrast in model.contrasts
        if not isnan(contrast.p)
    )
    unit = f" in {model.unit}" if model.unit else ""
    return (
        f"Two line charts of a model of repeated measures at {count(len(model.contrasts), 'visit')}, "
        f"{count(model.n, 'patient')}. "
        f"{center_word(model).capitalize()} {model.label}{unit}. {' '.join(parts)} Difference of "
        f"{difference_words(model)}, {arms.label(arms.treatment)} minus {arms.label(arms.reference)}: "
        f"{differences or 'none is known'}."
    )
