"""An adjusted risk difference in words, as a forest beside the unadjusted one, and as a table."""

from __future__ import annotations

from collections.abc import Callable

from il2dash.analysis.adjusted_difference import AdjustedRiskDifference
from il2dash.analysis.estimate import Estimate
from il2dash.display.chart import Chart
from il2dash.display.forest import ForestRow, forest
from il2dash.display.numbers import (
    NOT_ESTIMABLE,
    bounds,
    capitalized,
    count,
    level,
    percent_within,
    points,
    with_bounds,
    within,
)
from il2dash.display.spread_words import interval_words, spread_note
from il2dash.display.tables import TableSpec
from il2dash.study.definition import Arms, StudyDefinition


def adjusted_method(result: AdjustedRiskDifference) -> str:
    """Say how each of the differences was computed."""
    return (
        "Adjusted: the model (Firth, FLIC intercept) predicts every patient in either arm, and the two means are "
        f"compared (g-computation); {interval_words(resamples=result.resamples)} interval, within the arms. "
        "Unadjusted: Newcombe. Mantel-Haenszel: the differences within the levels of one covariate, with Klingenberg's "
        "interval."
    )


def adjusted_sentence(result: AdjustedRiskDifference, arms: Arms) -> str:
    """Say what the risks would be with the same patients in both arms, and what the interval still allows."""
    if result.reason:
        return f"The adjusted risk difference can't be computed: {within(result.reason)}."
    treatment, reference = (result.risks[code].estimate for code in (arms.treatment, arms.reference))
    interval = result.estimate.interval
    allows = (
        f"it could be anything from {bounds(interval, points)} points ({level(interval)})"
        if not interval.reason
        else f"its interval is missing, {within(interval.reason)}"
    )
    write = _risk_writer(result)
    return (
        f"If all {count(result.n, 'patient')} had been in either arm, the model expects {write(treatment)} "
        f"responders with {arms.label(arms.treatment)} and {write(reference)} with {arms.label(arms.reference)}: an "
        f"adjusted difference of {points(result.estimate.estimate)} percentage points; {allows}. Unadjusted it is "
        f"{with_bounds(result.unadjusted.estimate, result.unadjusted.interval, points)}."
    )


def adjusted_forest(result: AdjustedRiskDifference, definition: StudyDefinition) -> Chart:
    """Draw the difference adjusted, unadjusted and by Mantel-Haenszel."""
    arms = definition.arms
    rows = [
        ForestRow(
            label=capitalized(label),
            estimate=estimate.estimate,
            interval=estimate.interval,
            emphasized=number == 0,
        )
        for number, (label, estimate) in enumerate(_differences(result))
    ]
    return forest(
        definition,
        tuple(rows),
        axis_title=f"Risk difference, % points (95% CI), n = {result.n:,}",
        favors=(f"more with {arms.label(arms.reference)}", f"more with {arms.label(arms.treatment)}"),
        write=points,
        logarithmic=False,
        name="adjusted_difference",
    )


def adjusted_spec(result: AdjustedRiskDifference, arms: Arms) -> TableSpec:
    """Write the standardized risks and the differences."""
    rows = [
        (f"Risk if all had {arms.label(code)}", _written(result.risks[code], _risk_writer(result)))
        for code in (arms.treatment, arms.reference)
    ]
    rows += [(f"Difference: {label}", _written(each, points)) for label, each in _differences(result)]
    return TableSpec(
        identifier="adjusted-difference-table",
        columns=("Quantity", "Estimate (95% CI)"),
        rows=tuple(rows),
        notes=(spread_note(resamples=result.resamples, failed=result.failed, seed=result.seed),),
        caption="Adjusted risk difference; differences in percentage points",
    )


def _risk_writer(result: AdjustedRiskDifference) -> Callable[[float], str]:
    return percent_within(*((risk.interval.lower, risk.interval.upper) for risk in result.risks.values()))


def _differences(result: AdjustedRiskDifference) -> list[tuple[str, Estimate]]:
    found = [("adjusted for the model's covariates", result.estimate), ("unadjusted", result.unadjusted)]
    beside = result.mantel_haenszel
    if beside is not None:
        found.append((f"Mantel-Haenszel over {beside.label}, n = {beside.n:,}", beside.risk_difference))
    return found


def _written(estimate: Estimate, write: Callable[[float], str]) -> str:
    without = f"{NOT_ESTIMABLE}{f', {within(estimate.reason)}' if estimate.reason else ''}"
    return with_bounds(estimate.estimate, estimate.interval, write, without=without)
