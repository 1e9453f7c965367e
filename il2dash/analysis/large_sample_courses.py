"""Imputation for many patients: the regressions from sums over patients, values drawn for those who need them alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from il2dash.analysis.course_sums import course_precision, course_sums, distinct_rows
from il2dash.analysis.moving_courses import Courses, draw_within, first_guess, moving_courses
from il2dash.analysis.regression_posterior import RegressionPosterior, regression_posterior
from il2dash.analysis.time_limit import within_time
from il2dash.analysis.visit_regressions import VisitRegressions

CHAINS = 10
"""Courses with values beyond a limit move in so many chains at once, each imputation some rounds after the last."""

ROUNDS_BETWEEN = 2
"""Rounds of such a chain from one imputation to the next."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LargeSampleCourses:
    """One arm's courses, and all that is needed to draw the missing values of some of them.

    Parameters
    ----------
    courses : Courses
        Every visit has at least one value.
    last : int array, shape (patients,)
        The last measured visit; -1 where there is none.
    beyond : bool array, shape (patients,)
        Who has a value beyond a limit.
    started : array, shape (patients with such a value, visits)
        Their courses as a chain left them, 0 after the last measured visit.
    posterior : RegressionPosterior
        Of the regressions.
    """

    courses: Courses
    last: NDArray[np.int64]
    beyond: NDArray[np.bool_]
    started: NDArray[np.float64]
    posterior: RegressionPosterior

    def drawn(
        self,
        members: NDArray[np.intp],
        visits: Sequence[int],
        *,
        imputations: int,
        streams: Sequence[np.random.Generator],
    ) -> NDArray[np.float64]:
        """Return the values of some patients at some visits with what isn't known drawn anew in each imputation.

        Parameters
        ----------
        members : int array, shape (members,)
            Whose; in the order of the courses.
        visits : sequence of int
            Which, in ascending order.
        imputations : int
            How many.
        streams : sequence of 3 Generator
            Of the regressions, of values of patients without a value beyond a limit, and of the others'.

        Returns
        -------
        array, shape (imputations, members, visits)
        """
        regressions = self.posterior.draw(imputations, streams[0])
        beyond = self.beyond[members]
        values = np.empty((imputations, members.size, len(visits)))
        precision = course_precision(regressions)
        values[:, ~beyond] = self._from_measured(members[~beyond], visits, precision, streams[1])
        values[:, beyond] = self._from_chains(members[beyond], visits, regressions, precision, streams[2])
        return values

    def _from_measured(
        self,
        members: NDArray[np.intp],
        visits: Sequence[int],
        precision: NDArray[np.float64],
        rng: np.random.Generator,
    ) -> NDArray[np.float64]:
        """Draw from what was measured, one pattern of measured visits after the other."""
        own = self.courses.values[members]
        values = np.empty((len(precision), members.size, len(visits)))
        with_one = np.column_stack([np.ones(members.size), np.nan_to_num(own)])
        patterns, place = distinct_rows(~np.isnan(own))
        turn = np.argsort(place, kind="stable")
        ends = np.cumsum(np.bincount(place, minlength=len(patterns)))
        for pattern, who in zip(patterns, np.split(turn, ends[:-1]), strict=False):
            within_time()
            values[:, who] = _given(with_one[who], pattern, visits, precision, rng)
        return values

    def _from_chains(
        self,
        members: NDArray[np.intp],
        visits: Sequence[int],
        regressions: VisitRegressions,
        precision: NDArray[np.float64],
        rng: np.random.Generator,
    ) -> NDArray[np.float64]:
        """Draw values beyond limits and gaps in chains that go from imputation to imputation, then what comes after."""
        courses = Courses(values=self.courses.values[members], side=self.courses.side[members])
        last = self.last[members]
        started = self.started[(np.cumsum(self.beyond) - 1)[members]]
        moving = moving_courses(courses, _free(courses, last), last, started, CHAINS)
        imputations = len(regressions.sigma)
        values = np.empty((imputations, members.size, len(visits)))
        for first in range(0, imputations, CHAINS):
            some = slice(first, min(first + CHAINS, imputations))
            chains = slice(0, some.stop - some.start)
            for _ in range(ROUNDS_BETWEEN):
                within_time()
                draw_within(moving, chains, regressions.of(some), moving.noise(chains.stop, rng))
            for end, patients in moving.followed:
                who = moving.patients[patients]
                pattern = np.arange(self.started.shape[1]) <= end
                values[some, who] = _given(moving.values[chains, patients], pattern, visits, precision[some], rng)
        return values


def large_sample_courses(
    courses: Courses,
    *,
    correlation: float,
    rng: np.random.Generator,
    progress: Callable[[float], None] | None = None,
) -> LargeSampleCourses | None:
    """Learn from the courses of one arm what is needed to draw their missing values.

    Parameters
    ----------
    courses : Courses
        Of one arm; every visit has many values.
    correlation : float
        Of any two visits under the prior.
    rng : numpy.random.Generator
        Source of the draws.
    progress : callable, optional
        Told the part that is done; what it raises ends the work.

    Returns
    -------
    LargeSampleCourses or None
        None where too much is unknown for it, as ``regression_posterior`` finds.
    """
    visits = np.arange(courses.values.shape[1])
    last = np.where(np.isnan(courses.values), -1, visits).max(axis=1, initial=-1)
    beyond = (courses.side != 0).any(axis=1)
    cut = Courses(values=courses.values[beyond], side=courses.side[beyond])
    started = np.where(visits <= last[beyond, None], first_guess(cut.values), 0.0)
    moving = moving_courses(cut, _free(cut, last[beyond]), last[beyond], started, 1)
    posterior = regression_posterior(
        course_sums(courses.values[~beyond & (last >= 0)]),
        moving,
        correlation=correlation,
        rng=rng,
        progress=progress,
    )
    if posterior is None:
        return None
    started[moving.patients] = moving.values[0, :, 1:]
    return LargeSampleCourses(courses=courses, last=last, beyond=beyond, started=started, posterior=posterior)


def _free(courses: Courses, last: NDArray[np.int64]) -> NDArray[np.bool_]:
    return courses.imputed & (np.arange(courses.values.shape[1]) <= last[:, None])


def _given(
    with_one: NDArray[np.float64],
    pattern: NDArray[np.bool_],
    visits: Sequence[int],
    precision: NDArray[np.float64],
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Return the values at some visits of patients of whom the same visits are known: (imputations, patients, visits).

    Parameters
    ----------
    with_one : array, shape (patients, 1 + visits) or (imputations, patients, 1 + visits)
        A one and the values, 0 where not known.
    pattern : bool array, shape (visits,)
        Which are known.
    visits : sequence of int
        Which are asked for, in ascending order.
    precision : array, shape (imputations, visits, 1 + visits, 1 + visits)
        Of ``course_precision``.
    rng : numpy.random.Generator
        Source of the draws.
    """
    shape = len(precision), with_one.shape[-2]
    values = np.empty((*shape, len(visits)))
    open_visits = [visit for visit in visits if not pattern[visit]]
    for column, visit in enumerate(visits):
        if pattern[visit]:
            values[:, :, column] = with_one[..., 1 + visit]
    if not open_visits:
        return values
    known = np.append(True, pattern)
    upto = max(open_visits[-1], int(np.flatnonzero(known)[-1]) - 1)
    own = precision[:, upto]
    unknown = np.flatnonzero(~known[: upto + 2])
    place = np.searchsorted(unknown, np.array(open_visits) + 1)
    columns = np.linalg.solve(own[:, unknown[:, None], unknown], np.eye(unknown.size)[:, place])
    weights = -columns.transpose(0, 2, 1) @ (own[:, unknown] * known)
    root = np.linalg.cholesky(columns[:, place])
    noise = rng.standard_normal((len(open_visits), *shape))
    for turn, visit in enumerate(open_visits):
        drawn = (with_one @ weights[:, turn, :, None])[:, :, 0]
        for earlier in range(turn + 1):
            drawn += root[:, turn, earlier, None] * noise[earlier]
        values[:, :, visits.index(visit)] = drawn
    return values
