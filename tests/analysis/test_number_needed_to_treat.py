from __future__ import annotations

from math import inf, isnan, nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2dash.analysis.estimate import Estimate, Interval
from il2dash.analysis.number_needed_to_treat import PatientsNeeded, number_needed_to_treat
from il2dash.analysis.risk_difference import newcombe
from il2dash.analysis.two_by_two import ArmCount, TwoByTwo

arms = st.integers(1, 12).flatmap(
    lambda total: st.builds(ArmCount, responders=st.integers(0, total), total=st.just(total))
)


def difference_of(lower: float, estimate: float, upper: float) -> Estimate:
    return Estimate(estimate=estimate, interval=Interval(lower=lower, upper=upper, level=0.95, method="newcombe"))


def test_a_benefit_whose_interval_excludes_0() -> None:
    # Altman 1998: a difference of 0.125 to 0.5 is 2 to 8 patients.
    needed = number_needed_to_treat(difference_of(0.125, 0.25, 0.5))
    assert (needed.estimate, needed.direction) == (4, "benefit")
    assert needed.benefit == PatientsNeeded(lower=2, upper=8)
    assert needed.harm is None
    assert not needed.crosses_infinity
    assert (needed.level, needed.method, needed.reason) == (0.95, "newcombe", "")


def test_a_harm_whose_interval_excludes_0() -> None:
    needed = number_needed_to_treat(difference_of(-0.5, -0.25, -0.125))
    assert (needed.estimate, needed.direction) == (4, "harm")
    assert needed.harm == PatientsNeeded(lower=2, upper=8)
    assert needed.benefit is None


def test_an_interval_across_0_goes_from_benefit_through_infinity_to_harm() -> None:
    # Altman 1998: a difference of -0.05 (-0.25 to 0.125) is one harmed in 20, from 8 for a benefit to 4 for a harm.
    needed = number_needed_to_treat(difference_of(-0.25, -0.05, 0.125))
    assert (needed.estimate, needed.direction) == (20, "harm")
    assert needed.benefit == PatientsNeeded(lower=8, upper=inf)
    assert needed.harm == PatientsNeeded(lower=4, upper=inf)
    assert needed.crosses_infinity


def test_no_difference_needs_infinitely_many() -> None:
    needed = number_needed_to_treat(difference_of(-0.25, 0, 0.25))
    assert (needed.estimate, needed.direction) == (inf, "none")
    assert needed.crosses_infinity


def test_an_interval_that_touches_0_has_one_side() -> None:
    needed = number_needed_to_treat(difference_of(0, 0.25, 0.5))
    assert needed.benefit == PatientsNeeded(lower=2, upper=inf)
    assert needed.harm is None


def test_no_difference_to_start_from() -> None:
    empty = TwoByTwo(treatment=ArmCount(responders=0, total=0), reference=ArmCount(responders=1, total=2))
    needed = number_needed_to_treat(newcombe(empty))
    assert isnan(needed.estimate)
    assert (needed.direction, needed.benefit, needed.harm) == ("none", None, None)
    assert needed.reason == "The treatment arm has no patients."


def test_an_estimate_without_interval_keeps_its_reason() -> None:
    lonely = Estimate(
        estimate=0.5, interval=Interval(lower=nan, upper=nan, level=0.95, method="newcombe", reason="Too few patients.")
    )
    needed = number_needed_to_treat(lonely)
    assert (needed.estimate, needed.benefit, needed.harm) == (2, None, None)
    assert needed.reason == "Too few patients."


@settings(deadline=None)
@given(table=st.builds(TwoByTwo, treatment=arms, reference=arms))
def test_swapping_the_arms_swaps_benefit_and_harm(table: TwoByTwo) -> None:
    needed, swapped = number_needed_to_treat(newcombe(table)), number_needed_to_treat(newcombe(table.swapped))
    assert swapped.estimate == pytest.approx(needed.estimate)
    for ours, theirs in ((needed.benefit, swapped.harm), (needed.harm, swapped.benefit)):
        assert (ours is None) == (theirs is None)
        if ours is not None and theirs is not None:
            assert (ours.lower, ours.upper) == pytest.approx((theirs.lower, theirs.upper), rel=1e-9)
            assert 1 <= ours.lower <= ours.upper
    side = {"benefit": needed.benefit, "harm": needed.harm}.get(needed.direction)
    if side is not None:
        assert side.lower <= needed.estimate <= side.upper
