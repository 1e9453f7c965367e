"""A marker's courses with what is missing imputed, arm by arm, on the scale of the marker's models."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from il2dash.analysis.large_sample_courses import LargeSampleCourses, large_sample_courses
from il2dash.analysis.normal_imputation import impute_courses
from il2dash.analysis.population import Population
from il2dash.analysis.standardized_courses import StandardizedCourses, Units, standardized_courses
from il2dash.study.trial import Trial


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ImputedCourses:
    """One arm's courses: what was measured once, and what is imputed as often as there are imputations.

    Parameters
    ----------
    measured : array, shape (patients, visits)
        In the marker's unit; NaN where missing, a value beyond a limit at its limit.
    patients, visits : int arrays, shape (imputed values,)
        Whose and when the imputed ones are.
    values : array, shape (imputations, imputed values)
    """

    measured: NDArray[np.float64]
    patients: NDArray[np.intp]
    visits: NDArray[np.intp]
    values: NDArray[np.float64]

    def completed(self, members: NDArray[np.bool_], visits: Sequence[int]) -> NDArray[np.float64]:
        """Return some of the arm's patients' values at some visits: (imputations, members, visits)."""
        own = self.measured[members]
        courses = np.broadcast_to(own, (len(self.values), *own.shape)).copy()
        among = members[self.patients]
        place = np.cumsum(members) - 1
        courses[:, place[self.patients[among]], self.visits[among]] = self.values[:, among]
        return courses[:, :, list(visits)]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class EstimatedCourses:
    """One arm's courses where patients are many: what was learned of them, from which values are drawn when asked for.

    Parameters
    ----------
    turn : int array, shape (patients,)
        The patients' places in the population's order, by their ids.
    there : int array
        The visits at which anybody was measured: those of `learned`.
    units : Units
        Those of `learned`.
    imputations : int
        How many.
    seed : tuple of int
        The seed, and the arm's place.
    """

    turn: NDArray[np.intp]
    there: NDArray[np.intp]
    units: Units
    learned: LargeSampleCourses
    imputations: int
    seed: tuple[int, int]
    _made: dict[tuple[object, ...], NDArray[np.float64]] = field(default_factory=dict)
    """The last values that were drawn: a threshold that moves asks for the same again."""

    def completed(self, members: NDArray[np.bool_], visits: Sequence[int]) -> NDArray[np.float64]:
        """Return some of the arm's patients' values at some visits: (imputations, members, visits)."""
        key = members.tobytes(), *visits
        if key not in self._made:
            self._made.clear()
            self._made[key] = self._drawn(members, visits)
        return self._made[key]

    def _drawn(self, members: NDArray[np.bool_], visits: Sequence[int]) -> NDArray[np.float64]:
        asked = np.array([visit for visit in visits if visit in self.there], dtype=np.intp)
        column = np.searchsorted(visits, asked)
        found = np.full((self.imputations, int(members.sum()), len(visits)), np.nan)
        rows = np.flatnonzero(members[self.turn])
        place = (np.cumsum(members) - 1)[self.turn[rows]]
        for chunk, some in enumerate(_chunks(self.imputations)):
            drawn = self.learned.drawn(
                rows,
                np.searchsorted(self.there, asked).tolist(),
                imputations=some.stop - some.start,
                streams=[_stream(*self.seed, 1 + chunk, what) for what in range(3)],
            )
            found[some, place[:, None], column] = self.units.restored(drawn, asked)
        return found


_MOST_KEPT = 4
_MADE: WeakKeyDictionary[Trial, dict[tuple[object, ...], dict[str, ImputedCourses | EstimatedCourses]]] = (
    WeakKeyDictionary()
)
"""The last completed courses of a trial, which go with it."""

MANY = 1000
"""Values within the limits, of each arm at each visit, from how many on regressions are drawn by approximation."""

_CHUNK = 50
"""Imputations made at a time: they share what numpy costs a call, and the first 50 of 500 are those of 50."""


def imputed_courses(
    population: Population,
    marker: str,
    *,
    imputations: int,
    seed: int,
    progress: Callable[[float], None] | None = None,
) -> dict[str, ImputedCourses | EstimatedCourses]:
    """Return what completes each arm's values several times.

    One set of draws, or of regressions where patients are many, serves every endpoint, week and threshold of the
    marker: the last few are kept with the trial.

    Parameters
    ----------
    population : Population
        The patients who are counted, and whose courses are learned from.
    marker : str
        A marker of the study, imputed on the scale of its models.
    imputations : int
        How many times.
    seed : int
        Not negative; decides together with the patients' ids, not with the rows' order or the arms' roles.
    progress : callable, optional
        Told the part that is done; what it raises ends the work.

    Returns
    -------
    dict of ImputedCourses or EstimatedCourses
        By arm code, patients in the population's order. An arm without patients has none; a visit at which nobody of
        the arm was measured stays NaN. Estimated ones where each arm has at least `MANY` values within the limits at
        each of the other visits, and enough is known for a normal approximation.

    Raises
    ------
    SpecificationError
        Where the study has no such marker.
    """
    trial = population.trial
    made = _MADE.setdefault(trial, {})
    key = population.included.tobytes(), marker, imputations, seed
    if key not in made:
        standardized = standardized_courses(population, marker)
        courses = _estimated(standardized, seed, imputations, progress)
        if not courses:
            courses = _imputed(standardized, seed, imputations, progress)
        while len(made) >= _MOST_KEPT:
            del made[next(iter(made))]
        made[key] = courses
    return made[key]


def _estimated(
    standardized: StandardizedCourses, seed: int, imputations: int, progress: Callable[[float], None] | None
) -> dict[str, ImputedCourses | EstimatedCourses]:
    """Return what many patients tell; nothing where there aren't that many at each visit, or too much is unknown."""
    if any(courses.fewest_measured < MANY for courses in standardized.courses.values()):
        return {}
    made: dict[str, ImputedCourses | EstimatedCourses] = {}
    for place, (code, courses) in enumerate(standardized.courses.items()):
        learned = large_sample_courses(
            courses,
            correlation=standardized.correlation,
            rng=_stream(seed, place, 0),
            progress=_part(progress, place, len(standardized.courses)),
        )
        if learned is None:
            return {}
        made[code] = EstimatedCourses(
            turn=np.argsort(np.argsort(standardized.rows[code])),
            there=standardized.there[code],
            units=standardized.units,
            learned=learned,
            imputations=imputations,
            seed=(seed, place),
        )
    return made


def _imputed(
    standardized: StandardizedCourses, seed: int, imputations: int, progress: Callable[[float], None] | None
) -> dict[str, ImputedCourses | EstimatedCourses]:
    chunks = _chunks(imputations)
    work = len(standardized.courses) * len(chunks)
    streams = iter(np.random.SeedSequence(seed).spawn(work))
    made: dict[str, ImputedCourses | EstimatedCourses] = {}
    for place, (code, courses) in enumerate(standardized.courses.items()):
        where = courses.imputed
        patients, visits = np.nonzero(where)
        filled = np.empty((imputations, patients.size))
        for chunk, some in enumerate(chunks):
            drawn = impute_courses(
                courses,
                correlation=standardized.correlation,
                imputations=some.stop - some.start,
                rng=np.random.default_rng(next(streams)),
                progress=_part(progress, place * len(chunks) + chunk, work),
            )
            filled[some] = drawn[:, where[courses.incomplete]]
        visits = standardized.there[code][visits]
        rows = standardized.rows[code]
        made[code] = ImputedCourses(
            measured=standardized.measured[np.sort(rows)],
            patients=np.argsort(np.argsort(rows))[patients],
            visits=visits,
            values=standardized.units.restored(filled, visits),
        )
    return made


def _chunks(imputations: int) -> list[slice]:
    return [slice(first, min(first + _CHUNK, imputations)) for first in range(0, imputations, _CHUNK)]


def _stream(seed: int, *key: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))


def _part(progress: Callable[[float], None] | None, done: int, work: int) -> Callable[[float], None] | None:
    if progress is None:
        return None
    return lambda part: progress((done + part) / work)
