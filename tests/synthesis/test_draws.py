from __future__ import annotations

import numpy as np
import pytest

from il2dash.synthesis.draws import autoregressive, choose, highest, poisson, shuffled


@pytest.fixture
def generator() -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(7))


def test_shuffled_holds_every_number_once(generator: np.random.Generator) -> None:
    order = shuffled(generator, 20)
    assert sorted(order) == list(range(20))
    assert list(order) != list(range(20))


def test_highest_marks_as_many_as_asked() -> None:
    assert highest(np.array([3.0, 9.0, -np.inf, 5.0]), 2).tolist() == [False, True, False, True]
    assert highest(np.array([1.0, 1.0, 1.0]), 1).tolist() == [False, False, True]


def test_choose_follows_the_weights_and_never_takes_a_weight_of_zero(generator: np.random.Generator) -> None:
    drawn = np.bincount([choose(generator, (0, 3, 1)) for _ in range(4000)], minlength=3)
    assert drawn[0] == 0
    assert drawn[1] / 4000 == pytest.approx(0.75, abs=0.03)


def test_poisson_has_its_mean_and_variance(generator: np.random.Generator) -> None:
    drawn = [poisson(generator, 2.5) for _ in range(4000)]
    assert np.mean(drawn) == pytest.approx(2.5, abs=0.1)
    assert np.var(drawn) == pytest.approx(2.5, abs=0.25)


def test_poisson_of_no_time_is_zero(generator: np.random.Generator) -> None:
    assert [poisson(generator, 0.0) for _ in range(50)] == [0] * 50


def test_autoregressive_deviations_are_standard_and_correlated_as_asked(generator: np.random.Generator) -> None:
    deviations = autoregressive(generator, patients=20000, visits=4, correlation=0.6)
    correlations = np.corrcoef(deviations.T)
    assert deviations.std(axis=0) == pytest.approx(np.ones(4), abs=0.02)
    assert correlations[0, 1:] == pytest.approx([0.6, 0.36, 0.216], abs=0.02)
