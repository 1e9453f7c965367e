"""The arm's interaction with a covariate: in words, as a forest of the arm's odds ratio at its values, as a table."""

from __future__ import annotations

from math import isnan

from il2dash.analysis.arm_interaction import ArmEffectAt, ArmInteraction
from il2dash.analysis.model_terms import FirthTerm
from il2dash.display.chart import Chart
from il2dash.display.forest import ForestRow, forest
from il2dash.display.numbers import (
    NO_NUMBER,
    NOT_ESTIMABLE,
    bounds,
    count,
    level,
    listed,
    p_value,
    ratio,
    with_bounds,
    within,
)
from il2dash.display.tables import TableSpec
from il2dash.study.definition import StudyDefinition

INTERACTION_METHOD = (
    "The products of arm and covariate are added to the model above and tested together (penalized likelihood ratio). "
    "Each odds ratio is the arm's own in the same model centered there, with its profile penalized-likelihood "
    "interval. A difference between subgroups is for the next trial to test."
)

MOST_TOLD = 4


def interaction_sentence(result: ArmInteraction) -> str:
    """Say what the arm's odds ratio is at the covariate's values, and what it takes to show a difference of them.

    The words are the same whatever P is: a finding in one of several subgroups is for the next trial to test.
    """
    if result.reason:
        return f"The interaction can't be fitted: {within(result.reason)}."
    places = result.effects if len(result.effects) <= MOST_TOLD else (result.effects[0], result.effects[-1])
    told = [f"{_told(place.effect)} at {place.label}" for place in places]
    test = (
        f"no test of the difference: {within(result.test.reason)}"
        if isnan(result.test.p)
        else f"test of the difference: {p_value(result.test.p)}, "
        f"{count(result.test.degrees_of_freedom, 'degree')} of freedom"
    )
    return (
        f"By {result.label}, the arm's odds ratio is {listed(told)}; {test}. To see a difference "
        "between subgroups takes several times the patients that one between the arms takes, and of several covariates "
        "looked at one may differ by chance."
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
        axis_title=f"Odds ratio of the arm (95% CI), n = {result.n:,}",
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


def _told(effect: FirthTerm) -> str:
    if isnan(effect.odds_ratio):
        return NOT_ESTIMABLE
    return f"{ratio(effect.odds_ratio)} ({level(effect.interval)} {bounds(effect.interval, ratio)})"


def _who(place: ArmEffectAt) -> str:
    if place.n is None or place.events is None:
        return ""
    return f"{place.events:,} of {place.n:,} responded"
