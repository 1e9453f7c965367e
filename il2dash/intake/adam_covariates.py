"""Which variables of ADSL are covariates, by their standard names."""

from __future__ import annotations

import re
from math import floor, log10

import numpy as np

from il2dash.intake.adam_datasets import cells
from il2dash.intake.column_facts import identifier
from il2dash.study.definition import Covariate, CovariateLevel
from il2dash.study.raw_tables import RawTable
from il2dash.study.values import is_missing, parse_numbers

_CATEGORIES = {"RACE": "Race", "ETHNIC": "Ethnicity", "REGION1": "Region", "COUNTRY": "Country"}
_BASELINES = {"BMIBL": ("BMI", "kg/m2"), "HEIGHTBL": ("Height", ""), "WEIGHTBL": ("Weight", "")}
_STRATUM = re.compile(r"STRAT(AR|[0-9]+R)")
MAXIMUM_LEVELS = 12
"""A covariate with more levels than these says little about a small trial, and isn't read."""


def covariate_of(table: RawTable, column: str) -> Covariate | None:
    """Return the covariate that an ADSL variable is, by its standard name; None for any other variable.

    Age, sex, race, ethnicity, region and country, randomization strata, and numeric baseline characteristics, whose
    names end in BL. A variable with one value only, or without any, tells nothing and is left out.
    """
    text = table.data[column]
    known = text[~is_missing(text)]
    distinct = sorted(known.unique())
    if len(distinct) < 2:
        return None
    name = identifier(column, otherwise="p")
    if column == "AGE":
        units = sorted(set(cells(table, "AGEU").str.lower()) - {""}) or ["years"]
        if len(units) > 1:
            return None
        return Covariate(
            name=name, label="Age", unit=units[0], kind="continuous", step=10 if units[0] == "years" else 1
        )
    if column == "SEX" and set(distinct) <= {"F", "M"}:
        levels = (CovariateLevel(value="F", label="Female"), CovariateLevel(value="M", label="Male"))
        return Covariate(name=name, label="Sex", kind="binary", levels=levels)
    if column in _CATEGORIES or column == "SEX" or _STRATUM.fullmatch(column):
        label = _CATEGORIES.get(column, "Sex" if column == "SEX" else f"Randomization stratum {column}")
        return Covariate(name=name, label=label, kind="categorical") if len(distinct) <= MAXIMUM_LEVELS else None
    if re.fullmatch(r"[A-Z0-9_]+BL", column) and len(distinct) > 2:
        numbers = parse_numbers(known)
        if numbers.fault.any() or numbers.censoring.any():
            return None
        label, unit = _BASELINES.get(column, (column, ""))
        return Covariate(name=name, label=label, unit=unit, kind="continuous", step=rounded_step(numbers.value))
    return None


def column_order(column: str) -> tuple[int, str]:
    """Put what everybody knows of a patient first: the order of a file's columns isn't part of a study."""
    first = ("AGE", "SEX", *_CATEGORIES)
    return first.index(column) if column in first else len(first), column


def rounded_step(values: np.ndarray) -> float:
    """Return the round number (1, 2 or 5 times a power of 10) next below the standard deviation."""
    spread = float(np.std(values[~np.isnan(values)]))
    if not spread > 0:
        return 1.0
    power = 10.0 ** floor(log10(spread))
    return float(f"{max(factor for factor in (1, 2, 5) if factor * power <= spread * (1 + 1e-9)) * power:.6g}")
