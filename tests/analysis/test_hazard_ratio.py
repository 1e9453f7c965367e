from __future__ import annotations

from math import isnan, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2dash.analysis.hazard_ratio import hazard_ratio

PATIENTS = st.lists(st.tuples(st.integers(0, 6).map(float), st.booleans(), st.booleans()), max_size=24)


def test_against_statsmodels():
    from statsmodels.duration.hazard_regression import PHReg

    random = np.random.default_rng(11)
    time, event = random.integers(1, 9, 70).astype(float), random.random(70) < 0.7
    treated = random.random(70) < 0.5
    fit = PHReg(time, treated.astype(float)[:, None], status=event, ties="efron").fit()
    found = hazard_ratio(time=time, event=event, is_treatment=treated)
    assert log(found.estimate) == pytest.approx(fit.params[0], rel=1e-6)
    assert log(found.interval.upper / found.interval.lower) == pytest.approx(2 * 1.959964 * fit.bse[0], rel=1e-6)


@pytest.mark.parametrize(
    ("time", "event", "is_treatment", "reason"),
    [
        ([], [], [], "an arm has no patients"),
        ([0, 0], [False, False], [True, False], "no event in either arm"),
        ([1, 2], [True, False], [True, False], "the reference arm has no event while the other is at risk"),
        ([1, 2], [True, False], [False, True], "the treatment arm has no event while the other is at risk"),
        ([1, 2], [True, True], [True, False], "the reference arm has no event while the other is at risk"),
    ],
)
def test_a_failure_has_a_reason(time, event, is_treatment, reason):
    found = hazard_ratio(time=time, event=event, is_treatment=is_treatment)
    assert isnan(found.estimate)
    assert isnan(found.interval.lower)
    assert found.reason.startswith(reason)
    assert found.interval.reason == found.reason


@settings(deadline=None, max_examples=60)
@given(patients=PATIENTS)
def test_swapping_the_arms_inverts_it(patients):
    time, event, treated = (np.array(column) for column in zip(*patients, strict=True)) if patients else ([], [], [])
    found = hazard_ratio(time=time, event=event, is_treatment=treated)
    swapped = hazard_ratio(time=time, event=event, is_treatment=~np.asarray(treated, dtype=bool))
    assert isnan(found.estimate) == isnan(swapped.estimate) == bool(found.reason)
    if not found.reason:
        assert swapped.estimate == pytest.approx(1 / found.estimate, rel=1e-8)
        assert swapped.interval.lower == pytest.approx(1 / found.interval.upper, rel=1e-8)
        assert found.interval.lower < found.estimate < found.interval.upper
        backward = hazard_ratio(time=time[::-1], event=event[::-1], is_treatment=treated[::-1])
        assert backward.estimate == pytest.approx(found.estimate, rel=1e-10)
