"""The linear-programming detector: which kind, which columns, which direction, which patients."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2dash.analysis.separation import detect_separation

NAMES = ["intercept", "enfuvirtide", "age"]


def _design(*columns: list[float]) -> np.ndarray:
    return np.column_stack([np.ones(len(columns[0])), *columns])


ENFUVIRTIDE = [0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0]
AGE = [40.0, 50.0, 45.0, 38.0, 44.0, 52.0, 41.0]


def test_overlap_is_no_separation():
    found = detect_separation(_design(ENFUVIRTIDE, AGE), [0, 1, 0, 1, 0, 1, 0])
    assert found.kind == "none"
    assert found.directions.tolist() == [0, 0, 0]
    assert not found.separated_rows.any()
    assert found.sentence(NAMES) == "No separation: the maximum-likelihood estimates are finite."


def test_a_covariate_without_one_outcome_is_quasi_complete():
    found = detect_separation(_design(ENFUVIRTIDE, AGE), [0, 1, 0, 0, 1, 1, 1])
    assert found.kind == "complete"
    overlapping = detect_separation(_design(ENFUVIRTIDE), [0, 1, 0, 0, 1, 1, 1])
    assert overlapping.kind == "quasi-complete"
    assert overlapping.directions.tolist() == [0, 1]
    assert overlapping.separated_rows.tolist() == [False] * 4 + [True] * 3
    assert overlapping.sentence(NAMES[:2]) == (
        "Quasi-complete separation: the maximum-likelihood estimate of enfuvirtide (+infinity) is infinite; the "
        "outcome of 3 patients is predicted with certainty."
    )


def test_the_direction_follows_the_outcome_and_the_coding():
    outcome = np.array([0, 1, 0, 0, 1, 1, 1])
    assert detect_separation(_design(ENFUVIRTIDE), 1 - outcome).directions.tolist() == [0, -1]
    assert detect_separation(_design([1 - value for value in ENFUVIRTIDE]), outcome).directions.tolist() == [1, -1]


@pytest.mark.parametrize(("value", "direction"), [(0, -1), (1, 1)])
def test_an_outcome_of_one_class_is_complete(value, direction):
    found = detect_separation(np.ones((5, 1)), np.full(5, value))
    assert found.kind == "complete"
    assert found.directions.tolist() == [direction]


def test_patients_of_weight_0_do_not_count():
    outcome = [0, 1, 0, 0, 1, 1, 1]
    found = detect_separation(_design(ENFUVIRTIDE), outcome, row_weight=[1, 0, 1, 1, 1, 1, 1])
    assert found.kind == "complete"
    assert found.separated_rows.tolist() == [True, False, True, True, True, True, True]


def test_what_cannot_be_judged_says_why():
    found = detect_separation(_design(ENFUVIRTIDE, ENFUVIRTIDE), [0, 1, 0, 0, 1, 1, 1])
    assert found.kind == "unknown"
    assert found.sentence(NAMES).startswith("column 2 is constant or a linear combination")
    with pytest.raises(ValueError, match="judges one model; got 2"):
        detect_separation(np.ones((3, 1)), np.zeros((2, 3)))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(0, 2**32 - 1), st.integers(6, 25), st.integers(1, 3))
def test_a_separating_direction_exists_exactly_where_one_is_found(seed, rows, covariates):
    random = np.random.default_rng(seed)
    design = np.column_stack([np.ones(rows), random.integers(0, 3, (rows, covariates))])
    outcome = (random.random(rows) < 0.5).astype(int)
    found = detect_separation(design, outcome)
    order = random.permutation(rows)
    again = detect_separation(design[order], outcome[order])
    assert again.kind == found.kind
    np.testing.assert_array_equal(again.separated_rows, found.separated_rows[order])
    mirrored = detect_separation(design, 1 - outcome)
    assert mirrored.kind == found.kind
    np.testing.assert_array_equal(mirrored.separated_rows, found.separated_rows)
    assert found.separated_rows.any() == (found.kind in ("quasi-complete", "complete"))
    assert found.separated_rows.all() == (found.kind == "complete")
    # A direction tried at random that separates refutes "none".
    directions = random.normal(size=(2000, covariates + 1))
    support = directions @ (design * (2 * outcome - 1)[:, None]).T
    if (support.min(axis=1) > 0).any():
        assert found.kind in ("complete", "unknown")
