"""Results on the page. Each block is a plain sentence, a figure, its table, and the method in one line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import pandas as pd
import streamlit as st
from plotly.basedatatypes import BaseFigure
from streamlit.delta_generator import DeltaGenerator

from il2dash.analysis.standing import Standing
from il2dash.display.chart import Chart
from il2dash.display.numbers import count
from il2dash.display.tables import TableSpec, table_html
from il2dash.study.definition import StudyDefinition
from il2dash.study.problems import Problem
from il2dash.ui.stylesheet import text

CHART_CONFIG = {
    "displaylogo": False,
    "displayModeBar": "hover",
    "modeBarButtons": [["toImage"]],
    "scrollZoom": False,
    "responsive": True,
}


class _Drawn(BaseFigure):  # type: ignore[misc]
    """A figure that Streamlit draws as it is: the one thing it asks of a figure is its dictionary."""

    def __init__(self, spec: dict[str, Any]) -> None:
        self._spec = spec

    def to_dict(self) -> dict[str, Any]:
        return self._spec


def opening(sentence: str, *, title: str = "", standing: Standing | None = None) -> None:
    """Open a block: its title, whether it is the trial's own analysis and where not why, and the result in words.

    Everything between two figures is one element: the browser redraws each at a cost of its own.
    """
    parts = [f"<h2>{text(title)}</h2>"] if title else []
    if standing is not None:
        reasons = f'<span class="standing-reasons">{text("; ".join(standing.reasons))}</span>'
        parts.append(f'<p><span class="standing standing-{standing.kind}">{standing.kind}</span>{reasons}</p>')
    st.html("".join([*parts, f'<p class="sentence">{text(sentence)}</p>']))


def heading(title: str) -> None:
    """Open a block whose inputs stand between its title and its result."""
    st.html(f"<h2>{text(title)}</h2>")


def details(*tables: TableSpec, method: str = "", warnings: tuple[str, ...] = ()) -> None:
    """Close a block: every warning that the analysis gave, the tables, and the method in one line."""
    cautions = "".join(f'<p class="caution" role="note">⚠ {text(warning)}</p>' for warning in warnings)
    closing = f'<p class="method">{text(method)}</p>' if method else ""
    st.html(cautions + "".join(table_html(table) for table in tables) + closing)


def figure(chart: Chart) -> None:
    """Show a figure with its text alternative; it is saved under the chart's name."""
    config = CHART_CONFIG | {"toImageButtonOptions": {"filename": f"il2dash_{chart.name}", "scale": 2}}
    st.plotly_chart(_Drawn(chart.spec), key=f"figure_{chart.name}", config=config, alt=chart.alt)


def kindly(words: str) -> None:
    """Say what a study doesn't have."""
    st.info(plain(words), icon=":material/info:")


def fragment(html: str) -> None:
    """Show HTML that the display floor made."""
    st.html(html)


def question(definition: StudyDefinition) -> None:
    """Say what was asked and how the trial was made."""
    study = definition.study
    if study.question:
        st.html(f'<p class="question">{text(study.question)}</p>')
    if study.design:
        st.html(f'<p class="design">{text(study.design)}</p>')
    if study.registration:
        st.html(f'<p class="method">Registration {text(study.registration)}</p>')


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


def controls() -> DeltaGenerator:
    """Return the row in which a page's inputs stand; it wraps on a phone."""
    return st.container(horizontal=True, vertical_alignment="bottom", gap="medium")


def rows(table: pd.DataFrame, *, name: str) -> None:
    """Show a table's rows, to scroll, sort and search."""
    st.dataframe(table, hide_index=True, alt=f"The rows of the table {name}, {len(table)} in all.")


def problems(found: tuple[Problem, ...]) -> None:
    """Say what the checks found."""
    if not found:
        st.success("Every check passed: no errors and no warnings.", icon=":material/check_circle:")
        return
    opening(f"The checks found {count(len(found), 'thing')} to know about. The study was read.")
    st.dataframe(
        pd.DataFrame([asdict(problem) for problem in found]).fillna(""),
        hide_index=True,
        alt="What the checks found: severity, file, rule, remedy, row, column and value.",
    )


def download(label: str, data: Callable[[], bytes], file_name: str, mime: str) -> None:
    """Offer a file, which is written when it is asked for."""
    st.download_button(label, data, file_name=file_name, mime=mime, on_click="ignore", icon=":material/download:")


def document(markdown: str) -> None:
    """Show a study's own page about its data, its headings one level under the page's."""
    st.markdown(re.sub(r"^(#+ )", r"#\1", markdown, flags=re.MULTILINE))


def plain(words: str) -> str:
    """Return a text that Markdown leaves alone."""
    return "".join(f"\\{character}" if character in r"\`*_{}[]()#+-.!|<>~$:" else character for character in words)
