"""A marker's courses with what is missing imputed, arm by arm, on the scale of the marker's models."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from il2dash.analysis.normal_imputation import Courses, common_correlation, impute_courses
from il2dash.analysis.population import Population
from il2dash.analysis.visit_values import VisitValues, visit_values
from il2dash.study.definition import Scale
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

    def completed(self, members: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return the completed courses of some of the arm's patients: (imputations, members, visits)."""
        own = self.measured[members]
        courses = np.broadcast_to(own, (len(self.values), *own.shape)).copy()
        among = members[self.patients]
        place = np.cumsum(members) - 1
        courses[:, place[self.patients[among]], self.visits[among]] = self.values[:, among]
        return courses


_MOST_KEPT = 4
_MADE: WeakKeyDictionary[Trial, dict[tuple[object, ...], dict[str, ImputedCourses]]] = WeakKeyDictionary()
"""The last completed courses of a trial, which go with it."""

_CHUNK = 50
"""Imputations made at a time: they share what numpy costs a call, and the first 50 of 500 are those of 50."""


def imputed_courses(
    population: Population,
    marker: str,
    *,
    imputations: int,
    seed: int,
    progress: Callable[[float], None] | None = None,
) -> dict[str, ImputedCourses]:
    """Return each arm's completed values, several times.

    One set of draws serves every endpoint, week and threshold of the marker: the last few are kept with the trial.

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
    dict of ImputedCourses
        By arm code, patients in the population's order. An arm without patients has none; a visit at which nobody of
        the arm was measured stays NaN.

    Raises
    ------
    SpecificationError
        Where the study has no such marker.
    """
    trial = population.trial
    source = visit_values(trial, marker)
    made = _MADE.setdefault(trial, {})
    key = population.included.tobytes(), marker, imputations, seed
    if key not in made:
        scale = trial.definition.markers[marker].scale
        courses = _imputed_values(population, source, scale, imputations, seed, progress)
        while len(made) >= _MOST_KEPT:
            del made[next(iter(made))]
        made[key] = courses
    return made[key]


def _imputed_values(
    population: Population,
    source: VisitValues,
    scale: Scale,
    imputations: int,
    seed: int,
    progress: Callable[[float], None] | None,
) -> dict[str, ImputedCourses]:
    included = population.included
    values = _to_scale(source.values[included], scale)
    side = np.where(source.below, -1, np.where(source.above, 1, 0))[included]
    subject_ids = population.subject_ids
    members = {code: np.flatnonzero(population.arm(code)) for code in population.trial.definition.arms.codes}
    # The draws follow the patients' ids, not the rows' order nor which arm is called the reference.
    members = {code: rows[np.argsort(subject_ids[rows])] for code, rows in members.items() if rows.size}
    order = sorted(members, key=lambda code: str(subject_ids[members[code][0]]))
    center, spread = _moments(values)
    standardized = (values - center) / spread
    correlation = common_correlation(*(standardized[rows] for rows in members.values()))
    chunks = [min(_CHUNK, imputations - done) for done in range(0, imputations, _CHUNK)]
    streams = iter(np.random.SeedSequence(seed).spawn(len(order) * len(chunks)))
    work = len(order) * len(chunks)
    result = {}
    for place, code in enumerate(order):
        rows = members[code]
        measured = np.flatnonzero(~np.isnan(values[rows]).all(axis=0))
        courses = Courses(values=standardized[np.ix_(rows, measured)], side=side[np.ix_(rows, measured)])
        where = courses.imputed
        patients, visits = np.nonzero(where)
        filled = np.empty((imputations, patients.size))
        for chunk, size in enumerate(chunks):
            drawn = impute_courses(
                courses,
                correlation=correlation,
                imputations=size,
                rng=np.random.default_rng(next(streams)),
                progress=_part(progress, place * len(chunks) + chunk, work),
            )
            filled[chunk * _CHUNK : chunk * _CHUNK + size] = drawn[:, where[courses.incomplete]]
        visits = measured[visits]
        filled *= spread[visits]
        filled += center[visits]
        result[code] = ImputedCourses(
            measured=source.values[included][np.sort(rows)],
            patients=np.argsort(np.argsort(rows))[patients],
            visits=visits,
            values=_from_scale(filled, scale),
        )
    return result


def _part(progress: Callable[[float], None] | None, done: int, work: int) -> Callable[[float], None] | None:
    if progress is None:
        return None
    return lambda part: progress((done + part) / work)


def _moments(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return each visit's mean and standard deviation over both arms; 0 and 1 where nothing is known or varies."""
    known = ~np.isnan(values)
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, values, 0.0).sum(axis=0) / count
    spread = np.sqrt((np.where(known, values - mean, 0.0) ** 2).sum(axis=0) / count)
    typical = float(np.median(spread[spread > 0])) if (spread > 0).any() else 1.0
    return mean, np.where(spread > 1e-9 * typical, spread, typical)


def _to_scale(values: NDArray[np.float64], scale: Scale) -> NDArray[np.float64]:
    if scale == "sqrt":
        return np.sqrt(values)
    return np.log10(values) if scale == "log10" else values


def _from_scale(values: NDArray[np.float64], scale: Scale) -> NDArray[np.float64]:
    if scale == "sqrt":
        return np.maximum(values, 0.0) ** 2
    # Beyond 10^300 no assay goes; a wild draw of a tiny trial may.
    return 10.0 ** np.clip(values, -300.0, 300.0) if scale == "log10" else values
