"""One endpoint under every rule for missing outcomes, side by side, with multiple imputation as the last."""

from __future__ import annotations

from math import isnan

from il2dash.analysis.endpoint import EndpointResult
from il2dash.analysis.multiple_imputation import ImputedEndpoint
from il2dash.display.chart import Chart
from il2dash.display.forest import ForestRow
from il2dash.display.numbers import (
    bounds,
    bounds_cell,
    capitalized,
    count,
    decimal,
    level,
    number_cell,
    percent,
    points,
    range_words,
    ratio,
    within,
)
from il2dash.display.risk_difference_forest import difference_row, risk_difference_forest
from il2dash.display.tables import TableSpec
from il2dash.study.definition import Arms, MissingRule, StudyDefinition

IMPUTED = "Multiple imputation"

MISSING_LABELS: dict[MissingRule, str] = {
    "failure": "missing = failure",
    "complete_cases": "complete cases",
    "last_observation": "last observation carried forward",
    "best_worst": "best case for the treatment",
    "worst_best": "worst case for the treatment",
}
"""The rules as a choice names them."""


def missing_rules_sentence(results: tuple[EndpointResult, ...], arms: Arms) -> str:
    """Say between what the difference moves when the rule does."""
    missing = sum(results[0].arms[code].missing for code in arms.codes)
    if not missing:
        return "No outcome is missing: every rule gives the same result."
    known = [result.risk_difference for result in results if not isnan(result.risk_difference.estimate)]
    opening = f"{count(missing, 'patient')} without a known outcome"
    if not known:
        return f"{opening}: no difference can be estimated under any rule."
    lowest, highest = (choose(estimate.estimate for estimate in known) for choose in (min, max))
    clear = sum(estimate.interval.lower > 0 or estimate.interval.upper < 0 for estimate in known)
    excluded = "no rule's interval leaves out 0" if not clear else f"the interval leaves out 0 under {clear} of them"
    return (
        f"{opening}: over {count(len(known), 'rule')} the risk difference "
        f"{range_words(points(lowest), points(highest))} percentage points; {excluded}. The best and the worst case "
        "bound what is possible."
    )


def missing_rules_forest(
    results: tuple[EndpointResult, ...], imputed: ImputedEndpoint | None, definition: StudyDefinition
) -> Chart:
    """Draw the risk difference under each rule; the trial's own strongly."""
    rows = [
        difference_row(
            result,
            definition.arms,
            label=_label(result.missing_rule),
            emphasized=result.missing_rule == definition.missing.rule,
        )
        for result in results
    ]
    if imputed is not None:
        pooled = imputed.risk_difference
        rows.append(ForestRow(label=IMPUTED, estimate=pooled.estimate, interval=pooled.interval, emphasized=False))
    return risk_difference_forest(definition, tuple(rows), name=f"missing_{results[0].id}")


def missing_rules_spec(
    results: tuple[EndpointResult, ...], imputed: ImputedEndpoint | None, definition: StudyDefinition
) -> TableSpec:
    """Write responders by arm, and the difference, under each rule; what each assumes is under the table."""
    arms = definition.arms
    order = (arms.treatment, arms.reference)
    rows = []
    for result in results:
        own = " (the trial's rule)" if result.missing_rule == definition.missing.rule else ""
        difference = result.risk_difference
        rows.append(
            (
                f"{_label(result.missing_rule)}{own}",
                *(f"{result.arms[code].responders:,} / {result.arms[code].total:,}" for code in order),
                number_cell(difference.estimate, points),
                bounds_cell(difference.interval, points),
            )
        )
    notes = [
        f"{_label(result.missing_rule)}: {within(result.reason) or result.missing_assumption}." for result in results
    ]
    notes.append("Newcombe's interval, but for multiple imputation.")
    if imputed is not None:
        pooled = imputed.risk_difference
        rows.append(
            (
                IMPUTED,
                *(_share(imputed, code) for code in order),
                number_cell(pooled.estimate, points),
                bounds_cell(pooled.interval, points),
            )
        )
        notes += [
            f"{IMPUTED}: {imputed.assumption}.",
            imputation_note(imputed, arms),
            imputation_method(imputed),
        ]
    return TableSpec(
        identifier=f"missing-{results[0].id}",
        columns=(
            "Rule",
            *(f"{arms.label(code)}, responders / total" for code in order),
            "Risk difference, points",
            level(results[0].risk_difference.interval),
        ),
        rows=tuple(rows),
        notes=tuple(notes),
        caption="The same endpoint under each rule for missing outcomes",
    )


def imputation_note(imputed: ImputedEndpoint, arms: Arms) -> str:
    """Say how often and for whom values were drawn, and what that gave."""
    whom = ", ".join(f"{arms.label(code)} {imputed.arms[code].imputed:,}" for code in reversed(arms.codes))
    opening = f"{imputed.imputations:,} imputations with seed {imputed.seed}, for the unknown outcomes ({whom})"
    if imputed.reason:
        return f"{opening}: {within(imputed.reason)}."
    difference, odds = imputed.risk_difference, imputed.odds_ratio
    if isnan(odds.interval.lower):
        return f"{opening}."
    corrected = (
        f"; in {imputed.corrected} of them an arm had nobody or everybody responding, and one half was added to each "
        "cell for the odds ratio"
        if imputed.corrected
        else ""
    )
    confidence = level(difference.interval)
    return (
        f"{opening}: risk difference {points(difference.estimate)} percentage points ({confidence} "
        f"{bounds(difference.interval, points)}), odds ratio {ratio(odds.estimate)} ({confidence} "
        f"{bounds(odds.interval, ratio)}). "
        f"Of the information on the risk difference {percent(difference.missing_information)} is missing; "
        f"{decimal(difference.degrees_of_freedom, 0)} degrees of freedom{corrected}."
    )


def imputation_method(imputed: ImputedEndpoint) -> str:
    """Say in one line how the values were drawn and the results combined."""
    drawn = (
        "drawn anew for each imputation from the normal approximation to their posterior, which many patients allow "
        "(maximum likelihood by stochastic EM; gaps as their expected sums, values beyond a limit drawn); values for "
        "unknown outcomes alone"
        if imputed.approximated
        else "drawn anew for each imputation; gaps and values beyond a limit by data augmentation"
    )
    return (
        f"Each arm's courses by themselves: every visit from its regression on the visits before, {drawn}. Wald "
        f"variance in each imputation; {imputed.risk_difference.interval.method}."
    )


def _label(rule: MissingRule) -> str:
    return capitalized(MISSING_LABELS[rule])


def _share(imputed: ImputedEndpoint, code: str) -> str:
    arm = imputed.arms[code]
    return number_cell(
        arm.proportion.estimate, lambda proportion: f"{decimal(proportion * arm.total, 1)} / {arm.total:,}"
    )
