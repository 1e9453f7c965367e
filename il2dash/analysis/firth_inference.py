"""Profile penalized-likelihood intervals and penalized likelihood-ratio tests of Firth fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from il2dash.analysis.firth_fit import FirthFit
from il2dash.analysis.firth_maximum import Maximum, MaximumProblem, highest, joined, maximize
from il2dash.analysis.firth_profile import check_problem, confirmed_bounds
from il2dash.analysis.firth_starts import bound_start, neutral_directions, restricted_start
from il2dash.analysis.logistic_design import MANY_ROWS, BoolArray, FloatArray, IntArray
from il2dash.analysis.venzon_moolgavkar import BoundProblem, candidate_bounds

SIDES = (-1.0, 1.0)
STARTS = 2
SURE_VARIANCE = 0.01
"""Of the coefficient of a scaled column: a standard error of a tenth."""

BLOCK = 1000
"""Models whose inference is in memory at a time."""


@dataclass(frozen=True)
class LikelihoodRatioTest:
    """Penalized likelihood-ratio tests, one a member: (member,); NaN where `converged` is false.

    Attributes
    ----------
    restricted_log_likelihood
        Penalized, with the tested coefficients at 0 and their columns still in the penalty.
    """

    chi2: FloatArray
    degrees_of_freedom: IntArray
    p: FloatArray
    restricted_log_likelihood: FloatArray
    converged: BoolArray


@dataclass(frozen=True)
class FirthInference:
    """Intervals and tests of every coefficient: (member, column); NaN outside the model and where none was found.

    Attributes
    ----------
    level
        Of the intervals: 0.95.
    lower, upper
        Profile penalized-likelihood bounds.
    lower_converged, upper_converged
        Whether each bound was found.
    chi2, p
        Penalized likelihood-ratio test that the coefficient is 0, on one degree of freedom.
    null_penalized_log_likelihood : (member,)
        With all slopes at 0 and the whole design in the penalty.
    overall
        Test of all slopes together.
    """

    level: float
    lower: FloatArray
    upper: FloatArray
    lower_converged: BoolArray
    upper_converged: BoolArray
    chi2: FloatArray
    p: FloatArray
    null_penalized_log_likelihood: FloatArray
    overall: LikelihoodRatioTest

    def reason(self, member: int, column: int) -> str:
        """Say which bound or test of a coefficient of a fitted model is missing; "" where all are there."""
        lost = [
            name
            for name, found in (
                ("lower bound", bool(self.lower_converged[member, column])),
                ("upper bound", bool(self.upper_converged[member, column])),
                ("test", bool(np.isfinite(self.p[member, column]))),
            )
            if not found
        ]
        return f"The penalized likelihood gave no {' and no '.join(lost)}: the fit did not converge." if lost else ""


def infer(fit: FirthFit, *, level: float = 0.95, columns: Sequence[int] | None = None) -> FirthInference:
    """Compute profile penalized-likelihood intervals and likelihood-ratio tests of all coefficients of all members.

    An interval is the piece around the estimate. Where the profile has a second hill as high as the target (few
    patients, separation, low levels), values on it aren't rejected by the test either.

    Parameters
    ----------
    fit
        From `fit`: one model or thousands.
    level
        Confidence level in (0, 1).
    columns
        Whose intervals and tests are wanted, without the overall test; all of it where not given.

    Raises
    ------
    ValueError
        Where the level isn't in (0, 1).

    References
    ----------
    Heinze and Schemper (2002), Statistics in Medicine 21:2409-2419. As R's logistf(pl = TRUE): a restricted fit fixes
    the coefficient and keeps the whole design in the penalty.
    """
    from scipy.special import chdtrc, chdtri

    if not 0.0 < level < 1.0:
        raise ValueError(f"level: must be between 0 and 1, such as 0.95; got {level}.")
    batch = fit.batch
    shape = (batch.members, batch.columns)
    drop = 0.5 * float(chdtri(1.0, 1.0 - level))
    bounds = {side: np.full(shape, np.nan) for side in SIDES}
    found = {side: np.zeros(shape, dtype=np.bool_) for side in SIDES}
    chi2 = np.full(shape, np.nan)
    null = np.full(batch.members, np.nan)
    estimated = np.flatnonzero(fit.converged)
    wanted = np.ones(batch.columns, dtype=np.bool_) if columns is None else np.isin(np.arange(batch.columns), columns)
    for first in range(0, estimated.size, BLOCK):
        block = estimated[first : first + BLOCK]
        member, column = (index.astype(np.intp) for index in np.nonzero(batch.column_mask.T[block] & wanted))
        member = block[member]
        overall = block if columns is None else block[:0]

        problem = _bound_problem(fit, member, column, drop=drop)
        candidates = candidate_bounds(batch, problem, bound_start(fit, problem))
        fixed = np.zeros((batch.columns, member.size + overall.size), dtype=np.bool_)
        fixed[column, np.arange(member.size)] = True
        fixed[1:, member.size :] = True
        restricted = _restricted_problem(fit, np.concatenate([member, overall]), fixed)
        check_maximum = None
        if problem.near:
            restricted_height = _height(maximize(batch, restricted, height_only=True))
        else:
            # Solved in one go with the restricted fits: for one model an iteration costs the same for few as for many.
            check = check_problem(batch, problem, candidates.bound)
            maximum = maximize(batch, joined([restricted, check]), height_only=True)
            restarts = restricted.members.size
            restricted_height = _height(highest(maximum.take(np.arange(restarts)), starts=STARTS))
            check_maximum = maximum.take(np.arange(restarts, restarts + check.members.size))
        bound, settled = confirmed_bounds(batch, problem, candidates, check_maximum)

        bound = bound / np.broadcast_to(batch.scale, batch.column_mask.shape)[problem.column, problem.members]
        for side, values, flags in zip(SIDES, np.split(bound, 2), np.split(settled, 2), strict=True):
            bounds[side][member, column] = values
            found[side][member, column] = flags
        chi2[member, column] = 2.0 * (fit.scaled_log_likelihood[member] - restricted_height[: member.size])
        null[overall] = restricted_height[member.size :]
    chi2 = np.maximum(chi2, 0.0)
    return FirthInference(
        level=level,
        lower=bounds[-1.0],
        upper=bounds[1.0],
        lower_converged=found[-1.0],
        upper_converged=found[1.0],
        chi2=chi2,
        p=chdtrc(1.0, chi2),
        null_penalized_log_likelihood=null + batch.log_scale,
        overall=_test(fit, null, batch.column_mask[1:].sum(axis=0)),
    )


def joint_test(fit: FirthFit, columns: Sequence[int]) -> LikelihoodRatioTest:
    """Test several columns together, such as the indicators of a categorical covariate.

    The restricted fit has their coefficients at 0 and keeps the whole design in the penalty, as R's logistftest does.
    Columns outside a model don't count in it: its degrees of freedom are those of the columns that it has.

    Parameters
    ----------
    columns
        Which columns of the design.

    Raises
    ------
    ValueError
        Where a column isn't in the design.
    """
    batch = fit.batch
    outside = [column for column in columns if not 0 <= column < batch.columns]
    if outside or not columns:
        raise ValueError(f"columns: needs one or more of 0 to {batch.columns - 1}; got {list(columns)}.")
    chosen = np.zeros((batch.columns, 1), dtype=np.bool_)
    chosen[list(columns)] = True
    estimated = np.flatnonzero(fit.converged)
    fixed = batch.column_mask[:, estimated] & chosen
    height = np.full(batch.members, np.nan)
    problem = _restricted_problem(fit, estimated, fixed)
    height[estimated] = _restricted_height(fit, problem)
    return _test(fit, height, (batch.column_mask & chosen).sum(axis=0))


def column_tests(fit: FirthFit) -> FloatArray:
    """Return the p of every coefficient by itself, as `infer` gives it, without the intervals: (member, column).

    For thousands of members, or where nobody asks for bounds. NaN outside a model and where no fit converged.
    """
    from scipy.special import chdtrc

    batch = fit.batch
    chi2 = np.full((batch.members, batch.columns), np.nan)
    estimated = np.flatnonzero(fit.converged)
    for first in range(0, estimated.size, BLOCK):
        block = estimated[first : first + BLOCK]
        member, column = (index.astype(np.intp) for index in np.nonzero(batch.column_mask.T[block]))
        member = block[member]
        fixed = np.zeros((batch.columns, member.size), dtype=np.bool_)
        fixed[column, np.arange(member.size)] = True
        problem = _restricted_problem(fit, member, fixed)
        height = _restricted_height(fit, problem)
        chi2[member, column] = np.maximum(2.0 * (fit.scaled_log_likelihood[member] - height), 0.0)
    return np.asarray(chdtrc(1.0, chi2))


def _restricted_problem(fit: FirthFit, members: IntArray, fixed: BoolArray) -> MaximumProblem:
    """Fix some coefficients at 0, (column, problem); the others start at 0, and once more near their estimate.

    Where the likelihood can have one hill only, they start there alone.

    Near it means: where they would be if the log-likelihood were quadratic.
    """
    free = fit.batch.column_mask[:, members] & ~fixed
    near = _one_hill(fit)
    shifted = restricted_start(fit, members, fit.batch.column_mask[:, members] & fixed, bent=near) * free
    starts = (shifted,) if near else (np.zeros(free.shape), shifted)
    return joined([MaximumProblem(members=members, free=free, start=start, near=near) for start in starts])


def _restricted_height(fit: FirthFit, problem: MaximumProblem) -> FloatArray:
    found = maximize(fit.batch, problem, height_only=True)
    return _height(found if _one_hill(fit) else highest(found, starts=STARTS))


def _one_hill(fit: FirthFit) -> bool:
    """Tell whether one start is enough, because no second hill of the likelihood is to be looked for.

    The likelihood is concave; a second hill comes from the penalty, where few patients tell of a coefficient. With many
    patients, and every coefficient of a scaled column known to a tenth, the penalty changes by too little for it.
    """
    batch = fit.batch
    patients = batch.rows if batch.row_weight is None else float(batch.row_weight.sum(axis=1).min())
    if patients < MANY_ROWS:
        return False
    variance = np.einsum("mcc->mc", fit.covariance)[fit.converged]
    scale = np.broadcast_to(batch.scale, batch.column_mask.shape).T[fit.converged]
    return bool((np.nan_to_num(variance) * scale**2 < SURE_VARIANCE).all())


def _height(restricted: Maximum) -> FloatArray:
    return np.where(restricted.converged, restricted.log_likelihood, np.nan)


def _bound_problem(fit: FirthFit, member: IntArray, column: IntArray, *, drop: float) -> BoundProblem:
    """Ask for all lower bounds and then all upper bounds of the coefficients."""
    side = np.repeat(SIDES, member.size)
    members, columns = np.tile(member, 2), np.tile(column, 2)
    covariance = fit.scaled_covariance[:, columns, members]
    variance = covariance[columns, np.arange(members.size)]
    maximum = fit.scaled_log_likelihood[members]
    return BoundProblem(
        members=members,
        column=columns,
        side=side,
        estimate=fit.scaled_coefficients[:, members],
        tangent=covariance / variance,
        neutral=neutral_directions(fit, member, column)[:, np.tile(np.arange(member.size), 2)],
        variance=variance,
        maximum=maximum,
        target=maximum - drop,
        near=_one_hill(fit),
    )


def _test(fit: FirthFit, restricted: FloatArray, degrees_of_freedom: IntArray) -> LikelihoodRatioTest:
    """Compare scaled log-likelihoods; NaN without a restricted one or without anything to test."""
    from scipy.special import chdtrc

    possible = np.isfinite(restricted) & (degrees_of_freedom > 0)
    chi2 = np.where(possible, np.maximum(2.0 * (fit.scaled_log_likelihood - restricted), 0.0), np.nan)
    return LikelihoodRatioTest(
        chi2=chi2,
        degrees_of_freedom=degrees_of_freedom,
        p=np.where(possible, chdtrc(np.maximum(degrees_of_freedom, 1), chi2), np.nan),
        restricted_log_likelihood=restricted + fit.batch.log_scale,
        converged=possible,
    )
