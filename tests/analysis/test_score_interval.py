from __future__ import annotations

from math import tanh

import pytest

from il2dash.analysis.score_interval import crossing, normal_quantile, tail_probability


def test_the_quantile_of_a_level() -> None:
    # qnorm(0.975) of R.
    assert normal_quantile(0.95) == pytest.approx(1.959963984540054, rel=1e-14)
    assert tail_probability(0.95) == pytest.approx(0.025, rel=1e-12)


@pytest.mark.parametrize("root", [-40.0, -0.3, 0.0, 1e-9, 0.5, 17.0])
def test_a_crossing_is_found_on_either_side(root: float) -> None:
    assert crossing(lambda x: root - x) == pytest.approx(root, abs=1e-12)
    assert crossing(lambda x: -tanh((x - root) / 20)) == pytest.approx(root, abs=1e-11)


def test_a_function_that_never_crosses_gives_the_far_end() -> None:
    assert crossing(lambda x: 1.0) > 30
    assert crossing(lambda x: -1.0) < -30
