"""What can be said of a raw table's columns without knowing what they mean; every guess starts from it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from il2dash.study.raw_tables import RawTable
from il2dash.study.values import MISSING_TEXTS, numbers_of, parse_yes_no

_LONGEST_LABEL = 60
_LONGEST_NAME = 80  # a longer header is a sentence; patterns would take long over it
MOST_SHOWN = 60
"""Up to how many different texts of a column are kept: more are no levels, arms or visit names."""
MOST_SLIPS = 0.1
"""Up to which share of the patients a second row is taken for a slip."""
_ROW_NAMES = (
    r"row_?(names?|no|nr|num|number|id)?|unnamed(_0)?|index|obs|x_?1?|no|nr|num|number|lfd_?(no|nr)|seq(_?(no|nr))?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """One proposed choice.

    Parameters
    ----------
    about : str
        The place in the recipe: ``subjects.arm``, ``covariates.age``.
    value : str
        What is proposed, as the files call it.
    reason : str
        Why, in words.
    alternatives : tuple of str
        What else could be chosen.
    """

    about: str
    value: str
    reason: str
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnFacts:
    """One column.

    Parameters
    ----------
    label : str
        What the file says of it; ``""`` where it says nothing, or more than fits.
    known, distinct : int
        Cells that aren't missing, and how many different texts they hold.
    levels : tuple of str
        The different texts, numbers by size and texts by the alphabet; empty where there are more than `MOST_SHOWN`.
    numeric, censored, whole, yes_no : bool
        Whether all known cells are numbers, some beyond a limit (``<50``), all whole, or answers such as 0 and 1.
    minimum, maximum, spread : float
        Of a numeric column, with the standard deviation; NaN else.
    of_patient : bool
        Whether no patient has two different values; always so where the table has one row a patient.
    """

    name: str
    label: str
    known: int
    distinct: int
    levels: tuple[str, ...]
    numeric: bool
    censored: bool
    whole: bool
    yes_no: bool
    minimum: float
    maximum: float
    spread: float
    of_patient: bool


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TableFacts:
    """A table's columns, given which of them is the patient.

    Parameters
    ----------
    patients, several : int
        How many patients there are, and how many of them have more than one row.
    repeated : bool
        Whether the table has several rows a patient: a few ids that stand twice are slips, not rows of visits.
    """

    table: RawTable
    patient: str
    patients: int
    several: int
    repeated: bool
    columns: Mapping[str, ColumnFacts]

    @property
    def file(self) -> str:
        """The raw table's name."""
        return self.table.file

    @property
    def numeric(self) -> list[str]:
        """Columns of numbers, but for the patient's."""
        return [name for name, column in self.columns.items() if column.numeric and name != self.patient]


def table_facts(table: RawTable, *, patient: str) -> TableFacts:
    """Look at every column of a table once."""
    codes = pd.factorize(table.data[patient])[0]
    patients = int(codes.max()) + 1 if len(codes) else 0
    several = int((np.bincount(codes[codes >= 0], minlength=1) > 1).sum())
    repeated = several > MOST_SLIPS * patients
    owner = codes if repeated else np.arange(len(codes))
    return TableFacts(
        table=table,
        patient=patient,
        patients=patients,
        several=several,
        repeated=repeated,
        columns={name: _facts(table, name, owner) for name in table.columns},
    )


def numbers_rows(facts: TableFacts, column: ColumnFacts) -> bool:
    """Tell whether a column only numbers the table's rows, as programs add one when they write a table."""
    each = column.distinct == len(facts.table.data) and (column.whole or not column.of_patient)
    return each and re.fullmatch(_ROW_NAMES, spoken(column.name)) is not None


def spoken(name: str) -> str:
    """Return the start of a name in lower case with single underscores, as the patterns of the guesses read it.

    Letters lose their accents: Größe is grosse.
    """
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name[:_LONGEST_NAME]).replace("\u00df", "ss")
    parted = "".join(letter for letter in unicodedata.normalize("NFKD", parted) if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]+", "_", parted.lower()).strip("_")


def label_and_unit(name: str) -> tuple[str, str]:
    """Part a name such as ``Hb (g/dl)`` or ``CD4 [/µl]`` into what is measured and its unit."""
    match = re.fullmatch(r"(.+?)\s*(?:\(([^()]{1,20})\)|\[([^\[\]]{1,20})\])", name)
    return (match[1], (match[2] or match[3]).strip()) if match else (name, "")


def identifier(text: str, *, otherwise: str, taken: Collection[str] = ()) -> str:
    """Return a text as a name for study.toml: letters, digits and underscores; numbered where it is taken."""
    name = spoken(text.lower())[:40].strip("_")
    if not name or not name[0].isalpha():
        name = f"{otherwise}_{name}".strip("_")
    number, start = 2, name
    while name in taken:
        name, number = f"{start}_{number}", number + 1
    return name


def sorted_levels(texts: list[str]) -> tuple[str, ...]:
    """Return different texts in their order: numbers by size before texts by the alphabet."""
    values = numbers_of(texts).value
    keys = [(bool(np.isnan(value)), 0.0 if np.isnan(value) else float(value)) for value in values]
    return tuple(text for _, text in sorted(zip(keys, texts, strict=True)))


def _facts(table: RawTable, name: str, patients: np.ndarray) -> ColumnFacts:
    codes, every = pd.factorize(table.data[name])
    there = np.array([text.lower() not in MISSING_TEXTS for text in every], dtype=bool)
    distinct = [text for text, known in zip(every, there, strict=True) if known]
    known = there[codes]
    texts = (np.cumsum(there) - 1)[codes[known]]
    numbers = numbers_of(distinct)
    numeric = bool(distinct) and not numbers.fault.any()
    values = numbers.value[texts] if numeric else np.empty(0)
    with np.errstate(over="ignore", invalid="ignore"):  # numbers up to 1e308 are numbers too
        spread = float(values.std()) if numeric else np.nan
    one_text = np.zeros(int(patients.max(initial=-1)) + 1, dtype=np.int64)
    one_text[patients[known]] = texts
    return ColumnFacts(
        name=name,
        label=label if len(label := table.labels.get(name, "")) <= _LONGEST_LABEL else "",
        known=int(known.sum()),
        distinct=len(distinct),
        levels=sorted_levels(distinct) if len(distinct) <= MOST_SHOWN else (),
        numeric=numeric,
        censored=numeric and bool(numbers.censoring.any()),
        whole=numeric and not (numbers.value % 1).any() and not numbers.censoring.any(),
        yes_no=len(distinct) == 2 and not parse_yes_no(pd.Series(distinct, dtype="str"))[1].any(),
        minimum=float(values.min()) if numeric else np.nan,
        maximum=float(values.max()) if numeric else np.nan,
        spread=spread,
        of_patient=bool((one_text[patients[known]] == texts).all()),
    )
