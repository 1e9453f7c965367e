"""The floor: one toggle and the Model page's charts, drawn beforehand: Streamlit and Plotly without statistics."""

import pickle
from pathlib import Path

import streamlit as st

st.set_page_config(layout="wide")


@st.cache_resource
def _figures() -> list[object]:
    return [chart.figure for chart in pickle.loads((Path(__file__).parent / "charts.pickle").read_bytes())]


st.session_state.setdefault("clicks", 0)
before = st.session_state.get("before", False)
on = st.toggle("Next", key="next")
if on != before:
    st.session_state.clicks += 1
    st.session_state.before = on
figures = _figures()
st.plotly_chart(figures[st.session_state.clicks % len(figures)], key="figure", alt="The Model page's figure")
st.html('<footer class="page-footer">floor</footer>')
