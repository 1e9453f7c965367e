"""Separation: covariates, or a combination of them, that tell the patients with the outcome from those without it.

Then maximum likelihood has no finite estimate. The detector says so before any fit, and names the coefficients that
would run away, and where to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from il2dash.analysis import maximum_likelihood
from il2dash.analysis.logistic_batch import Status, logistic_batch, reason_for
from il2dash.analysis.logistic_design import BoolArray
from il2dash.analysis.maximum_likelihood import MaximumLikelihoodFit

Kind = Literal["none", "quasi-complete", "complete", "unknown"]

TOLERANCE = 1e-7
"""What the program finds (the columns in units of their root mean square) is 0 below this."""


@dataclass(frozen=True)
class Separation:
    """Whether the outcomes are separated, by which columns, and by which patients.

    Attributes
    ----------
    kind
        "complete" where a combination of the columns puts every included row on its side, "quasi-complete" where some
        rows stay on the border, "none" where maximum likelihood is finite, "unknown" where the design can't be judged.
    directions : (column,)
        +1 where the maximum-likelihood coefficient is +infinity, -1 where it is -infinity, 0 where it is finite. Where
        a coefficient could go either way (complete separation), the side of the direction found.
    separated_rows : (row,)
        Rows whose outcome the runaway coefficients predict with certainty.
    reason
        Why the kind is unknown; "" where it is known.
    """

    kind: Kind
    directions: npt.NDArray[np.int8]
    separated_rows: BoolArray
    reason: str = ""

    def sentence(self, names: Sequence[str]) -> str:
        """Say which coefficients are infinite: for a warning beside the model."""
        if self.kind == "unknown":
            return self.reason
        if self.kind == "none":
            return "No separation: the maximum-likelihood estimates are finite."
        runaways = ", ".join(
            f"{name} ({'+' if direction > 0 else '-'}infinity)"
            for name, direction in zip(names, self.directions, strict=True)
            if direction
        )
        return (
            f"{self.kind.capitalize()} separation: the maximum-likelihood estimate of {runaways} is infinite; the "
            f"outcome of {int(self.separated_rows.sum())} patients is predicted with certainty."
        )


def detect_separation(
    design: npt.ArrayLike,
    outcome: npt.ArrayLike,
    *,
    row_weight: npt.ArrayLike | None = None,
    maximum: MaximumLikelihoodFit | None = None,
) -> Separation:
    """Detect complete and quasi-complete separation by linear programming.

    With s = 2y - 1, a direction d separates row i where s_i x_i'd > 0 and no row has less than 0. Konis' program,
    maximize the sum of s_i x_i'd with |d| <= 1, is 0 exactly where there is none, and else names the columns. Then a
    second one, maximize the sum of t with 0 <= t_i <= min(1, s_i x_i'd), finds all rows that any direction separates.

    Parameters
    ----------
    design
        (row, column), the intercept first.
    outcome
        0 or 1 (or bool): (row,).
    row_weight
        Rows of weight 0 are left out: (row,).
    maximum
        The same model by maximum likelihood, where it is at hand; else it is fitted here.

    Raises
    ------
    ValueError
        Where the shapes don't fit each other, or there is more than one model.

    References
    ----------
    Konis (2007), Linear programming algorithms for detecting separated data in binary logistic regression models,
    DPhil thesis, University of Oxford, section 4. Albert and Anderson (1984), Biometrika 71:1-10. As R's
    detectseparation.
    """
    if maximum is not None and len(maximum.converged) == 1 and maximum.converged[0]:
        return _no_separation(*np.shape(design))
    batch = logistic_batch(design, outcome, row_weight=row_weight)
    if batch.members != 1:
        raise ValueError(f"detect_separation: judges one model; got {batch.members}. Call it for each.")
    directions = np.zeros(batch.columns, dtype=np.int8)
    separated_rows = np.zeros(batch.rows, dtype=np.bool_)
    status = int(batch.status[0])
    if status != Status.CONVERGED:
        reason = reason_for(status, int(batch.column[0]))
        return Separation(kind="unknown", directions=directions, separated_rows=separated_rows, reason=reason)

    maximum = maximum_likelihood.fit_batch(batch) if maximum is None else maximum
    if maximum.converged[0]:
        return _no_separation(batch.rows, batch.columns)
    from scipy.optimize import linprog

    included = np.arange(batch.rows) if batch.row_weight is None else np.flatnonzero(batch.row_weight[0] > 0.0)
    scaled = batch.design.linear_predictor(np.eye(batch.columns)).T[included]
    signed = scaled * np.where(batch.outcome[0, included] > 0.0, 1.0, -1.0)[:, None]
    direction = linprog(
        -signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(included.size), bounds=(-1.0, 1.0), method="highs"
    )
    if direction.status == 0 and -direction.fun <= TOLERANCE:
        return _no_separation(batch.rows, batch.columns)
    rows, columns = signed.shape
    reach = linprog(
        np.concatenate([np.zeros(columns), -np.ones(rows)]),
        A_ub=np.hstack([-signed, np.eye(rows)]),
        b_ub=np.zeros(rows),
        bounds=[(None, None)] * columns + [(0.0, 1.0)] * rows,
        method="highs",
    )
    failed = next((program.message for program in (direction, reach) if program.status != 0), "")
    if failed:
        reason = f"The linear program for separation found no answer: {failed}"
        return Separation(kind="unknown", directions=directions, separated_rows=separated_rows, reason=reason)
    directions[:] = np.sign(np.where(np.abs(direction.x) > TOLERANCE, direction.x, 0.0))
    separated = reach.x[columns:] > 0.5
    separated_rows[included[separated]] = True
    return Separation(
        kind="complete" if separated.all() else "quasi-complete", directions=directions, separated_rows=separated_rows
    )


def _no_separation(rows: int, columns: int) -> Separation:
    """Say so: a finite maximum exists exactly where nothing separates, and the program then has nothing to find."""
    return Separation(
        kind="none", directions=np.zeros(columns, dtype=np.int8), separated_rows=np.zeros(rows, dtype=np.bool_)
    )
