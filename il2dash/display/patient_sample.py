"""Which single patients a figure draws where they are more than a reader can tell apart."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from il2dash.display.numbers import count

MOST_LINES = 100
"""Of one arm: more courses hide each other, and the summary before them."""

MOST_POINTS = 300
"""Of one arm, for the same reason."""


def drawn_places(patients: int, most: int) -> np.ndarray:
    """Return the places of the patients to draw, ascending: all, or as many as `most`, by lot.

    The lot is the same at every drawing, so that a figure doesn't change while nothing else does.
    """
    if patients <= most:
        return np.arange(patients)
    return np.sort(np.random.default_rng(0).choice(patients, most, replace=False))


def sample_words(patients: Iterable[int], most: int, *, of: str = "an arm") -> str:
    """Say that of arms, or whatever has these sizes, some patients are drawn; the empty string where all are."""
    if all(size <= most for size in patients):
        return ""
    return f" Of {of} with more, {count(most, 'patient')} drawn by lot are shown singly; everything else is of all."
