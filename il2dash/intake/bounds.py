"""How much of an upload is read: bytes, members, sheets, rows, columns, cells, time and memory."""

from __future__ import annotations

from il2dash.study.study_files import MAXIMUM_BYTES
from il2dash.study.table_bounds import (
    MAXIMUM_CELL_LENGTH,
    MAXIMUM_CELLS,
    MAXIMUM_COLUMNS,
    MAXIMUM_LISTED_ROWS,
    MAXIMUM_ROWS,
)

__all__ = [
    "MAXIMUM_BYTES",
    "MAXIMUM_CELLS",
    "MAXIMUM_CELL_LENGTH",
    "MAXIMUM_COLUMNS",
    "MAXIMUM_LISTED_ROWS",
    "MAXIMUM_MEMBERS",
    "MAXIMUM_ROWS",
    "MAXIMUM_SHEETS",
    "READING_MEMORY",
    "READING_PROCESSOR_SECONDS",
    "READING_SECONDS",
    "SESSION_BYTES",
    "SMALL_TEXT_BYTES",
]

MAXIMUM_MEMBERS = 200
"""Files in a zip."""

MAXIMUM_SHEETS = 100
"""Sheets of a workbook."""

SESSION_BYTES = 2 * MAXIMUM_BYTES
"""Bytes of files that wait in one session to be read."""

SMALL_TEXT_BYTES = 5_000_000
"""Text files up to this size are read at once, where a larger one is read in a process of its own."""

READING_PROCESSOR_SECONDS = 8
"""Processor time to read one upload in a process of its own."""

READING_SECONDS = 30
"""Time on the clock for the same, on a machine that is busy with other things."""

READING_MEMORY = 2 * 1024**3
"""Bytes of memory that this process may take."""
