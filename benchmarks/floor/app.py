"""The floor: one toggle and a page's charts, drawn beforehand: Streamlit and Plotly without statistics.

``?page=Model`` or ``?page=Endpoints`` says whose charts.
"""

import pickle
from pathlib import Path

import streamlit as st
from plotly.basedatatypes import BaseFigure

CONFIG = {"displayModeBar": False, "scrollZoom": False, "responsive": True}
"""As the dashboard has it."""


class Drawn(BaseFigure):
    """A figure that Streamlit sends as it is: nothing of Plotly's checks is timed."""

    def __init__(self, spec: dict[str, object]) -> None:
        self._spec = spec

    def to_dict(self) -> dict[str, object]:
        """Return what is sent."""
        return self._spec


st.set_page_config(layout="wide")


@st.cache_resource
def _figures() -> dict[str, list[list[dict[str, object]]]]:
    charts = pickle.loads((Path(__file__).parent / "charts.pickle").read_bytes())
    return {page: [[chart.spec for chart in each] for each in views] for page, views in charts.items()}


@st.fragment
def page() -> None:
    """Draw the charts that are next."""
    st.session_state.setdefault("clicks", 0)
    before = st.session_state.get("before", False)
    on = st.toggle("Next", key="next")
    if on != before:
        st.session_state.clicks += 1
        st.session_state.before = on
    views = _figures()[st.query_params.get("page", "Model")]
    for number, figure in enumerate(views[st.session_state.clicks % len(views)]):
        st.plotly_chart(Drawn(figure), key=f"figure_{number}", config=CONFIG, alt="A figure of the dashboard's page")


page()
st.html('<footer class="page-footer">floor</footer>')
