"""A column of typed values as the texts that a CSV file would have."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from il2dash.study.workbook_rows import cell_text


def column_texts(values: Any, *, labels: Mapping[Any, str] | None = None) -> pd.Series[str]:
    """Write the values of a column as text: ``""`` where missing, 52 for 52.0, every digit of the others, ISO dates.

    Parameters
    ----------
    values : sequence of shape (n,)
        Numbers, texts, booleans, dates or times, all of one kind; None or NaN where missing.
    labels : mapping of value to str, optional
        The texts of values that have one of their own.
    """
    held = np.empty(len(values), dtype=object)
    held[:] = values
    codes, distinct = pd.factorize(held)
    texts = [value_text(value, labels or {}) for value in distinct]
    return taken(texts, codes)


def value_text(value: Any, labels: Mapping[Any, str]) -> str:
    """Write one value as text."""
    if value is None or value != value:
        return ""
    if isinstance(value, datetime) and (value.tzinfo is not None or getattr(value, "nanosecond", False)):
        return value.isoformat(sep=" ")
    return labels.get(value) or cell_text(value)


def taken(texts: list[str], codes: np.ndarray) -> pd.Series[str]:
    """Return the text of each code; ``""`` for -1."""
    return pd.Series([*texts, ""], dtype="str").take(np.where(codes < 0, len(texts), codes)).reset_index(drop=True)
