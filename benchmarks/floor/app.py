"""The floor: one toggle and the Model page's chart, drawn beforehand; what Streamlit and Plotly cost without statistics."""

import pickle
from pathlib import Path

import streamlit as st

st.set_page_config(layout="wide")


@st.cache_resource
def _charts() -> tuple[object, object]:
    return pickle.loads((Path(__file__).parent / "charts.pickle").read_bytes())


off, on = _charts()
chart = on if st.toggle("Age", key="age") else off
st.plotly_chart(chart.figure, key="figure", alt=chart.alt)
st.html('<footer class="page-footer">floor</footer>')
