"""The floor: one toggle and a page's charts, drawn beforehand: Streamlit and Plotly without statistics.

``?page=Model`` or ``?page=Endpoints`` says whose charts.
"""

import pickle
from pathlib import Path

import streamlit as st

st.set_page_config(layout="wide")


@st.cache_resource
def _figures() -> dict[str, list[list[object]]]:
    charts = pickle.loads((Path(__file__).parent / "charts.pickle").read_bytes())
    return {page: [[chart.figure for chart in each] for each in views] for page, views in charts.items()}


st.session_state.setdefault("clicks", 0)
before = st.session_state.get("before", False)
on = st.toggle("Next", key="next")
if on != before:
    st.session_state.clicks += 1
    st.session_state.before = on
views = _figures()[st.query_params.get("page", "Model")]
for number, figure in enumerate(views[st.session_state.clicks % len(views)]):
    st.plotly_chart(figure, key=f"figure_{number}", alt="A figure of the dashboard's page")
st.html('<footer class="page-footer">floor</footer>')
