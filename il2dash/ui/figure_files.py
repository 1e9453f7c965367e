"""A figure as a file: the row of buttons under it. The page's script makes it in the browser, of what is drawn."""

from __future__ import annotations

import json
from dataclasses import dataclass

from il2dash.analysis.population import Population
from il2dash.display.caption import caption_of
from il2dash.display.chart import Chart
from il2dash.display.files import file_name
from il2dash.display.literal_text import attribute_text
from il2dash.ui.stylesheet import text

FORMATS = {"svg": "SVG", "png": "PNG"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A figure on a page: its element's key, and what is drawn."""

    key: str
    chart: Chart


def caption_attributes(population: Population) -> str:
    """Return the HTML attributes by which a page's footer tells the script what is written under every figure."""
    lines = json.dumps(caption_of(population), ensure_ascii=False)
    prefix = file_name(population.trial.definition, "")
    return f'data-figure-caption="{attribute_text(lines)}" data-figure-prefix="{attribute_text(prefix)}"'


def save_row(figures: tuple[Saved, ...], *, method: str) -> str:
    """Return the buttons that save figures, as an HTML fragment; nothing where there is no figure.

    Parameters
    ----------
    figures : tuple of Saved
        The figures that stand right above, in their order.
    method : str
        How their numbers were made: a line of the caption.
    """
    return "".join(
        f'<p class="save-figure"><span>Save {"figure" if len(figures) == 1 else text(_in_words(figure.chart))}</span>'
        + "".join(_button(figure, form, label, method=method) for form, label in FORMATS.items())
        + "</p>"
        for figure in figures
    )


def _button(figure: Saved, form: str, label: str, *, method: str) -> str:
    chart = figure.chart
    return (
        f'<button type="button" data-save="{form}" data-figure="{attribute_text(figure.key)}" '
        f'data-file="{attribute_text(chart.name)}" '
        f'data-method="{attribute_text(f"{chart.signs} {method}".strip())}" data-alt="{attribute_text(chart.alt)}" '
        f'aria-label="{attribute_text(f"Save figure as {label}: {_in_words(chart)}")}">{label}</button>'
    )


def _in_words(chart: Chart) -> str:
    return chart.name.replace("_", " ")
