"""Results on the page. Each block is a plain sentence, a figure, its table, and the method in one line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

import pandas as pd
import streamlit as st

from il2dash.analysis.standing import Standing
from il2dash.display.chart import Chart
from il2dash.display.check_report_view import check_report_spec
from il2dash.display.covering import cover, cover_chart, cover_table, label_exploratory
from il2dash.display.enlarge import enlarge
from il2dash.display.glossary import glossary_html, terms_in
from il2dash.display.numbers import count
from il2dash.display.tables import TableSpec, table_html
from il2dash.errors import Il2dashError
from il2dash.intake.report import report_lines
from il2dash.study.definition import StudyDefinition
from il2dash.study.problems import Problem
from il2dash.ui import blocks, widgets
from il2dash.ui.drawn_figure import DrawnFigure
from il2dash.ui.figure_files import Saved, save_row
from il2dash.ui.figures_first import afterwards
from il2dash.ui.looked_at import note_analysis, ordinal
from il2dash.ui.patients_behind import patients_behind
from il2dash.ui.stylesheet import plain, text

Shown = TypeVar("Shown", str, TableSpec, Chart)

P_VALUES_KEY = "exploratory_p_values"

_STANDING: ContextVar[Standing | None] = ContextVar("standing", default=None)
_DEFINITION: ContextVar[StudyDefinition | None] = ContextVar("definition", default=None)
_SAID: ContextVar[tuple[str, ...]] = ContextVar("said", default=())

CHART_CONFIG = {"displayModeBar": False, "scrollZoom": False, "responsive": True}

# The block's figures whose row of buttons isn't written yet: `details` writes it into its own element.
_UNSAVED: ContextVar[tuple[Saved, ...]] = ContextVar("unsaved", default=())


def opening(sentence: str, *, title: str = "", standing: Standing | None = None, beside: str = "") -> None:
    """Open a block: its title, whether it is the trial's own analysis and where not why, and the result in words.

    `beside` puts the trial's own result beside an exploratory one. P values of an exploratory block are covered until
    they are asked for. Everything between two figures is one element: the browser redraws each at a cost of its own.
    """
    _STANDING.set(standing)
    _UNSAVED.set(())
    heading_html = f"<h2>{text(title)}</h2>" if title else ""
    standing_html = _standing_html(title, standing, sentence) if standing is not None else ""
    words = [f'<p class="sentence">{text(_guarded(sentence, cover))}</p>']
    if beside:
        words.append(f'<p class="beside">{text(_guarded(beside, cover))}</p>')
    _SAID.set((sentence, beside, *(standing.reasons if standing else ())))
    html = heading_html + standing_html + "".join(words)
    blocks.begin(lambda: st.html(html), title=title, standing=standing_html)


def _standing_html(title: str, standing: Standing, sentence: str) -> str:
    number = note_analysis(title, standing, sentence)
    reasons = "; ".join(standing.reasons)
    if standing.reasons:
        reasons += f" · your {ordinal(number)} analysis in this session"
    return (
        f'<p><span class="standing standing-{standing.kind}">{standing.kind}</span>'
        f'<span class="standing-reasons">{text(reasons)}</span></p>'
    )


def heading(title: str) -> None:
    """Open a block whose inputs stand between its title and its result."""
    blocks.begin(lambda: st.html(f"<h2>{text(title)}</h2>"), title=title, titled_only=True)


def details(*tables: TableSpec, method: str = "", warnings: tuple[str, ...] = ()) -> None:
    """Close a block: its figures' buttons, the analysis's warnings, the tables, the method, the words explained."""
    buttons = save_row(_UNSAVED.get(), method=_guarded(method, cover))
    _UNSAVED.set(())
    cautions = "".join(f'<p class="caution" role="note">⚠ {text(_guarded(warning, cover))}</p>' for warning in warnings)
    closing = f'<p class="method">{text(_guarded(method, cover))}</p>' if method else ""
    html = buttons + cautions + "".join(table_html(_guarded(table, cover_table)) for table in tables) + closing
    html += _glossary(*_SAID.get(), method, *warnings, *(cell for table in tables for cell in _words_of(table)))
    _SAID.set(())
    blocks.put(lambda: afterwards(lambda: st.html(html)), "details" if tables else "words")


def of_study(definition: StudyDefinition) -> None:
    """Say of which study the blocks are that come: its own words are explained under them."""
    _DEFINITION.set(definition)
    _STANDING.set(None)
    _SAID.set(())


def _glossary(*texts: str) -> str:
    definition = _DEFINITION.get()
    return glossary_html(terms_in(texts, definition)) if definition is not None else ""


def _words_of(table: TableSpec) -> Iterator[str]:
    """Return the texts of a table that name things: its headers, the names of its rows, its notes."""
    yield from (*table.columns, table.caption, *table.notes)
    yield from (row[0] for row in table.rows)


def _guarded(shown: Shown, covered: Callable[[Shown], Shown]) -> Shown:
    """Return what an exploratory block shows, its P values covered, or labeled once they were asked for."""
    if not _is_exploratory():
        return shown
    return label_exploratory(shown) if p_values_shown() else covered(shown)


def _is_exploratory() -> bool:
    standing = _STANDING.get()
    return standing is not None and bool(standing.reasons)


def p_values_shown() -> bool:
    """Return whether this session asked for the P values of exploratory analyses."""
    return bool(st.session_state.get(P_VALUES_KEY, False))


def figure(chart: Chart) -> None:
    """Show a figure with its text alternative; `details`, which comes next, offers it as a file of the chart's name."""
    drawn, key = _guarded(chart, cover_chart), blocks.key(f"figure_{chart.name}")
    _UNSAVED.set((*_UNSAVED.get(), Saved(key=key, chart=drawn)))
    if blocks.enlarged() != 1:
        drawn = enlarge(drawn, blocks.enlarged())
    to_choose = bool(drawn.patients) and not widgets.replaying()
    blocks.put(lambda: _draw(drawn, key, to_choose=to_choose), "figures")


def _draw(chart: Chart, key: str, *, to_choose: bool) -> None:
    """Draw a figure; where patients stand behind its points, a click on one names them under it."""
    figure = DrawnFigure(chart.spec)
    if not to_choose:
        st.plotly_chart(figure, key=key, theme=None, config=CHART_CONFIG, alt=chart.alt)
        return
    event = st.plotly_chart(
        figure,
        key=key,
        theme=None,
        config=CHART_CONFIG,
        alt=chart.alt,
        on_select="rerun",
        selection_mode="points",
    )
    patients_behind(chart, event)


def kindly(words: str) -> None:
    """Say what a study doesn't have."""
    blocks.put(lambda: st.info(plain(words), icon=":material/info:"))


def trouble(error: Il2dashError) -> None:
    """Say what keeps a block from being shown."""
    blocks.put(lambda: st.error(plain(str(error)), icon=":material/error:"))


def fragment(html: str) -> None:
    """Show HTML that the display floor made."""
    blocks.put(lambda: st.html(html))


def question(definition: StudyDefinition) -> None:
    """Say what was asked and how the trial was made."""
    study = definition.study
    asked = f'<p class="question">{text(study.question)}</p>' if study.question else ""
    made = f'<p class="design">{text(study.design)}</p>' if study.design else ""
    registered = f'<p class="method">Registration {text(study.registration)}</p>' if study.registration else ""
    if html := asked + made + registered:
        blocks.put(lambda: st.html(html))


@contextmanager
def progress(words: str) -> Iterator[Callable[[float], None]]:
    """Show how far a work is that takes a while; the function given is told the part that is done.

    Whoever leaves the page, or asks for something else, ends the work at the next call.
    """
    bar = st.progress(0.0, text=words)

    def told(part: float) -> None:
        bar.progress(min(part, 1.0), text=words)

    try:
        yield told
    finally:
        bar.empty()


def rows(table: pd.DataFrame, *, name: str) -> None:
    """Show a table's rows, to scroll, sort and search."""
    alt = f"The rows of the table {name}, {len(table):,} in all."
    blocks.put(lambda: st.dataframe(table, hide_index=True, alt=alt))


def problems(found: tuple[Problem, ...]) -> None:
    """Say what the checks found."""
    if not found:
        words = "Every check passed: no errors and no warnings."
        blocks.put(lambda: st.success(words, icon=":material/check_circle:"))
        return
    opening(f"The checks found {count(len(found), 'thing')} to know about. The study was read.")
    details(check_report_spec(line.cells() for line in report_lines(found)))


def download(label: str, data: Callable[[], bytes], file_name: str, mime: str) -> None:
    """Offer a file, which is written when it is asked for."""
    icon = ":material/download:"
    key = blocks.key(f"download_{file_name}")
    blocks.put(
        lambda: st.download_button(label, data, file_name=file_name, mime=mime, on_click="ignore", icon=icon, key=key)
    )


def document(markdown: str) -> None:
    """Show a study's own page about its data, its headings one level under the page's.

    A picture in it would be fetched from where it says, by every reader's browser: it becomes a link.
    """
    lowered = re.sub(r"^(#+ )", r"#\1", markdown, flags=re.MULTILINE).replace("![", "\\![")
    blocks.put(lambda: st.markdown(lowered))
