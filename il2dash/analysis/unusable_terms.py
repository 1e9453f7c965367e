"""Which terms of a design can't be estimated, and why in words."""

from __future__ import annotations

import numpy as np

from il2dash.analysis.design_matrix import DesignMatrix

CLEARLY_POSITIVE = 1e-9


def unusable_terms(design: DesignMatrix) -> dict[str, str]:
    """Return for each term that can't be estimated why, in words; rows with missing covariates aren't looked at.

    A term fails where one of its columns is the same for everybody, or is a linear combination of the intercept and of
    columns before it.
    """
    complete = design.complete
    rows = design.values if complete.all() else design.values[complete]
    n = len(rows)
    if n and _of_full_rank(rows):
        return {}
    reasons: dict[str, str] = {}
    kept = [0]
    for index, column in enumerate(design.columns, start=1):
        if column.term in reasons:
            continue
        values = rows[:, index]
        if n == 0 or np.ptp(values) == 0:
            everybody = "the only patient" if n == 1 else f"all {n} patients"
            reasons[column.term] = f"{column.label} is the same for {everybody}: switch it off"
            continue
        if not _of_full_rank(rows[:, [*kept, index]]):
            before = ", ".join(dict.fromkeys(design.columns[other - 1].label for other in kept[1:]))
            reasons[column.term] = f"{column.label} follows from the others ({before}): switch one of them off"
            continue
        kept.append(index)
    return reasons


def _of_full_rank(columns: np.ndarray) -> bool:
    """Return whether no column follows from the others; then none of any choice of them does either."""
    products = columns.T @ columns
    norms = np.sqrt(np.diagonal(products))
    if not norms.all():
        return False
    # The singular values squared, to rounding: cheap, and enough where none is anywhere near 0.
    if np.linalg.eigvalsh(products / np.outer(norms, norms))[0] > CLEARLY_POSITIVE:
        return True
    return bool(np.linalg.matrix_rank(columns / norms, tol=1e-9) == columns.shape[1])
