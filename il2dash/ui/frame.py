"""What every page stands in: the study, the links, the badge of synthetic data, and words where something is wrong."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial, wraps
from pathlib import Path

import streamlit as st

from il2dash import __version__
from il2dash.analysis.population import Population, select_population
from il2dash.errors import Il2dashError
from il2dash.study.problem_groups import grouped_listing
from il2dash.study.trial import Trial
from il2dash.ui import (
    address,
    filters,
    looked_at,
    page_script,
    present,
    replay,
    safeguards,
    show,
    sign_in,
    studies,
    study_blocks,
    stylesheet,
)
from il2dash.ui.figure_files import caption_attributes
from il2dash.ui.figures_first import figures_first
from il2dash.ui.loaded_notice import loaded_notice
from il2dash.ui.replay import Body
from il2dash.ui.served_study import ServedStudy
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
        def guarded(patients: Population, study: ServedStudy) -> None:
            if studies.current() is not study:
                st.rerun()  # it was read again since: the frame around would tell of other data
            guard = partial(_sentences, title)
            with studies.looking_at(study), figures_first(guard), guard():
                replay.drawn(body, patients)
            address.remember(title)

        def all_of(study: ServedStudy) -> None:
            trial = _trial(title, study)
            if present.presenting():
                with _sentences(title):
                    present.show_slide(title, trial)
                return
            patients = _around(title, trial)
            notes = st.empty()
            guarded(patients, study)
            if told := address.notes():
                notes.warning(plain("\n\n".join(told)), icon=":material/link_off:")
            _footer(patients)

        @wraps(body)
        def whole() -> None:
            safeguards.install()
            _open(title)
            study = studies.current()
            with studies.looking_at(study):
                all_of(study)

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
    sign_in.require()
    if not studies.offered():
        _links(title)
        st.title(title, anchor=False)
        sign_in.refuse()
    studies.settle()
    address.begin(title)
    looked_at.on_page(title)


def _trial(title: str, study: ServedStudy) -> Trial:
    """Return the trial that is shown; where it can't be read the page ends with the list of what is wrong."""
    if unknown := studies.unknown():
        address.note(unknown)
    if study.trial is not None:
        return study.trial
    _links(title)
    with _masthead():
        study_blocks.chooser()
        study_blocks.try_again()
    st.title(title, anchor=False)
    for note in address.notes():
        st.warning(plain(note), icon=":material/link_off:")
    st.error("The study can't be shown: it has problems that would make its numbers wrong.", icon=":material/error:")
    st.text(grouped_listing(study.problems))
    if title == "Data":
        from il2dash.ui.load_page import load_page  # half a second that no other page needs

        st.header("Load your own data", anchor=False)
        load_page()
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
        _LOG.info("%s: %s", where, type(error).__name__)
        show.trouble(error)


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


def _masthead() -> AbstractContextManager[object]:
    return st.container(key="masthead", horizontal=True, vertical_alignment="center", gap="small")


def _header(title: str, patients: Population) -> None:
    study = patients.trial.definition.study
    with _masthead():
        if not study_blocks.chooser():
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
        sign_in.who()
        study_blocks.freshness()
    study_blocks.failed_refresh()
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
