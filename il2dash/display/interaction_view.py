"""The arm's interaction with a covariate: in words, as a forest of the arm's odds ratio at its values, as a table."""

from __future__ import annotations

from math import isnan

from il2dash.analysis.arm_interaction import ArmEffectAt, ArmInteraction
from il2dash.display.chart import Chart
from il2dash.display.forest import ForestRow, forest
from il2dash.display.numbers import NO_NUMBER, count, p_value, ratio, with_bounds, within
from il2dash.display.tables import TableSpec
from il2dash.study.definition import StudyDefinition

INTERACTION_METHOD = (
    "The products of arm and covariate are added to the model above and tested together (penalized likelihood ratio). "
    "Each odds ratio is the arm's own in the same model centered there, with its profile penalized-likelihood "
    "interval. Differences between subgroups of so small a trial are for the next trial to test."
)


def interaction_sentence(result: ArmInteraction) -> str:
    """Say whether the arm's odds ratio is seen to differ, and what few patients can't show."""
    if result.reason:
        return f"The interaction can't be fitted: {within(result.reason)}."
    if isnan(result.test.p):
        return f"The interaction of arm and {result.label} has no test: {within(result.test.reason)}."
    test = f"{p_value(result.test.p)}, {count(result.test.degrees_of_freedom, 'degree')} of freedom"
    if result.test.p < 0.05:
        return (
            f"The arm's odds ratio differs with {result.label} ({test}). One of several covariates looked at: a chance "
            "finding is likely."
        )
    return (
        f"The arm's odds ratio isn't seen to differ with {result.label} ({test}). With "
        f"{count(result.events, 'responder')} only a very large difference would have been."
    )


def interaction_forest(result: ArmInteraction, definition: StudyDefinition) -> Chart:
    """Draw the arm's odds ratio at each level or quartile."""
    arms = definition.arms
    rows = tuple(
        ForestRow(
            label=f"{result.label}: {place.label}",
            detail=_who(place),
            estimate=place.effect.odds_ratio,
            interval=place.effect.interval,
        )
        for place in result.effects
    )
    return forest(
        definition,
        rows,
        axis_title=f"Odds ratio of the arm (95% CI), n = {result.n}",
        favors=(f"more with {arms.label(arms.reference)}", f"more with {arms.label(arms.treatment)}"),
        write=ratio,
        logarithmic=True,
        name="interaction",
    )


def interaction_spec(result: ArmInteraction, definition: StudyDefinition) -> TableSpec:
    """Write the arm's odds ratio at each level or quartile."""
    arms = definition.arms
    return TableSpec(
        identifier="interaction-table",
        columns=(result.label, "Patients", f"Odds ratio, {arms.label(arms.treatment)} v {arms.label(arms.reference)}"),
        rows=tuple(
            (
                place.label,
                _who(place) or NO_NUMBER,
                with_bounds(place.effect.odds_ratio, place.effect.interval, ratio),
            )
            for place in result.effects
        ),
        caption=f"Odds ratio of the arm by {result.label} (95% CI)",
    )


def _who(place: ArmEffectAt) -> str:
    if place.n is None or place.events is None:
        return ""
    return f"{place.events} of {place.n} responded"
