"""A measure of how well a model predicts, as it seems and corrected for optimism."""

from __future__ import annotations

from dataclasses import dataclass

from il2dash.analysis.estimate import Interval

MEASURES = ("c_statistic", "brier", "calibration_slope")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A measure in the patients that the model was fitted to, and what it would be in others like them.

    `corrected` is `apparent` less `optimism`, the mean over the resamples of what a resample's model seems worth in
    its own patients less what it is worth in all of them. The interval belongs to `corrected`.
    """

    apparent: float
    optimism: float
    corrected: float
    interval: Interval
