"""Events over time: units of time, order of the rows, and poor data, for all of a category's results at once."""

from __future__ import annotations

from math import isnan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2dash.analysis.aalen_johansen import cumulative_incidence
from il2dash.analysis.event_rates import poisson_rate_interval, rate_ratio
from il2dash.analysis.event_results import event_results
from il2dash.analysis.hazard_ratio import hazard_ratio
from il2dash.analysis.kaplan_meier import kaplan_meier
from il2dash.analysis.logrank import logrank
from il2dash.analysis.mean_cumulative_count import mean_cumulative_count
from il2dash.analysis.population import whole_population

SHORT = settings(max_examples=25, deadline=None, derandomize=True)
WEEK = st.integers(0, 9)
TIMES = st.lists(st.tuples(WEEK, st.booleans(), st.booleans()), max_size=20)
PATIENTS = st.lists(
    st.fixed_dictionaries(
        {
            "arm": st.sampled_from(["control", "il2"]),
            "last": WEEK.map(float),
            "events": st.lists(
                st.tuples(st.sampled_from(["aids", "death"]), WEEK), max_size=3, unique_by=lambda e: e[0]
            ),
        }
    ),
    max_size=10,
)


@SHORT
@given(patients=TIMES, unit=st.sampled_from([1 / 7, 0.25, 365.25]))
def test_the_unit_of_time_does_not_matter(patients, unit):
    time, event, treated = (np.array([row[place] for row in patients]) for place in range(3))
    event, treated = event.astype(bool), treated.astype(bool)
    one, other = (hazard_ratio(time=time * by, event=event, is_treatment=treated) for by in (1.0, unit))
    assert (other.estimate, other.reason) == (pytest.approx(one.estimate, rel=1e-9, nan_ok=True), one.reason)
    one, other = (logrank(time=time * by, event=event, is_treatment=treated) for by in (1.0, unit))
    assert other.test.p == pytest.approx(one.test.p, rel=1e-9, nan_ok=True)
    one, other = (kaplan_meier(time=time * by, event=event) for by in (1.0, unit))
    np.testing.assert_allclose(other.estimate, one.estimate, rtol=1e-12)
    np.testing.assert_allclose(other.lower, one.lower, rtol=1e-9)
    np.testing.assert_allclose(other.weeks, one.weeks * unit)
    one, other = (cumulative_incidence(time=time * by, event=event, competing=treated & ~event) for by in (1.0, unit))
    np.testing.assert_allclose(other.upper, one.upper, rtol=1e-9)
    one, other = (
        mean_cumulative_count(
            end=time * by, died=treated, event_patient=np.flatnonzero(event), event_time=time[event] * by
        )
        for by in (1.0, unit)
    )
    np.testing.assert_allclose(other.upper, one.upper, rtol=1e-9)


@SHORT
@given(events=st.tuples(st.integers(0, 12), st.integers(0, 12)), unit=st.sampled_from([1 / 52, 12.0]))
def test_the_unit_of_person_time_scales_rates_and_not_their_ratio(events, unit):
    found = [
        rate_ratio(
            treatment_events=events[0], treatment_years=3 * by, reference_events=events[1], reference_years=5 * by
        )
        for by in (1.0, unit)
    ]
    (one, test), (other, again) = found
    for value, same in ((one.estimate, other.estimate), (one.interval.lower, other.interval.lower), (test.p, again.p)):
        assert same == pytest.approx(value, rel=1e-9, nan_ok=True)
    one, other = (poisson_rate_interval(events=events[0], person_years=3 * by) for by in (1.0, unit))
    assert other.upper * unit == pytest.approx(one.upper, rel=1e-12)


@SHORT
@given(patients=PATIENTS, category=st.sampled_from(["aids", "death"]))
def test_any_trial_has_numbers_or_reasons_whatever_the_order(make_trial, patients, category):
    found = event_results(whole_population(make_trial(patients)), category)
    backward = event_results(whole_population(make_trial(patients[::-1])), category)
    assert str(backward.rates) == str(found.rates)
    ratio, first, again = found.rates.rate_ratio, found.time_to_first, backward.time_to_first
    assert isnan(ratio.estimate) == bool(ratio.reason)
    assert ratio.reason or ratio.interval.lower <= ratio.estimate <= ratio.interval.upper
    for arm in found.rates.arms.values():
        assert arm.interval.reason or arm.interval.lower <= arm.rate <= arm.interval.upper
    if first is not None:
        assert isnan(first.logrank.p) == bool(first.logrank.reason)
        assert isnan(first.hazard_ratio.estimate) == bool(first.hazard_ratio.reason)
        assert again.logrank.p == pytest.approx(first.logrank.p, rel=1e-9, nan_ok=True)
        assert again.hazard_ratio.estimate == pytest.approx(first.hazard_ratio.estimate, rel=1e-8, nan_ok=True)
        for code, curve in first.arms.items():
            np.testing.assert_array_equal(again.arms[code].estimate, curve.estimate)
