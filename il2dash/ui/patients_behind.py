"""The patients behind a point of a figure: named under it once the point is clicked, each a link to their own page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from il2dash.analysis.patient_ids import PatientIds
from il2dash.display.chart import Chart
from il2dash.display.numbers import count
from il2dash.ui import address, blocks
from il2dash.ui.site import FILES
from il2dash.ui.stylesheet import plain

MOST_NAMED = 40


def patients_behind(chart: Chart, event: Mapping[str, Any]) -> None:
    """Name the patients behind the points that are chosen in a figure; nothing where none is.

    Parameters
    ----------
    chart : Chart
        The figure.
    event : mapping
        What Streamlit says was chosen in it.
    """
    points = event["selection"]["points"]
    if not points:
        return
    subject_ids = tuple(dict.fromkeys(subject for point in points for subject in _behind(chart, point)))
    where = "this point" if len(points) == 1 else f"these {len(points)} points"
    if not subject_ids:
        st.html(f'<p class="behind" role="status">No patient is behind {where}.</p>')
        return
    more = len(subject_ids) - MOST_NAMED
    rest = f", of whom {MOST_NAMED} are named" if more > 0 else ""
    with st.container(key=blocks.key(f"behind_{chart.name}"), horizontal=True, gap="small"):
        words = f"{count(len(subject_ids), 'patient')} behind {where}{rest}:"
        st.html(f'<p class="behind" role="status">{words}</p>', width="content")
        for subject in subject_ids[:MOST_NAMED]:
            there = address.link_settings("Patients", ((address.PATIENT, subject),))
            st.page_link(FILES["Patients"], label=plain(subject), query_params=there)


def _behind(chart: Chart, point: Mapping[str, Any]) -> PatientIds:
    """Return who is behind a point, as Plotly names it; a choice made before the figure changed may be of no point."""
    trace, place = int(point.get("curve_number", -1)), int(point.get("point_index", -1))
    if not 0 <= trace < len(chart.patients) or not 0 <= place < len(chart.patients[trace]):
        return ()
    return chart.patients[trace][place]
