"""Repairs: what has one safe remedy is applied at one click, what reads in more ways than one is asked."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from il2dash.display.check_report_view import check_report_spec
from il2dash.display.numbers import count
from il2dash.intake.fixes import Fix
from il2dash.intake.questions import Question, answer
from il2dash.intake.report import report_lines
from il2dash.ui import load_findings, loading, show
from il2dash.ui.stylesheet import plain, text


def repairs_step() -> None:
    """Offer the repairs, ask the questions, and list what was repaired."""
    fixes, questions = load_findings.repairs()
    applied = loading.current().fixes
    if not (fixes or questions or applied):
        show.kindly("Nothing has to be repaired, and nothing reads in more ways than one.")
        return
    if fixes:
        _offer(fixes)
    for place, question in enumerate(questions):
        _ask(question, place)
    if applied:
        st.html("<h3>Repaired so far</h3>")
        show.details(check_report_spec(line.cells() for line in report_lines((), applied)))
        st.button(
            "Take back all repairs",
            key="load_take_back",
            icon=":material/undo:",
            type="tertiary",
            on_click=loading.take_back,
        )


def _offer(fixes: Sequence[Fix]) -> None:
    cells = sum(len(fix.rows) for fix in fixes)
    words = f"{count(cells, 'cell')} can be repaired in one way only. The file itself isn't changed."
    st.html(f'<p class="sentence">{text(words)}</p>')
    show.details(check_report_spec(("to repair", *line.cells()[1:]) for line in report_lines((), fixes)))
    st.button(
        "Repair all and go on",
        key="load_repair",
        type="primary",
        icon=":material/healing:",
        on_click=loading.repair,
        args=(tuple(fixes),),
    )


def _ask(question: Question, place: int) -> None:
    """Ask; none of the answers is chosen beforehand."""
    with st.container(border=True, key=f"load_question_{place}"):
        where = f"{question.file}, {question.column}: {count(len(question.rows), 'cell')}"
        st.html(
            f'<p class="load-file">{text(where)}</p><p class="method">For example '
            f"{text(', '.join(question.examples))}</p>"
        )
        words = {given.code: given.words for given in question.answers}
        chosen = st.radio(
            plain(question.words),
            list(words),
            index=None,
            format_func=lambda code: plain(words[code]),
            key=f"load_answer_{question.kind}_{question.file}_{question.column}",
        )
        st.button(
            "Answer",
            key=f"load_answered_{place}",
            disabled=chosen is None,
            on_click=_answered,
            args=(question, chosen),
        )


def _answered(question: Question, code: str) -> None:
    """Repair by an answer; what has one remedy only goes along, as the question was found after it."""
    fixes, _ = load_findings.repairs()
    loading.repair((*fixes, answer(question, code)))
