"""What can be taken away: results and tables as files that say where they come from."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from il2dash.study.csv_file import csv_file
from il2dash.study.definition import StudyDefinition

SYNTHETIC_COLUMN = "data_origin"
SYNTHETIC_VALUE = "synthetic, no row is a patient"


def file_name(definition: StudyDefinition, name: str) -> str:
    """Return the name of an export: it begins with the study, and with ``synthetic`` where it is."""
    prefix = "synthetic_" if definition.study.synthetic else ""
    return f"{prefix}{definition.study.id}_{name}"


def results_json(document: dict[str, Any]) -> bytes:
    """Return the results document as a JSON file."""
    return (json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def table_csv(definition: StudyDefinition, table: pd.DataFrame) -> bytes:
    """Return a table as CSV in which no cell is a formula (`csv_file`); every row of a synthetic study says so."""
    if definition.study.synthetic:
        table = table.assign(**{SYNTHETIC_COLUMN: SYNTHETIC_VALUE})
    return csv_file(table)
