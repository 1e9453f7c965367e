"""The files that are loaded: where they are dropped, and what was read of each."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from il2dash.display.numbers import count
from il2dash.intake.bounds import MAXIMUM_BYTES
from il2dash.intake.guess import ORIGIN_QUESTION
from il2dash.intake.loaded_files import ENDINGS, LoadedFile, read_file
from il2dash.study.raw_tables import RawTable
from il2dash.ui import load_findings, load_inputs, loading, show
from il2dash.ui.load_result import report
from il2dash.ui.loading import Loading
from il2dash.ui.stylesheet import plain, text

_DROPS = "load_drops"


def files_step() -> None:
    """Take files, and show what was read of each."""
    _drop()
    current = loading.current()
    load_inputs.told(current.said)
    for place, file in enumerate(current.files):
        _file(file, place)
    if current.problems or current.fixes:
        report(current.problems, current.fixes)
    if current.tables:
        _rows(current.tables)
        if not load_findings.is_adam():
            _understood(current)


def _drop() -> None:
    """Take files. What was read of them is kept; their bytes aren't."""
    drops = st.session_state.setdefault(_DROPS, 0)
    given = st.file_uploader(
        "Drop the trial's files here",
        type=[ending.removeprefix(".") for ending in ENDINGS],
        accept_multiple_files=True,
        key=f"load_drop_{drops}",
        help=f"CSV, Excel, SAS, SPSS, Stata, Parquet, a study's zip, and the choices of an earlier time; up to "
        f"{MAXIMUM_BYTES // 1024**2} MB a file. Nothing is written to disk or sent anywhere.",
    )
    if not given:
        return
    read = []
    for place, file in enumerate(given):
        with show.progress(plain(f"Reading {file.name} ({file.size / 1024**2:,.1f} MB)")) as told:
            told(place / len(given))
            read.append(read_file(file.name, file.getvalue()))
    _release(given)
    with st.spinner("Looking at the columns"):
        loading.add(read)
    st.session_state[_DROPS] = drops + 1
    st.rerun()


def _release(given: Sequence[UploadedFile]) -> None:
    """Have Streamlit forget the bytes, which it would hold until the session ends."""
    context = get_script_run_ctx()
    manager = context.uploaded_file_mgr if context is not None else None
    if context is not None and isinstance(manager, MemoryUploadedFileManager):
        for file in given:
            manager.remove_file(context.session_id, file.file_id)


def _file(file: LoadedFile, place: int) -> None:
    tables = file.upload.tables
    with st.container(border=True, key=f"load_file_{place}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.html(f'<p class="load-file">{text(file.name)}</p>', width="stretch")
            st.button(
                "Remove",
                key=f"load_remove_{place}",
                icon=":material/close:",
                type="tertiary",
                on_click=loading.remove,
                args=(file.name,),
            )
        words = [
            f"{table.file}: {count(len(table.data), 'row')}, {count(len(table.columns), 'column')}." for table in tables
        ]
        if file.study is not None:
            words.append("A study's zip: it is read as it is.")
        if not words and file.recipe is None:
            words.append("Nothing could be read of it.")
        words += file.upload.notes
        st.html("".join(f'<p class="method">{text(sentence)}</p>' for sentence in words))


def _understood(current: Loading) -> None:
    """Say what the columns seem to be, and what only a person knows."""
    proposal = current.proposal
    if current.study is not None or proposal is None:
        return
    if current.draft is None:
        words = "The columns don't say who the patients are and which arm they were in: say it in the step Patients."
        st.html(f'<p class="sentence">{words}</p>')
        for reason in proposal.questions[1:]:
            load_inputs.small(reason)
        return
    subjects = current.draft.subjects
    words = (
        f"Patients are taken from {subjects.table}: {subjects.patient} is the patient, {subjects.arm} the arm. "
        "The steps above show all that was proposed from the columns, to be corrected."
    )
    fixes, open_questions = load_findings.repairs()
    if waiting := len(fixes) + len(open_questions):
        words += f" The step Repairs comes first: it has {count(waiting, 'thing')} to repair or to answer."
    asked = "".join(f"<li>{text(question)}</li>" for question in proposal.questions if question != ORIGIN_QUESTION)
    listed = f'<p class="method">Only you know:</p><ul class="load-summary">{asked}</ul>' if asked else ""
    st.html(f'<p class="sentence">{text(words)}</p>{listed}')


def _rows(tables: Sequence[RawTable]) -> None:
    """Show the first rows of one of the tables."""
    files = [table.file for table in tables]
    chosen = files[0]
    if len(files) > 1:
        chosen = st.selectbox("First rows of", files, key="load_preview") or chosen
    load_inputs.preview(next(table for table in tables if table.file == chosen))
