"""What must hold of every Firth fit, whatever the data: found by hypothesis, separated data included."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from il2dash.analysis import firth

EVERY = settings(max_examples=80, deadline=None, derandomize=True)


@dataclass(frozen=True)
class Data:
    design: np.ndarray
    outcome: np.ndarray

    @property
    def fit(self) -> firth.FirthFit:
        return firth.fit(self.design, self.outcome)


@st.composite
def data(draw: st.DrawFn) -> Data:
    """Draw an intercept with binary and continuous columns, and an outcome that may be separated or of one class."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rows = draw(st.integers(6, 40))
    binary, continuous = draw(st.integers(0, 2)), draw(st.integers(0, 2))
    design = np.column_stack(
        [
            np.ones(rows),
            random.random((rows, binary)) < draw(st.sampled_from([0.1, 0.3, 0.5])),
            random.normal(size=(rows, continuous)) * draw(st.sampled_from([0.3, 1.0, 50.0])),
        ]
    )
    strength = draw(st.sampled_from([0.0, 1.0, 10.0]))
    eta = strength * design[:, -1] / max(np.abs(design[:, -1]).max(), 1e-9) - draw(st.sampled_from([0.0, 1.0, 3.0]))
    return Data(design=design, outcome=(random.random(rows) < 1 / (1 + np.exp(-eta))).astype(float))


def _same(found: firth.FirthFit, expected: firth.FirthFit, *, factor: np.ndarray | float = 1.0) -> None:
    """Compare estimates, in units of a millionth of a standard error."""
    np.testing.assert_array_equal(found.status, expected.status)
    distance = np.abs(found.coefficients * factor - expected.coefficients) / expected.standard_errors
    assert np.nan_to_num(distance).max() < 1e-6


@EVERY
@given(data(), st.randoms())
def test_the_order_of_rows_does_not_matter(drawn, random):
    order = np.array(random.sample(range(drawn.outcome.size), drawn.outcome.size))
    _same(firth.fit(drawn.design[order], drawn.outcome[order]), drawn.fit)


@EVERY
@given(data(), st.sampled_from([-200.0, -1.0, 0.01, 50.0]))
def test_a_unit_divides_the_coefficient(drawn, unit):
    units = np.ones(drawn.design.shape[1])
    units[-1] = unit
    fit, other = drawn.fit, firth.fit(drawn.design * units, drawn.outcome)
    _same(other, fit, factor=units)
    found, expected = firth.infer(other), firth.infer(fit)
    np.testing.assert_allclose(found.p, expected.p, rtol=1e-6, atol=1e-12)
    ends = np.sort([found.lower[0] * units, found.upper[0] * units], axis=0)
    np.testing.assert_allclose(ends, [expected.lower[0], expected.upper[0]], rtol=1e-6, atol=1e-7)


@EVERY
@given(data())
def test_swapping_the_outcome_negates(drawn):
    fit, swapped = drawn.fit, firth.fit(drawn.design, 1 - drawn.outcome)
    _same(swapped, fit, factor=-1.0)
    found, expected = firth.infer(swapped), firth.infer(fit)
    np.testing.assert_allclose(found.lower, -expected.upper, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(found.p, expected.p, rtol=1e-6, atol=1e-12)


@EVERY
@given(data(), st.data())
def test_weights_are_rows(drawn, choice):
    rows = drawn.outcome.size
    weight = np.array(choice.draw(st.lists(st.integers(0, 2), min_size=rows, max_size=rows)))
    repeated = np.repeat(np.arange(rows), weight)
    weighted = firth.fit(drawn.design, drawn.outcome, row_weight=weight)
    if not repeated.size:
        assert weighted.status[0] == firth.Status.NO_ROWS
        return
    _same(weighted, firth.fit(drawn.design[repeated], drawn.outcome[repeated]))


@EVERY
@given(data())
def test_full_rank_is_finite_and_converged_whatever_the_separation(drawn):
    fit = drawn.fit
    if np.linalg.matrix_rank(drawn.design) < drawn.design.shape[1]:
        assert fit.status[0] == firth.Status.RANK_DEFICIENT
        return
    inference = firth.infer(fit)
    assert fit.converged.all()
    for values in (fit.coefficients, fit.standard_errors, inference.lower, inference.upper, inference.p):
        assert np.isfinite(values).all()
    assert inference.lower_converged.all()
    assert inference.upper_converged.all()


@EVERY
@given(data(), st.sampled_from([0.9, 0.95, 0.99]))
def test_the_interval_holds_the_estimate_and_agrees_with_p(drawn, level):
    fit = drawn.fit
    if not fit.converged[0]:
        return
    inference = firth.infer(fit, level=level)
    assert (inference.lower < fit.coefficients).all()
    assert (fit.coefficients < inference.upper).all()
    excludes = (inference.lower > 0) | (inference.upper < 0)
    np.testing.assert_array_equal(inference.p < 1 - level, excludes)


@EVERY
@given(data(), st.sampled_from(["constant", "duplicate", "sum", "zero"]))
def test_a_dependent_column_is_named(drawn, kind):
    if not drawn.fit.converged[0]:
        return
    extra = {
        "constant": np.full(drawn.outcome.size, 3.0),
        "duplicate": 2.0 * drawn.design[:, -1],
        "sum": drawn.design.sum(axis=1),
        "zero": np.zeros(drawn.outcome.size),
    }[kind]
    fit = firth.fit(np.column_stack([drawn.design, extra]), drawn.outcome)
    assert fit.status[0] == firth.Status.RANK_DEFICIENT
    assert fit.column[0] == drawn.design.shape[1]
    assert np.isnan(fit.coefficients).all()


@EVERY
@given(data())
def test_flic_is_right_on_average_and_keeps_the_slopes(drawn):
    fit = drawn.fit
    corrected = firth.flic(fit)
    one_class = drawn.outcome.min() == drawn.outcome.max()
    assert corrected.converged[0] == (fit.converged[0] and not one_class)
    if corrected.converged[0]:
        np.testing.assert_allclose(corrected.probabilities.mean(), drawn.outcome.mean(), atol=1e-10)
        np.testing.assert_array_equal(corrected.coefficients[:, 1:], fit.coefficients[:, 1:])


@EVERY
@given(st.integers(0, 6), st.integers(0, 6), st.integers(0, 6), st.integers(0, 6))
def test_a_two_by_two_table_is_half_a_patient_more_in_each_cell(a, b, c, d):
    arm = np.repeat([1.0, 1.0, 0.0, 0.0], [a, b, c, d])
    outcome = np.repeat([1.0, 0.0, 1.0, 0.0], [a, b, c, d])
    fit = firth.fit(np.column_stack([np.ones(arm.size), arm]).reshape(-1, 2), outcome)
    if a + b and c + d:
        expected = np.log((a + 0.5) * (d + 0.5) / ((b + 0.5) * (c + 0.5)))
        np.testing.assert_allclose(fit.coefficients[0, 1], expected, rtol=1e-8, atol=1e-8)
    else:
        assert fit.reason() != ""
