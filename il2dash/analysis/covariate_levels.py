"""The levels of a factor, in one order and by one name wherever they are shown or chosen."""

from __future__ import annotations

import pandas as pd

from il2dash.study.definition import Covariate

YES_NO = (("0", "No"), ("1", "Yes"))
"""Levels of what is recorded as 0 or 1."""


def covariate_levels(covariate: Covariate, column: pd.Series) -> tuple[tuple[str, str], ...]:
    """Return the levels of a factor as (file value, label), the reference first.

    As the definition lists them; where it lists none, yes and no for a binary covariate, and for another what the whole
    trial has, in the order of the alphabet (of numbers where all are numbers).
    """
    if covariate.levels:
        return tuple((level.value, level.label) for level in covariate.levels)
    if covariate.kind == "binary":
        return YES_NO
    present = [str(value) for value in column.dropna().unique()]
    try:
        ordered = sorted(present, key=float)
    except ValueError:
        ordered = sorted(present)
    return tuple((value, value) for value in ordered)
