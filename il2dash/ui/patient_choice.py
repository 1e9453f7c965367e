"""Which patient is looked at: by name, from the list, or the one before and after; the address holds the answer."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from il2dash.analysis.patient_course import reason_of_absence
from il2dash.analysis.population import Population
from il2dash.display.patient_list_view import PATIENT
from il2dash.ui import address, show, widgets

ROWS_KEY = "patient_rows"
ROWS_HEIGHT = 252
"""Pixels: six patients, so that the one who is chosen is in view under the list."""


def chosen_patient(patients: Population, rows: pd.DataFrame, *, alt: str, method: str) -> str:
    """Show the list of patients and ask for one of them: by a row, by name, or the one before or after.

    A patient of the address who isn't counted gets a sentence with the reason and the remedy.

    Parameters
    ----------
    patients : Population
        The patients who are counted, at least one.
    rows : DataFrame
        One row each.
    alt : str
        What the list shows, for those who can't see it.
    method : str
        What its columns hold.
    """
    subject_ids: list[str] = rows[PATIENT].tolist()
    if widgets.replaying():
        options: dict[str, str] = {subject: subject for subject in subject_ids}
        return widgets.selection("Patient", options, key=address.PATIENT)
    for asked in address.asked(address.PATIENT, subject_ids[0])[:1]:
        if asked not in subject_ids:
            show.kindly(f"{reason_of_absence(patients, asked)} Shown here: {subject_ids[0]}.")
    list_place = st.container()
    with show.controls():
        chosen = str(st.selectbox("Patient", subject_ids, key=address.PATIENT, bind="query-params", width=220))
        place = subject_ids.index(chosen)
        _step("Previous patient", ":material/chevron_left:", subject_ids, place - 1)
        _step("Next patient", ":material/chevron_right:", subject_ids, place + 1)
    with list_place:
        _rows(rows, subject_ids, place, alt=alt)
        show.details(method=method)
    return chosen


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
