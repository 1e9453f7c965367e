"""What a fitted model of repeated measures says of one linear combination of its coefficients a visit."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np

from il2dash.analysis.estimate import Interval, no_interval
from il2dash.analysis.mixed_model_inference import DegreesOfFreedomMethod, infer
from il2dash.analysis.repeated_measures_design import RepeatedMeasuresSpec
from il2dash.analysis.repeated_measures_fit import RepeatedMeasuresFit

INTERVAL_METHODS: dict[DegreesOfFreedomMethod, str] = {
    "kenward-roger": "t with Kenward-Roger standard error and degrees of freedom",
    "satterthwaite": "t with Satterthwaite degrees of freedom",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitEstimate:
    """A mean or a contrast at a visit, on the scale of the model."""

    value: float
    se: float
    df: float
    interval: Interval
    p: float
    reason: str = ""


VisitEstimates = dict[tuple[bool | None, int], VisitEstimate]
"""By (in the treatment arm, visit) a mean; by (None, visit) the difference of the arms, treatment minus reference."""


def visit_estimates(fitted: RepeatedMeasuresFit, spec: RepeatedMeasuresSpec) -> VisitEstimates:
    """Return what the model says of the means with values and of their differences; nothing where there is no model."""
    if fitted.model is None:
        return {}
    vectors: dict[tuple[bool | None, int], np.ndarray] = {
        (treatment, visit): fitted.mean(treatment=treatment, visit=visit) for treatment, visit in fitted.cells
    }
    for treatment, visit in fitted.cells:
        if treatment and (False, visit) in fitted.cells:
            vectors[None, visit] = vectors[True, visit] - vectors[False, visit]
    found = infer(fitted.model, np.array(list(vectors.values())), method=spec.df_method, level=spec.level)
    method = INTERVAL_METHODS[spec.df_method]
    estimates = {}
    for row, wanted in enumerate(vectors):
        reason = "" if found.p[row] >= 0 else "its adjusted variance isn't positive"
        lower, upper = float(found.lower[row]), float(found.upper[row])
        estimates[wanted] = VisitEstimate(
            value=float(found.estimate[row]),
            se=float(found.se[row]),
            df=float(found.degrees_of_freedom[row]),
            interval=Interval(lower=lower, upper=upper, level=spec.level, method=method, reason=reason),
            p=float(found.p[row]),
            reason=reason,
        )
    return estimates


def no_visit_estimate(fitted: RepeatedMeasuresFit, spec: RepeatedMeasuresSpec, *, no_values: str) -> VisitEstimate:
    """Return what stands for an estimate where there is no model, or the visit has `no_values`."""
    reason = fitted.reason or no_values
    interval = no_interval(level=spec.level, method=INTERVAL_METHODS[spec.df_method], reason=reason)
    return VisitEstimate(value=nan, se=nan, df=nan, interval=interval, p=nan, reason=reason)
