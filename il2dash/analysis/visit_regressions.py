"""Regressions of each visit on those before, drawn from their posterior, from sums of products over patients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PRIOR_PATIENTS = 3.0
"""What the prior is worth: as much as the courses of that many patients."""


@dataclass(frozen=True, eq=False, kw_only=True)
class VisitRegressions:
    """Regressions of each visit on those before, one set an imputation."""

    intercept: NDArray[np.float64]  # (imputations, visits)
    slopes: NDArray[np.float64]  # (imputations, visits, visits), strictly lower
    sigma: NDArray[np.float64]  # (imputations, visits)

    @property
    def residuals(self) -> NDArray[np.float64]:
        """What each visit leaves, as weights of a one and the values: (imputations, visits, 1 + visits)."""
        return np.concatenate([-self.intercept[:, :, None], np.eye(self.slopes.shape[1]) - self.slopes], axis=2)

    def of(self, chains: slice) -> VisitRegressions:
        """Return those of some imputations."""
        return VisitRegressions(intercept=self.intercept[chains], slopes=self.slopes[chains], sigma=self.sigma[chains])


def products_by_visit(values: NDArray[np.float64], last: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return by visit the sums of products of those who were followed to it: (visits, 1 + visits, 1 + visits).

    Products of a one and the values: the first row holds the number of patients and the sums. With them the
    regressions need no patient again.
    """
    visits = values.shape[1]
    found = np.zeros((visits, 1 + visits, 1 + visits))
    for visit in range(visits):
        with_one = np.column_stack([np.ones(int((last == visit).sum())), values[last == visit]])
        found[visit] = with_one.T @ with_one
    return from_then_on(found)


def from_then_on(by_last: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum, in place, what is by the last visit to what is by the visit until which patients were followed at least."""
    for visit in range(by_last.shape[-3] - 2, -1, -1):
        by_last[..., visit, :, :] += by_last[..., visit + 1, :, :]
    return by_last


def degrees_of_freedom(products: NDArray[np.float64], prior: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what each visit's residual variance is known by: patients, less what the slopes took, plus the prior's.

    A ridge takes less than one degree a slope: the trace of its hat matrix.
    """
    freedom = []
    for visit in range(len(products)):
        count, _, about = _about_mean(products, visit)
        cross = about[:visit, :visit]
        taken = float(np.trace(np.linalg.solve(cross + prior[:visit, :visit], cross))) if visit else 0.0
        freedom.append(float(count) - 1 - taken + PRIOR_PATIENTS)
    return np.array(freedom)


def draw_regressions(
    products: NDArray[np.float64],
    prior: NDArray[np.float64],
    freedom: NDArray[np.float64],
    rng: np.random.Generator,
) -> VisitRegressions:
    """Draw every visit's regression on those before from its posterior, for each imputation."""
    imputations, visits = products.shape[:2]
    spread = np.sqrt(1 / rng.chisquare(np.broadcast_to(freedom, (imputations, visits))))
    return _regressions(products, prior, spread, rng.standard_normal((imputations, visits, visits + 1)))


def fitted_regressions(
    products: NDArray[np.float64], prior: NDArray[np.float64], freedom: NDArray[np.float64]
) -> VisitRegressions:
    """Return the regressions in the middle of those that `draw_regressions` draws."""
    imputations, visits = products.shape[:2]
    spread = np.broadcast_to(np.sqrt(1 / freedom), (imputations, visits))
    return _regressions(products, prior, spread, np.zeros((imputations, visits, visits + 1)))


def _regressions(
    products: NDArray[np.float64], prior: NDArray[np.float64], spread: NDArray[np.float64], noise: NDArray[np.float64]
) -> VisitRegressions:
    imputations, visits = products.shape[:2]
    intercept, slopes = np.empty((imputations, visits)), np.zeros((imputations, visits, visits))
    sigma = np.empty((imputations, visits))
    for visit in range(visits):
        count, mean, about = _about_mean(products, visit)
        # Its last row holds the slopes, rotated, and the root of what they leave of this visit's sum of squares.
        factor = np.linalg.cholesky(about + prior[: visit + 1, : visit + 1])
        sigma[:, visit] = factor[:, visit, visit] * spread[:, visit]
        scaled = sigma[:, visit, None] * noise[:, visit]
        if visit:
            rotated = factor[:, visit, :visit] + scaled[:, :visit]
            upper = factor[:, :visit, :visit].transpose(0, 2, 1)
            slopes[:, visit, :visit] = np.linalg.solve(upper, rotated[:, :, None])[:, :, 0]
        center = mean[:, visit] + scaled[:, visits] / np.sqrt(count)
        intercept[:, visit] = center - (slopes[:, visit, :visit] * mean[:, :visit]).sum(axis=1)
    return VisitRegressions(intercept=intercept, slopes=slopes, sigma=sigma)


def _about_mean(
    products: NDArray[np.float64], visit: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return number of patients, means and products about the means of the visits up to one."""
    upto = products[..., visit, : visit + 2, : visit + 2]
    count = upto[..., 0, 0]
    mean = upto[..., 0, 1:] / count[..., None]
    return count, mean, upto[..., 1:, 1:] - upto[..., 0, 1:, None] * mean[..., None, :]
