from __future__ import annotations

from math import exp, log, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2dash.analysis.event_curve import counts_by_time
from il2dash.analysis.kaplan_meier import kaplan_meier

PATIENTS = st.lists(st.tuples(st.integers(0, 8).map(float), st.booleans()), min_size=1, max_size=25)


def test_by_hand():
    curve = kaplan_meier(time=[2, 2, 3, 3, 5], event=[True, False, True, True, False])
    assert curve.weeks.tolist() == [0, 2, 3, 5]
    assert curve.n_risk.tolist() == [5, 5, 3, 1]
    assert curve.n_events.tolist() == [0, 1, 2, 0]
    assert curve.n_censored.tolist() == [0, 1, 0, 1]
    assert curve.estimate.tolist() == pytest.approx([1, 4 / 5, 4 / 15, 4 / 15])
    greenwood = 1 / 20 + 2 / 3
    assert curve.standard_error[2] == pytest.approx(4 / 15 * sqrt(greenwood))
    half = 1.959963984540054 * sqrt(greenwood) / log(4 / 15)
    assert curve.lower[2] == pytest.approx((4 / 15) ** exp(-half))
    assert curve.upper[2] == pytest.approx((4 / 15) ** exp(half))


def test_the_edges_are_r_s():
    """As survfit with conf.type = "log-log": 1 to 1 before the first event, none once nobody is left."""
    curve = kaplan_meier(time=[1, 2, 3], event=[False, True, True])
    assert (curve.lower[1], curve.upper[1]) == (1, 1)
    assert curve.estimate[-1] == 0
    assert np.isnan([curve.lower[-1], curve.upper[-1], curve.standard_error[-1]]).all()


def test_an_event_at_week_0_and_everybody_censored_there():
    at_once = kaplan_meier(time=[0, 0, 4], event=[True, False, False])
    assert at_once.weeks.tolist() == [0, 4]
    assert at_once.n_risk.tolist() == [3, 1]
    assert at_once.estimate.tolist() == pytest.approx([2 / 3, 2 / 3])
    gone = kaplan_meier(time=[0, 0], event=[False, False])
    assert (gone.weeks.tolist(), gone.n_risk.tolist(), gone.estimate.tolist()) == ([0], [2], [1])


def test_an_event_comes_before_an_end_of_follow_up_in_the_same_week():
    assert kaplan_meier(time=[3, 3], event=[True, False]).estimate[-1] == 0.5


def test_nobody():
    curve = kaplan_meier(time=[], event=[])
    assert (curve.n, curve.weeks.tolist(), curve.n_risk.tolist(), curve.events) == (0, [0], [0], 0)
    assert np.isnan(curve.estimate).all()
    assert np.isnan(curve.lower).all()
    assert np.isnan(curve.at([0, 5]).estimate).all()


def test_values_at_other_weeks():
    curve = kaplan_meier(time=[2, 3, 5], event=[True, True, False])
    there = curve.at([0, 2, 2.5, 4, 5, 6])
    assert there.estimate.tolist()[:5] == pytest.approx([1, 2 / 3, 2 / 3, 1 / 3, 1 / 3])
    assert np.isnan(there.estimate[5])
    assert there.n_risk.tolist() == [3, 3, 2, 1, 1, 0]
    assert there.n_events.tolist() == [0, 1, 0, 0, 0, 0]
    rows = curve.with_weeks([0, 2.5, 52])
    assert rows.weeks.tolist() == [0, 2, 2.5, 3, 5]
    assert rows.n_censored.tolist() == [0, 0, 0, 0, 1]


def test_where_everybody_had_the_event_the_curve_holds_on():
    curve = kaplan_meier(time=[2, 3], event=[True, True])
    assert curve.at([3, 50]).estimate.tolist() == [0, 0]
    assert curve.share_observed([1, 50]).tolist() == [1, 1]
    leaving = kaplan_meier(time=[2, 3, 9], event=[False, False, True])
    assert leaving.share_observed([2, 2.5, 9]).tolist() == pytest.approx([1, 2 / 3, 1 / 3])


@settings(deadline=None, max_examples=60)
@given(patients=PATIENTS, level=st.sampled_from((0.8, 0.95)))
def test_survival_is_within_its_interval_and_falls(patients, level):
    time, event = zip(*patients, strict=True)
    curve = kaplan_meier(time=time, event=event, level=level)
    assert (np.diff(curve.estimate) <= 0).all()
    known = ~np.isnan(curve.lower)
    assert (known == (curve.estimate > 0)).all()
    assert (curve.lower[known] <= curve.estimate[known] + 1e-12).all()
    assert (curve.estimate[known] <= curve.upper[known] + 1e-12).all()
    assert ((curve.lower[known] >= 0) & (curve.upper[known] <= 1)).all()
    backward = kaplan_meier(time=time[::-1], event=event[::-1], level=level)
    np.testing.assert_array_equal(backward.estimate, curve.estimate)
    np.testing.assert_array_equal(backward.upper, curve.upper)


@settings(deadline=None, max_examples=40)
@given(times=st.lists(st.integers(0, 9), min_size=1, max_size=30))
def test_without_censoring_it_is_the_proportion_still_free(times):
    curve = kaplan_meier(time=times, event=[True] * len(times))
    free = [np.mean(np.array(times) > week) for week in curve.weeks]
    np.testing.assert_allclose(curve.estimate, free, atol=1e-12)
    inside = (curve.estimate > 0) & (curve.estimate < 1)
    binomial = np.sqrt(curve.estimate * (1 - curve.estimate) / len(times))
    np.testing.assert_allclose(curve.standard_error[inside], binomial[inside], rtol=1e-9)


@settings(deadline=None, max_examples=40)
@given(patients=PATIENTS)
def test_counts_add_up(patients):
    time, event = zip(*patients, strict=True)
    counts = counts_by_time(time=time, event=event)
    leaving = counts.n_events + counts.n_competing + counts.n_censored
    assert leaving.sum() == len(patients)
    np.testing.assert_array_equal(counts.n_risk[1:], counts.n_risk[:-1] - leaving[:-1])
    assert counts.weeks[0] == 0
