"""Tables for reading: headers that name their cells, and text that stays text."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from il2dash.display.literal_text import attribute_text, without_controls

LONGEST_UNBROKEN = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSpec:
    """What a table holds, as text that is already rounded.

    Parameters
    ----------
    identifier : str
        An HTML id, unique on the page.
    columns : tuple of str
        Headers; the first column names the rows.
    rows : tuple of tuple of str
        One text a column; what looks like HTML is shown as it is.
    notes : tuple of str
        Lines under the table.
    caption : str
        What the table is, for those who jump from table to table.
    stacked : bool
        Whether a narrow page shows each row as a list of its cells with their headers: for rows of sentences.
    """

    identifier: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()
    caption: str = ""
    stacked: bool = False


def table_html(spec: TableSpec) -> str:
    """Return a table as an HTML fragment: its look is the page's stylesheet's, so that it follows the theme.

    Written here and not by Great Tables, which takes 25 ms a table, most of it for a stylesheet of fixed colors that a
    dark page can't use; a switch of a model is to redraw within a tenth of a second (docs/architecture.md).
    """
    head = "".join(f'<th scope="col">{_shown(label)}</th>' for label in spec.columns)
    labels = spec.columns if spec.stacked else ("",) * len(spec.columns)
    body = "".join(f"<tr>{_row(row, labels)}</tr>" for row in spec.rows)
    caption = f"<caption>{_shown(spec.caption)}</caption>" if spec.caption else ""
    notes = "".join(f"<p>{_shown(note)}</p>" for note in spec.notes)
    return (
        f'<div class="table-wrap{" stacked" if spec.stacked else ""}" id="{escape(spec.identifier)}" role="region" '
        f'aria-label="{attribute_text(spec.caption or spec.columns[0])}" tabindex="0">'
        f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        f'<div class="table-notes">{notes}</div>'
    )


def _row(row: tuple[str, ...], labels: tuple[str, ...]) -> str:
    first, *rest = (_shown(_unbroken(cell)) for cell in row)
    cells = zip(rest, labels[1:], strict=True)
    return f'<th scope="row">{first}</th>' + "".join(f"<td{_label(label)}>{cell}</td>" for cell, label in cells)


def _label(label: str) -> str:
    """Return the header that stands before a cell where its row is stacked."""
    return f' data-label="{attribute_text(label)}"' if label else ""


def _shown(text: str) -> str:
    return escape(without_controls(text))


def _unbroken(cell: str) -> str:
    """Return a short cell without a place to break: an estimate stays beside its interval."""
    return cell.replace(" ", "\u00a0") if len(cell) <= LONGEST_UNBROKEN else cell
