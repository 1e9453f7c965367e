from __future__ import annotations

from dataclasses import replace
from math import inf, isnan, log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2dash.analysis.event_rates import WEEKS_PER_YEAR, event_rates, poisson_rate_interval, rate_ratio
from il2dash.analysis.population import Filter, select_population, whole_population
from il2dash.errors import SpecificationError

AIDS_TWICE = (("aids", 3), ("aids", 9))


@pytest.fixture(scope="module")
def trial(make_trial):
    return make_trial(
        [
            {"arm": "control", "last": 52, "events": AIDS_TWICE},
            {"arm": "control", "last": 26, "events": (("aids", 20), ("death", 26))},
            {"arm": "control", "last": 52},
            {"arm": "il2", "last": 52, "events": (("aids", 1),)},
            {"arm": "il2", "last": 13},
        ]
    )


def test_counts_and_rates_by_hand(trial):
    found = event_rates(whole_population(trial), "aids")
    control, il2 = found.arms["control"], found.arms["il2"]
    assert (control.patients, control.total, control.events) == (2, 3, 3)
    assert control.person_years == pytest.approx(130 / WEEKS_PER_YEAR)
    assert control.rate == pytest.approx(3 / 130 * 365.25 / 7)
    assert (il2.patients, il2.events) == (1, 1)
    assert found.rate_ratio.estimate == pytest.approx((1 / 65) / (3 / 130))
    assert found.reason == ""
    assert event_rates(whole_population(trial), "death").arms["il2"].events == 0


def test_garwood_by_its_chi_square_form(compare):
    from scipy.stats import chi2

    for events in (1, 3, 40):
        interval = poisson_rate_interval(events=events, person_years=2.5)
        check = compare.of("event_rate", "scipy.stats.chi2", tolerance=1e-10)
        check(interval.lower, chi2.ppf(0.025, 2 * events) / 2 / 2.5, "bounds")
        check(interval.upper, chi2.ppf(0.975, 2 * events + 2) / 2 / 2.5, "bounds")
    none = poisson_rate_interval(events=0, person_years=2.5)
    assert (none.lower, none.upper) == (0, pytest.approx(-log(0.025) / 2.5))


def test_rate_ratio_at_equal_exposure_is_the_binomial_test():
    estimate, test = rate_ratio(treatment_events=2, treatment_years=10, reference_events=8, reference_years=10)
    assert estimate.estimate == 0.25
    assert test.p == pytest.approx(2 * (1 + 10 + 45) / 1024)
    # binom.test(2, 10): 0.02521073 to 0.5560955; the odds of each
    assert estimate.interval.lower == pytest.approx(0.02521073 / (1 - 0.02521073), rel=1e-6)
    assert estimate.interval.upper == pytest.approx(0.5560955 / (1 - 0.5560955), rel=1e-6)


@pytest.mark.parametrize(("treatment", "reference", "years"), [(181, 103, 1.12), (0, 4, 0.5), (3, 3, 1), (40, 2, 9)])
def test_p_is_scipy_s_binomial_test(compare, treatment, reference, years):
    from scipy.stats import binomtest

    _, test = rate_ratio(
        treatment_events=treatment, treatment_years=years, reference_events=reference, reference_years=1
    )
    expected = binomtest(treatment, treatment + reference, years / (years + 1)).pvalue
    compare.of("rate_ratio", "scipy.stats.binomtest", tolerance=1e-11)(test.p, expected, "p")


def test_no_event_in_one_arm_or_in_both():
    none, _ = rate_ratio(treatment_events=0, treatment_years=10, reference_events=4, reference_years=10)
    assert (none.estimate, none.interval.lower) == (0, 0)
    infinite, _ = rate_ratio(treatment_events=4, treatment_years=10, reference_events=0, reference_years=10)
    assert (infinite.estimate, infinite.interval.upper) == (inf, inf)
    assert infinite.interval.lower == pytest.approx(1 / none.interval.upper)
    nothing, test = rate_ratio(treatment_events=0, treatment_years=10, reference_events=0, reference_years=10)
    assert isnan(nothing.estimate)
    assert isnan(test.p)
    assert "no event in either arm" in nothing.reason == nothing.interval.reason == test.reason


def test_an_arm_with_nobody(trial):
    found = event_rates(select_population(trial, (Filter(variable="arm", values=("il2",)),)), "aids")
    control = found.arms["control"]
    assert (control.patients, control.total, control.events, control.person_years) == (0, 0, 0, 0)
    assert isnan(control.rate)
    assert control.interval.reason == "no follow-up time"
    assert isnan(found.rate_ratio.estimate)
    assert found.rate_ratio.reason == "an arm has no follow-up time"
    assert found.arms["il2"].rate > 0


def test_unknown_follow_up_is_a_failure_with_that_reason(make_trial):
    trial = make_trial([{"arm": "control", "last": 52}, {"arm": "il2", "events": AIDS_TWICE}])
    found = event_rates(whole_population(trial), "aids")
    assert found.reason == "the follow-up of 1 of 2 patients isn't known: they have no last contact"
    assert found.arms["il2"].events == 2
    assert all(isnan(arm.rate) and isnan(arm.person_years) for arm in found.arms.values())
    reasons = [arm.interval.reason for arm in found.arms.values()]
    reasons += [found.rate_ratio.reason, found.rate_ratio.interval.reason, found.test.reason]
    assert set(reasons) == {found.reason}


def test_no_table_of_events(make_trial):
    trial = make_trial([{"arm": "control", "last": 52}, {"arm": "il2", "last": 52}], events=False)
    with pytest.raises(SpecificationError, match=r"no table of events; add events\.csv"):
        event_rates(whole_population(trial), "aids")


@settings(deadline=None, max_examples=60)
@given(
    events=st.tuples(st.integers(0, 30), st.integers(0, 30)),
    years=st.tuples(st.floats(0.1, 300), st.floats(0.1, 300)),
)
def test_swapping_inverts_and_intervals_hold(events, years):
    one, test = rate_ratio(
        treatment_events=events[0], treatment_years=years[0], reference_events=events[1], reference_years=years[1]
    )
    two, swapped = rate_ratio(
        treatment_events=events[1], treatment_years=years[1], reference_events=events[0], reference_years=years[0]
    )
    assert swapped.p == pytest.approx(test.p, rel=1e-9, nan_ok=True)
    if sum(events):
        assert one.interval.lower <= one.estimate <= one.interval.upper
        pairs = (
            (one.estimate, two.estimate),
            (one.interval.lower, two.interval.upper),
            (one.interval.upper, two.interval.lower),
        )
        for value, other in pairs:
            assert other == pytest.approx(inf if value == 0 else 1 / value, rel=1e-9)
    interval = poisson_rate_interval(events=events[0], person_years=years[0])
    assert interval.lower <= events[0] / years[0] <= interval.upper


def test_row_order_and_the_other_reference(trial):
    shuffled = replace(
        trial,
        subjects=trial.subjects.iloc[::-1].reset_index(drop=True),
        events=trial.events.iloc[::-1].reset_index(drop=True),
    )
    found = event_rates(whole_population(trial), "aids")
    # By their words: from Python 3.13 on, results with NaN in them aren't equal to themselves.
    assert repr(event_rates(whole_population(shuffled), "aids")) == repr(found)
    definition = replace(trial.definition, arms=replace(trial.definition.arms, reference="il2"))
    mirrored = event_rates(whole_population(replace(trial, definition=definition)), "aids")
    assert mirrored.arms == found.arms
    assert mirrored.rate_ratio.estimate == pytest.approx(1 / found.rate_ratio.estimate)
