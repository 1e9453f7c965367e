"""What can be taken away: results and tables as files that say where they come from."""

from __future__ import annotations

import json
import re
from typing import Any

import pandas as pd

from il2dash.study.definition import StudyDefinition

SYNTHETIC_COLUMN = "data_origin"
SYNTHETIC_VALUE = "synthetic, no row is a patient"

_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?\Z")


def file_name(definition: StudyDefinition, name: str) -> str:
    """Return the name of an export: it begins with the study, and with ``synthetic`` where it is."""
    prefix = "synthetic_" if definition.study.synthetic else ""
    return f"{prefix}{definition.study.id}_{name}"


def results_json(document: dict[str, Any]) -> bytes:
    """Return the results document as a JSON file."""
    return (json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def table_csv(definition: StudyDefinition, table: pd.DataFrame) -> bytes:
    """Return a table as CSV; every row of a synthetic study says that it is.

    A text that a spreadsheet would run as a formula (it begins with ``=``, ``+``, ``-`` or ``@`` and isn't a number)
    gets an apostrophe before it.
    """
    texts = [name for name in table.columns if not pd.api.types.is_numeric_dtype(table[name])]
    table = table.assign(**{name: table[name].map(_harmless) for name in texts}).rename(columns=_harmless)
    if definition.study.synthetic:
        table = table.assign(**{SYNTHETIC_COLUMN: SYNTHETIC_VALUE})
    return table.to_csv(index=False).encode()


def _harmless(value: object) -> object:
    if isinstance(value, str) and _FORMULA.match(value) and not _NUMBER.match(value):
        return f"'{value}"
    return value
