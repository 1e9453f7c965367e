"""The baseline table as a publication prints it."""

from __future__ import annotations

from math import isnan

from il2dash.analysis.baseline import TOTAL, BaselineTable, BaselineVariable, ContinuousSummary, FactorSummary
from il2dash.display.numbers import NO_NUMBER, capitalized, count, decimal, percent, places_of
from il2dash.display.tables import TableSpec
from il2dash.study.definition import Arms

INDENT = "\u2003"


def baseline_spec(table: BaselineTable, arms: Arms, *, means: bool) -> TableSpec:
    """Write the baseline table.

    Parameters
    ----------
    table : BaselineTable
        The summaries.
    arms : Arms
        The arms, in the order treatment, reference, all.
    means : bool
        Mean (SD) for numbers in place of median [Q1, Q3].
    """
    groups = (arms.treatment, arms.reference, TOTAL)
    labels = {code: arms.label(code) for code in arms.codes} | {TOTAL: "All"}
    rows: list[tuple[str, ...]] = []
    for variable in table.variables:
        rows += _rows(variable, groups, means=means)
    return TableSpec(
        identifier="baseline-table",
        columns=(
            "Characteristic",
            *(f"{labels[group]} (n = {table.n[group]:,})" for group in groups),
            "Standardized difference",
        ),
        rows=tuple(rows),
        notes=(
            f"{'Mean (SD)' if means else 'Median [Q1, Q3]'} or n (%); percentages are of those whose value is known.",
            "Standardized difference: treatment minus reference in standard deviations; beyond 0.2 or so it is worth a "
            "look (for factors of more than two levels it has no sign). No p-values: the arms were made by chance.",
        ),
        caption="Patients at baseline",
    )


def baseline_sentence(table: BaselineTable, arms: Arms) -> str:
    """Say who was compared and where the arms differ most."""
    sizes = (
        f"{table.n[arms.treatment]:,} with {arms.label(arms.treatment)} and "
        f"{table.n[arms.reference]:,} with {arms.label(arms.reference)}"
    )
    # Of a filtered population it wouldn't be true that so many were randomized.
    verb = "counted" if table.standing.reasons else "randomized"
    total = count(table.n[TOTAL], "patient")
    opening = f"{capitalized(total)} {'was' if table.n[TOTAL] == 1 else 'were'} {verb}: {sizes}."
    compared = [variable for variable in table.variables if not variable.reason]
    if not compared:
        return f"{opening} No characteristic can be compared." if table.variables else opening
    differences = [variable for variable in compared if abs(variable.standardized_mean_difference) >= 0.2]
    if not differences:
        which = "No characteristic" if len(compared) == len(table.variables) else "None that can be compared"
        return f"{opening} {which} differs by as much as a fifth of a standard deviation."
    worst = sorted(differences, key=lambda variable: -abs(variable.standardized_mean_difference))[:3]
    named = ", ".join(f"{variable.label} ({_difference(variable)})" for variable in worst)
    imbalances = "imbalance" if len(worst) == 1 else "imbalances"
    return f"{opening} The largest {imbalances}, in standard deviations: {named}."


def _rows(variable: BaselineVariable, groups: tuple[str, ...], *, means: bool) -> list[tuple[str, ...]]:
    unit = f", {variable.unit}" if variable.unit else ""
    summaries = [variable.groups[group] for group in groups]
    missing = sum(summary.missing for summary in summaries)
    rows: list[tuple[str, ...]] = []
    if isinstance(summaries[0], ContinuousSummary):
        numbers = [summary for summary in summaries if isinstance(summary, ContinuousSummary)]
        places = _places(numbers, means=means)
        cells = [_number(summary, places, means=means) for summary in numbers]
        rows.append((f"{variable.label}{unit}", *cells, _difference(variable)))
    else:
        factors = [summary for summary in summaries if isinstance(summary, FactorSummary)]
        if variable.kind == "binary":
            level = factors[0].levels[1]
            cells = [_share(factor, 1) for factor in factors]
            rows.append((f"{variable.label}: {level.label}", *cells, _difference(variable)))
        else:
            rows.append((variable.label, *("" for _ in groups), _difference(variable)))
            for index, level in enumerate(factors[0].levels):
                cells = [_share(factor, index) for factor in factors]
                rows.append((f"{INDENT}{level.label}", *cells, ""))
    if missing:
        rows.append((f"{INDENT}missing", *(f"{summary.missing:,}" for summary in summaries), ""))
    return rows


def _places(summaries: list[ContinuousSummary], *, means: bool) -> int:
    """Return the decimals of a row: all its cells have the same; a mean has one more than a median would."""
    if not means:
        return places_of(*(value for group in summaries for value in (group.median, group.q1, group.q3)))
    largest = max((abs(group.mean) for group in summaries if group.n), default=0.0)
    return 0 if largest >= 100 else places_of(*(value for group in summaries for value in (group.mean, group.sd))) + 1


def _number(summary: ContinuousSummary, places: int, *, means: bool) -> str:
    if summary.n == 0:
        return "no values"
    if means:
        spread = "" if isnan(summary.sd) else f" ({decimal(summary.sd, places)})"
        return f"{decimal(summary.mean, places)}{spread}"
    return f"{decimal(summary.median, places)} [{decimal(summary.q1, places)}, {decimal(summary.q3, places)}]"


def _share(factor: FactorSummary, index: int) -> str:
    level = factor.levels[index]
    return f"{level.count:,} ({percent(level.proportion)})" if factor.n else "no values"


def _difference(variable: BaselineVariable) -> str:
    return decimal(variable.standardized_mean_difference, 2) if not variable.reason else NO_NUMBER
