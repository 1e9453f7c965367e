from __future__ import annotations

from collections.abc import Callable
from math import isnan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta

from il2dash.analysis.estimate import Interval
from il2dash.analysis.proportion import clopper_pearson, jeffreys, wilson, wilson_bounds
from il2dash.analysis.two_by_two import ArmCount

METHODS = [wilson, clopper_pearson, jeffreys]

arms = st.integers(1, 60).flatmap(
    lambda total: st.builds(ArmCount, responders=st.integers(0, total), total=st.just(total))
)


@pytest.mark.parametrize("method", METHODS)
@settings(deadline=None)
@given(arm=arms)
def test_the_interval_holds_its_proportion_and_mirrors(method: Callable[..., Interval], arm: ArmCount) -> None:
    interval = method(arm)
    assert 0 <= interval.lower <= arm.proportion <= interval.upper <= 1
    mirrored = method(ArmCount(responders=arm.total - arm.responders, total=arm.total))
    assert (mirrored.lower, mirrored.upper) == pytest.approx((1 - interval.upper, 1 - interval.lower), abs=1e-12)


@pytest.mark.parametrize("method", METHODS)
@settings(deadline=None)
@given(arm=arms)
def test_more_confidence_is_wider_and_more_patients_narrower(method: Callable[..., Interval], arm: ArmCount) -> None:
    narrow, wide = method(arm, level=0.8), method(arm, level=0.99)
    assert wide.lower <= narrow.lower
    assert narrow.upper <= wide.upper
    fourfold = method(ArmCount(responders=4 * arm.responders, total=4 * arm.total), level=0.8)
    assert fourfold.upper - fourfold.lower < narrow.upper - narrow.lower
    assert (narrow.level, wide.level) == (0.8, 0.99)


@pytest.mark.parametrize("method", METHODS)
def test_no_and_all_responders_reach_the_end_exactly(method: Callable[..., Interval]) -> None:
    assert method(ArmCount(responders=0, total=7)).lower == 0
    assert method(ArmCount(responders=7, total=7)).upper == 1


@pytest.mark.parametrize("method", METHODS)
def test_an_empty_arm_has_no_interval_but_a_reason(method: Callable[..., Interval]) -> None:
    interval = method(ArmCount(responders=0, total=0))
    assert isnan(interval.lower)
    assert isnan(interval.upper)
    assert interval.reason == "The arm has no patients."


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("level", [0, 1, 95, -0.5, float("nan")])
def test_a_level_must_be_a_probability(method: Callable[..., Interval], level: float) -> None:
    with pytest.raises(ValueError, match=r"level must be between 0 and 1; got .* Write 0\.95"):
        method(ArmCount(responders=1, total=2), level=level)


def test_the_exact_and_the_jeffreys_interval_are_beta_quantiles_at_any_level() -> None:
    arm = ArmCount(responders=3, total=11)
    exact, posterior = clopper_pearson(arm, level=0.9), jeffreys(arm, level=0.9)
    assert (exact.lower, exact.upper) == pytest.approx((beta.ppf(0.05, 3, 9), beta.ppf(0.95, 4, 8)), rel=1e-10)
    assert (posterior.lower, posterior.upper) == pytest.approx(beta.ppf([0.05, 0.95], 3.5, 8.5), rel=1e-10)


def test_many_at_once_are_the_same_as_one_by_one() -> None:
    total = np.array([[5, 0, 9]])
    responders = np.array([[0], [5]]) * (total > 0)
    lower, upper = wilson_bounds(responders=responders, total=total, level=0.9)
    assert lower.shape == upper.shape == (2, 3)
    for place in np.ndindex(lower.shape):
        arm = ArmCount(responders=int(responders[place]), total=int(np.broadcast_to(total, (2, 3))[place]))
        interval = wilson(arm, level=0.9)
        assert (lower[place], upper[place]) == pytest.approx((interval.lower, interval.upper), nan_ok=True)
