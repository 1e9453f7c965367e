"""A model of repeated measures as a table: medians by arm, the difference and its P, visit by visit."""

from __future__ import annotations

from math import isnan

from il2dash.analysis.repeated_measures import LeastSquaresMean, RepeatedMeasures, VisitContrast
from il2dash.display.numbers import (
    NO_NUMBER,
    decimal,
    level,
    number_cell,
    p_number,
    signed,
    week_number,
    with_known_bounds,
)
from il2dash.display.repeated_measures_words import center_word, contrast_bounds, difference_words, marker_number
from il2dash.display.tables import TableSpec
from il2dash.study.definition import Arms


def repeated_measures_spec(model: RepeatedMeasures, arms: Arms) -> TableSpec:
    """Write one row a visit: values and median by arm, and the difference with its interval, df and P.

    Parameters
    ----------
    model : RepeatedMeasures
        The fitted model.
    arms : Arms
        The arms.
    """
    order = (arms.treatment, arms.reference)
    confidence = level(model.contrasts[0].interval) if model.contrasts else "95% CI"
    center = center_word(model)
    rows = []
    for visit, contrast in enumerate(model.contrasts):
        cells: list[str] = []
        for code in order:
            mean = model.lsmeans[code][visit]
            cells += [f"{mean.n:,}", _center(mean)]
        df = number_cell(contrast.df, lambda value: decimal(value, 1))
        cells += [_difference(contrast), df, number_cell(contrast.p, p_number)]
        rows.append((week_number(contrast.week), *cells))
    headers = [header for code in order for header in (f"{arms.label(code)}, n", f"{arms.label(code)}, {center}")]
    unit = f", in {model.unit}" if model.unit else ""
    centers = {
        "sqrt": f"Medians{unit}: squares of the least-squares means, as far as square roots are symmetric around them.",
        "log10": f"Medians{unit}: 10 to the least-squares means, as far as logarithms are symmetric around them.",
        "identity": f"Least-squares means{unit}.",
    }
    notes = [f"{centers[model.scale]} Difference: treatment minus reference."]
    reasons = {contrast.reason: f"Week {week_number(contrast.week)}" for contrast in reversed(model.contrasts)}
    notes += [f"{week}: {reason}." for reason, week in reversed(reasons.items()) if reason]
    return TableSpec(
        identifier=f"repeated-measures-{model.marker}",
        columns=("Week", *headers, f"Difference of {difference_words(model)} ({confidence})", "df", "P"),
        rows=tuple(rows),
        notes=tuple(notes),
        caption=f"{model.label}, model of repeated measures",
    )


def _center(mean: LeastSquaresMean) -> str:
    if isnan(mean.mean):
        return NO_NUMBER
    back = mean.back_transformed
    return with_known_bounds(back.estimate, back.interval, marker_number)


def _difference(contrast: VisitContrast) -> str:
    if isnan(contrast.estimate):
        return NO_NUMBER
    if isnan(contrast.interval.lower):
        return signed(contrast.estimate, 2)
    return f"{signed(contrast.estimate, 2)} ({contrast_bounds(contrast.interval)})"
