"""The markers that were measured at the visits, and the visits that were planned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st

from il2dash.intake.recipe import MarkerChoice, Recipe, StoredAs
from il2dash.intake.recipe_edits import with_plan
from il2dash.intake.recipe_layouts import WeekColumns
from il2dash.intake.visit_edits import times_text, weeks_of
from il2dash.study.definition import Marker, Scale
from il2dash.study.definition_tables import TimeUnit
from il2dash.ui import load_inputs, loading
from il2dash.ui.load_patients import TIME_UNITS
from il2dash.ui.stylesheet import plain

SCALES: dict[Scale, str] = {"identity": "as it is", "sqrt": "square root", "log10": "log10"}
STORED: dict[StoredAs, str] = {"value": "its value", "sqrt": "its square root", "log10": "its log10"}


def called(recipe: Recipe) -> dict[str, str]:
    """Return what each marker is called here: its label, or its name where two have the same label."""
    labels = [choice.marker.label for choice in recipe.markers]
    return {
        choice.name: choice.marker.label if labels.count(choice.marker.label) == 1 else choice.name
        for choice in recipe.markers
    }


def markers_block() -> None:
    """Ask what the markers are."""
    recipe = loading.current().draft
    if recipe is None or not recipe.markers:
        return
    st.html("<h3>The markers</h3>")
    load_inputs.small(
        "The scale is that of models and means. Limits are the assay's, in the unit. Where the file holds square roots "
        "or logarithms, say so: values are turned back to the unit."
    )
    load_inputs.edit_table(
        "markers",
        recipe.markers,
        rows=lambda: recipe.markers,
        frame=_marker_frame,
        read=_read_markers,
        change=lambda chosen: loading.edit(lambda draft: replace(draft, markers=chosen)),
        config={
            "label": st.column_config.TextColumn("Label", max_chars=load_inputs.LONGEST),
            "unit": st.column_config.TextColumn("Unit", max_chars=40),
            "stored": st.column_config.SelectboxColumn("The file holds", options=list(STORED.values()), required=True),
            "scale": st.column_config.SelectboxColumn("Scale of models", options=list(SCALES.values()), required=True),
            "lower": st.column_config.NumberColumn("Lower limit"),
            "upper": st.column_config.NumberColumn("Upper limit"),
        },
        alt="What the markers are",
    )


def _marker_frame(markers: Sequence[MarkerChoice]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "label": [choice.marker.label for choice in markers],
            "unit": [choice.marker.unit for choice in markers],
            "stored": [STORED[choice.stored] for choice in markers],
            "scale": [SCALES[choice.marker.scale] for choice in markers],
            "lower": [choice.marker.lower_limit for choice in markers],
            "upper": [choice.marker.upper_limit for choice in markers],
        }
    ).astype({"lower": float, "upper": float})


def _read_markers(markers: Sequence[MarkerChoice], frame: pd.DataFrame) -> tuple[MarkerChoice, ...]:
    columns = (
        load_inputs.texts(frame, "label"),
        load_inputs.texts(frame, "unit"),
        load_inputs.texts(frame, "stored"),
        load_inputs.texts(frame, "scale"),
        load_inputs.numbers(frame, "lower"),
        load_inputs.numbers(frame, "upper"),
    )
    return tuple(
        MarkerChoice(
            name=choice.name,
            marker=Marker(
                label=label or choice.name,
                unit=unit,
                scale=next(code for code, words in SCALES.items() if words == scale),
                lower_limit=lower,
                upper_limit=upper,
            ),
            stored=next(code for code, words in STORED.items() if words == stored),
        )
        for choice, label, unit, stored, scale, lower, upper in zip(markers, *columns, strict=True)
    )


def plan_block() -> None:
    """Ask for the planned visits."""
    recipe = loading.current().draft
    if recipe is None or not recipe.markers:
        return
    st.html("<h3>The planned visits</h3>")
    first, second, third = st.columns([2, 1, 1])
    with second:
        own = _unit(recipe)
        asked = st.segmented_control("in", TIME_UNITS, default=own, required=True, key=f"load_plan_unit_{own}")
    unit: TimeUnit = asked
    with first:
        load_inputs.write(
            "When visits were planned, the baseline first",
            times_text(recipe.plan.schedule, unit),
            key=f"load_plan_{unit}",
            change=partial(_planned, unit=unit),
            help="Numbers with commas between them: 0, 8, 26, 52.",
        )
        if trouble := st.session_state.pop("load_plan_trouble", ""):
            st.warning(plain(trouble))
    with third:
        load_inputs.choose(
            "A value counts at",
            {"nearest": "the nearest", "exact": "its very week"},
            recipe.plan.window,
            key="load_window",
            change=_window,
            help="Values at other times than planned count at the nearest planned visit, or at none.",
        )


def _unit(recipe: Recipe) -> TimeUnit:
    """Return the unit in which the planned visits are whole numbers: weeks, or else that of the file's visits."""
    if all(week.is_integer() for week in recipe.plan.schedule):
        return "weeks"
    for source in recipe.visits:
        if not isinstance(source, WeekColumns) and not source.time.weeks:
            return source.time.unit
    return "weeks"


def _planned(text: str, unit: TimeUnit) -> None:
    weeks = weeks_of(text, unit)
    if weeks is None:
        st.session_state["load_plan_trouble"] = (
            f"{text!r} isn't a list of numbers such as 0, 8, 26, 52: it was left aside."
        )
        return
    loading.edit(lambda recipe: with_plan(recipe, replace(recipe.plan, schedule=weeks)))


def _window(chosen: str) -> None:
    loading.edit(
        lambda recipe: replace(recipe, plan=replace(recipe.plan, window="exact" if chosen == "exact" else "nearest"))
    )
