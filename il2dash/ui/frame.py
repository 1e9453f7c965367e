"""What every page stands in: the study, the links, the badge of synthetic data, and words where something is wrong."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from urllib.parse import urlencode

import streamlit as st

from il2dash import __version__
from il2dash.errors import Il2dashError
from il2dash.study.problems import listing
from il2dash.study.trial import Trial
from il2dash.ui import compute, stylesheet

PAGES = {
    "Overview": ("app.py", ":material/home:"),
    "Baseline": ("pages/1_Baseline.py", ":material/groups:"),
    "Trajectories": ("pages/2_Trajectories.py", ":material/show_chart:"),
    "Endpoints": ("pages/3_Endpoints.py", ":material/flag:"),
    "Model": ("pages/4_Model.py", ":material/tune:"),
    "Events": ("pages/5_Events.py", ":material/event:"),
    "Published": ("pages/8_Published.py", ":material/fact_check:"),
    "Data": ("pages/10_Data.py", ":material/database:"),
}
"""Every page: where its file is, and its sign."""

ICON = Path(__file__).with_name("icon.svg")
"""The browser's sign; an icon of Streamlit's own would be fetched from elsewhere."""

SIDEBAR_WIDTH = 220
"""In pixels; on a phone the sidebar is closed at first."""

_LOG = logging.getLogger(__name__)


def page(title: str) -> Callable[[Callable[[Trial], None]], Callable[[], None]]:
    """Make a page of a function that draws its body: called, it draws what is common to all pages, then the body.

    A click in the body redraws the body alone, not the frame around it. A study that can't be read ends the page with
    the list of its problems. An `Il2dashError` of the body ends it with that sentence, never with a traceback.

    Parameters
    ----------
    title : str
        A key of `PAGES`.
    """

    def decorate(body: Callable[[Trial], None]) -> Callable[[], None]:
        @st.fragment
        @wraps(body)
        def guarded(trial: Trial) -> None:
            with _sentences(title):
                body(trial)

        @wraps(body)
        def whole() -> None:
            trial = _opened(title)
            guarded(trial)
            _footer(trial)

        return whole

    return decorate


def _opened(title: str) -> Trial:
    st.set_page_config(
        page_title=f"{title} · il2dash",
        page_icon=str(ICON),
        layout="wide",
        initial_sidebar_state=SIDEBAR_WIDTH,
    )
    st.html(stylesheet.STYLESHEET)
    reading = compute.study()
    _links(title)
    if reading.trial is None:
        st.title(title, anchor=False)
        st.error(
            "The study can't be shown: it has problems that would make its numbers wrong.", icon=":material/error:"
        )
        st.text(listing(reading.problems))
        st.stop()
    _header(title, reading.trial)
    return reading.trial


@contextmanager
def _sentences(where: str) -> Iterator[None]:
    """Show what il2dash itself finds wrong as a sentence in place of what it interrupts."""
    try:
        yield
    except Il2dashError as error:
        _LOG.info("%s: %s", where, error)
        st.error(str(error), icon=":material/error:")


def link_back(title: str, label: str, *, endpoint: str) -> None:
    """Draw a link to a page as the trial defines it, with only the endpoint kept.

    A real link, not Streamlit's, which leaves the widgets alone when it leads to the page one is on. The browser's
    Back brings the view back.
    """
    path = PAGES[title][0]
    address = path.split("_", 1)[-1].removesuffix(".py")
    query = urlencode({"endpoint": endpoint})
    st.html(f'<a class="link-back" href="./{address}?{query}" target="_self">↺ {stylesheet.text(label)}</a>')


def _links(current: str) -> None:
    with st.sidebar:
        st.html('<p class="brand">il2dash</p>')
        with st.container(key="navigation", gap=None):
            for title, (path, icon) in PAGES.items():
                st.page_link(path, label=title, icon=icon, disabled=title == current, width="stretch")


def _header(title: str, trial: Trial) -> None:
    study = trial.definition.study
    with st.container(key="masthead", horizontal=True, vertical_alignment="center", gap="small"):
        st.html(f'<p class="study-title">{stylesheet.text(study.title)}</p>', width="content")
        if study.synthetic:
            with st.container(key="synthetic-badge", width="content"):
                st.page_link(
                    PAGES["Data"][0],
                    label="Synthetic data: no row is a patient",
                    icon=":material/science:",
                )
    st.title(title, anchor=False)


def _footer(trial: Trial) -> None:
    study = trial.definition.study
    origin = "Synthetic data: no row is a patient. " if study.synthetic else ""
    st.html(
        f'<footer class="page-footer"><p>{origin}{stylesheet.text(study.citation)}</p>'
        f"<p>il2dash {__version__} · data {trial.fingerprint[:19]} · differences are "
        f"{stylesheet.text(trial.definition.arms.label(trial.definition.arms.treatment))} minus "
        f"{stylesheet.text(trial.definition.arms.label(trial.definition.arms.reference))}</p></footer>"
    )
