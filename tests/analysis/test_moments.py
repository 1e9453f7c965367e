from __future__ import annotations

from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from il2dash.analysis.moments import mean_and_sd


def test_by_hand():
    mean, sd = mean_and_sd(np.array([1.0, 2.0, 6.0]))
    assert mean == 3
    assert sd == pytest.approx(7**0.5)


def test_nobody_and_one():
    assert all(isnan(number) for number in mean_and_sd(np.array([])))
    mean, sd = mean_and_sd(np.array([4.5]))
    assert mean == 4.5
    assert isnan(sd)


@given(value=st.floats(-1e6, 1e6), count=st.integers(2, 40))
def test_equal_values_have_no_spread_at_all(value, count):
    assert mean_and_sd(np.full(count, value)) == (value, 0.0)
