"""The linear algebra of many small logistic models: one design for all of them, or one design each.

Inside these modules the members of a batch stand first where patients stand last, (member, row), and last where
columns stand first, (column, member) and (column, column, member): so a product over patients is one matrix
multiplication for the whole batch, and a small matrix is inverted for all members at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, reduce
from typing import Protocol

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.intp]

# glibc hands freed arrays of over 128 KB back to the kernel and gets them again page by page, which takes as long as
# the arithmetic on them. Once a block of nearly 32 MB has been freed (this one is never touched) it keeps such arrays.
np.empty(4_000_000)

HELD = 1e30
"""Precision of a column that is kept out of a model, or fixed in it."""

FEW = 3
"""Up to so many matrices a column LAPACK is faster, one after the other, than the sweep over all at once."""

FEW_MEMBERS = 6
"""Up to so many, their products over a block of rows cost less one by one than the products of all pairs of columns."""

MANY_ROWS = 5_000
"""From so many on, an iteration of one model costs what is computed of the rows, and products of them fill memory."""

BLOCK_ROWS = 4_096
"""Of many rows so many are worked on at a time."""


class Design(Protocol):
    """What a likelihood needs of a design, shared by its members or not."""

    @property
    def columns(self) -> int:
        """How many columns the design has."""

    def take(self, members: IntArray) -> Design:
        """Return the design of some members."""

    def rows(self, chosen: slice, *, passing: bool = True) -> Design:
        """Return the design of some rows; of those in passing, products aren't kept."""

    def linear_predictor(self, coefficients: FloatArray) -> FloatArray:
        """X beta: (column, member) to (member, row)."""

    def column_sums(self, row_values: FloatArray) -> FloatArray:
        """X'u: (member, row) to (column, member)."""

    def crossproduct(self, row_values: FloatArray) -> FloatArray:
        """X' diag(u) X: (member, row) to (column, column, member)."""

    def quadratic_form(self, matrices: FloatArray) -> FloatArray:
        """X'Vx of every row: (column, column, member) to (member, row)."""

    def third_moments(self, row_values: FloatArray) -> FloatArray:
        """Sum over rows of u x_a x_b x_c: (member, row) to (member, column, column, column)."""


@dataclass(frozen=True)
class SharedDesign:
    """One design (row, column) for every member, best with each column in one piece of memory.

    In passing it is a block of a longer one that is looked at again and again: the products of its columns are made
    each time, because those of all blocks would fill more memory than the cache holds.
    """

    values: FloatArray
    passing: bool = False

    @property
    def columns(self) -> int:
        """How many columns the design has."""
        return int(self.values.shape[1])

    def take(self, members: IntArray) -> SharedDesign:
        """Return the same design: members share it."""
        return self

    def rows(self, chosen: slice, *, passing: bool = True) -> SharedDesign:
        """Return the design of some rows; of those in passing, products aren't kept."""
        if chosen == slice(None):
            return self
        values = self.values[chosen]
        return SharedDesign(values if passing else np.asfortranarray(values), passing=passing)

    def linear_predictor(self, coefficients: FloatArray) -> FloatArray:
        """X beta: (column, member) to (member, row)."""
        return np.asarray(coefficients.T @ self.values.T)

    def column_sums(self, row_values: FloatArray) -> FloatArray:
        """X'u: (member, row) to (column, member)."""
        return np.asarray(self.values.T @ row_values.T)

    def crossproduct(self, row_values: FloatArray) -> FloatArray:
        """X' diag(u) X: (member, row) to (column, column, member)."""
        if self.passing and len(row_values) <= FEW_MEMBERS:
            columns = self.values.T
            return np.stack([(columns * row_value) @ columns.T for row_value in row_values], axis=-1)
        unpack, products = self._pairs
        return np.asarray((products @ row_values.T)[unpack])

    def quadratic_form(self, matrices: FloatArray) -> FloatArray:
        """X'Vx of every row: (column, column, member) to (member, row)."""
        if self.passing and matrices.shape[2] <= FEW_MEMBERS:
            columns = self.values.T
            return np.stack(
                [np.einsum("cr,cr->r", matrix @ columns, columns) for matrix in matrices.transpose(2, 0, 1)]
            )
        _, products = self._pairs
        _, (first, second) = _symmetric_packing(self.columns, 2)
        packed = matrices[first, second]
        packed[first != second] *= 2.0
        return np.asarray(packed.T @ products)

    def third_moments(self, row_values: FloatArray) -> FloatArray:
        """Sum over rows of u x_a x_b x_c: (member, row) to (member, column, column, column)."""
        if self.passing:
            unpack, products = self._pairs
            moments = [(products @ (self.values * row_value[:, None]))[unpack] for row_value in row_values]
            return np.stack(moments)
        unpack, products = self._triples
        return np.asarray(np.take(row_values @ products, unpack, axis=1))

    @cached_property
    def _pairs(self) -> tuple[IntArray, FloatArray]:
        """Where the packed upper triangle goes (column, column), and x_a x_b (pair, row)."""
        unpack, _ = _symmetric_packing(self.columns, 2)
        columns = np.ascontiguousarray(self.values.T)
        products = np.empty((unpack.max() + 1, len(self.values)))
        packed = 0
        for place, column in enumerate(columns):
            following = packed + len(columns) - place
            np.multiply(column, columns[place:], out=products[packed:following])
            packed = following
        return unpack, products

    @cached_property
    def _triples(self) -> tuple[IntArray, FloatArray]:
        """Where the packed triples a <= b <= c go (column, column, column), and x_a x_b x_c (row, triple)."""
        unpack, (first, second, third) = _symmetric_packing(self.columns, 3)
        return unpack, self.values[:, first] * self.values[:, second] * self.values[:, third]


@dataclass(frozen=True)
class SeparateDesigns:
    """A design for each member, (member, column, row): rows last, so that a weight multiplies them in one pass."""

    values: FloatArray

    @property
    def columns(self) -> int:
        """How many columns the design has."""
        return int(self.values.shape[1])

    def take(self, members: IntArray) -> SeparateDesigns:
        """Return the design of some members."""
        return SeparateDesigns(self.values[members])

    def rows(self, chosen: slice, *, passing: bool = True) -> SeparateDesigns:
        """Return the design of some rows."""
        if chosen == slice(None):
            return self
        values = self.values[:, :, chosen]
        return SeparateDesigns(values if passing else np.ascontiguousarray(values))

    def linear_predictor(self, coefficients: FloatArray) -> FloatArray:
        """X beta: (column, member) to (member, row)."""
        return np.asarray((coefficients.T[:, None, :] @ self.values)[:, 0, :])

    def column_sums(self, row_values: FloatArray) -> FloatArray:
        """X'u: (member, row) to (column, member)."""
        return np.asarray((self.values @ row_values[:, :, None])[:, :, 0].T)

    def crossproduct(self, row_values: FloatArray) -> FloatArray:
        """X' diag(u) X: (member, row) to (column, column, member)."""
        weighted = self.values * row_values[:, None, :]
        return np.ascontiguousarray((weighted @ self.values.transpose(0, 2, 1)).transpose(1, 2, 0))

    def quadratic_form(self, matrices: FloatArray) -> FloatArray:
        """X'Vx of every row: (column, column, member) to (member, row)."""
        rotated = np.ascontiguousarray(matrices.transpose(2, 0, 1)) @ self.values
        rotated *= self.values
        return np.asarray(rotated.sum(axis=1))

    def third_moments(self, row_values: FloatArray) -> FloatArray:
        """Sum over rows of u x_a x_b x_c: (member, row) to (member, column, column, column)."""
        _, (rows, columns) = _symmetric_packing(self.columns, 2)
        pairs = self.values[:, rows, :] * self.values[:, columns, :]
        moments = pairs @ (self.values * row_values[:, None, :]).transpose(0, 2, 1)
        full = np.empty((self.values.shape[0], *(self.columns,) * 3))
        full[:, rows, columns, :] = full[:, columns, rows, :] = moments
        return full


def row_blocks(rows: int) -> list[slice]:
    """Return which rows to work on at a time, so that what is computed of them stays in the processor's cache."""
    if rows < MANY_ROWS:
        return [slice(None)]
    return [slice(first, first + BLOCK_ROWS) for first in range(0, rows, BLOCK_ROWS)]


def crossproduct(design: Design, row_values: FloatArray) -> FloatArray:
    """X' diag(u) X of any number of rows: (member, row) to (column, column, member)."""
    blocks = row_blocks(row_values.shape[1])
    return total([design.rows(rows).crossproduct(row_values[:, rows]) for rows in blocks])


def total(parts: Sequence[FloatArray]) -> FloatArray:
    """Add up what blocks of rows gave."""
    return reduce(np.add, parts)


@lru_cache(maxsize=64)
def _symmetric_packing(columns: int, order: int) -> tuple[IntArray, tuple[IntArray, ...]]:
    """Return where each entry of a symmetric array is packed, and the indices of the packed entries."""
    index = np.sort(np.indices((columns,) * order).reshape(order, -1), axis=0)
    packed, unpack = np.unique(index, axis=1, return_inverse=True)
    return unpack.reshape((columns,) * order), tuple(packed)


def hold(matrices: FloatArray, held: BoolArray) -> None:
    """Make a step of the held columns, and whatever depends on them, 0 in the inverse, in place.

    A precision of HELD on the diagonal does it: what is left of those columns in the inverse is below rounding, and
    the inverse of the other block is untouched. matrices is (column, column, member), held (column, member).
    """
    diagonal = np.arange(held.shape[0])
    matrices[diagonal, diagonal] += HELD * held


def inverse_and_pivots(matrices: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Invert symmetric positive definite matrices, all members at once, by the symmetric sweep (a few, by LAPACK).

    Parameters
    ----------
    matrices
        (column, column, member).

    Returns
    -------
    inverses : (column, column, member)
        Without meaning where a pivot isn't positive.
    pivots : (column, member)
        Their product is the determinant; all positive exactly where the matrix is positive definite. Pivot j is what
        the columns before j leave unexplained of column j.

    References
    ----------
    Goodnight (1979), A tutorial on the SWEEP operator, The American Statistician 33:149-158.
    """
    if matrices.shape[2] <= FEW * matrices.shape[0]:
        stacked = np.ascontiguousarray(matrices.transpose(2, 0, 1))
        try:
            factor, inverses = np.linalg.cholesky(stacked), np.linalg.inv(stacked)
        except np.linalg.LinAlgError:  # one of them isn't positive definite: the sweep says which
            pass
        else:
            return np.asarray(inverses.transpose(1, 2, 0)), np.asarray(np.einsum("mcc->cm", factor) ** 2)
    swept = matrices.copy()
    pivots = np.empty(matrices.shape[1:])
    outer = np.empty_like(swept)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for column in range(matrices.shape[0]):
            row = swept[column]
            pivots[column] = row[column]
            scaled = row / pivots[column]
            np.multiply(row[:, None], scaled, out=outer)
            swept -= outer
            swept[column] = scaled
            swept[:, column] = scaled
            np.divide(-1.0, pivots[column], out=swept[column, column])
    return np.negative(swept, out=swept), pivots
