"""A batch of logistic models: who is in each, which covariates, which outcome; checked once, before any fit.

A member that can't be fitted is marked with a status and, where one is at fault, a column. It never stops the batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from il2dash.analysis.logistic_design import (
    BoolArray,
    Design,
    FloatArray,
    IntArray,
    SeparateDesigns,
    SharedDesign,
    crossproduct,
    hold,
    inverse_and_pivots,
)

Value = TypeVar("Value", bound=np.generic)

COLLINEAR = 1e-10
"""A column of which the columns before it leave less than this share of its sum of squares is called dependent."""

FEWEST_AT_A_TIME = 32
"""Members are worked on, however many rows they have: of many rows a block is worked on at a time."""


class Status(IntEnum):
    """What became of a member."""

    CONVERGED = 0
    NOT_CONVERGED = 1
    SEPARATED = 2
    RANK_DEFICIENT = 3
    NOT_FINITE = 4
    OUTCOME_NOT_BINARY = 5
    WEIGHT_INVALID = 6
    NO_ROWS = 7
    NO_COLUMNS = 8


@dataclass(frozen=True)
class LogisticBatch:
    """Logistic models ready for a fit: members stand first in (member, row), last in (column, member).

    Attributes
    ----------
    design
        Columns divided by `scale`; entries that aren't finite are 0 here, and no fitted member uses one.
    scale : (column, member), or (column, 1) where all members share a design
        Root mean square of each column.
    outcome, row_weight : (member, row), or (1, row) where all members share one
    column_mask : (column, member)
    totals : (column, member)
        X'(w y) of the scaled design: all that the likelihood needs of the outcome.
    status, column : (member,)
        CONVERGED here means: nothing stands against a fit.
    absent
        1 where the design as given isn't finite; None where all of it is.
    """

    design: Design
    scale: FloatArray
    outcome: FloatArray
    row_weight: FloatArray | None
    column_mask: BoolArray
    totals: FloatArray
    status: npt.NDArray[np.int8]
    column: IntArray
    absent: Design | None

    @property
    def members(self) -> int:
        """How many models the batch holds."""
        return int(self.column_mask.shape[1])

    @property
    def columns(self) -> int:
        """How many columns the design has, in a model or not."""
        return int(self.column_mask.shape[0])

    @property
    def rows(self) -> int:
        """How many rows (patients) the design has, in a population or not."""
        return int(self.outcome.shape[1])

    @property
    def log_scale(self) -> FloatArray:
        """What the scale takes from log det(X'WX) / 2 of each model: (member,)."""
        return np.asarray((np.log(self.scale) * self.column_mask).sum(axis=0))

    @cached_property
    def all_columns(self) -> bool:
        """Whether every model has every column."""
        return bool(self.column_mask.all())

    def weights(self, members: IntArray) -> FloatArray:
        """Return the row weights of some members: (member, row), or (1, row) where all share them."""
        assert self.row_weight is not None
        return self.row_weight if self.row_weight.shape[0] == 1 else self.row_weight[members]

    def every(self, step: int) -> LogisticBatch:
        """Return the models of every so-many-th row, unchecked: near those of all rows, which they cost a part of."""
        chosen = slice(None, None, step)
        design, outcome = self.design.rows(chosen, passing=False), self.outcome[:, chosen]
        row_weight = None if self.row_weight is None else self.row_weight[:, chosen]
        totals = design.column_sums(outcome if row_weight is None else outcome * row_weight)
        return replace(
            self,
            design=design,
            outcome=outcome,
            row_weight=row_weight,
            totals=np.ascontiguousarray(np.broadcast_to(totals, self.totals.shape)),
        )

    @property
    def pool(self) -> int:
        """How many members to work on at a time, so that their arrays stay in the processor's cache."""
        floats = 6 * self.rows + 3 * self.columns**3
        if isinstance(self.design, SeparateDesigns):
            floats += 6 * self.rows * self.columns
        return max(FEWEST_AT_A_TIME, min(1024, 1_400_000 // floats))


def logistic_batch(
    design: npt.ArrayLike,
    outcome: npt.ArrayLike,
    *,
    column_mask: npt.ArrayLike | None = None,
    row_weight: npt.ArrayLike | None = None,
) -> LogisticBatch:
    """Check the inputs of one logistic model or of thousands.

    Parameters as for `firth_fit.fit`.

    Raises
    ------
    ValueError
        Where shapes don't fit each other. What is wrong with a member's values is in its status instead.
    """
    x = np.asarray(design, dtype=np.float64)
    if x.ndim == 3 and x.shape[0] == 1:
        x = x[0]
    if x.ndim not in (2, 3):
        raise ValueError(f"design: needs the shape (row, column) or (member, row, column); got {x.shape}.")
    rows, columns = x.shape[-2:]
    y = _with_members(np.asarray(outcome, dtype=np.float64), name="outcome", axis="row", length=rows)
    weight = None
    if row_weight is not None:
        weight = _with_members(np.asarray(row_weight, dtype=np.float64), name="row_weight", axis="row", length=rows)
    mask = np.ones((1, columns), dtype=np.bool_)
    if column_mask is not None:
        mask = _with_members(np.asarray(column_mask, dtype=np.bool_), name="column_mask", axis="column", length=columns)
    sizes = {
        "design": x.shape[0] if x.ndim == 3 else 1,
        "outcome": y.shape[0],
        "row_weight": 1 if weight is None else weight.shape[0],
        "column_mask": mask.shape[0],
    }
    several = {name: size for name, size in sizes.items() if size != 1}
    if len(set(several.values())) > 1:
        found = ", ".join(f"{name} {size}" for name, size in several.items())
        raise ValueError(f"logistic models: all inputs need the same number of members, or 1; got {found}.")
    members = next(iter(several.values()), 1)

    status = np.zeros(members, dtype=np.int8)
    column = np.full(members, -1, dtype=np.intp)
    mask = np.ascontiguousarray(np.broadcast_to(mask, (members, columns)).T)
    y, weight = _checked_rows(status, outcome=y, row_weight=weight)
    _mark(status, ~mask.any(axis=0), Status.NO_COLUMNS)
    included = np.ones((1, rows)) if weight is None else (weight > 0.0).astype(np.float64)
    _mark(status, ~included.any(axis=1), Status.NO_ROWS)

    finite = np.isfinite(x)
    absent = None
    if not finite.all():
        absent = _design_of(np.where(finite, 0.0, 1.0))
        x = np.where(finite, x, 0.0)
        unknown = absent.column_sums(included) > 0.0
        _mark_column(status, column, unknown & mask, Status.NOT_FINITE)
    scale = np.sqrt((x * x).sum(axis=-2) / max(rows, 1))
    scale = np.where(scale > 0.0, scale, 1.0)
    x = x / scale[..., None, :]
    scaled = _design_of(x)
    _mark_column(status, column, _dependent(scaled, included=included, mask=mask), Status.RANK_DEFICIENT)

    totals = scaled.column_sums(y if weight is None else y * weight)
    return LogisticBatch(
        design=scaled,
        scale=scale.reshape(-1, columns).T,
        outcome=y,
        row_weight=weight,
        column_mask=mask,
        totals=np.ascontiguousarray(np.broadcast_to(totals, (columns, members))),
        status=status,
        column=column,
        absent=absent,
    )


def reason_for(status: int, column: int, *, names: Sequence[str] | None = None) -> str:
    """Say in words why a member has no estimate, and what to do about it; "" where it has one."""
    name = "" if column < 0 else (names[column] if names is not None else f"column {column}")
    return {
        Status.CONVERGED: "",
        Status.NOT_CONVERGED: "The fit did not converge.",
        Status.SEPARATED: "The covariates separate the outcomes: maximum likelihood has no finite estimate. "
        "Use the Firth estimate.",
        Status.RANK_DEFICIENT: f"{name} is constant or a linear combination of the columns before it in these "
        f"patients. Switch {name} off.",
        Status.NOT_FINITE: f"{name} has missing or infinite values in these patients. Switch {name} off, or leave "
        "those patients out.",
        Status.OUTCOME_NOT_BINARY: "The outcome is missing, or neither 0 nor 1, in some of these patients.",
        Status.WEIGHT_INVALID: "A row weight is negative or not finite: weights are 0, 1 or counts.",
        Status.NO_ROWS: "No patient is in this population.",
        Status.NO_COLUMNS: "No covariate is switched on, not even the intercept.",
    }[Status(status)]


def _with_members(values: npt.NDArray[Value], *, name: str, axis: str, length: int) -> npt.NDArray[Value]:
    if values.ndim not in (1, 2) or values.shape[-1] != length:
        raise ValueError(
            f"{name}: needs the shape ({axis},) or (member, {axis}) with {length} in the last axis, as the design has; "
            f"got {values.shape}."
        )
    return values if values.ndim == 2 else values[None]


def _design_of(values: FloatArray) -> Design:
    if values.ndim == 2:
        return SharedDesign(np.asfortranarray(values))
    return SeparateDesigns(np.ascontiguousarray(values.transpose(0, 2, 1)))


def _checked_rows(
    status: npt.NDArray[np.int8], *, outcome: FloatArray, row_weight: FloatArray | None
) -> tuple[FloatArray, FloatArray | None]:
    """Mark members whose outcome or weights can't be used; what stands in rows of weight 0 becomes 0."""
    unusable = ~((outcome == 0.0) | (outcome == 1.0))
    if row_weight is not None:
        invalid = ~(np.isfinite(row_weight) & (row_weight >= 0.0))
        _mark(status, invalid.any(axis=1), Status.WEIGHT_INVALID)
        row_weight = np.where(invalid, 0.0, row_weight)
    if unusable.any():
        needed = unusable if row_weight is None else unusable & (row_weight > 0.0)
        _mark(status, needed.any(axis=1), Status.OUTCOME_NOT_BINARY)
        outcome = np.where(unusable, 0.0, outcome)
    return outcome, row_weight


def _dependent(design: Design, *, included: FloatArray, mask: BoolArray) -> BoolArray:
    """Which columns of a model are a linear combination of those before them in the included rows."""
    gram = crossproduct(design, included)
    gram = np.broadcast_to(gram, (*gram.shape[:2], mask.shape[1])).copy()
    hold(gram, ~mask)
    _, pivots = inverse_and_pivots(gram)
    squares = np.einsum("jjm->jm", gram)
    # Below: not positive either where the columns before it were dependent already.
    return np.asarray(mask & ~(pivots > COLLINEAR * squares))


def _mark(status: npt.NDArray[np.int8], condition: BoolArray | np.bool_, code: Status) -> None:
    status[(status == Status.CONVERGED) & condition] = code


def _mark_column(status: npt.NDArray[np.int8], column: IntArray, at_fault: BoolArray, code: Status) -> None:
    """Mark members with the first column at fault: (column, member)."""
    found = (status == Status.CONVERGED) & at_fault.any(axis=0)
    status[found] = code
    column[found] = np.broadcast_to(at_fault.argmax(axis=0), found.shape)[found]
