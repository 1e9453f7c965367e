"""The rows of a delimited text file, one at a time: quotes as RFC 4180 has them, any line end, any encoding."""

from __future__ import annotations

import csv
import io
from codecs import BOM_UTF8
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from il2dash.study.study_files import unreadable
from il2dash.study.table_bounds import MAXIMUM_CELLS

if TYPE_CHECKING:
    import pyarrow as pa

SEPARATOR_WORDS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
"""The delimiters that are read, and how they are spoken of."""

_MAXIMUM_QUOTES = 20_000_000


def delimited_rows(
    content: bytes, *, name: str, encoding: str = "utf-8-sig", delimiter: str = ","
) -> Iterator[list[str]]:
    """Yield the rows of a text file, blank ones too.

    Raises
    ------
    UnreadableError
        At the row where a quote is not closed or stands where none may, or where a cell is longer than 131,072
        characters.
    UnicodeDecodeError
        Where the content is not in `encoding`.
    """
    done = 0
    lines = io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline="")
    try:
        for cells in csv.reader(lines, delimiter=delimiter, strict=True):
            yield cells
            done += 1
    except csv.Error as error:
        raise unreadable(
            name,
            f"The file is CSV; reading stopped here ({error}).",
            "Close every quote, and double the quotes inside a quoted cell.",
            row=done + 1,
        ) from error


def plain_columns(content: bytes, *, encoding: str, delimiter: str, width: int) -> pa.Table | None:
    """Return all rows of a file without ragged rows and quotes within cells, as columns 0, 1, ... of text.

    It gives the cells that `delimited_rows` gives (a blank row has empty ones), several times as fast, or None where
    the file is not that plain.
    """
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    if width < 2 or width * content.count(b"\n") > MAXIMUM_CELLS:
        return None
    plain = content.removeprefix(BOM_UTF8) if encoding == "utf-8-sig" else content.decode(encoding).encode()
    if plain.count(b"\r") != plain.count(b"\r\n") or not _quotes_enclose_cells(plain, delimiter):
        return None
    names = [str(position) for position in range(width)]
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(plain),
            read_options=arrow_csv.ReadOptions(use_threads=False, column_names=names),
            parse_options=arrow_csv.ParseOptions(
                delimiter=delimiter, double_quote=False, newlines_in_values=True, ignore_empty_lines=False
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    return table


def _quotes_enclose_cells(content: bytes, delimiter: str) -> bool:
    """Tell whether quotes stand in pairs at the two ends of cells, and nowhere else."""
    count = content.count(b'"')
    if count % 2 or count > _MAXIMUM_QUOTES:
        return False
    line_end, separator = ord("\n"), ord(delimiter)
    text = np.frombuffer(b"\n" + content + b"\n", dtype=np.uint8)
    quotes = np.flatnonzero(text == ord('"'))
    before, after = text[quotes[::2] - 1], text[quotes[1::2] + 1]
    opening = (before == separator) | (before == line_end)
    closing = (after == separator) | (after == line_end) | (after == ord("\r"))
    return bool(opening.all() and closing.all())
