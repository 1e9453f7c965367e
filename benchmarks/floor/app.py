"""The floor: one toggle and the Model page's chart, drawn beforehand: Streamlit and Plotly without statistics."""

import pickle
from pathlib import Path

import streamlit as st

st.set_page_config(layout="wide")


@st.cache_resource
def _figures() -> list[object]:
    return [chart.figure for chart in pickle.loads((Path(__file__).parent / "charts.pickle").read_bytes())]


off, on = _figures()
st.plotly_chart(on if st.toggle("Age", key="age") else off, key="figure", alt="The Model page's figure")
st.html('<footer class="page-footer">floor</footer>')
