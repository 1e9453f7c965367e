"""Tables for reading, by Great Tables: its structure (headers that name their cells), our stylesheet's look."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import pandas as pd

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
        One text a column; Great Tables escapes what looks like HTML.
    notes : tuple of str
        Lines under the table.
    caption : str
        What the table is, for those who jump from table to table.
    """

    identifier: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()
    caption: str = ""


def table_html(spec: TableSpec) -> str:
    """Return a table as an HTML fragment.

    Great Tables writes fixed colors into a stylesheet of its own, which a dark page can't use: only its table is kept.
    """
    from great_tables import GT
    from great_tables import html as markup

    names = [f"c{index}" for index in range(len(spec.columns))]
    frame = pd.DataFrame([[_unbroken(cell) for cell in row] for row in spec.rows], columns=names, dtype="str")
    table = (
        GT(frame, rowname_col=names[0], id=spec.identifier)
        .cols_label({name: markup(_header(label)) for name, label in zip(names[1:], spec.columns[1:], strict=True)})
        .tab_stubhead(markup(_header(spec.columns[0])))
        .cols_align("left", columns=names[1:])
    )
    html = table.as_raw_html()
    start, end = html.index("<table"), html.rindex("</table>") + len("</table>")
    caption = f"<caption>{escape(spec.caption)}</caption>" if spec.caption else ""
    written = html[start:end].replace(">", f">{caption}", 1)
    notes = "".join(f"<p>{escape(note)}</p>" for note in spec.notes)
    return (
        f'<div class="table-wrap" id="{escape(spec.identifier)}" role="region" '
        f'aria-label="{escape(spec.caption or spec.columns[0])}" tabindex="0">{written}</div>'
        f'<div class="table-notes">{notes}</div>'
    )


def _header(label: str) -> str:
    """Return a header's text as HTML. Great Tables reads ``{{...}}`` in it as units, and then escapes nothing."""
    return escape(label).replace("{", "&#123;")


def _unbroken(cell: str) -> str:
    """Return a short cell without a place to break: an estimate stays beside its interval."""
    return cell.replace(" ", "\u00a0") if len(cell) <= LONGEST_UNBROKEN else cell
