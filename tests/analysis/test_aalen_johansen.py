from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2dash.analysis.aalen_johansen import cumulative_incidence
from il2dash.analysis.kaplan_meier import kaplan_meier

PATIENTS = st.lists(st.tuples(st.integers(0, 8).map(float), st.integers(0, 2)), min_size=1, max_size=25)


def of(patients, *, event=1):
    time, status = (np.array(column) for column in zip(*patients, strict=True))
    return cumulative_incidence(time=time, event=status == event, competing=(status > 0) & (status != event))


def test_by_hand():
    curve = of([(1, 1), (2, 2), (3, 0), (4, 1), (5, 0)])
    assert curve.estimate.tolist() == pytest.approx([0, 1 / 5, 1 / 5, 1 / 5, 1 / 5 + 3 / 5 / 2, 1 / 2])
    assert curve.n_competing.tolist() == [0, 0, 1, 0, 0, 0]
    assert curve.n_risk.tolist() == [5, 5, 4, 3, 2, 1]
    # The variance written out as in the docstring, at week 4: F = 0.5, S before it 0.6.
    expected = 0.3**2 / (5 * 4) + 4 / 5**3 - 2 * 0.3 / 5**2
    expected += 0.3**2 / (4 * 3)
    expected += 0.6**2 * 1 / 2**3
    assert curve.standard_error[4] ** 2 == pytest.approx(expected)


def test_the_edges():
    curve = of([(1, 0), (2, 1), (3, 1)])
    assert np.isnan(curve.lower[:2]).all()
    assert np.isnan(curve.upper[:2]).all()
    assert (curve.estimate[-1], curve.lower[-1], curve.upper[-1]) == (1, 1, 1)
    nobody = cumulative_incidence(time=[], event=[], competing=[])
    assert nobody.n == 0
    assert np.isnan([nobody.estimate[0], nobody.standard_error[0], nobody.lower[0]]).all()


def test_against_statsmodels(compare):
    from statsmodels.duration.survfunc import CumIncidenceRight

    random = np.random.default_rng(3)
    # Those who are followed longest are censored: statsmodels has no standard error where everybody left has an event.
    time = np.append(random.integers(1, 15, 60), [20, 20]).astype(float)
    status = np.append(random.integers(0, 3, 60), [0, 0])
    theirs = CumIncidenceRight(time, status)
    ours = of(list(zip(time, status, strict=True))).at(theirs.times)
    check = compare.of("cumulative_incidence", "statsmodels.duration.survfunc.CumIncidenceRight", tolerance=1e-11)
    check(ours.estimate, theirs.cinc[0], "estimate", negligible=1e-13)
    check(ours.standard_error, theirs.cinc_se[0], "standard error", negligible=1e-13)


@settings(deadline=None, max_examples=60)
@given(patients=PATIENTS)
def test_both_incidences_and_survival_sum_to_1(patients):
    first, second = of(patients, event=1), of(patients, event=2)
    time, status = (np.array(column) for column in zip(*patients, strict=True))
    survival = kaplan_meier(time=time, event=status > 0)
    np.testing.assert_allclose(first.estimate + second.estimate + survival.estimate, 1, atol=1e-12)
    for curve in (first, second):
        assert (np.diff(curve.estimate) >= 0).all()
        known = ~np.isnan(curve.lower)
        assert (known == (curve.estimate > 0)).all()
        assert (curve.lower[known] <= curve.estimate[known] + 1e-12).all()
        assert (curve.estimate[known] <= curve.upper[known] + 1e-12).all()
    np.testing.assert_array_equal(of(patients[::-1]).lower, first.lower)


@settings(deadline=None, max_examples=40)
@given(patients=PATIENTS)
def test_without_a_competing_event_it_is_one_minus_kaplan_meier(patients):
    alone = [(time, min(status, 1)) for time, status in patients]
    curve = of(alone)
    time, status = (np.array(column) for column in zip(*alone, strict=True))
    survival = kaplan_meier(time=time, event=status > 0)
    np.testing.assert_allclose(curve.estimate, 1 - survival.estimate, atol=1e-12)
    left = survival.estimate > 0
    np.testing.assert_allclose(curve.standard_error[left], survival.standard_error[left], atol=1e-9)


@settings(deadline=None, max_examples=40)
@given(patients=PATIENTS)
def test_without_censoring_it_is_the_binomial_proportion(patients):
    certain = [(time, max(status, 1)) for time, status in patients]
    curve = of(certain)
    share = np.array([np.mean([time <= week and status == 1 for time, status in certain]) for week in curve.weeks])
    np.testing.assert_allclose(curve.estimate, share, atol=1e-12)
    np.testing.assert_allclose(curve.standard_error**2, share * (1 - share) / len(certain), atol=1e-9)
