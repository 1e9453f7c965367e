from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2dash.analysis.aalen_johansen import cumulative_incidence
from il2dash.analysis.mean_cumulative_count import mean_cumulative_count

PATIENTS = st.lists(
    st.tuples(st.integers(0, 6), st.booleans(), st.lists(st.integers(0, 6), max_size=3)), min_size=1, max_size=10
)


def of(patients, **options):
    """Estimate from (end, died, weeks of events); events after the end are brought forward to it."""
    pairs = [(number, min(week, end)) for number, (end, _, weeks) in enumerate(patients) for week in weeks]
    return mean_cumulative_count(
        end=[end for end, _, _ in patients],
        died=[died for _, died, _ in patients],
        event_patient=[number for number, _ in pairs],
        event_time=[week for _, week in pairs],
        **options,
    )


def weighted_mean(patients, weights, week):
    """Return the estimate with a weight a patient, straight from its definition."""
    total, alive = 0.0, 1.0
    for moment in range(int(week) + 1):
        at_risk = sum(w for w, (end, _, _) in zip(weights, patients, strict=True) if end >= moment)
        if not at_risk:
            break
        events = sum(
            w * sum(min(event, end) == moment for event in weeks)
            for w, (end, _, weeks) in zip(weights, patients, strict=True)
        )
        deaths = sum(w for w, (end, died, _) in zip(weights, patients, strict=True) if died and end == moment)
        total += alive * events / at_risk
        alive *= 1 - deaths / at_risk
    return total


def test_by_hand():
    curve = of([(4, False, [1, 2]), (3, True, [3]), (5, False, []), (2, False, [2])])
    assert curve.weeks.tolist() == [0, 1, 2, 3, 4, 5]
    assert curve.n_risk.tolist() == [4, 4, 4, 3, 2, 1]
    assert curve.n_events.tolist() == [0, 1, 2, 1, 0, 0]
    assert curve.n_competing.tolist() == [0, 0, 0, 1, 0, 0]
    assert curve.n_censored.tolist() == [0, 0, 1, 0, 1, 1]
    # In week 3 an event and a death: the event counts, the death ends what follows.
    assert curve.estimate.tolist() == pytest.approx([0, 1 / 4, 3 / 4, 3 / 4 + 1 / 3, 13 / 12, 13 / 12])
    after_death = of([(4, False, [1, 4]), (3, True, [])])
    assert after_death.estimate[-1] == pytest.approx(1 / 2 + 1 / 2 * 1 / 1)


def test_without_censoring_and_deaths_it_is_the_mean_and_its_standard_error(compare):
    curve = of([(9, False, [1, 2, 5]), (9, False, []), (9, False, [3]), (9, False, [4])])
    counts = np.array([3, 0, 1, 1])
    check = compare.of("mean_cumulative_count", "mean of the counts, nobody leaving", tolerance=1e-12)
    check(curve.estimate[-1], counts.mean(), "estimate")
    check(curve.standard_error[-1], counts.std() / np.sqrt(4), "standard error")
    factor = np.exp(1.959963984540054 * curve.standard_error[-1] / counts.mean())
    assert (curve.lower[-1], curve.upper[-1]) == (
        pytest.approx(counts.mean() / factor),
        pytest.approx(counts.mean() * factor),
    )


@settings(deadline=None, max_examples=25)
@given(patients=PATIENTS)
def test_the_variance_is_of_the_derivatives_by_the_patients_weights(patients):
    curve = of(patients)
    step = 1e-6
    for place, week in enumerate(curve.weeks):
        derivatives = []
        for number in range(len(patients)):
            weights = np.ones(len(patients))
            weights[number] += step
            above = weighted_mean(patients, weights, week)
            weights[number] -= 2 * step
            derivatives.append((above - weighted_mean(patients, weights, week)) / (2 * step))
        assert curve.estimate[place] == pytest.approx(weighted_mean(patients, np.ones(len(patients)), week))
        assert curve.standard_error[place] == pytest.approx(np.sqrt(np.sum(np.square(derivatives))), abs=1e-6)


@settings(deadline=None, max_examples=40)
@given(patients=PATIENTS)
def test_it_rises_within_its_interval_whatever_the_order(patients):
    curve = of(patients)
    assert (np.diff(curve.estimate) >= 0).all()
    known = curve.estimate > 0
    assert (~np.isnan(curve.lower) == known).all()
    assert (curve.lower[known] <= curve.estimate[known] + 1e-12).all()
    assert (curve.estimate[known] <= curve.upper[known] + 1e-12).all()
    np.testing.assert_allclose(of(patients[::-1]).standard_error, curve.standard_error, atol=1e-12)


@settings(deadline=None, max_examples=40)
@given(ends=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 2)), min_size=1, max_size=15))
def test_of_an_event_that_ends_the_follow_up_it_is_the_cumulative_incidence(ends):
    """An event that is fatal itself: death and event in one week, so the mean number is the proportion with one."""
    status = np.array([status for _, status in ends])
    count = of([(end, status > 0, [end] if status == 1 else []) for end, status in ends])
    time = [end for end, _ in ends]
    share = cumulative_incidence(time=time, event=status == 1, competing=status == 2)
    np.testing.assert_allclose(count.estimate, share.estimate, atol=1e-12)


def test_nobody_no_events_and_a_late_event():
    nobody = mean_cumulative_count(end=[], died=[], event_patient=[], event_time=[])
    assert (nobody.n, nobody.weeks.tolist()) == (0, [0])
    assert np.isnan([nobody.estimate[0], nobody.standard_error[0], nobody.lower[0]]).all()
    quiet = of([(3, False, []), (4, True, [])])
    assert quiet.estimate.tolist() == [0, 0, 0]
    assert np.isnan(quiet.lower).all()
    with pytest.raises(ValueError, match="1 of 2 are"):
        mean_cumulative_count(end=[5], died=[False], event_patient=[0, 0], event_time=[5, 6])
