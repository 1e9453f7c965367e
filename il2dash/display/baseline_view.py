"""The baseline table as a publication prints it."""

from __future__ import annotations

from il2dash.analysis.baseline import TOTAL, BaselineTable, BaselineVariable, ContinuousSummary, FactorSummary
from il2dash.display.numbers import count, decimal, percent, together
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
            *(f"{labels[group]} (n = {table.n[group]})" for group in groups),
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
        f"{table.n[arms.treatment]} with {arms.label(arms.treatment)} and "
        f"{table.n[arms.reference]} with {arms.label(arms.reference)}"
    )
    opening = f"{count(table.n[TOTAL], 'patient')} were randomized: {sizes}."
    differences = [variable for variable in table.variables if abs(variable.standardized_mean_difference) >= 0.2]
    if not differences:
        return f"{opening} No characteristic differs by more than a fifth of a standard deviation."
    worst = sorted(differences, key=lambda variable: -abs(variable.standardized_mean_difference))[:3]
    named = ", ".join(f"{variable.label} ({_difference(variable)})" for variable in worst)
    return f"{opening} The largest imbalances, in standard deviations: {named}."


def _rows(variable: BaselineVariable, groups: tuple[str, ...], *, means: bool) -> list[tuple[str, ...]]:
    unit = f", {variable.unit}" if variable.unit else ""
    summaries = [variable.groups[group] for group in groups]
    missing = sum(summary.missing for summary in summaries)
    rows: list[tuple[str, ...]] = []
    if isinstance(summaries[0], ContinuousSummary):
        cells = [_number(summary, means=means) for summary in summaries if isinstance(summary, ContinuousSummary)]
        rows.append((f"{variable.label}{unit}", *cells, _difference(variable)))
    else:
        factors = [summary for summary in summaries if isinstance(summary, FactorSummary)]
        if variable.kind == "binary":
            level = factors[0].levels[1]
            cells = [f"{factor.levels[1].count} ({percent(factor.levels[1].proportion)})" for factor in factors]
            rows.append((f"{variable.label}: {level.label}", *cells, _difference(variable)))
        else:
            rows.append((variable.label, *("" for _ in groups), _difference(variable)))
            for index, level in enumerate(factors[0].levels):
                cells = [
                    f"{factor.levels[index].count} ({percent(factor.levels[index].proportion)})" for factor in factors
                ]
                rows.append((f"{INDENT}{level.label}", *cells, ""))
    if missing:
        rows.append((f"{INDENT}missing", *(str(summary.missing) for summary in summaries), ""))
    return rows


def _number(summary: ContinuousSummary, *, means: bool) -> str:
    if summary.n == 0:
        return "no values"
    if means:
        mean, sd = together(summary.mean, summary.sd)
        return f"{mean} ({sd})"
    median, q1, q3 = together(summary.median, summary.q1, summary.q3)
    return f"{median} [{q1}, {q3}]"


def _difference(variable: BaselineVariable) -> str:
    return decimal(variable.standardized_mean_difference, 2) if not variable.reason else "\u2013"
