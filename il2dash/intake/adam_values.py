"""What an ADaM record of a finding says: its number, or the limit that the value is below or above."""

from __future__ import annotations

import re
from math import log10

import numpy as np
import pandas as pd

from il2dash.intake.adam_datasets import cells, fault, first_text, record_count, texts_of
from il2dash.intake.number_texts import without_unit
from il2dash.study.problems import Problem
from il2dash.study.raw_tables import RawTable
from il2dash.study.values import is_missing, number_problems, parse_numbers

_UNIT = re.compile(r"(.*\S)\s*\(([^()]*(?:\([^()]*\)[^()]*)*)\)")
_LOGARITHM = re.compile(r"\blog(10)?\b", re.IGNORECASE)
_BELOW = re.compile(
    r"<?\s*(BLQ|BLOQ|LL?OQ|LOD|BLD|BDL)|(TARGET )?NOT DETECTED|UNDETECTABLE|BELOW .*(LIMIT|LOQ|DETECTION|QUANTI).*",
    re.IGNORECASE,
)
GREATEST_LOGARITHM = 10
"""A limit of so much isn't a decimal logarithm of copies or cells: it is written in their own unit."""


def label_and_unit(table: RawTable) -> tuple[str, str]:
    """Return a parameter's name and unit: ``AVALU``, else what stands last in brackets in ``PARAM``."""
    text = first_text(table, "PARAM") or first_text(table, "PARAMCD")
    match = _UNIT.fullmatch(text)
    unit = first_text(table, "AVALU")
    if match and (not unit or unit.casefold() == match[2].casefold()):
        return match[1], match[2]
    return text, unit


def finding_values(table: RawTable) -> tuple[pd.Series[str], np.ndarray, list[Problem]]:
    """Return each record's value as text (empty where there is none), where ``AVAL`` is a stand-in, and problems.

    Parameters
    ----------
    table : RawTable
        Records of one parameter.

    Notes
    -----
    - ``AVALC`` such as ``<50``, with or without the parameter's unit, is a censored value, whatever ``AVAL`` says for
      it (a blank, the limit or half of it): a stand-in isn't a measurement. Otherwise the value is ``AVAL``.
    - Words such as BLQ are below the limit that the parameter's other records name, if they name one only. Else the
      limit isn't known: ``AVAL`` counts where it is there, and both are told.
    - In a parameter on the log10 scale a limit of `GREATEST_LOGARITHM` or more is one of the unlogged value.
    - Where a parameter has no ``AVAL`` at all, the numbers in ``AVALC`` are the values.
    """
    label, unit = label_and_unit(table)
    on_log_scale = _LOGARITHM.search(f"{label} {unit}") is not None
    aval, written = cells(table, "AVAL"), cells(table, "AVALC")
    character = texts_of(written, lambda text: _limit(text, unit, on_log_scale=on_log_scale))
    characters = parse_numbers(character)
    named = character[(characters.censoring == -1) & characters.known]
    below = written.str.fullmatch(_BELOW).to_numpy(dtype=bool)
    if named.nunique() == 1:
        character = character.mask(below, str(named.iloc[0]))
        characters, below = parse_numbers(character), np.zeros(len(below), dtype=bool)
    if is_missing(aval).all():
        aval = character.where(characters.known & (characters.censoring == 0), "")
    numbers = parse_numbers(aval)
    problems = number_problems(
        table, numbers, column="AVAL", what="AVAL", date_remedy="Check the dataset.", censored=True
    )
    censored = (characters.censoring != 0) & characters.known
    words = ~numbers.known & ~censored & (characters.known | (characters.fault != 0)) & (numbers.fault == 0)
    problems += _told(
        table,
        words & ~below,
        "A value that stands in AVALC alone is below or above a limit, such as <50",
        "left out; give AVAL where the value was measured.",
    )
    no_limit = "A value below a limit names it in AVALC, such as <50"
    problems += _told(table, below & words, no_limit, "left out; write the limit.")
    problems += _told(table, below & numbers.known, no_limit, "read as AVAL says; write the limit.")
    return aval.where(numbers.known, "").mask(censored, character), censored & numbers.known, problems


def _limit(text: str, unit: str, *, on_log_scale: bool) -> str:
    """Return a limit as il2dash reads it, on the parameter's scale: ``<50`` for ``<= 50 copies/mL``."""
    if not text.startswith(("<", ">")):
        return text
    plain = without_unit(text[0] + text[1:].removeprefix("=").strip(), [unit] if unit else [])
    limit = float(parse_numbers(pd.Series([plain])).value[0])
    if on_log_scale and limit >= GREATEST_LOGARITHM:
        return f"{text[0]}{round(log10(limit), 6)}"
    return plain


def _told(table: RawTable, where: np.ndarray, rule: str, what: str) -> list[Problem]:
    """Return a warning for each text of ``AVALC``, at the first record that has it."""
    texts = cells(table, "AVALC")[where]
    counts = texts.value_counts()
    return [
        fault(
            table,
            f"{rule}.",
            f"{record_count(int(counts[text]))} with this text {'is' if counts[text] == 1 else 'are'} {what}",
            row=int(str(row)),
            column="AVALC",
            value=str(text),
            warning=True,
        )
        for row, text in texts.drop_duplicates().items()
    ]
