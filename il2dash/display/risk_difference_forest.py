"""The forest of risk differences that the endpoints, the strata and the rules for missing outcomes are shown by."""

from __future__ import annotations

from il2dash.analysis.endpoint import EndpointResult
from il2dash.analysis.stratified_endpoint import Stratum
from il2dash.display.chart import Chart
from il2dash.display.forest import ForestRow, forest
from il2dash.display.numbers import level, points
from il2dash.study.definition import Arms, StudyDefinition


def difference_row(result: EndpointResult | Stratum, arms: Arms, *, label: str, emphasized: bool) -> ForestRow:
    """Return the row of a risk difference behind responders and patients of both arms: ``4/28 v 5/28``."""
    counts = [f"{result.arms[code].responders:,}/{result.arms[code].total:,}" for code in reversed(arms.codes)]
    return ForestRow(
        label=label,
        detail=" v ".join(counts),
        estimate=result.risk_difference.estimate,
        interval=result.risk_difference.interval,
        emphasized=emphasized,
    )


def risk_difference_forest(definition: StudyDefinition, rows: tuple[ForestRow, ...], *, name: str) -> Chart:
    """Draw differences of proportions in percentage points.

    Parameters
    ----------
    definition : StudyDefinition
        The study that the figure is of.
    rows : tuple of ForestRow
        From top to bottom.
    name : str
        Name of the file when saved.
    """
    arms = definition.arms
    confidence = level(rows[0].interval) if rows else "95% CI"
    return forest(
        definition,
        rows,
        axis_title=f"Risk difference, percentage points ({confidence})",
        favors=(f"fewer responders with {arms.label(arms.treatment)}", "more responders"),
        write=lambda value: points(value, 0),
        logarithmic=False,
        name=name,
    )
