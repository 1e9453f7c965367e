"""Who stands behind a number: the ids that a result carries beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import Field
from typing import Any, overload

import numpy as np

from il2dash.analysis import subject_columns
from il2dash.analysis.population import Population

PatientIds = Sequence[str]

BEHIND = {"patients behind a number": True}
"""Marks a result's attribute that holds the ids of the patients whom its numbers count.

It leads a reader from a figure to the patients. It isn't a number of its own: the results document leaves it out, and
it takes no part in whether two results are equal.
"""


class Members(Sequence[str]):
    """The ids of some of a trial's subjects, written out when somebody reads them.

    A result holds one bit a subject: a number of it may count 100,000, and thousands of results are remembered.

    Parameters
    ----------
    every : array, shape (subjects,)
        All ids of the trial.
    where : bool array, shape (subjects,)
        Whose are here.
    """

    __slots__ = ("_bits", "_every", "_length")

    def __init__(self, every: np.ndarray, where: np.ndarray) -> None:
        self._every = every
        self._bits = np.packbits(where)
        self._length = int(np.count_nonzero(where))

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[str]:
        return iter(self._written())

    @overload
    def __getitem__(self, place: int) -> str: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[str]: ...

    def __getitem__(self, place: int | slice) -> str | Sequence[str]:
        return self._written()[place]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or isinstance(other, str):
            return NotImplemented
        return len(self) == len(other) and self._written() == tuple(other)

    def __hash__(self) -> int:
        return hash(self._written())

    def __repr__(self) -> str:
        return repr(self._written())

    def _written(self) -> tuple[str, ...]:
        where = np.unpackbits(self._bits, count=self._every.size).view(bool)
        return tuple(self._every[where].tolist())


def is_patients_behind(attribute: Field[Any]) -> bool:
    """Return whether an attribute of a result is marked with `BEHIND`."""
    return attribute.metadata.keys() >= BEHIND.keys()


def ids_of(population: Population, members: np.ndarray) -> PatientIds:
    """Return the ids of some of the counted patients (bool array, one entry a counted patient)."""
    where = np.zeros(population.included.size, dtype=bool)
    where[population.places] = members
    return Members(subject_columns.subject_ids(population.trial), where)


def ids_by_week(ids: np.ndarray, weeks: np.ndarray, steps: np.ndarray) -> tuple[PatientIds, ...]:
    """Return for each step of a curve who is there at its week, each once and in the order of `ids`.

    Parameters
    ----------
    ids, weeks : arrays, shape (events,)
        Whose, and when; weeks may be NaN.
    steps : array, shape (steps,)
        The weeks of the curve, ascending.
    """
    order = np.argsort(weeks, kind="stable")
    ordered, named = weeks[order], ids[order]
    first, last = np.searchsorted(ordered, steps, side="left"), np.searchsorted(ordered, steps, side="right")
    return tuple(
        tuple(dict.fromkeys(named[begin:end].tolist()))
        for begin, end in zip(first.tolist(), last.tolist(), strict=True)
    )
