from __future__ import annotations

from math import cos, exp, inf

import pytest
from scipy.optimize import brentq

from il2dash.analysis.bracketed_root import bracketed_root

FUNCTIONS = {
    "straight": (lambda x: 3 * x - 1, -4.0, 9.0),
    "steep": (lambda x: exp(10 * x) - 5, -3.0, 3.0),
    "wave": (lambda x: cos(x) - x, 0.0, 2.0),
    "step": (lambda x: 1.0 if x < 0.3 else -1.0, 0.0, 1.0),
    "falls": (lambda x: 1 / x - 4, 0.01, 50.0),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_roots_are_those_of_scipy(name):
    function, lower, upper = FUNCTIONS[name]
    expected = brentq(function, lower, upper, xtol=1e-13, rtol=1e-14)
    for first, second in ((lower, upper), (upper, lower)):
        assert bracketed_root(function, first, second, absolute=1e-13, relative=1e-14) == pytest.approx(
            expected, abs=1e-11
        )


def test_a_root_at_which_the_function_is_flat():
    """SciPy's brentq gives up here."""
    root = bracketed_root(lambda x: (x - 1) ** 3, -2.0, 10.0, absolute=1e-13, relative=1e-14)
    assert root == pytest.approx(1.0, abs=1e-4)


def test_few_evaluations():
    calls = []
    bracketed_root(lambda x: calls.append(x) or cos(x) - x, 0.0, 2.0, absolute=1e-13, relative=1e-14)
    assert len(calls) < 14


def test_an_end_may_be_the_root():
    assert bracketed_root(lambda x: x, 0.0, 5.0, absolute=1e-12, relative=0.0) == 0
    assert bracketed_root(lambda x: x - 5, 0.0, 5.0, absolute=1e-12, relative=0.0) == 5


def test_infinite_values_are_bisected():
    assert bracketed_root(lambda x: inf if x < 0.5 else 1 - x, 0.0, 3.0, absolute=1e-12, relative=0.0) == pytest.approx(
        1.0
    )


def test_one_sign_is_an_error():
    with pytest.raises(ValueError, match="needs two signs"):
        bracketed_root(lambda x: x * x + 1, -1.0, 1.0, absolute=1e-12, relative=0.0)
