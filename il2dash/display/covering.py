"""P values of exploratory analyses, covered until a reader asks for them, and labeled once they are shown.

What is recognized is what `numbers.p_value` and `numbers.p_number` write, in words as "P = 0.03" and in the columns of
a table that are headed with P; and the one statement that is made of P values, who makes P cross 0.05, which a text
ends with behind a colon. No other words of this floor depend on a P value (tests/display/test_covering.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, overload

from il2dash.display.chart import Chart
from il2dash.display.numbers import NARROW, NO_NUMBER, NOT_ESTIMABLE
from il2dash.display.tables import TableSpec

COVERED = f"P{NARROW}covered"
COVERED_CELL = "covered"
LABEL = "exploratory"

_SPACE = rf"(?:[ \n{NARROW}]|<br>|&nbsp;)*"
_P_VALUE = re.compile(rf"\bP{_SPACE}(?:=|<|>|&lt;|&gt;){_SPACE}(?:\d+(?:\.\d+)?)")
_CROSSINGS = re.compile(r"\bP crosses 0\.05([^:]*): .*", re.DOTALL)
_OF_P = re.compile(rf"\bP(?={_SPACE}(?:=|<|>|&lt;|&gt;){_SPACE}\d| crosses 0\.05)")
_LABELED = re.compile(rf"\b{LABEL}[ {NARROW}]P\b")
_HEADER = re.compile(r"\bP\b")
_HEADED_WITH_P = re.compile(r"(?:(?:Adjusted|Alone) )?P(?: values?)?|P crosses 0\.05.*")
_WITHOUT_P = frozenset({"", NO_NUMBER, NOT_ESTIMABLE})

_NUMBERS = frozenset({"x", "y", "z", "array", "arrayminus", "range", "tickvals", "domain", "size"})
"""Keys of Plotly whose long lists are numbers, unless the first of them is a text."""


def cover(text: str) -> str:
    """Return a text with its P values covered; one without any as it is."""
    if "P" not in text:
        return text
    return _P_VALUE.sub(COVERED, _CROSSINGS.sub(rf"P crosses 0.05\1: {COVERED_CELL}.", text))


def cover_table(spec: TableSpec) -> TableSpec:
    """Return a table with the P values of every cell, note and caption covered, and whole columns that are headed P."""
    # The first column names the rows: one of a study that calls something "P" stays.
    headed = [number > 0 and _HEADED_WITH_P.fullmatch(column) is not None for number, column in enumerate(spec.columns)]
    return replace(
        spec,
        rows=tuple(
            tuple(
                COVERED_CELL if hidden and cell not in _WITHOUT_P else cover(cell)
                for cell, hidden in zip(row, headed, strict=True)
            )
            for row in spec.rows
        ),
        notes=tuple(map(cover, spec.notes)),
        caption=cover(spec.caption),
    )


def cover_chart(chart: Chart) -> Chart:
    """Return a figure with the P values of all its strings covered: annotations, titles, what is hovered over, alt."""
    return _rewritten(chart, cover)


@overload
def label_exploratory(shown: str) -> str: ...
@overload
def label_exploratory(shown: TableSpec) -> TableSpec: ...
@overload
def label_exploratory(shown: Chart) -> Chart: ...
def label_exploratory(shown: str | TableSpec | Chart) -> str | TableSpec | Chart:
    """Return what is shown with "exploratory P = 0.03" in place of "P = 0.03", and such headers of columns."""
    if isinstance(shown, str):
        return _label(shown)
    if isinstance(shown, Chart):
        return _rewritten(shown, _label)
    return replace(
        shown,
        columns=(*shown.columns[:1], *map(_label_header, shown.columns[1:])),
        rows=tuple(tuple(map(_label, row)) for row in shown.rows),
        notes=tuple(map(_label, shown.notes)),
        caption=_label(shown.caption),
    )


def _label(text: str) -> str:
    if "P" not in text:
        return text
    # What is labeled already is taken apart first: to label twice is to label once.
    return _OF_P.sub(f"{LABEL} P", _LABELED.sub("P", text))


def _label_header(header: str) -> str:
    if _HEADED_WITH_P.fullmatch(header) is None or LABEL in header.lower():
        return header
    labeled = _HEADER.sub(f"{LABEL} P", header, count=1)
    return f"{labeled[0].upper()}{labeled[1:]}"


def _rewritten(chart: Chart, write: Callable[[str], str]) -> Chart:
    spec, alt = _walk(chart.spec, write), write(chart.alt)
    return chart if spec is chart.spec and alt == chart.alt else replace(chart, spec=spec, alt=alt)


def _walk(value: Any, write: Callable[[str], str]) -> Any:
    """Return a part of a figure with its strings rewritten; the part itself where none changes, as it may be shared."""
    kind = type(value)
    if kind is str:
        return write(value)
    if kind is dict:
        changed = {}
        for key, part in value.items():
            if key in _NUMBERS and not (type(part) is list and part and type(part[0]) is str):
                if type(part) is not dict:
                    continue
            there = type(part)
            if there is str or there is dict or there is list or there is tuple:
                written = _walk(part, write)
                if written is not part and written != part:
                    changed[key] = written
        return value | changed if changed else value
    if kind is list or kind is tuple:
        written = [_walk(part, write) for part in value]
        if any(new is not old and new != old for new, old in zip(written, value, strict=True)):
            return kind(written)
    return value
