"""Courses of one arm with drop-outs, gaps and values below a limit, standardized as imputation expects them."""

from __future__ import annotations

from math import sqrt

import numpy as np

from il2dash.analysis.moving_courses import Courses
from il2dash.analysis.visit_regressions import VisitRegressions


def courses_with_gaps(
    patients: int, visits: int, *, gaps: float = 0.1, limit: float = -np.inf, seed: int = 1
) -> Courses:
    """Make courses: who is low at a visit is likelier to be lost after it, gaps are anywhere, low values at `limit`."""
    rng = np.random.default_rng(seed)
    values = sqrt(0.7) * rng.normal(size=(patients, 1)) + sqrt(0.3) * rng.normal(size=(patients, visits))
    for visit in range(1, visits):
        odds = np.exp(-2.2 - values[:, visit - 1])
        lost = rng.random(patients) < odds / (1 + odds)
        values[lost | np.isnan(values[:, visit - 1]), visit] = np.nan
    values[rng.random(values.shape) < gaps] = np.nan
    side = np.where(values < limit, -1, 0)
    return Courses(values=np.where(side < 0, limit, values), side=side)


def some_regressions(visits: int) -> VisitRegressions:
    """Return one set of regressions."""
    rng = np.random.default_rng(3)
    slopes = np.tril(rng.normal(0, 0.4, (1, visits, visits)), -1)
    return VisitRegressions(
        intercept=rng.normal(0, 0.3, (1, visits)), slopes=slopes, sigma=rng.uniform(0.5, 1.5, (1, visits))
    )


def mean_and_covariance(regressions: VisitRegressions) -> tuple[np.ndarray, np.ndarray]:
    """Return what one set of regressions says of the values, mean and covariance."""
    back = np.linalg.inv(np.eye(regressions.sigma.shape[1]) - regressions.slopes[0])
    return back @ regressions.intercept[0], back @ np.diag(regressions.sigma[0] ** 2) @ back.T
