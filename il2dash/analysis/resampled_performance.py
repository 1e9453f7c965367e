"""How much of a model's worth is optimism, as its resamples show it: Harrell's bootstrap."""

from __future__ import annotations

from math import nan

import numpy as np

from il2dash.analysis.estimate import Interval
from il2dash.analysis.model_data import ModelData
from il2dash.analysis.model_resamples import ResampledModel
from il2dash.analysis.performance_measure import Measure
from il2dash.analysis.prediction_measures import c_statistic, c_statistics, calibration_slopes
from il2dash.analysis.time_limit import within_time

PREDICTIONS = 150_000
"""Of how many patients and resamples together are looked at at a time."""


def resampled_measures(data: ModelData, model: ResampledModel, *, level: float) -> dict[str, Measure]:
    """Correct what a model seems worth by what its resamples show (Harrell); the keys are `MEASURES`.

    Parameters
    ----------
    data : ModelData
        The patients in it.
    model : ResampledModel
        The model and its resamples.
    level : float
        Confidence level of the intervals.
    """
    predicted, response = model.probabilities, data.response
    apparent = {
        "c_statistic": float(c_statistic(predicted[None], response, np.ones((1, len(response))))[0]),
        "brier": float(((predicted - response) ** 2).mean()),
    }
    own, tested, slopes = _in_resamples(data, model)
    found = {}
    for name, value in apparent.items():
        optimism = float(np.nanmean(own[name] - tested[name])) if np.isfinite(own[name]).any() else nan
        spread = model.percentile_interval(own[name], level=level)
        found[name] = Measure(
            apparent=value,
            optimism=optimism,
            corrected=value - optimism,
            interval=Interval(
                lower=max(spread.lower - optimism, 0.0),
                upper=min(spread.upper - optimism, 1.0),
                level=level,
                method=f"{spread.method}, shifted by the optimism",
                reason=spread.reason,
            ),
        )
    seeming = float(calibration_slopes(np.log(predicted / (1.0 - predicted))[None], response)[0])
    corrected = float(np.nanmean(slopes)) if np.isfinite(slopes).any() else nan
    found["calibration_slope"] = Measure(
        apparent=seeming,
        optimism=seeming - corrected,
        corrected=corrected,
        interval=model.percentile_interval(slopes, level=level),
    )
    return found


def _in_resamples(
    data: ModelData, model: ResampledModel
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], np.ndarray]:
    """Return what each resample's model is worth in its own patients and in all, and its slope in all; NaN without."""
    response, coefficients = data.response, model.drawn.coefficients
    own, tested = ({name: np.full(len(coefficients), nan) for name in ("c_statistic", "brier")} for _ in range(2))
    slopes = np.full(len(coefficients), nan)
    known = np.flatnonzero(~np.isnan(coefficients[:, 0]))
    together = max(1, PREDICTIONS // len(response))
    for first in range(0, known.size, together):
        within_time()
        these = known[first : first + together]
        counts = model.drawn.counts[these]
        predictors = coefficients[these] @ data.design.values.T
        with np.errstate(over="ignore"):
            probability = 1.0 / (1.0 + np.exp(-predictors))
        own["c_statistic"][these], tested["c_statistic"][these] = c_statistics(probability, response, counts)
        slopes[these] = calibration_slopes(predictors, response)
        distance = (probability - response) ** 2
        own["brier"][these] = (counts * distance).sum(axis=1) / counts.sum(axis=1)
        tested["brier"][these] = distance.mean(axis=1)
    return own, tested, slopes
