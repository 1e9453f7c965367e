"""What every page stands in: the study, the links, the badge of synthetic data, and words where something is wrong."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path

import streamlit as st

from il2dash import __version__
from il2dash.analysis.population import Population, select_population
from il2dash.errors import Il2dashError
from il2dash.study.problem_groups import grouped_listing
from il2dash.study.trial import Trial
from il2dash.ui import address, filters, looked_at, page_script, present, replay, show, studies, stylesheet
from il2dash.ui.figure_files import caption_attributes
from il2dash.ui.in_memory import keep_uploads_in_memory
from il2dash.ui.loaded_notice import loaded_notice
from il2dash.ui.replay import Body
from il2dash.ui.share import share
from il2dash.ui.site import FILES, PAGES
from il2dash.ui.stylesheet import plain

ICON = Path(__file__).with_name("icon.svg")
"""The browser's sign; an icon of Streamlit's own would be fetched from elsewhere."""

SIDEBAR_WIDTH = 220
"""In pixels; on a phone the sidebar is closed at first."""

_LOG = logging.getLogger(__name__)


def page(title: str) -> Callable[[Body], Callable[[], None]]:
    """Make a page of a function that draws its body: called, it draws what is common to all pages, then the body.

    A click in the body redraws the body alone, not the frame around it. A study that can't be read ends the page with
    the list of its problems. An `Il2dashError` of the body ends it with that sentence, never with a traceback.

    Parameters
    ----------
    title : str
        A key of `PAGES`.
    """

    def decorate(body: Body) -> Callable[[], None]:
        @st.fragment
        @wraps(body)
        def guarded(patients: Population) -> None:
            with _sentences(title):
                replay.drawn(body, patients)
            address.remember(title)

        @wraps(body)
        def whole() -> None:
            keep_uploads_in_memory()
            _open(title)
            trial = _trial(title)
            if present.presenting():
                with _sentences(title):
                    present.show_slide(title, trial)
                return
            patients = _around(title, trial)
            notes = st.empty()
            guarded(patients)
            if told := address.notes():
                notes.warning(plain("\n\n".join(told)), icon=":material/link_off:")
            _footer(patients)

        return whole

    return decorate


def _open(title: str) -> None:
    st.set_page_config(
        page_title=f"{title} · il2dash",
        page_icon=str(ICON),
        layout="wide",
        initial_sidebar_state=SIDEBAR_WIDTH,
    )
    st.html(stylesheet.STYLESHEET)
    page_script.install()
    address.begin(title)
    looked_at.on_page(title)


def _trial(title: str) -> Trial:
    """Return the trial that is shown; where it can't be read the page ends with the list of what is wrong."""
    study = studies.current()
    if unknown := studies.unknown():
        address.note(unknown)
    if study.trial is not None:
        return study.trial
    _links(title)
    st.title(title, anchor=False)
    st.error("The study can't be shown: it has problems that would make its numbers wrong.", icon=":material/error:")
    st.text(grouped_listing(study.problems))
    st.stop()


def _around(title: str, trial: Trial) -> Population:
    """Draw what is around a page's body, and return the patients whom the address asks for."""
    patients = select_population(trial, address.filters(trial))
    _links(title)
    with st.sidebar:
        filters.panel(patients)
        st.toggle("Show exploratory P values", key=show.P_VALUES_KEY, persist_state="session")
    _header(title, patients)
    filters.chips(patients)
    return patients


@contextmanager
def _sentences(where: str) -> Iterator[None]:
    """Show what il2dash itself finds wrong as a sentence in place of what it interrupts."""
    try:
        yield
    except Il2dashError as error:
        _LOG.info("%s: %s", where, error)
        st.error(stylesheet.plain(str(error)), icon=":material/error:")


def _links(current: str) -> None:
    with st.sidebar:
        st.html('<p class="brand">il2dash</p>')
        with st.container(key="navigation", gap=None):
            for title, (path, icon) in PAGES.items():
                st.page_link(
                    path,
                    label=title,
                    icon=icon,
                    disabled=title == current,
                    width="stretch",
                    query_params=address.link_settings(title),
                )


def _header(title: str, patients: Population) -> None:
    study = patients.trial.definition.study
    with st.container(key="masthead", horizontal=True, vertical_alignment="center", gap="small"):
        st.html(f'<p class="study-title">{stylesheet.text(study.title)}</p>', width="content")
        if study.synthetic:
            with st.container(key="synthetic-badge", width="content"):
                st.page_link(
                    FILES["Data"],
                    label="Synthetic data: no row is a patient",
                    icon=":material/science:",
                    query_params=address.link_settings("Data", ()),
                )
        loaded_notice()
    with st.container(key="title-row", horizontal=True, vertical_alignment="center", gap="small"):
        st.title(title, anchor=False, width="stretch")
        with st.container(key="page-actions", horizontal=True, width="content", gap="small"):
            share(title, patients)
            present.offer()


def _footer(patients: Population) -> None:
    trial = patients.trial
    study = trial.definition.study
    origin = "Synthetic data: no row is a patient. " if study.synthetic else ""
    st.html(
        f'<footer class="page-footer" {caption_attributes(patients)}><p>{origin}{stylesheet.text(study.citation)}</p>'
        f"<p>il2dash {__version__} · data {trial.fingerprint[:19]} · differences are "
        f"{stylesheet.text(trial.definition.arms.label(trial.definition.arms.treatment))} minus "
        f"{stylesheet.text(trial.definition.arms.label(trial.definition.arms.reference))}</p></footer>"
    )
