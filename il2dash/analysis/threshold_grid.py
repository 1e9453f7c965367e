"""Which thresholds of an endpoint are worth looking at, from what its marker's values are."""

from __future__ import annotations

from math import ceil, floor, log10

import numpy as np

from il2dash.analysis.visit_values import displayed_scale, visit_values
from il2dash.errors import SpecificationError
from il2dash.study.trial import Trial

STEPS = 50
"""About so many over the data's range."""


def threshold_grid(trial: Trial, endpoint: str) -> np.ndarray:
    """Return thresholds in round steps over the data's range, the protocol's among them, ascending.

    Parameters
    ----------
    trial : Trial
        The trial; all its patients give the range, so that a filter doesn't move the steps.
    endpoint : str
        Id of an endpoint of a marker.

    Returns
    -------
    array, shape (thresholds,)
        In the unit of the endpoint's threshold.

    Raises
    ------
    SpecificationError
        Where the endpoint is a recorded one, which has no threshold.
    """
    chosen = trial.definition.endpoint(endpoint)
    if chosen.threshold is None:
        raise SpecificationError(f"Endpoint {chosen.id}: a recorded outcome has no threshold to move.")
    values = visit_values(trial, chosen.marker).values
    logarithmic = displayed_scale(trial, chosen.marker)[0]
    changes = chosen.rule in ("gain_at_least", "drop_at_least")
    if changes:
        shown = np.log10(values) if logarithmic else values
        values = (shown - shown[:, :1])[:, 1:] * (1 if chosen.rule == "gain_at_least" else -1)
    known = values[~np.isnan(values)]
    if logarithmic and not changes:
        decades = np.arange(floor(log10(max(known.min(initial=50.0), 1))), ceil(log10(known.max(initial=1e6))) + 1)
        grid = np.concatenate([digit * 10.0**decades for digit in (1, 2, 5)])
    else:
        highest = max(float(np.quantile(known, 0.98)) if known.size else 0.0, 1.5 * abs(chosen.threshold))
        step = _round_step(highest / STEPS)
        grid = np.arange(1, ceil(highest / step) + 1) * step
    return np.unique(np.append(np.round(grid, 9), chosen.threshold))


def _round_step(rough: float) -> float:
    power = 10.0 ** floor(log10(rough))
    return next(digit * power for digit in (1, 2, 5, 10) if digit * power >= rough)
