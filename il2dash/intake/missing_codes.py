"""Numbers and words that may say that a value isn't known: -9 below numbers from 0, 999 far above them, n.d. beside."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from il2dash.study.values import MISSING_TEXTS, Fault, numbers_of

_NEGATIVE = (-1.0, -7.0, -8.0, -9.0, -77.0, -88.0, -99.0, -999.0, -9999.0, -99999.0)
_LARGE = (98.0, 99.0, 888.0, 998.0, 999.0, 8888.0, 9998.0, 9999.0, 99999.0, 999999.0)
_FAR = 2.0
_LEAST_NUMBERS = 5
_MOST_WORDS = 3
_MOST_CODES = 8
_MOST_CELLS = 0.2


def numbers_for_missing(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the numbers of a column that stand apart as codes do: the only negative one, or far above all others."""
    values = pd.to_numeric(pd.Series(texts, dtype="object"), errors="coerce").to_numpy(dtype=np.float64)
    codes = np.isin(values, (*_NEGATIVE, *_LARGE))
    others = values[~codes & ~np.isnan(values)]
    if not codes.any() or len(others) < _LEAST_NUMBERS:
        return ()
    low, high = others.min(), others.max()
    apart = codes & (((values < 0) & (low >= 0)) | (values >= max(_FAR * high, 98.0)))
    return tuple(texts[place] for place in np.flatnonzero(apart).tolist())


def codes_for_missing(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the codes of a few, such as 0, 1 and 9, that stand apart from the others."""
    known = [text for text in texts if text.lower() not in MISSING_TEXTS]
    values = pd.to_numeric(pd.Series(known, dtype="object"), errors="coerce").to_numpy(dtype=np.float64)
    if not 3 <= len(known) <= _MOST_CODES or np.isnan(values).any() or (values % 1).any():
        return ()
    codes = np.isin(values, (*_NEGATIVE, 9.0, *_LARGE))
    others = values[~codes]
    if len(others) < 2 or others.min() < 0:
        return ()
    apart = codes & ((values < 0) | (values > _FAR * others.max()))
    return tuple(known[place] for place in np.flatnonzero(apart).tolist())


def words_beside_numbers(column: pd.Series[str]) -> tuple[str, ...]:
    """Return the few words in a column that holds numbers otherwise, with decimal points or commas."""
    if len(column) < _LEAST_NUMBERS:
        return ()
    distinct = pd.Series(column.unique(), dtype="object")
    unread = pd.to_numeric(distinct.str.replace(",", "."), errors="coerce").isna().to_numpy()
    texts = [text for text in distinct[unread].head(200) if text.lower() not in MISSING_TEXTS]
    if not texts or unread.sum() > 200:
        return ()
    faults = numbers_of(texts).fault
    words = tuple(text for text, fault in zip(texts, faults, strict=True) if fault == Fault.TEXT)
    if not 0 < len(words) <= _MOST_WORDS or len(distinct) - len(texts) < _LEAST_NUMBERS:
        return ()
    return words if column.isin(words).mean() <= _MOST_CELLS else ()


def two_words(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the two words that a column alone holds: yes and no, good and poor; none where it holds others."""
    known = [text for text in texts if text.lower() not in MISSING_TEXTS]
    if len(known) != 2 or not (numbers_of(known).fault == Fault.TEXT).all():
        return ()
    return tuple(sorted(known))
