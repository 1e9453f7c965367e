from __future__ import annotations

from math import isnan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2dash.analysis.logrank import logrank

PATIENTS = st.lists(st.tuples(st.integers(0, 6).map(float), st.booleans(), st.booleans()), max_size=24)


def test_by_hand():
    """Week 2: 1 of 4 at risk, treatment 2 of 4; week 3: 1 of 2 at risk, treatment 1 of 2."""
    found = logrank(time=[2, 2, 3, 4], event=[True, False, True, False], is_treatment=[True, False, False, True])
    assert (found.observed_treatment, found.observed_reference) == (1, 1)
    assert (found.expected_treatment, found.expected_reference) == (1, 1)
    assert found.test.statistic == 0
    assert found.test.p == 1
    other = logrank(time=[1, 2, 3, 4], event=[True, True, False, False], is_treatment=[True, True, False, False])
    expected = 2 / 4 + 1 / 3
    variance = 1 / 4 + 2 / 9
    assert other.expected_treatment == pytest.approx(expected)
    assert other.test.statistic == pytest.approx((2 - expected) ** 2 / variance)


@pytest.mark.parametrize(
    ("time", "event", "is_treatment", "reason"),
    [
        ([], [], [], "an arm has no patients"),
        ([1, 2], [True, True], [True, True], "an arm has no patients"),
        ([0, 0], [False, False], [True, False], "no event in either arm"),
        ([5, 3], [True, False], [True, False], "whenever there was an event, one arm had nobody left at risk"),
        ([2, 2], [True, True], [True, False], "everybody who was left had the event at once"),
    ],
)
def test_a_failure_has_a_reason(time, event, is_treatment, reason):
    found = logrank(time=time, event=event, is_treatment=is_treatment)
    assert isnan(found.test.p)
    assert isnan(found.test.statistic)
    assert isnan(found.expected_treatment)
    assert found.test.reason == reason


@settings(deadline=None, max_examples=60)
@given(patients=PATIENTS)
def test_swapping_the_arms_and_the_rows_changes_nothing(patients):
    time, event, treated = (np.array(column) for column in zip(*patients, strict=True)) if patients else ([], [], [])
    found = logrank(time=time, event=event, is_treatment=treated)
    swapped = logrank(time=time, event=event, is_treatment=~np.asarray(treated, dtype=bool))
    assert swapped.test.p == pytest.approx(found.test.p, rel=1e-9, abs=1e-12, nan_ok=True)
    assert swapped.expected_reference == pytest.approx(found.expected_treatment, nan_ok=True)
    assert swapped.observed_reference == found.observed_treatment
    backward = logrank(time=time[::-1], event=event[::-1], is_treatment=treated[::-1])
    assert backward.test.statistic == pytest.approx(found.test.statistic, rel=1e-12, abs=1e-12, nan_ok=True)
    assert isnan(found.test.p) == bool(found.test.reason)


def test_against_statsmodels():
    from statsmodels.duration.survfunc import survdiff

    random = np.random.default_rng(7)
    time, event = random.integers(0, 12, 80).astype(float), random.random(80) < 0.6
    treated = random.random(80) < 0.4
    statistic, p = survdiff(time, event, treated)
    found = logrank(time=time, event=event, is_treatment=treated)
    assert (found.test.statistic, found.test.p) == (pytest.approx(statistic), pytest.approx(p))
