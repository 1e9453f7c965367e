"""Raw tables from the texts of CSV files."""

from __future__ import annotations

from collections.abc import Iterable

from il2dash.intake.file_formats import read_tables
from il2dash.study.raw_tables import RawTable


def raw(text: str, name: str = "trial.csv") -> RawTable:
    """Return the table of a CSV file's text, whose lines may be indented."""
    content = "\n".join(line.strip() for line in text.strip().splitlines()).encode()
    (table,) = read_tables(name, content).tables
    return table


def rows_of(header: str, rows: Iterable[str]) -> RawTable:
    """Return the table of a header and its rows."""
    return raw("\n".join([header, *rows]))
