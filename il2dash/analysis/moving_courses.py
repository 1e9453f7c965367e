"""Patients with gaps or values beyond a limit within their courses: these drawn in turn, given all their others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from il2dash.analysis.visit_regressions import VisitRegressions, from_then_on

FAR = -5.0
"""Standard deviations below the mean, from where on a tail is taken by its logarithm."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Courses:
    """Values of one arm's patients at the visits.

    Parameters
    ----------
    values : array, shape (patients, visits)
        On a scale on which they are roughly normal, about mean 0 with standard deviation 1; NaN where missing; a value
        beyond a limit at its limit.
    side : int array, shape (patients, visits)
        -1 where the true value is below `values`, 1 where it is above, else 0.
    """

    values: NDArray[np.float64]
    side: NDArray[np.int64]

    @property
    def imputed(self) -> NDArray[np.bool_]:
        """Which values are drawn: those that are missing or beyond a limit."""
        return np.asarray(np.isnan(self.values) | (self.side != 0))

    @property
    def fewest_measured(self) -> int:
        """How many values within the limits the visit has that has the fewest."""
        return int((~self.imputed).sum(axis=0).min(initial=len(self.values)))

    @property
    def incomplete(self) -> NDArray[np.bool_]:
        """Which patients have such a value."""
        return np.asarray(self.imputed.any(axis=1))


@dataclass(frozen=True, eq=False, kw_only=True)
class MovingVisit:
    """Who has a value at one visit to be drawn within the course, and until which visit each was followed.

    `who` are places among the moving patients, `turn` the same patients' turns in the order of the courses.
    """

    visit: int
    who: NDArray[np.intp]
    turn: NDArray[np.intp]
    last: NDArray[np.intp]
    limit: NDArray[np.float64]
    side: NDArray[np.int64]


@dataclass(frozen=True, eq=False, kw_only=True)
class MovingCourses:
    """The patients with gaps or values beyond a limit within their course, in the order of their last visits.

    `values` are (imputations, patients, 1 + visits): a one, then what is known or drawn, 0 after the last value.
    """

    values: NDArray[np.float64]
    patients: NDArray[np.intp]
    followed: tuple[tuple[int, slice], ...]
    visits: tuple[MovingVisit, ...]

    def noise(self, chains: int, rng: np.random.Generator) -> list[NDArray[np.float64]]:
        """Return by visit the uniform numbers that one round needs: (chains, who), drawn in the courses' order."""
        return [rng.random((chains, visit.who.size))[:, visit.turn] for visit in self.visits]


def first_guess(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Fill a gap by the visit's mean plus how far the patient is from the means elsewhere."""
    known = ~np.isnan(values)
    mean = np.where(known, values, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    apart = np.where(known, values - mean, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return np.where(known, values, mean + apart[:, None])


def moving_products(moving: MovingCourses, chains: list[slice]) -> NDArray[np.float64]:
    """Return by visit the sums of products of those followed to it: (chains, visits, 1 + visits, 1 + visits)."""
    imputations, _, size = moving.values.shape
    found = np.zeros((imputations, size - 1, size, size))
    for some in chains:
        for visit, patients in moving.followed:
            values = moving.values[some, patients]
            found[some, visit] = values.transpose(0, 2, 1) @ values
    return from_then_on(found)


def moving_courses(
    courses: Courses,
    free: NDArray[np.bool_],
    last: NDArray[np.int64],
    guessed: NDArray[np.float64],
    imputations: int,
) -> MovingCourses:
    """Bring together who moves, and from where.

    Parameters
    ----------
    courses : Courses
        All patients'.
    free : bool array, shape (patients, visits)
        What is drawn within the courses.
    last : int array, shape (patients,)
        The last measured visit.
    guessed : array, shape (patients, visits)
        Where the courses start, 0 after the last measured visit.
    imputations : int
        How many chains.
    """
    patients = np.flatnonzero(free.any(axis=1))
    turn = np.argsort(last[patients], kind="stable")
    patients = patients[turn]
    start = np.column_stack([np.ones(patients.size), guessed[patients]])
    made = []
    for visit in np.flatnonzero(free.any(axis=0)):
        who = np.flatnonzero(free[patients, visit])
        made.append(
            MovingVisit(
                visit=int(visit),
                who=who,
                turn=np.argsort(np.argsort(patients[who])),
                last=last[patients[who]],
                limit=courses.values[patients[who], visit],
                side=courses.side[patients[who], visit],
            )
        )
    return MovingCourses(
        values=np.broadcast_to(start, (imputations, *start.shape)).copy(),
        patients=patients,
        followed=followed_to(last[patients]),
        visits=tuple(made),
    )


def followed_to(last: NDArray[np.int64]) -> tuple[tuple[int, slice], ...]:
    """Return for each last visit, in ascending order, where its patients are."""
    distinct, first = np.unique(last, return_index=True)
    return tuple(
        (int(visit), slice(int(begin), int(end)))
        for visit, begin, end in zip(distinct, first, np.append(first, last.size)[1:], strict=True)
    )


def draw_within(
    moving: MovingCourses, chains: slice, draw: VisitRegressions, uniform: list[NDArray[np.float64]]
) -> None:
    """Draw the values within courses in some imputations, one visit after the other, given the other visits."""
    values = moving.values[chains]
    loading = np.eye(draw.slopes.shape[1]) - draw.slopes  # (imputations, residual's visit, value's visit)
    with_one = np.concatenate([-draw.intercept[:, :, None], loading], axis=2)
    # What a patient's residuals up to the last visit pull at each value, by that visit: precisions, with the means.
    weighted = loading / draw.sigma[:, :, None] ** 2
    pull = weighted[:, :, :, None] * with_one[:, :, None, :]
    for residual in range(1, pull.shape[1]):
        pull[:, residual] += pull[:, residual - 1]
    for visit, part in zip(moving.visits, uniform, strict=True):
        own = values[:, visit.who]
        weights = pull[:, visit.last, visit.visit]
        gradient = np.einsum("mkj,mkj->mk", own, weights)
        precision = weights[:, :, 1 + visit.visit]
        sd = 1 / np.sqrt(precision)
        mean = own[:, :, 1 + visit.visit] - gradient / precision
        # Beyond an upper limit is below it with the sign turned; a gap has its limit at infinity.
        sign = np.where(visit.side > 0, -1.0, 1.0)
        reach = np.where(visit.side == 0, np.inf, (visit.limit - mean) / sd * sign)
        values[:, visit.who, 1 + visit.visit] = mean + sign * sd * _below(reach, part)


def _below(reach: NDArray[np.float64], uniform: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return standard normal values below a reach."""
    from scipy.special import log_ndtr, ndtr, ndtri, ndtri_exp

    drawn = ndtri(ndtr(reach) * (1.0 - uniform))
    far = reach < FAR
    if far.any():
        drawn[far] = ndtri_exp(np.log1p(-uniform[far]) + log_ndtr(reach[far]))
    return np.asarray(drawn)
