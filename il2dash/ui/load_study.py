"""The study itself: its name, whether its patients exist, and what it asks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from il2dash.display.numbers import week_options
from il2dash.intake.column_facts import identifier
from il2dash.ui import load_inputs, loading, show

ORIGINS = {"real": "Real: patients of a trial", "synthetic": "Synthetic: no row is a patient"}


def study_step() -> None:
    """Ask what the study is."""
    current = loading.current()
    if current.draft is None:
        show.kindly("Choose the patients first.")
        return
    study = current.draft.study
    first, second = st.columns([2, 1])
    with first:
        load_inputs.write("Title", study.title, key="load_title", change=_title)
    with second:
        load_inputs.write(
            "Short name, for files",
            study.id,
            key="load_id",
            change=lambda name: _change(id=identifier(name, otherwise="study")),
        )
    said = ("synthetic" if study.synthetic else "real") if current.origin_said else None
    if st.session_state.get("load_origin") != said:
        st.session_state["load_origin"] = said
    st.radio(
        "These data are",
        list(ORIGINS),
        index=None,
        format_func=ORIGINS.__getitem__,
        key="load_origin",
        on_change=_origin,
        help="Synthetic data are marked on every page and in every file.",
    )
    load_inputs.write(
        "The question of the trial", study.question, key="load_question", change=lambda words: _change(question=words)
    )
    load_inputs.write("Its design", study.design, key="load_design", change=lambda words: _change(design=words))
    load_inputs.write(
        "Where the data come from",
        study.provenance,
        key="load_provenance",
        change=lambda words: _change(provenance=words),
    )
    weeks = {f"{week!r}": words for week, words in week_options(current.draft.plan.schedule[1:]).items()}
    if weeks:
        load_inputs.pick(
            "Primary week",
            list(weeks),
            "" if study.primary_week is None else f"{study.primary_week!r}",
            words=weeks,
            none="not said",
            key="load_primary_week",
            change=lambda week: _change(primary_week=float(week) if week else None),
        )


def _title(title: str) -> None:
    _change(title=title.strip() or "A trial")


def _change(**said: Any) -> None:
    loading.edit(lambda recipe: replace(recipe, study=replace(recipe.study, **said)))


def _origin() -> None:
    loading.say_origin(synthetic=st.session_state["load_origin"] == "synthetic")
