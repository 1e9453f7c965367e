"""Which patient is looked at: by name, from the list, or the one before and after; the address holds the answer."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from il2dash.analysis.patient_course import reason_of_absence
from il2dash.analysis.population import Population
from il2dash.display.patient_list_view import PATIENT, patient_frame, patient_list_method
from il2dash.ui import address, compute, show, widgets

ROWS_KEY = "patient_rows"
ROWS_HEIGHT = 252
"""Pixels: six patients, so that the one who is chosen is in view under the list."""

MOST_LISTED = 500
"""Patients that a list shows at once, and whose ids one choice offers: a browser gets no list of 100,000."""


def chosen_patient(patients: Population, *, alt: str) -> str:
    """Show the list of patients and ask for one of them: by a row, by name, or the one before or after.

    Of many patients the list shows some, with the one who is chosen among them. A patient of the address who isn't
    counted gets a sentence with the reason and the remedy.

    Parameters
    ----------
    patients : Population
        The patients who are counted, at least one.
    alt : str
        What the list shows, for those who can't see it.
    """
    subject_ids: list[str] = patients.subject_ids.tolist()
    if widgets.replaying():
        options: dict[str, str] = {subject: subject for subject in subject_ids}
        return widgets.selection("Patient", options, key=address.PATIENT)
    list_place = st.container()
    with widgets.controls():
        place = _asked_place(patients, subject_ids)
        _step("Previous patient", ":material/chevron_left:", subject_ids, place - 1)
        _step("Next patient", ":material/chevron_right:", subject_ids, place + 1)
        first = place // MOST_LISTED * MOST_LISTED
        if len(subject_ids) > MOST_LISTED:
            _step(f"Earlier {MOST_LISTED}", ":material/keyboard_double_arrow_left:", subject_ids, first - MOST_LISTED)
            _step(f"Later {MOST_LISTED}", ":material/keyboard_double_arrow_right:", subject_ids, first + MOST_LISTED)
    with list_place:
        definition = patients.trial.definition
        listed = compute.patient_rows(patients, first=first, most=MOST_LISTED)
        _rows(patient_frame(listed, definition), subject_ids[first : first + MOST_LISTED], place - first, alt=alt)
        show.details(method=patient_list_method(listed, definition, first=first))
    return subject_ids[place]


def _asked_place(patients: Population, subject_ids: list[str]) -> int:
    """Ask for a patient by name, and return the place among the patients; the first for one who isn't there."""
    few = len(subject_ids) <= MOST_LISTED
    asked = address.asked(address.PATIENT, subject_ids[0])[:1]
    if few:
        chosen = str(st.selectbox("Patient", subject_ids, key=address.PATIENT, bind="query-params", width=220))
    else:
        chosen = st.text_input("Patient", subject_ids[0], key=address.PATIENT, bind="query-params", width=220).strip()
        asked = [chosen]
    for subject in asked:
        if subject not in subject_ids:
            show.kindly(f"{reason_of_absence(patients, subject)} Shown here: {subject_ids[0]}.")
    return subject_ids.index(chosen) if chosen in subject_ids else 0


def _rows(frame: pd.DataFrame, subject_ids: list[str], place: int, *, alt: str) -> None:
    held = st.session_state.get(ROWS_KEY)
    if held is None or list(held["selection"]["rows"]) != [place]:
        st.session_state[ROWS_KEY] = {"selection": {"rows": [place]}}
    st.dataframe(
        frame,
        key=ROWS_KEY,
        hide_index=True,
        height=ROWS_HEIGHT,
        on_select=lambda: _choose_row(subject_ids),
        selection_mode="single-row",
        column_config={PATIENT: st.column_config.TextColumn(pinned=True)},
        alt=alt,
    )


def _step(label: str, icon: str, subject_ids: list[str], place: int) -> None:
    there = 0 <= place < len(subject_ids)
    st.button(
        label,
        icon=icon,
        key=f"go_{label.partition(' ')[0].lower()}",
        disabled=not there,
        on_click=_choose,
        args=(subject_ids[place] if there else "",),
    )


def _choose_row(subject_ids: list[str]) -> None:
    rows = st.session_state[ROWS_KEY]["selection"]["rows"]
    if rows:
        _choose(subject_ids[rows[0]])


def _choose(subject_id: str) -> None:
    st.session_state[address.PATIENT] = subject_id
