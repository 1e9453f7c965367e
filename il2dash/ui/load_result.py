"""What loading gave: who and what was read, the check report, and the ways to use it and take it along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import streamlit as st

from il2dash.display.check_report_view import check_report_spec
from il2dash.display.files import file_name
from il2dash.intake.fixes import Fix
from il2dash.intake.recipe import Recipe, recipe_json
from il2dash.intake.report import counts_in_words, report_csv, report_lines
from il2dash.intake.study_content import StudyContent, read_content, study_zip
from il2dash.study.check_report import trial_lines
from il2dash.study.problems import Problem
from il2dash.study.reading import StudyReading
from il2dash.ui import address, show, studies
from il2dash.ui.served_study import served_study
from il2dash.ui.site import FILES
from il2dash.ui.stylesheet import text

_READ = "loading_read"
MOST_LINES = 30
"""Kinds of findings that a page lists; the download has all."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Result:
    """What loading gave.

    Parameters
    ----------
    reading : StudyReading
        The study as it was read; without a trial where any problem is an error.
    content : StudyContent, optional
        What its files would hold, where it was made of other files.
    notes : tuple of str
        What was decided or left out, as sentences.
    fixes : tuple of Fix
        What was repaired.
    recipe : Recipe, optional
        The choices that led to it.
    """

    reading: StudyReading
    content: StudyContent | None = None
    notes: tuple[str, ...] = ()
    fixes: tuple[Fix, ...] = ()
    recipe: Recipe | None = None


def show_result(result: Result) -> None:
    """Show what was read and the check report, and offer to use the study and to take it along."""
    summary(result.reading)
    for note in result.notes:
        st.html(f'<p class="method">{text(note)}</p>')
    reading = result.reading
    if reading.trial is not None and st.button(
        "Use this study", type="primary", icon=":material/play_arrow:", key="load_use"
    ):
        studies.load(served_study(reading))
        st.switch_page(FILES["Overview"], query_params={address.STUDY: studies.LOADED})
    report(reading.problems, result.fixes)
    _downloads(result)


def show_built(
    content: StudyContent | None, problems: Sequence[Problem], *, notes: Sequence[str] = (), fixes: Sequence[Fix] = ()
) -> None:
    """Show a study that was made of other files: what was read, its report, Use and the downloads.

    Parameters
    ----------
    content : StudyContent or None
        What was made; the same object is read once. None where a problem is an error.
    problems : sequence of Problem
        What was found in making it; what reading it finds is added.
    notes : sequence of str
        What was decided or left out, as sentences.
    fixes : sequence of Fix
        What was repaired in the files.
    """
    if content is None:
        reading = StudyReading(place="the files", definition=None, trial=None, problems=tuple(problems), tables=())
    else:
        read = _read_once(content)
        reading = replace(read, problems=(*problems, *read.problems))
    show_result(Result(reading=reading, content=content, notes=tuple(notes), fixes=tuple(fixes)))


def _read_once(content: StudyContent) -> StudyReading:
    known: tuple[StudyContent, StudyReading] | None = st.session_state.get(_READ)
    if known is None or known[0] is not content:
        known = content, read_content(content)
        st.session_state[_READ] = known
    return known[1]


def summary(reading: StudyReading) -> None:
    """Say how many patients, values and events were read."""
    if reading.trial is None:
        st.html('<p class="sentence">The study can\'t be used yet: the check report says what is missing.</p>')
        return
    lines = "".join(f"<li>{text(line)}</li>" for line in trial_lines(reading.trial))
    st.html(f'<ul class="load-summary">{lines}</ul>')


def report(problems: Sequence[Problem], fixes: Sequence[Fix] = ()) -> None:
    """Show the check report: each kind of finding once, with its count."""
    lines = report_lines(problems, fixes)
    st.html(f'<p class="load-counts" role="status">Checks: {text(counts_in_words(lines))}</p>')
    if lines:
        show.details(check_report_spec(line.cells() for line in lines[:MOST_LINES]))
    if len(lines) > MOST_LINES:
        st.html(f'<p class="method">{len(lines) - MOST_LINES} more kinds are in the report as a file.</p>')


def _downloads(result: Result) -> None:
    definition = result.reading.definition
    with st.container(horizontal=True, gap="small"):
        if result.content is not None and definition is not None and result.reading.trial is not None:
            name = file_name(definition, "study.zip")
            show.download("Study (zip)", partial(study_zip, result.content), name, "application/zip")
        report_name = "check_report.csv" if definition is None else file_name(definition, "check_report.csv")
        csv = partial(report_csv, result.reading.problems, result.fixes)
        show.download("Check report (CSV)", csv, report_name, "text/csv")
        if (recipe := result.recipe) is not None:
            choices = f"{recipe.study.id}_choices.json"
            show.download("Choices (JSON)", lambda: recipe_json(recipe).encode(), choices, "application/json")
