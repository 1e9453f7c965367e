"""The check report as a table: one row a kind of problem or repair."""

from __future__ import annotations

from collections.abc import Iterable

from il2dash.display.numbers import capitalized
from il2dash.display.tables import TableSpec

HEADERS = ("What", "File", "Column", "Rule", "How many", "First rows", "Example", "Remedy")


def check_report_spec(lines: Iterable[tuple[str, ...]]) -> TableSpec:
    """Return the table of a report's lines, each with a text for each of `HEADERS`."""
    return TableSpec(
        identifier="check_report",
        columns=HEADERS,
        rows=tuple((capitalized(what), *cells) for what, *cells in lines),
        caption="What the checks found, by kind",
        stacked=True,
    )
