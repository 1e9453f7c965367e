"""The patients: their table, who is who, which arm each is in, and how long each was followed."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import streamlit as st

from il2dash.intake.column_facts import MOST_SHOWN, TableFacts
from il2dash.intake.day_columns import date_columns, days_since, unit_of
from il2dash.intake.guess_arms import Chosen
from il2dash.intake.guess_patients import guess_patient
from il2dash.intake.patient_columns import with_patient_column
from il2dash.intake.recipe import ROW_NUMBER, PatientColumn, Recipe
from il2dash.intake.recipe_edits import with_arms, with_last_contact
from il2dash.intake.recipe_layouts import TimeColumn
from il2dash.study.definition_tables import TimeUnit
from il2dash.study.raw_tables import RawTable
from il2dash.ui import load_findings, load_inputs, loading
from il2dash.ui.load_rows import patient_column, rows_a_patient, without_arm

TIME_UNITS: dict[TimeUnit, str] = {"weeks": "weeks", "days": "days", "months": "months"}
_FIRST_TABLE = "load_first_table"


def patients_step() -> None:
    """Ask who the patients are."""
    current = loading.current()
    recipe = current.draft
    if recipe is None:
        _unknown()
        return
    table = current.table(recipe.subjects.table)
    subjects = recipe.subjects
    first, second = st.columns(2)
    with first:
        load_inputs.pick(
            "Table of the patients",
            [one.file for one in current.tables],
            subjects.table,
            key="load_subjects_table",
            change=_table,
        )
    if table is None:
        return
    facts = load_findings.facts(table, patient=_patient_column(table, subjects.patient))
    with second:
        patient_column(recipe, table)
        _because("subjects.patient", subjects.patient)
    with first:
        load_inputs.pick(
            "Column of the arm",
            _arm_columns(facts),
            subjects.arm,
            key="load_arm",
            change=lambda column: loading.choose_patients(
                Chosen(table=subjects.table, patient=subjects.patient, arm=column)
            ),
        )
        _because("subjects.arm", subjects.arm)
    with second:
        rows_a_patient(recipe, facts)
    _arms(recipe, facts)
    _follow_up(recipe, facts)
    columns = [subjects.patient, subjects.arm, subjects.completed]
    columns += [subjects.last_contact.column] if subjects.last_contact else []
    load_inputs.preview(table, [column for column in columns if column])


def _table(file: str) -> None:
    """Take another table; where its arm can't be seen, that is asked of this table."""
    loading.choose_patients(Chosen(table=file))
    if loading.current().draft is None:
        st.session_state[_FIRST_TABLE] = file


def _unknown() -> None:
    """Ask for table, patient and arm where they can't be seen from the columns."""
    current = loading.current()
    st.html('<p class="sentence">Which table has the patients, and which of its columns are patient and arm?</p>')
    files = [table.file for table in current.tables]
    file = st.selectbox("Table of the patients", files, key=_FIRST_TABLE)
    table = current.table(file or "")
    if table is None:
        return
    guessed = guess_patient(table).value
    columns = [*table.columns, ROW_NUMBER]
    patient = st.selectbox(
        "Column of the patient",
        columns,
        index=columns.index(guessed) if guessed else None,
        key=f"load_first_patient_{file}",
        placeholder="Choose a column",
    )
    if patient == ROW_NUMBER:
        table = with_patient_column(table, PatientColumn(table=table.file))
    facts = load_findings.facts(table, patient=patient) if patient else None
    arm = st.selectbox(
        "Column of the arm",
        _arm_columns(facts) if facts else [],
        index=None,
        key=f"load_first_arm_{file}_{patient}",
        placeholder="Choose a column",
        help=f"A column with two values or more, up to {MOST_SHOWN}.",
    )
    st.button(
        "Go on",
        type="primary",
        key="load_first_go",
        disabled=not (patient and arm),
        on_click=loading.choose_patients,
        args=(Chosen(table=file or "", patient=patient or "", arm=arm or ""),),
    )
    load_inputs.preview(table)


def _arms(recipe: Recipe, facts: TableFacts) -> None:
    subjects = recipe.subjects
    if subjects.arm not in facts.columns:
        return
    levels = facts.columns[subjects.arm].levels
    first, second = st.columns(2)

    def choose(reference: str, treatment: str) -> None:
        if reference == treatment:
            reference, treatment = subjects.treatment.value, subjects.reference.value
        loading.edit(partial(with_arms, facts=facts, reference=reference, treatment=treatment))

    with first:
        load_inputs.pick(
            "Reference arm",
            levels,
            subjects.reference.value,
            key="load_reference",
            change=lambda value: choose(value, subjects.treatment.value),
            help="Differences are the other arm minus this one.",
        )
        _because("subjects.reference", subjects.reference.value)
        load_inputs.write(
            "Its name on the pages", subjects.reference.label, key="load_reference_label", change=_label_reference
        )
    with second:
        load_inputs.pick(
            "Compared with",
            levels,
            subjects.treatment.value,
            key="load_treatment",
            change=lambda value: choose(subjects.reference.value, value),
        )
        _because("subjects.treatment", subjects.treatment.value)
        load_inputs.write(
            "Its name on the pages", subjects.treatment.label, key="load_treatment_label", change=_label_treatment
        )
    without_arm(recipe, facts)
    if subjects.excluded_arms:
        load_inputs.small(
            f"More than two arms: the patients of {', '.join(subjects.excluded_arms)} are left out and counted."
        )


def _label_reference(label: str) -> None:
    loading.edit(
        lambda recipe: replace(
            recipe,
            subjects=replace(
                recipe.subjects,
                reference=replace(recipe.subjects.reference, label=label.strip() or recipe.subjects.reference.value),
            ),
        )
    )


def _label_treatment(label: str) -> None:
    loading.edit(
        lambda recipe: replace(
            recipe,
            subjects=replace(
                recipe.subjects,
                treatment=replace(recipe.subjects.treatment, label=label.strip() or recipe.subjects.treatment.value),
            ),
        )
    )


def _follow_up(recipe: Recipe, facts: TableFacts) -> None:
    subjects = recipe.subjects
    contact = subjects.last_contact
    first, second = st.columns(2)
    with second:
        _randomized(recipe)
    with first:
        load_inputs.pick(
            "Time of the last contact",
            [name for name, column in facts.columns.items() if column.numeric],
            contact.column if contact else "",
            key="load_last_contact",
            change=_last_contact,
            none="not recorded",
            help="When each patient's observation ended, counted from randomization.",
        )
        _because("subjects.last_contact", contact.column if contact else "")
        if contact is not None and contact.column in facts.columns and not facts.columns[contact.column].of_patient:
            load_inputs.small("Rows of one patient have several times: the latest is the last contact.")
        if contact is not None:
            load_inputs.choose(
                "It is in", TIME_UNITS, contact.unit, key="load_last_contact_unit", change=_last_contact_unit
            )
    with second:
        load_inputs.pick(
            "Whether the patient completed the study",
            [name for name, column in facts.columns.items() if column.distinct <= 2],
            subjects.completed,
            key="load_completed",
            change=lambda column: loading.edit(
                lambda draft: replace(draft, subjects=replace(draft.subjects, completed=column))
            ),
            none="not recorded",
        )


def _randomized(recipe: Recipe) -> None:
    """Ask for the date of randomization, from which other dates are counted."""
    current = loading.current()
    main = next((table for table in current.repaired if table.file == recipe.subjects.table), None)
    dates = date_columns(main) if main is not None else ()
    start = recipe.days[0].start if recipe.days else ""
    if not dates and not start:
        return
    load_inputs.pick(
        "Date of randomization",
        dates,
        start,
        key="load_randomized",
        change=_count_days,
        none="not given, or not needed",
        help="Other dates become days since then: columns of their own, to be taken as times.",
    )
    if recipe.days:
        load_inputs.small(f"Days are counted to {', '.join(one.column for one in recipe.days)}.")


def _count_days(start: str) -> None:
    repaired = loading.current().repaired

    def change(recipe: Recipe) -> Recipe:
        subjects = recipe.subjects
        patients = {table.file: guess_patient(table).value for table in repaired}
        patients |= {source.table: source.patient for source in recipe.visits}
        patients |= {source.table: source.patient for source in recipe.events}
        patients[subjects.table] = subjects.patient
        known = {file: column for file, column in patients.items() if column}
        return replace(recipe, days=days_since(repaired, subjects=subjects.table, start=start, patients=known))

    loading.edit(change)


def _last_contact(column: str) -> None:
    def change(recipe: Recipe) -> Recipe:
        known = recipe.subjects.last_contact
        unit = unit_of(column, known.unit if known else "weeks")
        return with_last_contact(recipe, TimeColumn(column=column, unit=unit) if column else None)

    loading.edit(change)


def _last_contact_unit(unit: TimeUnit) -> None:
    def change(recipe: Recipe) -> Recipe:
        contact = recipe.subjects.last_contact
        return with_last_contact(recipe, replace(contact, unit=unit)) if contact else recipe

    loading.edit(change)


def _patient_column(table: RawTable, column: str) -> str:
    return column if column in table.columns else table.columns[0]


def _arm_columns(facts: TableFacts) -> list[str]:
    return [
        name for name, column in facts.columns.items() if name != facts.patient and 2 <= column.distinct <= MOST_SHOWN
    ]


def _because(about: str, value: str) -> None:
    """Say why this value was proposed, while it is the one that was."""
    for guess in loading.current().guesses(about):
        if guess.value == value and guess.reason != "chosen":
            load_inputs.because(guess.reason)
            return
