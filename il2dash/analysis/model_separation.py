"""Which covariates of a model separate responders from others, in which direction, and in whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from il2dash.analysis import separation
from il2dash.analysis.design_matrix import DesignMatrix
from il2dash.analysis.maximum_likelihood import MaximumLikelihoodFit


@dataclass(frozen=True, slots=True, kw_only=True)
class SeparatingColumn:
    """A coefficient without a finite maximum-likelihood estimate; `direction` is 1 towards infinity, -1 towards 0."""

    name: str
    label: str
    contrast: str
    direction: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSeparation:
    """Whether the covariates of a model separate the outcomes.

    `kind` is none, quasi-complete, complete or unknown (then `reason` says why). `patients` are those whose outcome the
    covariates named predict with certainty, of `n` in the model.
    """

    kind: separation.Kind
    columns: tuple[SeparatingColumn, ...]
    patients: tuple[str, ...]
    n: int
    reason: str = ""


def no_separation_known(reason: str, *, n: int) -> ModelSeparation:
    """Return what is said where there is nothing to judge."""
    return ModelSeparation(kind="unknown", columns=(), patients=(), n=n, reason=reason)


def model_separation(
    design: DesignMatrix,
    response: np.ndarray,
    subject_ids: Sequence[str],
    *,
    maximum: MaximumLikelihoodFit | None = None,
) -> ModelSeparation:
    """Look for separation in a model, by linear programming.

    Parameters
    ----------
    design : DesignMatrix
        Of the patients in the model.
    response : array, shape (patients,)
        Their outcomes, 0 or 1.
    subject_ids : sequence of str
        Who they are.
    maximum : MaximumLikelihoodFit, optional
        The same model by maximum likelihood, where it is at hand.

    Notes
    -----
    Konis (2007); see `separation.detect_separation`.
    """
    if not response.size:
        return no_separation_known("nobody is in the model", n=0)
    if response.min() == response.max():
        everybody = "nobody" if response.max() == 0 else "everybody"
        return no_separation_known(f"{everybody} responded", n=len(response))
    detected = separation.detect_separation(design.values, response, maximum=maximum)
    columns = tuple(
        SeparatingColumn(name=column.name, label=column.label, contrast=column.contrast, direction=int(direction))
        for column, direction in zip(design.columns, detected.directions[1:], strict=True)
        if direction
    )
    patients = tuple(subject_ids[int(row)] for row in np.flatnonzero(detected.separated_rows))
    return ModelSeparation(
        kind=detected.kind, columns=columns, patients=patients, n=len(response), reason=detected.reason
    )
