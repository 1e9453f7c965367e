from __future__ import annotations

import numpy as np
import pytest

from il2dash.analysis.threshold_grid import threshold_grid
from il2dash.errors import SpecificationError


def test_steps_are_round_and_hold_the_protocol_s_threshold(twenty):
    for endpoint in ("high", "gain"):
        grid = threshold_grid(twenty, endpoint)
        own = twenty.definition.endpoint(endpoint).threshold
        assert own in grid
        assert (np.diff(grid) > 0).all()
        steps = np.diff(grid[grid != own])
        digits = steps.min() / 10.0 ** np.floor(np.log10(steps.min()))
        assert round(float(digits), 6) in (1, 2, 5)


def test_copies_are_offered_by_decades(twenty):
    grid = threshold_grid(twenty, "suppressed")
    digits = grid / 10.0 ** np.floor(np.log10(grid))
    assert set(np.round(digits, 6)) <= {1.0, 2.0, 5.0}
    assert twenty.definition.endpoint("suppressed").threshold in grid


def test_a_marker_without_values_has_steps_too(make_trial):
    grid = threshold_grid(make_trial([{"arm": "control"}, {"arm": "il2"}]), "high")
    assert grid.size > 10
    assert np.isfinite(grid).all()


def test_a_recorded_outcome_has_none(twenty):
    with pytest.raises(SpecificationError, match="no threshold to move"):
        threshold_grid(twenty, "well")
