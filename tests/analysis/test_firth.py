"""Firth fits of one model and of many: what is marked, what is kept apart, what doesn't matter."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import chi2

from il2dash.analysis import firth

ROWS = 40


def _trial(seed: int = 3, *, rows: int = ROWS, columns: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Half of the columns binary, half normal, the intercept first."""
    random = np.random.default_rng(seed)
    binary = random.integers(0, 2, (rows, (columns - 1) // 2))
    design = np.column_stack([np.ones(rows), binary, random.normal(size=(rows, columns - 1 - binary.shape[1]))])
    outcome = random.random(rows) < 1 / (1 + np.exp(1 - design[:, 1:].sum(axis=1)))
    return design.astype(float), outcome.astype(float)


def _penalized(design: np.ndarray, outcome: np.ndarray, coefficients: np.ndarray) -> float:
    """Compute l + log det(X'WX) / 2 by the book."""
    probability = 1 / (1 + np.exp(-design @ coefficients))
    information = design.T @ (design * (probability * (1 - probability))[:, None])
    likelihood = outcome * np.log(probability) + (1 - outcome) * np.log1p(-probability)
    return float(likelihood.sum() + 0.5 * np.linalg.slogdet(information)[1])


def _maximum_by_the_book(design: np.ndarray, outcome: np.ndarray, free: list[int]) -> float:
    def negative(values: np.ndarray) -> float:
        coefficients = np.zeros(design.shape[1])
        coefficients[free] = values
        return -_penalized(design, outcome, coefficients)

    return -float(minimize(negative, np.zeros(len(free)), method="BFGS", options={"gtol": 1e-8}).fun)


def test_one_model_by_the_book():
    design, outcome = _trial()
    fit = firth.fit(design, outcome)
    assert fit.penalized_log_likelihood[0] == pytest.approx(_penalized(design, outcome, fit.coefficients[0]), rel=1e-12)
    assert fit.penalized_log_likelihood[0] == pytest.approx(
        _maximum_by_the_book(design, outcome, list(range(5))), rel=1e-9
    )


def test_the_joint_test_keeps_the_whole_design_in_the_penalty():
    design, outcome = _trial()
    fit = firth.fit(design, outcome)
    test = firth.joint_test(fit, [2, 4])
    restricted = _maximum_by_the_book(design, outcome, [0, 1, 3])
    drop = 2 * (fit.penalized_log_likelihood[0] - restricted)
    assert test.restricted_log_likelihood[0] == pytest.approx(restricted, rel=1e-9)
    assert test.chi2[0] == pytest.approx(drop, rel=1e-6)
    assert test.p[0] == pytest.approx(chi2.sf(drop, 2), rel=1e-6)
    assert test.degrees_of_freedom.tolist() == [2]


def test_the_joint_test_of_one_column_is_its_own_test():
    fit = firth.fit(*_trial())
    inference = firth.infer(fit)
    for column in range(5):
        assert firth.joint_test(fit, [column]).p[0] == pytest.approx(inference.p[0, column], rel=1e-9)
    assert firth.joint_test(fit, [1, 2, 3, 4]).chi2[0] == pytest.approx(inference.overall.chi2[0], rel=1e-12)


def test_the_joint_test_counts_the_columns_that_a_model_has():
    design, outcome = _trial()
    masks = np.array([[1, 1, 1, 1, 1], [1, 1, 0, 1, 1], [1, 0, 0, 1, 0]], dtype=bool)
    test = firth.joint_test(firth.fit(design, outcome, column_mask=masks), [1, 2])
    assert test.degrees_of_freedom.tolist() == [2, 1, 0]
    assert test.converged.tolist() == [True, True, False]
    assert np.isnan(test.p[2])


@pytest.mark.parametrize("columns", [[], [5], [-1]])
def test_the_joint_test_refuses_columns_that_are_not_there(columns):
    fit = firth.fit(*_trial())
    with pytest.raises(ValueError, match="columns: needs one or more of 0 to 4"):
        firth.joint_test(fit, columns)


def test_a_bound_is_where_the_profile_has_fallen_by_half_the_quantile():
    design, outcome = _trial()
    fit = firth.fit(design, outcome)
    for level in (0.8, 0.95):
        inference = firth.infer(fit, level=level)
        for column in range(5):
            others = [other for other in range(5) if other != column]
            for bound in (inference.lower[0, column], inference.upper[0, column]):

                def negative(values: np.ndarray, column=column, others=others, bound=bound) -> float:
                    coefficients = np.zeros(5)
                    coefficients[column], coefficients[others] = bound, values
                    return -_penalized(design, outcome, coefficients)

                height = -minimize(negative, fit.coefficients[0, others], method="BFGS", options={"gtol": 1e-7}).fun
                drop = 2 * (fit.penalized_log_likelihood[0] - height)
                assert drop == pytest.approx(chi2.ppf(level, 1), rel=1e-7)


@pytest.mark.parametrize("level", [0, 1, 95])
def test_the_level_is_a_probability(level):
    fit = firth.fit(*_trial())
    with pytest.raises(ValueError, match=f"level: must be between 0 and 1, such as 0.95; got {level}"):
        firth.infer(fit, level=level)


def _many(members: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(8)
    design, outcome = _trial()
    masks = random.random((members, 5)) < 0.6
    masks[:, 0] = True
    weights = random.multinomial(ROWS, np.full(ROWS, 1 / ROWS), size=members)
    return design, np.where(random.random((members, ROWS)) < 0.2, 1 - outcome, outcome), masks, weights


def test_thousands_are_as_one_by_one():
    design, outcomes, masks, weights = _many(300)
    fit = firth.fit(design, outcomes, column_mask=masks, row_weight=weights)
    inference = firth.infer(fit)
    assert fit.coefficients.shape == (300, 5)
    assert fit.converged.mean() > 0.95
    for member in range(0, 300, 7):
        alone = firth.fit(design, outcomes[member], column_mask=masks[member], row_weight=weights[member])
        assert alone.status[0] == fit.status[member]
        np.testing.assert_allclose(alone.coefficients[0], fit.coefficients[member], rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(alone.covariance[0], fit.covariance[member], rtol=1e-6, atol=1e-9)
        its = firth.infer(alone)
        for name in ("lower", "upper", "p"):
            np.testing.assert_allclose(getattr(its, name)[0], getattr(inference, name)[member], rtol=1e-7, atol=1e-8)


def test_a_design_each_is_as_a_shared_one():
    design, outcomes, masks, weights = _many(60)
    shared = firth.fit(design, outcomes, column_mask=masks, row_weight=weights)
    each = firth.fit(np.repeat(design[None], 60, axis=0), outcomes, column_mask=masks, row_weight=weights)
    np.testing.assert_allclose(each.coefficients, shared.coefficients, rtol=1e-9, atol=1e-9)
    mine, theirs = firth.infer(each), firth.infer(shared)
    np.testing.assert_allclose(mine.upper, theirs.upper, rtol=1e-7, atol=1e-8)
    np.testing.assert_allclose(mine.p, theirs.p, rtol=1e-7, atol=1e-10)
    np.testing.assert_allclose(firth.flic(each).probabilities, firth.flic(shared).probabilities, rtol=1e-9, atol=1e-9)


def test_a_mask_is_as_leaving_the_column_out():
    design, outcome = _trial()
    masked = firth.fit(design, outcome, column_mask=[True, True, False, True, False])
    without = firth.fit(design[:, [0, 1, 3]], outcome)
    np.testing.assert_allclose(masked.coefficients[0, [0, 1, 3]], without.coefficients[0], rtol=1e-9)
    assert np.isnan(masked.coefficients[0, [2, 4]]).all()
    np.testing.assert_allclose(masked.penalized_log_likelihood, without.penalized_log_likelihood, rtol=1e-12)
    inference = firth.infer(masked)
    assert np.isnan(inference.p[0, [2, 4]]).all()
    assert inference.lower_converged[0].tolist() == [True, True, False, True, False]


def test_members_that_cannot_be_fitted_are_marked_and_stop_nobody():
    design, outcome = _trial()
    names = ["intercept", "arm", "age", "constant", "twice the arm"]
    design[:, 3], design[:, 4] = 7.0, 2 * design[:, 1]
    masks = np.array([[1, 1, 1, 0, 0], [1, 0, 0, 1, 0], [1, 1, 1, 0, 1], [0, 0, 0, 0, 0]], dtype=bool)
    fit = firth.fit(design, outcome, column_mask=masks)
    assert fit.status.tolist() == [
        firth.Status.CONVERGED,
        firth.Status.RANK_DEFICIENT,
        firth.Status.RANK_DEFICIENT,
        firth.Status.NO_COLUMNS,
    ]
    assert fit.column.tolist() == [-1, 3, 4, -1]
    assert fit.reason(1, names=names).endswith("Switch constant off.")
    assert "twice the arm is constant or a linear combination" in fit.reason(2, names=names)
    assert fit.reason(3) == "No covariate is switched on, not even the intercept."
    assert np.isnan(fit.coefficients[1:]).all()
    inference = firth.infer(fit)
    assert np.isfinite(inference.p[0, :3]).all()
    assert np.isnan(inference.p[1:]).all()
    assert "no lower bound" in inference.reason(1, 0)


def test_values_that_are_missing_matter_only_where_they_are_used():
    design, outcome = _trial()
    expected = firth.fit(design[1:, :4], outcome[1:])
    design[0, 2] = np.nan
    design[5, 4] = np.inf
    unknown = outcome.copy()
    unknown[0] = np.nan
    included = np.ones(ROWS)
    included[0] = 0
    masks = np.array([[1, 1, 1, 1, 0], [1, 1, 1, 1, 1]], dtype=bool)
    fit = firth.fit(design, unknown, column_mask=masks, row_weight=included)
    np.testing.assert_allclose(fit.coefficients[0, :4], expected.coefficients[0], rtol=1e-9)
    assert (fit.status[1], fit.column[1]) == (firth.Status.NOT_FINITE, 4)
    assert fit.reason(1).startswith("column 4 has missing or infinite values")
    probabilities = firth.flic(fit).probabilities
    assert np.isnan(probabilities[0]).tolist() == [True] + [False] * 39
    assert np.isnan(probabilities[1]).all()
    everyone = firth.fit(design, unknown, column_mask=masks)
    assert everyone.status.tolist() == [firth.Status.OUTCOME_NOT_BINARY] * 2


@pytest.mark.parametrize(
    ("weight", "status"),
    [
        (np.zeros(ROWS), firth.Status.NO_ROWS),
        (np.r_[-1.0, np.ones(ROWS - 1)], firth.Status.WEIGHT_INVALID),
        (np.r_[np.nan, np.ones(ROWS - 1)], firth.Status.WEIGHT_INVALID),
        (np.r_[np.ones(3), np.zeros(ROWS - 3)], firth.Status.RANK_DEFICIENT),
    ],
)
def test_populations_that_cannot_be_used(weight, status):
    fit = firth.fit(*_trial(), row_weight=np.stack([weight, np.ones(ROWS)]))
    assert fit.status.tolist() == [status, firth.Status.CONVERGED]
    assert fit.reason(0).endswith(".")


def test_an_outcome_that_is_neither_0_nor_1():
    design, outcome = _trial()
    outcome[3] = 2
    assert firth.fit(design, outcome).reason() == (
        "The outcome is missing, or neither 0 nor 1, in some of these patients."
    )


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_an_outcome_of_one_class_has_a_finite_fit_but_no_flic(value):
    design, _ = _trial()
    fit = firth.fit(design, np.full(ROWS, value))
    inference = firth.infer(fit)
    assert np.isfinite(fit.coefficients).all()
    assert np.isfinite([inference.lower, inference.upper, inference.p]).all()
    assert fit.separated.tolist() == [True]
    assert firth.flic(fit).converged.tolist() == [False]
    assert np.isnan(firth.flic(fit).probabilities).all()


def test_one_column_with_a_known_answer():
    # The intercept alone: (events + 1/2) / (rows + 1).
    fit = firth.fit(np.ones((28, 1)), np.r_[np.ones(4), np.zeros(24)])
    assert fit.coefficients[0, 0] == pytest.approx(np.log(4.5 / 24.5), rel=1e-12)
    inference = firth.infer(fit)
    assert inference.lower[0, 0] < fit.coefficients[0, 0] < inference.upper[0, 0]
    assert np.isnan(inference.overall.p).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"design": np.ones(5)}, r"design: needs the shape \(row, column\)"),
        ({"outcome": np.ones(3)}, r"outcome: needs the shape \(row,\) or \(member, row\) with 40"),
        ({"column_mask": np.ones((2, 4))}, r"column_mask: needs the shape \(column,\) .* with 5"),
        (
            {"column_mask": np.ones((2, 5)), "row_weight": np.ones((3, ROWS))},
            "same number of members, or 1; got row_weight 3, column_mask 2",
        ),
    ],
)
def test_shapes_that_do_not_fit(arguments, message):
    design, outcome = _trial()
    with pytest.raises(ValueError, match=message):
        firth.fit(**({"design": design, "outcome": outcome} | arguments))


def test_predicted_probabilities_of_a_changed_design():
    design, outcome = _trial()
    design[2, 4] = np.nan
    fit = firth.fit(design, outcome, column_mask=[1, 1, 1, 1, 0])
    treated = design.copy()
    treated[:, 1] = 1
    found = firth.predicted_probabilities(fit.coefficients, treated)
    np.testing.assert_allclose(found[0], 1 / (1 + np.exp(-treated[:, :4] @ fit.coefficients[0, :4])), rtol=1e-12)
    assert np.isnan(firth.predicted_probabilities(np.full((1, 5), np.nan), treated)).all()
    with pytest.raises(ValueError, match="with 5 columns"):
        firth.predicted_probabilities(fit.coefficients, treated[:, :4])


def test_units_far_apart_do_not_matter():
    design, outcome = _trial()
    units = np.array([1, 1e-3, 1, 5e4, 1e6])
    fit, other = firth.fit(design, outcome), firth.fit(design * units, outcome)
    np.testing.assert_allclose(other.coefficients * units, fit.coefficients, rtol=1e-9)
    np.testing.assert_allclose(
        other.penalized_log_likelihood, fit.penalized_log_likelihood + np.log(units).sum(), rtol=1e-12
    )
    np.testing.assert_allclose(firth.infer(other).upper * units, firth.infer(fit).upper, rtol=1e-9)
    np.testing.assert_allclose(firth.infer(other).p, firth.infer(fit).p, rtol=1e-9)


def test_resamples_that_need_many_steps_get_them():
    random = np.random.default_rng(2)
    design, outcome = _trial(6, rows=24, columns=7)
    weights = random.multinomial(24, np.full(24, 1 / 24), size=3000)
    fit = firth.fit(design, outcome, row_weight=weights)
    possible = fit.status != firth.Status.RANK_DEFICIENT
    assert possible.mean() > 0.9
    assert fit.converged[possible].all()
    assert fit.separated[possible].mean() > 0.5


def test_where_the_other_coefficients_have_two_maxima_the_higher_one_counts(shared):
    values = np.loadtxt(shared / "data" / "separated_56.csv", delimiter=",", skiprows=1)
    design = np.column_stack([np.ones(56), values[:, 1], values[:, 2], values[:, 3] / 50])
    fit = firth.fit(design, values[:, 0])
    # R: -7.879; the maximum that continues the estimate ends at -6.970 and is only a local one there.
    assert firth.infer(fit).lower[0, 3] == pytest.approx(-7.879097960447, rel=1e-9)
