"""Text files with any usual delimiter and encoding: what they are is found out and told."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from itertools import islice

from il2dash.intake.description_row import without_description_row
from il2dash.intake.sheet_layout import FIRST_ROWS, header_place
from il2dash.intake.text_encoding import decoded
from il2dash.intake.upload import Upload, refused
from il2dash.study.delimited_rows import SEPARATOR_WORDS
from il2dash.study.study_files import unreadable
from il2dash.study.table_files import delimited_table

_OTHER_KINDS = (
    (b"%pdf-", "a PDF"),
    (b"{\\rtf", "a text document"),
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
    (b"<?xml", "XML"),
)
"""How files begin that are no tables, whatever their names end in."""
_SAMPLE_CHARACTERS = 200_000
_SAMPLE_ROWS = 200
_MOST_TITLES = 20


def read_delimited(name: str, content: bytes) -> Upload:
    """Read a text file as a table; raises UnreadableError where it can't be one."""
    if kind := next((kind for start, kind in _OTHER_KINDS if content.lstrip()[:20].lower().startswith(start)), ""):
        return refused(name, f"A text file holds a table; this one is {kind}.", "Export the table as CSV.")
    encoding = decoded(content, name)
    delimiter, header_row = _delimiter(encoding.text, name)
    notes = [f"Cells are separated by {SEPARATOR_WORDS[delimiter]}.", encoding.note]
    if header_row == 2:
        notes.append("Row 1 names the separator; the column names are in row 2.")
    elif (header_row := _header_row(encoding.text, delimiter)) > 1:
        notes.append(f"What stands above row {header_row} was left out: the names of the columns are there.")
    unnamed = _unnamed(encoding.text, delimiter, header_row)
    if unnamed:
        notes.append(f"Columns without a name were left out: {', '.join(map(str, unnamed))}, counted from the left.")
    codec = encoding.codec
    del encoding
    table, problems = delimited_table(content, name=name, encoding=codec, delimiter=delimiter, header_row=header_row)
    if table is None:
        return Upload(name=name, problems=problems, notes=tuple(notes))
    table, described = without_description_row(table)
    notes += [described] if described else []
    return Upload(name=name, tables=(table,), problems=problems, notes=tuple(notes))


def _delimiter(text: str, name: str) -> tuple[str, int]:
    """Return the delimiter and the header's row.

    It is the one by which the header and all rows of the first 200 have the same number of cells, more than one.
    """
    first = text[:_SAMPLE_CHARACTERS].splitlines()[0].strip().strip('"')
    if first.lower().startswith("sep=") and first[4:] in SEPARATOR_WORDS:
        return first[4:], 2
    if first.lower() == "sep=":  # a tab, which was trimmed
        return "\t", 2
    regular: list[str] = []
    titled: dict[str, int] = {}
    shares: dict[str, tuple[float, int]] = {}
    for delimiter in SEPARATOR_WORDS:
        widths, sound = _widths(text, delimiter)
        if sound and (width := _width_below_titles(widths)):
            titled[delimiter] = width
        if not widths or widths[0] < 2:
            continue
        share = sum(width == widths[0] for width in widths) / len(widths)
        shares[delimiter] = (share, widths[0])
        if share == 1 and sound:
            regular.append(delimiter)
    if len(regular) > 1:
        raise unreadable(
            name,
            "Cells are separated by one delimiter; by more than one of them this file reads as a table: "
            f"{', '.join(SEPARATOR_WORDS[delimiter] for delimiter in regular)}.",
            "Save it with one delimiter and quote the cells that hold another, or save it as .xlsx.",
            row=1,
        )
    if regular:
        return regular[0], 1
    if titled:
        return max(titled, key=lambda delimiter: titled[delimiter]), 1
    return max(shares, key=lambda delimiter: shares[delimiter], default=","), 1


def _width_below_titles(widths: Sequence[int]) -> int:
    """Return how many cells all rows have below a few that have others; 0 where they don't have one number of cells."""
    width = widths[-1] if widths else 0
    titles = widths.index(width) if width > 1 else 0
    return width if 0 < titles <= _MOST_TITLES and set(widths[titles:]) == {width} and len(widths) > titles + 1 else 0


def _header_row(text: str, delimiter: str) -> int:
    """Return the row with the names of the columns, below rows that are filled less."""
    rows = csv.reader(io.StringIO(text[:_SAMPLE_CHARACTERS], newline=""), delimiter=delimiter)
    try:
        sample = [[cell.strip() for cell in row] for row in islice(rows, FIRST_ROWS)]
    except csv.Error:
        return 1
    return header_place(sample) + 1


def _widths(text: str, delimiter: str) -> tuple[list[int], bool]:
    """Return how many cells the first rows have, blank rows left out, and whether all quotes stand where they may."""
    cut = len(text) > _SAMPLE_CHARACTERS
    rows = csv.reader(io.StringIO(text[:_SAMPLE_CHARACTERS], newline=""), delimiter=delimiter, strict=True)
    widths: list[int] = []
    try:
        for row in islice(rows, _SAMPLE_ROWS):
            if any(cell.strip() for cell in row):
                widths.append(len(row))
    except csv.Error as error:
        return widths, cut and "unexpected end" in str(error)
    # The last row of a sample may have been cut.
    return (widths[:-1] if cut and 1 < len(widths) < _SAMPLE_ROWS else widths), True


def _unnamed(text: str, delimiter: str, header_row: int) -> Sequence[int]:
    rows = csv.reader(io.StringIO(text[:_SAMPLE_CHARACTERS], newline=""), delimiter=delimiter)
    try:
        header = next(islice(rows, header_row - 1, None), [])
    except csv.Error:
        return ()
    return [position for position, cell in enumerate(header, start=1) if not cell.strip()]
