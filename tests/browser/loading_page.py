"""Data: a file is read and its study kept in the session. In place of pages/10_Data.py where a test asks what stays."""

import io

import streamlit as st

from il2dash.analysis.population import Population
from il2dash.display.dictionary import tables_of
from il2dash.intake.file_formats import read_upload
from il2dash.study.reading import read_study
from il2dash.ui import frame, show, studies
from il2dash.ui.served_study import served_study


@frame.page("Data")
def page(patients: Population) -> None:
    """Show every table, and offer one as a file."""
    given = st.file_uploader("Load", key="load")
    if given is not None and not st.session_state.get("read") == given.file_id:
        st.session_state["read"] = given.file_id
        content = given.getvalue()
        upload = read_upload(given.name, content)
        for problem in upload.problems:
            st.text(str(problem))
        if upload.study:
            studies.load(served_study(read_study(io.BytesIO(content))))
            st.rerun()
        for table in upload.tables:
            # What an analysis with a fault in it would do: its exception quotes a cell.
            table.data.iloc[:, -1].astype(float)
    for name, table in tables_of(patients.trial).items():
        show.rows(table, name=name)
    first = tables_of(patients.trial)["subjects"]
    show.download("Subjects", lambda: first.to_csv().encode(), "subjects.csv", "text/csv")


if __name__ == "__main__":
    page()
