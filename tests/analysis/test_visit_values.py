from __future__ import annotations

import numpy as np
import pytest

from il2dash.analysis.visit_values import displayed_scale, visit_index, visit_values
from il2dash.errors import SpecificationError


@pytest.fixture(scope="module")
def trial(make_trial):
    return make_trial(
        [
            {"arm": "control", "rna": [">750000", 400, "<50"], "cd4": [10]},
            {"arm": "il2"},
            {"arm": "il2", "rna": [None, 1000, None]},
        ]
    )


def test_patients_by_visits(trial):
    source = visit_values(trial, "rna")
    np.testing.assert_array_equal(source.weeks, [0, 6, 12])
    nan = np.nan
    np.testing.assert_array_equal(source.values, [[750000, 400, 50], [nan] * 3, [nan, 1000, nan]])
    np.testing.assert_array_equal(source.below, [[False, False, True], [False] * 3, [False] * 3])
    np.testing.assert_array_equal(source.above, [[True, False, False], [False] * 3, [False] * 3])
    bounds = [source.bounds(visit) for visit in range(3)]
    assert [least[0] for least, _ in bounds] == [750000, 400, 0]
    assert [greatest[0] for _, greatest in bounds] == [np.inf, 400, 50]
    assert source.visit(12) == 2


def test_unscheduled_values_stand_for_no_visit(trial, make_trial):
    measurements = trial.measurements.copy()
    measurements.loc[measurements["week"] == 6, "visit_week"] = np.nan
    made = make_trial([{"arm": "control"}, {"arm": "il2"}, {"arm": "il2"}])
    object.__setattr__(made, "measurements", measurements)
    assert np.isnan(visit_values(made, "rna").values[:, 1]).all()


def test_no_visits_at_all(make_trial):
    source = visit_values(make_trial([{"arm": "control"}, {"arm": "il2"}]), "cd4")
    assert source.values.shape == (2, 3)
    assert np.isnan(source.values).all()


def test_unknown_marker_and_week(trial):
    with pytest.raises(SpecificationError, match="it has cd4, rna"):
        visit_values(trial, "cd8")
    with pytest.raises(SpecificationError, match="Week 7 isn't a planned visit; the planned weeks are 0, 6, 12"):
        visit_values(trial, "cd4").visit(7)
    with pytest.raises(SpecificationError, match="the planned weeks are none"):
        visit_index(np.array([]), 7)


def test_scale_that_is_shown(trial):
    assert displayed_scale(trial, "cd4") == (False, "cells/uL")
    assert displayed_scale(trial, "rna") == (True, "log10 copies/mL")
