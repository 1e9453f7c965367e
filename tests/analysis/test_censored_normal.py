from __future__ import annotations

from math import erfc, inf, isnan, log, nan, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2dash.analysis import censored_likelihood, collapsed_rows
from il2dash.analysis.censored_likelihood import CensoredValues
from il2dash.analysis.censored_normal import censored_normal

LIMIT = 1.7


def values_of(value, side) -> CensoredValues:
    return CensoredValues(value=np.array(value, dtype=float), side=np.array(side, dtype=int))


def fit(value, side, treated, baseline=None):
    return censored_normal(
        values_of(value, side),
        is_treatment=np.array(treated, dtype=bool),
        baseline=None if baseline is None else np.array(baseline, dtype=float),
    )


@pytest.fixture(scope="module")
def sample():
    rng = np.random.default_rng(7)
    treated = np.arange(56) % 2 == 0
    baseline = rng.normal(5, 0.6, 56)
    true = 2.6 + 0.5 * (baseline - 5) - 0.6 * treated + rng.normal(0, 1.1, 56)
    side = np.where(true < LIMIT, -1, np.where(true > 3.6, 1, 0))
    return np.clip(true, LIMIT, 3.6), side, treated, baseline


def plain_log_likelihood(parameters, value, side, design) -> float:
    """Write the likelihood as a textbook does, each kind of value by itself."""
    from scipy.stats import norm

    mean, sigma = design @ parameters[:-1], np.exp(parameters[-1])
    return float(
        norm.logpdf(value, mean, sigma)[side == 0].sum()
        + norm.logcdf(value, mean, sigma)[side < 0].sum()
        + norm.logsf(value, mean, sigma)[side > 0].sum()
    )


def largest(value, side, design, *, held: float | None = None):
    """Maximize that likelihood with scipy, the arm's coefficient held at a value where one is given."""
    from scipy.optimize import minimize

    def parameters(free):
        return free if held is None else np.insert(free, 1, held)

    start = np.zeros(design.shape[1] + (held is None))
    start[0] = value.mean()
    found = minimize(
        lambda free: -plain_log_likelihood(parameters(free), value, side, design), start, options={"gtol": 1e-8}
    )
    return parameters(found.x), -found.fun


@pytest.mark.parametrize("adjusted", [False, True])
def test_equals_an_independent_likelihood(sample, adjusted, compare):
    value, side, treated, baseline = sample
    design = np.column_stack([np.ones(56), treated, *([baseline - baseline.mean()] if adjusted else [])])
    expected, top = largest(value, side, design)
    found = fit(value, side, treated, baseline if adjusted else None)
    assert (found.n, found.below, found.above) == (56, (side < 0).sum(), (side > 0).sum())
    assert min(found.below, found.above) >= 2
    check = compare.of("censored_normal", "scipy.optimize.minimize", tolerance=1e-6, unit=1.0)
    check(found.difference.estimate, expected[1], "difference, absolute")
    means = [found.reference_mean.estimate, found.treatment_mean.estimate]
    check(means, [expected[0], expected[0] + expected[1]], "means, absolute")
    check(found.sigma, np.exp(expected[-1]), "standard deviation, absolute")
    for bound in (found.difference.interval.lower, found.difference.interval.upper):
        _, height = largest(value, side, design, held=bound)
        check(2 * (top - height), 1.959963984540054**2, "deviance at the bounds, absolute", tolerance=1e-5)
    _, height = largest(value, side, design, held=0.0)
    check(found.test.p, erfc(sqrt(top - height)), "p, absolute")


def test_without_censoring_it_is_least_squares(sample):
    import statsmodels.api as sm

    value, _, treated, baseline = sample
    ols = sm.OLS(value, np.column_stack([np.ones(56), treated, baseline])).fit()
    found = fit(value, np.zeros(56), treated, baseline)
    assert found.difference.estimate == pytest.approx(ols.params[1], rel=1e-9)
    assert found.sigma == pytest.approx(sqrt(ols.ssr / 56), rel=1e-9)
    # The profile of a normal likelihood has a closed form: n log(1 + t^2 / (n - 3)) is the deviance.
    t = (found.difference.interval.upper - ols.params[1]) / ols.bse[1]
    assert 56 * log(1 + t**2 / 53) == pytest.approx(1.959963984540054**2, rel=1e-6)


def test_two_measured_arms_without_baseline_are_the_means():
    found = fit([1, 2, 3, 5, 6, 10], [0] * 6, [0, 0, 0, 1, 1, 1])
    assert (found.reference_mean.estimate, found.treatment_mean.estimate) == (pytest.approx(2), pytest.approx(7))
    assert found.difference.estimate == pytest.approx(5)
    assert not found.adjusted


@given(
    st.lists(st.tuples(st.integers(0, 8), st.sampled_from([-1, 0, 0, 0, 1]), st.booleans()), max_size=9),
    st.sampled_from([1.0, 250.0]),
)
@settings(max_examples=40, deadline=None)
def test_any_values(patients, scale):
    value, side, treated = ([row[index] for row in patients] for index in range(3))
    found = fit(value, side, treated)
    interval = found.difference.interval
    if isnan(found.difference.estimate):
        assert found.difference.reason
    else:
        assert interval.lower <= found.difference.estimate <= interval.upper
        assert (interval.lower <= 0 <= interval.upper) == (found.test.p >= 0.05)
    swapped = fit([scale * entry for entry in value[::-1]], side[::-1], [not arm for arm in treated[::-1]])
    mirrored = swapped.difference
    assert isnan(mirrored.estimate) == isnan(found.difference.estimate)
    near = {"rel": 1e-5, "abs": 1e-5 * scale, "nan_ok": True}
    assert mirrored.estimate == pytest.approx(-scale * found.difference.estimate, **near)
    assert mirrored.interval.lower == pytest.approx(-scale * interval.upper, **near)
    assert swapped.test.p == pytest.approx(found.test.p, abs=1e-6, nan_ok=True)


def test_an_arm_beyond_the_limit_has_a_bound_on_one_side():
    found = fit([1, 1, 1, 2, 3, 4, 5], [-1, -1, -1, 0, 0, 0, 0], [1, 1, 1, 0, 0, 0, 0])
    interval = found.difference.interval
    assert isnan(found.difference.estimate)
    assert "every value of the treatment arm is beyond the limit" in found.difference.reason
    assert interval.lower == -inf
    assert -3 < interval.upper < 0
    assert found.test.p < 0.05
    assert isnan(found.treatment_mean.estimate)
    assert found.reference_mean.estimate == pytest.approx(3.5)
    from scipy.stats import norm

    # With the difference held, the hidden arm is the probability of its limits; the supremum is without it.
    def height(difference):
        value, treated = np.array([1, 1, 1, 2, 3, 4, 5.0]), np.array([1, 1, 1, 0, 0, 0, 0])
        design = np.column_stack([np.ones(7), treated])
        return largest(value, np.array([-1, -1, -1, 0, 0, 0, 0]), design, held=difference)[1]

    alone = norm.logpdf([2, 3, 4, 5], 3.5, sqrt(1.25)).sum()
    assert 2 * (alone - height(interval.upper)) == pytest.approx(1.959963984540054**2, abs=1e-5)


def test_two_measured_values_of_one_arm_and_the_other_below_its_limits_are_too_few():
    """Any two values lie on a line of the baseline: the likelihood grows without end as the spread shrinks."""
    value = [
        -2.415,
        -1.656,
        -0.431,
        -3.069,
        -2.0951347,
        -0.953,
        -2.349,
        -1.665,
        -1.10585067,
        -0.559,
        -1.446,
        -2.01712256,
    ]
    side = [-1, -1, -1, -1, 0, -1, -1, -1, -1, -1, -1, 0]
    treated = np.isin(np.arange(12), [4, 8, 10, 11])
    baseline = [4.114, 3.355, 2.13, 4.768, 4.57514164, 2.652, 4.048, 3.364, 2.80482068, 2.258, 3.145, 4.38633842]
    found = fit(value, side, treated, baseline)
    assert isnan(found.difference.estimate)
    assert "too few" in found.difference.reason
    assert "too few" in found.test.reason


@pytest.mark.parametrize(
    ("value", "side", "treated", "reason"),
    [
        ([], [], [], "neither arm has values"),
        ([nan, 1], [0, 0], [0, 1], "the reference arm has no values"),
        ([1, 1, 1], [-1, -1, -1], [0, 0, 1], "no value was measured"),
        ([1, 2], [0, 0], [0, 1], "too few"),
        ([3, 3, 3, 3], [0, 0, 0, 0], [0, 0, 1, 1], "too much alike"),
    ],
)
def test_what_cannot_be_estimated_is_told(value, side, treated, reason):
    found = fit(value, side, treated)
    assert reason in found.difference.reason
    assert reason in found.test.reason
    assert isnan(found.difference.estimate)
    assert isnan(found.difference.interval.upper)
    assert isnan(found.test.p)


@pytest.mark.parametrize("with_baseline", [False, True])
def test_many_patients_have_the_likelihood_of_their_few_rows(monkeypatch, with_baseline):
    rng = np.random.default_rng(11)
    treated = np.arange(400) % 2 == 0
    baseline = np.round(rng.normal(5, 0.6, 400), 1)
    true = 2.6 + 0.5 * (baseline - 5) - 0.6 * treated + rng.normal(0, 1.1, 400)
    side = np.where(true < LIMIT, -1, np.where(true > 3.6, 1, 0))
    asked = np.clip(true, LIMIT, 3.6), side, treated, baseline if with_baseline else None
    whole = fit(*asked)
    for module in (censored_likelihood, collapsed_rows):
        monkeypatch.setattr(module, "MANY_ROWS", 100)
    few = fit(*asked)
    assert (few.n, few.below, few.above, few.test.p) == (
        whole.n,
        whole.below,
        whole.above,
        pytest.approx(whole.test.p, rel=1e-9),
    )
    for name in ("difference", "treatment_mean", "reference_mean"):
        one, other = getattr(few, name), getattr(whole, name)
        assert one.estimate == pytest.approx(other.estimate, rel=1e-10)
        assert one.interval.lower == pytest.approx(other.interval.lower, rel=1e-9)
        assert one.interval.upper == pytest.approx(other.interval.upper, rel=1e-9)
