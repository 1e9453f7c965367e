"""An endpoint within the levels of a covariate: the forest of the strata, their table and a sentence."""

from __future__ import annotations

from math import isnan

from il2dash.analysis.stratified_endpoint import StratifiedEndpoint
from il2dash.display.chart import Chart
from il2dash.display.endpoint_words import difference_phrase, method_words, what_remains
from il2dash.display.forest import ForestRow
from il2dash.display.numbers import (
    bounds,
    bounds_cell,
    count,
    level,
    number_cell,
    p_value,
    points,
    ratio,
    sentence_of,
    within,
)
from il2dash.display.risk_difference_forest import difference_row, risk_difference_forest
from il2dash.display.tables import TableSpec
from il2dash.study.definition import Arms, StudyDefinition

STRATIFIED_METHOD = (
    "The combined results compare the arms within the strata only, and assume that the effect is the same in each. "
    "That one stratum's interval leaves out 0 and another's doesn't says nothing about a difference between them."
)


def stratified_sentence(result: StratifiedEndpoint, arms: Arms) -> str:
    """Say what the strata say together."""
    estimate = result.risk_difference
    if isnan(estimate.estimate):
        return f"Stratified by {result.label}, no difference can be estimated ({within(estimate.reason)})."
    tested = (
        f"Cochran-Mantel-Haenszel {p_value(result.test.p)}"
        if not isnan(result.test.p)
        else f"no test: {within(result.test.reason)}"
    )
    who = f" responders with {arms.label(arms.treatment)}" if estimate.estimate else ""
    verb = "isn't" if result.unknown == 1 else "aren't"
    left_out = f" {count(result.unknown, 'patient')} of unknown level {verb} counted." if result.unknown else ""
    return (
        f"Compared within {count(len(result.strata), 'stratum', 'strata')} of {result.label}: "
        f"{difference_phrase(estimate)}{who}; {tested}. "
        f"{what_remains(estimate, arms.label(arms.treatment))}{left_out}"
    )


def stratified_forest(result: StratifiedEndpoint, definition: StudyDefinition) -> Chart:
    """Draw the risk difference of each stratum, and the one combined."""
    rows = [
        difference_row(stratum, definition.arms, label=f"{result.label}: {stratum.label}", emphasized=False)
        for stratum in result.strata
    ]
    combined = result.risk_difference
    rows.append(ForestRow(label="Combined (Mantel-Haenszel)", estimate=combined.estimate, interval=combined.interval))
    return risk_difference_forest(definition, tuple(rows), name=f"stratified_{result.id}")


def stratified_spec(result: StratifiedEndpoint, arms: Arms) -> TableSpec:
    """Write responders by stratum and arm, with the difference; then what the strata say together."""
    order = (arms.treatment, arms.reference)
    combined, odds = result.risk_difference, result.odds_ratio
    rows = [
        (
            stratum.label,
            *(f"{stratum.arms[code].responders:,} / {stratum.arms[code].total:,}" for code in order),
            number_cell(stratum.risk_difference.estimate, points),
            bounds_cell(stratum.risk_difference.interval, points),
        )
        for stratum in result.strata
    ]
    totals = [
        f"{sum(stratum.arms[code].responders for stratum in result.strata):,} / "
        f"{sum(stratum.arms[code].total for stratum in result.strata):,}"
        for code in order
    ]
    rows.append(("Combined", *totals, number_cell(combined.estimate, points), bounds_cell(combined.interval, points)))
    notes = [
        f"Strata: Newcombe's interval. Combined: {method_words(combined.interval.method)}"
        + (f"; {within(combined.interval.reason)}." if combined.interval.reason else "."),
        f"Common odds ratio {_odds(result)}, {method_words(odds.interval.method)}.",
        sentence_of(f"Cochran-Mantel-Haenszel test: {p_value(result.test.p)}, {result.test.convention}")
        if not isnan(result.test.p)
        else sentence_of(f"Cochran-Mantel-Haenszel test not possible: {within(result.test.reason)}"),
    ]
    if result.unknown:
        verb = "has" if result.unknown == 1 else "have"
        notes.append(f"{count(result.unknown, 'patient')} {verb} no known level and can't be counted.")
    return TableSpec(
        identifier=f"stratified-{result.id}",
        columns=(
            result.label,
            *(f"{arms.label(code)}, responders / total" for code in order),
            "Risk difference, points",
            level(combined.interval),
        ),
        rows=tuple(rows),
        notes=tuple(notes),
        caption=f"Responders by {result.label}",
    )


def _odds(result: StratifiedEndpoint) -> str:
    odds = result.odds_ratio
    if isnan(odds.estimate):
        return f"not estimable ({within(odds.reason)})"
    if isnan(odds.interval.lower):
        return f"{ratio(odds.estimate)} without an interval ({within(odds.interval.reason)})"
    return f"{ratio(odds.estimate)} ({level(odds.interval)} {bounds(odds.interval, ratio)})"
