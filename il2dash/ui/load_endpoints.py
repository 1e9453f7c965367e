"""The endpoints: a marker against a threshold at a week, or a recorded yes or no; and their models' covariates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Literal

import streamlit as st

from il2dash.display.missing_rules_view import MISSING_LABELS
from il2dash.display.numbers import week_options
from il2dash.intake.column_facts import TableFacts
from il2dash.intake.recipe import Recipe
from il2dash.intake.recipe_edits import model_terms, new_endpoint, with_endpoints, with_meaning, with_model
from il2dash.study.definition import Endpoint, EndpointRule, MissingRule
from il2dash.study.values import MISSING_TEXTS
from il2dash.ui import load_findings, load_inputs, loading, show
from il2dash.ui.load_markers import called

RULES: dict[EndpointRule, str] = {
    "at_least": "is at least",
    "gain_at_least": "rose from baseline by at least",
    "below": "is below",
    "drop_at_least": "fell from baseline by at least",
}
Role = Literal["primary", "secondary", "exploratory"]
ROLES: dict[Role, str] = {"primary": "primary", "secondary": "secondary", "exploratory": "exploratory"}
_RECORDED: Literal["recorded"] = "recorded"


def endpoints_step() -> None:
    """Ask for the endpoints."""
    chosen = loading.subjects()
    if chosen is None:
        show.kindly("Choose the patients first.")
        return
    recipe, table = chosen
    facts = load_findings.facts(table, patient=recipe.subjects.patient)
    if not recipe.endpoints:
        load_inputs.small("No endpoint is chosen yet: which patients responded? Thresholds aren't guessed.")
    for place, endpoint in enumerate(recipe.endpoints):
        with st.container(border=True, key=f"load_endpoint_{place}"):
            _endpoint(recipe, endpoint, facts, place)
    st.button("Add an endpoint", icon=":material/add:", key="load_endpoint_add", on_click=_added)
    if recipe.endpoints:
        load_inputs.pick(
            "A patient whose outcome isn't known",
            list(MISSING_LABELS),
            recipe.missing.rule,
            words=MISSING_LABELS,
            key="load_missing",
            change=_missing,
        )
    recorded = [endpoint.column for endpoint in recipe.endpoints if endpoint.column]
    if recorded:
        load_inputs.preview(table, [recipe.subjects.patient, recipe.subjects.arm, *recorded])


def _added() -> None:
    loading.edit(lambda recipe: with_endpoints(recipe, (*recipe.endpoints, new_endpoint(recipe))))


def _put(place: int, change: Callable[[Endpoint], Endpoint]) -> None:
    loading.edit(
        lambda recipe: with_endpoints(
            recipe, [change(one) if position == place else one for position, one in enumerate(recipe.endpoints)]
        )
    )


def _endpoint(recipe: Recipe, endpoint: Endpoint, facts: TableFacts, place: int) -> None:
    first, second = st.columns(2)
    with first:
        load_inputs.write(
            "Name of the endpoint",
            endpoint.label,
            key=f"load_endpoint_label_{place}",
            change=lambda label: _put(place, lambda one: replace(one, label=label.strip() or one.id)),
        )
    with second:
        load_inputs.choose(
            "It is",
            ROLES,
            endpoint.role,
            key=f"load_endpoint_role_{place}",
            change=lambda role: _put(place, lambda one: replace(one, role=role)),
        )
    _source(recipe, endpoint, place)
    if endpoint.rule == _RECORDED:
        _recorded(recipe, endpoint, facts, place)
    else:
        _compared(recipe, endpoint, place)
    labels = {covariate.name: covariate.label for covariate in recipe.covariates if covariate.timing == "baseline"}
    if labels:
        _model(recipe, endpoint, labels, place)
    st.button(
        "Remove this endpoint",
        key=f"load_endpoint_remove_{place}",
        icon=":material/close:",
        type="tertiary",
        on_click=_removed,
        args=(endpoint.id,),
    )


def _source(recipe: Recipe, endpoint: Endpoint, place: int) -> None:
    """Ask whether a marker is compared, or a column says it."""
    if not recipe.markers:
        return
    words = {"marker": "A marker at a visit", _RECORDED: "A column says yes or no"}
    load_inputs.choose(
        "How it is known",
        words,
        _RECORDED if endpoint.rule == _RECORDED else "marker",
        key=f"load_endpoint_source_{place}",
        change=lambda source: _put(place, partial(_of_source, recipe=recipe, recorded=source == _RECORDED)),
    )


def _of_source(endpoint: Endpoint, *, recipe: Recipe, recorded: bool) -> Endpoint:
    if recorded:
        return replace(endpoint, rule=_RECORDED, marker="", threshold=None, week=None)
    fresh = new_endpoint(recipe)
    return replace(endpoint, rule=fresh.rule, marker=fresh.marker, week=fresh.week, column="")


def _compared(recipe: Recipe, endpoint: Endpoint, place: int) -> None:
    names = called(recipe)
    columns = st.columns(4)
    with columns[0]:
        load_inputs.pick(
            "Marker",
            list(names),
            endpoint.marker,
            words=names,
            key=f"load_endpoint_marker_{place}",
            change=lambda marker: _put(place, lambda one: replace(one, marker=marker)),
        )
    with columns[1]:
        load_inputs.pick(
            "Responded where it",
            list(RULES),
            endpoint.rule,
            words=RULES,
            key=f"load_endpoint_rule_{place}",
            change=lambda rule: _put(place, lambda one: replace(one, rule=rule)),
        )
    unit = next((choice.marker.unit for choice in recipe.markers if choice.name == endpoint.marker), "")
    with columns[2]:
        load_inputs.number(
            f"Threshold, {unit}" if unit else "Threshold",
            endpoint.threshold,
            key=f"load_endpoint_threshold_{place}",
            change=lambda value: _put(place, lambda one: replace(one, threshold=value)),
        )
    weeks = {f"{week!r}": words for week, words in week_options(recipe.plan.schedule).items()}
    with columns[3]:
        load_inputs.pick(
            "At week",
            list(weeks),
            "" if endpoint.week is None else f"{endpoint.week!r}",
            words=weeks,
            key=f"load_endpoint_week_{place}",
            change=lambda week: _put(place, lambda one: replace(one, week=float(week) if week else None)),
        )


def _recorded(recipe: Recipe, endpoint: Endpoint, facts: TableFacts, place: int) -> None:
    first, second = st.columns(2)
    with first:
        load_inputs.pick(
            "Column that says it",
            [name for name, column in facts.columns.items() if column.levels and name != facts.patient],
            endpoint.column,
            key=f"load_endpoint_column_{place}",
            change=lambda column: _of_column(endpoint.id, place, column),
        )
    column = facts.columns.get(endpoint.column)
    meaning = next((outcome for outcome in recipe.recorded if outcome.endpoint == endpoint.id), None)
    if column is None:
        return
    with second:
        if column.yes_no and meaning is None:
            load_inputs.small(
                f"It holds {' and '.join(column.levels)}: 1, yes and true mean that the patient responded."
            )
            st.button(
                "It means something else",
                key=f"load_endpoint_other_{place}",
                type="tertiary",
                on_click=_meant,
                args=(endpoint.id, column.levels[1:], column.levels),
            )
            return
        known = tuple(level for level in column.levels if level.lower() not in MISSING_TEXTS)
        load_inputs.several(
            "The patient responded where it holds",
            known,
            meaning.yes if meaning else (),
            key=f"load_endpoint_yes_{place}",
            change=lambda yes: _meant(endpoint.id, yes, known),
        )


def _of_column(identity: str, place: int, column: str) -> None:
    """Take the column, whose name is the endpoint's where nobody gave another."""

    def change(recipe: Recipe) -> Recipe:
        given = {f"Endpoint {place + 1}", *(choice.marker.label for choice in recipe.markers)}
        endpoints = list(recipe.endpoints)
        one = endpoints[place]
        endpoints[place] = replace(one, column=column, label=column if one.label in given else one.label)
        return with_meaning(with_endpoints(recipe, endpoints), identity, yes=(), no=())

    loading.edit(change)


def _meant(identity: str, yes: tuple[str, ...], known: tuple[str, ...]) -> None:
    no = tuple(level for level in known if level not in yes)
    loading.edit(lambda recipe: with_meaning(recipe, identity, yes=yes, no=no if yes else ()))


def _model(recipe: Recipe, endpoint: Endpoint, labels: dict[str, str], place: int) -> None:
    names = {(f"{label}" if list(labels.values()).count(label) == 1 else name): name for name, label in labels.items()}
    words = {name: shown for shown, name in names.items()}
    terms = [words[term] for term in model_terms(recipe, endpoint.id) if term in words]
    load_inputs.several(
        "Covariates of its logistic model, beside the arm (none: no model)",
        list(names),
        terms,
        key=f"load_endpoint_model_{place}",
        change=lambda chosen: loading.edit(
            lambda draft: with_model(draft, endpoint.id, [names[one] for one in chosen])
        ),
    )


def _removed(identity: str) -> None:
    loading.edit(lambda recipe: with_endpoints(recipe, [one for one in recipe.endpoints if one.id != identity]))


def _missing(rule: MissingRule) -> None:
    loading.edit(lambda recipe: replace(recipe, missing=replace(recipe.missing, rule=rule)))
