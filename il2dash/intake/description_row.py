"""A row of units or explanations between the names of the columns and the first patient: left out, and told."""

from __future__ import annotations

import pandas as pd

from il2dash.study.raw_tables import RawTable
from il2dash.study.values import MISSING_TEXTS, Fault, parse_numbers

_FEW = 20
_LEAST_ROWS = 3


def without_description_row(table: RawTable) -> tuple[RawTable, str]:
    """Leave out a first row that describes the columns, and say so; ``""`` where the first row is a patient's.

    Such a row has different texts in at least two columns of numbers and a number in none, and no text of it stands
    again below: a patient's arm does.
    """
    data = table.data
    if len(data) <= _LEAST_ROWS:
        return table, ""
    first, rest = data.iloc[0], data.iloc[1:]
    said = [name for name in data.columns if first[name].lower() not in MISSING_TEXTS]
    if len(said) < 2 or any(_is_number(first[name]) for name in said):
        return table, ""
    described = [name for name in said if _numeric(rest[name])]
    texts = {first[name] for name in described}
    if len(described) < 2 or len(texts) < 2:
        return table, ""
    if any(first[name] in set(rest[name]) for name in said if name not in described):
        return table, ""
    shown = ", ".join(f"{name}: {first[name]}" for name in described[:4])
    dots = ", ..." if len(described) > 4 else ""
    note = f"Row {data.index[0]} was left out: it describes the columns and is no patient ({shown}{dots})."
    return RawTable(file=table.file, data=rest), note


def _numeric(column: pd.Series[str]) -> bool:
    """Tell whether a column holds numbers alone, with decimal points or commas, by its first rows and then by all."""
    for rows in (column.head(_FEW), column):
        numbers = parse_numbers(rows)
        commas = numbers.fault == Fault.DECIMAL_COMMA
        if (numbers.fault[~commas] != Fault.NONE).any() or not (numbers.known | commas).any():
            return False
    return True


def _is_number(text: str) -> bool:
    return not parse_numbers(pd.Series([text], dtype="str")).fault.any()
