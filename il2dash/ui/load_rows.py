"""Who a row is of: the column of the patient or what takes its place, rows a patient, and patients without an arm."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from il2dash.display.numbers import count
from il2dash.intake.column_facts import TableFacts
from il2dash.intake.guess_arms import Chosen
from il2dash.intake.recipe import ROW_NUMBER, Recipe, Subjects
from il2dash.study.raw_tables import RawTable
from il2dash.ui import load_findings, load_inputs, loading

_ONE, _SEVERAL = "one", "several"


def patient_column(recipe: Recipe, table: RawTable) -> None:
    """Ask for the column of the patient, and whether its numbers begin anew in each centre."""
    subjects = recipe.subjects
    made = next((one for one in recipe.ids if (one.table, one.name) == (subjects.table, subjects.patient)), None)
    within, column = "", subjects.patient
    if made is not None and len(made.columns) == 2:
        within, column = made.columns
    made_names = {one.name for one in recipe.ids}
    columns = [name for name in table.columns if name not in made_names]

    def choose(patient: str, site: str) -> None:
        loading.choose_patients(Chosen(table=subjects.table, patient=patient, within=site, arm=subjects.arm))

    load_inputs.pick(
        "Column of the patient",
        [*columns, ROW_NUMBER],
        column,
        key="load_patient",
        change=lambda chosen: choose(chosen, within if chosen != ROW_NUMBER else ""),
        help="Without any such column each row may be a patient: then take the row's number.",
    )
    if column == ROW_NUMBER:
        return
    facts = load_findings.facts(table, patient=column)
    sites = [name for name in columns if name != column and 2 <= facts.columns[name].distinct < facts.patients]
    if within or facts.several:
        load_inputs.pick(
            "Ids are counted anew in each",
            sites,
            within,
            key="load_within",
            change=lambda site: choose(column, site),
            none="no: an id is of one patient",
            help="In trials with several centres patient 1 is often another one in each of them.",
        )


def rows_a_patient(recipe: Recipe, facts: TableFacts) -> None:
    """Say how many rows a patient has, and ask where it may be a slip."""
    many = "several rows a patient" if facts.repeated else "one row a patient"
    if facts.several and not facts.repeated:
        many = f"one row a patient, but for {count(facts.several, 'patient')}"
    st.html(f'<p class="load-fact">{facts.patients:,} patients in {len(facts.table.data):,} rows: {many}.</p>')
    if facts.several and not facts.repeated:
        load_inputs.choose(
            "Is that meant so?",
            {_ONE: "no, a mistake", _SEVERAL: "yes, several rows a patient"},
            _SEVERAL if recipe.subjects.repeated else _ONE,
            key="load_repeated",
            change=lambda chosen: _change(replace(recipe.subjects, repeated=chosen == _SEVERAL)),
        )


def without_arm(recipe: Recipe, facts: TableFacts) -> None:
    """Ask about patients without an arm, where there are any."""
    subjects = recipe.subjects
    missing = len(facts.table.data) - facts.columns[subjects.arm].known
    if not missing and subjects.without_arm == "error":
        return
    load_inputs.choose(
        f"{count(missing, 'row')} without an arm",
        {"error": "a mistake", "exclude": "not randomized: leave out and count"},
        subjects.without_arm,
        key="load_without_arm",
        change=lambda chosen: _change(replace(subjects, without_arm="exclude" if chosen == "exclude" else "error")),
    )


def _change(subjects: Subjects) -> None:
    loading.edit(lambda recipe: replace(recipe, subjects=subjects))
