"""Courses as sums of products by which visits were measured, and what the unknown visits are expected to add."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from il2dash.analysis.visit_regressions import VisitRegressions, from_then_on


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CourseSums:
    """Sums over the patients of each pattern of measured visits; all of a normal likelihood that isn't cut at limits.

    Parameters
    ----------
    measured : bool array, shape (patterns, 1 + visits)
        The first entry stands for a patient's one, and is always there.
    last : int array, shape (patterns,)
        The last measured visit.
    products : array, shape (patterns, 1 + visits, 1 + visits)
        Of a one and the values, 0 where not measured.
    """

    measured: NDArray[np.bool_]
    last: NDArray[np.intp]
    products: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ExpectedSums:
    """What the sums are expected to be with the gaps before the last visit filled.

    Parameters
    ----------
    products : array, shape (visits, 1 + visits, 1 + visits)
        By visit, of those who were followed to it.
    spread : array, shape (patterns, 1 + visits, 1 + visits)
        The covariance of a patient's unknown values given the measured ones.
    completed : array, shape (patterns, 1 + visits, 1 + visits)
        Of a one and the values.
    """

    products: NDArray[np.float64]
    spread: NDArray[np.float64]
    completed: NDArray[np.float64]


def course_sums(values: NDArray[np.float64]) -> CourseSums:
    """Add up the courses of patients who have a value; NaN where missing."""
    patterns, place = distinct_rows(~np.isnan(values))
    visits = values.shape[1]
    turn = np.argsort(place, kind="stable")
    rows = np.column_stack([np.ones(len(values)), np.nan_to_num(values)])[turn]
    ends = np.cumsum(np.bincount(place, minlength=len(patterns)))
    products = [block.T @ block for block in np.split(rows, ends[:-1])]
    return CourseSums(
        measured=np.column_stack([np.ones(len(patterns), dtype=bool), patterns]),
        last=np.where(patterns, np.arange(visits), -1).max(axis=1, initial=-1),
        products=np.array(products).reshape(-1, 1 + visits, 1 + visits),
    )


def expected_sums(sums: CourseSums, regressions: VisitRegressions) -> ExpectedSums:
    """Fill the gaps of each pattern by what one set of regressions expects, given the measured visits on both sides."""
    size = sums.measured.shape[1]
    unknown = ~sums.measured & (np.arange(size) <= 1 + sums.last[:, None])
    precision = course_precision(regressions)[0][sums.last]
    known = np.eye(size) * ~unknown[:, :, None]
    spread = np.linalg.inv(np.where(unknown[:, :, None] & unknown[:, None, :], precision, np.eye(size))) - known
    fill = known * sums.measured[:, :, None] - spread @ (precision * sums.measured[:, None, :])
    patients = sums.products[:, 0, 0]
    completed = fill @ sums.products @ fill.transpose(0, 2, 1) + patients[:, None, None] * spread
    return ExpectedSums(products=by_visit(completed, sums.last), spread=spread, completed=completed)


def by_visit(by_pattern: NDArray[np.float64], last: NDArray[np.intp]) -> NDArray[np.float64]:
    """Add up what is by pattern to what is by the visit until which patients were followed at least."""
    visits = by_pattern.shape[1] - 1
    found = np.zeros((visits, *by_pattern.shape[1:]))
    np.add.at(found, last, by_pattern)
    return from_then_on(found)


def course_precision(regressions: VisitRegressions) -> NDArray[np.float64]:
    """Return the quadratic form of a one and the values up to each visit: (sets, visits, 1 + visits, 1 + visits)."""
    residuals = regressions.residuals / regressions.sigma[:, :, None]
    return np.asarray(np.cumsum(residuals[:, :, :, None] * residuals[:, :, None, :], axis=1))


def distinct_rows(rows: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Return the distinct rows, and for each row its place among them."""
    bits = np.ascontiguousarray(np.packbits(rows, axis=1))
    _, first, place = np.unique(bits.view(f"V{bits.shape[1]}")[:, 0], return_index=True, return_inverse=True)
    return rows[first], place
