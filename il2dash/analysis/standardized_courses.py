"""The courses of a marker's values by arm, on one scale on which they are roughly normal, and the way back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from il2dash.analysis import subject_columns
from il2dash.analysis.moving_courses import Courses
from il2dash.analysis.normal_imputation import common_correlation
from il2dash.analysis.population import Population
from il2dash.analysis.visit_values import visit_values
from il2dash.study.definition import Scale


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Units:
    """What a marker's values on its model's scale are multiples of, and from where on; both of shape (visits,)."""

    center: NDArray[np.float64]
    spread: NDArray[np.float64]
    scale: Scale

    def restored(self, values: NDArray[np.float64], visits: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return values in the marker's unit; the last axis of `values`, which are overwritten, is that of visits."""
        values *= self.spread[visits]
        values += self.center[visits]
        return _from_scale(values, self.scale)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class StandardizedCourses:
    """The courses by arm code, arms and patients in the order of the patients' ids.

    Parameters
    ----------
    courses : dict of Courses
        At the visits at which anybody of the arm was measured.
    rows : dict of int array
        The patients' places in the population.
    there : dict of int array
        Which visits those are.
    measured : array, shape (patients, visits)
        Of the population, in the marker's unit; NaN where missing, a value beyond a limit at its limit.
    units : Units
        Those of the courses.
    correlation : float
        Of any two visits within arms, on average.
    """

    courses: dict[str, Courses]
    rows: dict[str, NDArray[np.intp]]
    there: dict[str, NDArray[np.intp]]
    measured: NDArray[np.float64]
    units: Units
    correlation: float


def standardized_courses(population: Population, marker: str) -> StandardizedCourses:
    """Return the courses of one marker, on the scale of its models, each visit with mean 0 and standard deviation 1.

    Raises
    ------
    SpecificationError
        Where the study has no such marker.
    """
    source, scale = visit_values(population.trial, marker), population.trial.definition.markers[marker].scale
    places = population.places
    measured = source.values[places]
    values = _to_scale(measured, scale)
    side = np.where(source.below[places], -1, np.where(source.above[places], 1, 0))
    ids, alphabetical = population.subject_ids, subject_columns.id_places(population.trial)[places]
    members = {code: np.flatnonzero(population.arm(code)) for code in population.trial.definition.arms.codes}
    # The draws follow the patients' ids, not the rows' order nor which arm is called the reference.
    members = {code: rows[np.argsort(alphabetical[rows])] for code, rows in members.items() if rows.size}
    center, spread = _moments(values)
    standardized = (values - center) / spread
    correlation = common_correlation(*(standardized[rows] for rows in members.values()))
    rows = {code: members[code] for code in sorted(members, key=lambda code: str(ids[members[code][0]]))}
    there = {code: np.flatnonzero(~np.isnan(values[own]).all(axis=0)) for code, own in rows.items()}
    return StandardizedCourses(
        rows=rows,
        there=there,
        courses={
            code: Courses(values=standardized[np.ix_(own, there[code])], side=side[np.ix_(own, there[code])])
            for code, own in rows.items()
        },
        measured=measured,
        units=Units(center=center, spread=spread, scale=scale),
        correlation=correlation,
    )


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
