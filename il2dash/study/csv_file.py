"""CSV as il2dash writes it, everywhere: no cell is a formula where the file is opened in a spreadsheet.

A text that a spreadsheet would run (it begins with ``=``, ``+``, ``-``, ``@``, their full-width forms, a tab or a line
end, and isn't a number) gets an apostrophe before it, and so does a text that already has apostrophes before such a
character. Reading takes one apostrophe away from exactly these texts, so that a table which was written is read again
as it was: a term ``=cmd`` is ``'=cmd`` in the file and ``=cmd`` in the study. An apostrophe before another text stays.
"""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

_FORMULA = re.compile(r"'*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r\n]")
_GUARD = re.compile(r"'[=+\-@\uff1d\uff0b\uff0d\uff20\t\r\n]")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


def guarded(text: str) -> str:
    """Return a text as a cell that no spreadsheet runs."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def unguarded(text: str) -> str:
    """Return the text of a cell that `guarded` wrote; any other text as it is."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def unguarded_rows(rows: list[list[str]]) -> list[list[str]]:
    """Return the rows of a CSV file, header and cells, each text as it was before `csv_file` guarded it."""
    return [[unguarded(cell) for cell in row] for row in rows]


def holds_guards(text: str) -> bool:
    """Tell, in one look at a whole file, whether any cell of it may have been guarded."""
    return _GUARD.search(text) is not None


def csv_file(table: pd.DataFrame) -> bytes:
    """Return a table as CSV in UTF-8, with commas, decimal points and every digit; its index isn't written."""
    written = table.copy(deep=False)
    for position, kind in enumerate(table.dtypes):
        if not pd.api.types.is_numeric_dtype(kind):
            written.isetitem(position, _guarded_column(table.iloc[:, position]).array)
    written.columns = pd.Index([guarded(str(name)) for name in table.columns])
    # With \r\n as the end of a line, a cell that holds either of them is quoted.
    return written.to_csv(index=False, lineterminator="\r\n").encode()


def _guarded_column(cells: pd.Series[Any]) -> pd.Series[Any]:
    """Look at each distinct text once: a million cells hold few."""
    changed = {text: guarded(text) for text in cells.unique() if isinstance(text, str) and guarded(text) != text}
    return cells.where(~cells.isin(list(changed)), cells.map(changed)) if changed else cells
