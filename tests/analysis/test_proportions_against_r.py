"""The intervals and tests of two proportions against R (tests/reference/proportions.json)."""

from __future__ import annotations

import json
from collections.abc import Callable
from math import exp, inf, isnan, log, pi, tan
from pathlib import Path
from sys import float_info
from typing import Any

import numpy as np
import pytest

from il2dash.analysis.conditional_distribution import conditional_distribution
from il2dash.analysis.estimate import Interval
from il2dash.analysis.odds_ratio import conditional_odds_ratio, odds_ratio
from il2dash.analysis.proportion import clopper_pearson, jeffreys, wilson
from il2dash.analysis.risk_difference import miettinen_nurminen, newcombe
from il2dash.analysis.risk_ratio import risk_ratio
from il2dash.analysis.two_by_two import ArmCount, TwoByTwo
from il2dash.analysis.two_proportion_tests import fisher, midp
from tests.reference_comparison import Comparisons

Case = dict[str, Any]

CASES: list[Case] = json.loads(
    (Path(__file__).resolve().parents[1] / "reference" / "proportions.json").read_text(encoding="utf-8")
)["cases"]


@pytest.fixture(params=CASES, ids=lambda case: f"{case['x1']}of{case['n1']}-{case['x0']}of{case['n0']}")
def case(request: pytest.FixtureRequest) -> Case:
    chosen: Case = request.param
    return chosen


@pytest.fixture
def table(case: Case) -> TwoByTwo:
    return TwoByTwo(
        treatment=ArmCount(responders=case["x1"], total=case["n1"]),
        reference=ArmCount(responders=case["x0"], total=case["n0"]),
    )


def bounds(interval: Interval) -> list[float]:
    return [interval.lower, interval.upper]


BY_FORMULA = "R, formula of the paper"


@pytest.mark.parametrize(
    ("interval", "reference"),
    [(wilson, BY_FORMULA), (clopper_pearson, "stats::binom.test"), (jeffreys, "stats::qbeta")],
)
def test_one_proportion(
    interval: Callable[[ArmCount], Interval], reference: str, case: Case, table: TwoByTwo, compare: Comparisons
) -> None:
    check = compare.of(interval.__name__, reference, tolerance=1e-9)
    check(bounds(interval(table.treatment)), case[f"{interval.__name__}1"], "bounds")
    check(bounds(interval(table.reference)), case[f"{interval.__name__}0"], "bounds")


def test_newcombe(case: Case, table: TwoByTwo, compare: Comparisons) -> None:
    result = newcombe(table)
    check = compare.of("newcombe", BY_FORMULA, tolerance=1e-9)
    check(result.estimate, case["risk_difference"], "estimate, absolute", unit=1.0)
    check(bounds(result.interval), case["rd_newcombe"], "bounds, absolute", unit=1.0)


# scoreci of ratesci halves [-1, 1] until its ends, on the scale of the contrast, are at most 5e-8 apart, and gives the
# outer one; ratios are tan(pi (m + 1) / 4). So a bound of R is up to 5e-8 outside the root of the score equation, which
# il2dash solves to 1e-13; near 0 that is more than 1e-6 of it (5.6377e-05 and R's 5.6386e-05 in the largest case). The
# comparison below rounds our bound outward in the same way, and must then give R's.
SCORECI_WIDTH = 5e-8


def rounded_outward(bound: float, *, upper: bool, ratio: bool) -> float:
    """Give the bound that ratesci's bisection finds for this root."""

    def scale(middle: float) -> float:
        return tan(pi * (middle + 1) / 4) if ratio else middle

    if bound in (0.0, inf):
        return bound
    low, high = -1.0, 1.0
    while scale(high) - scale(low) > SCORECI_WIDTH:
        middle = (low + high) / 2
        if scale(middle) >= bound:
            high = middle
        else:
            low = middle
    return scale(high if upper else low)


@pytest.mark.parametrize(
    ("contrast", "name"),
    [
        (miettinen_nurminen, "rd_miettinen_nurminen"),
        (risk_ratio, "rr_miettinen_nurminen"),
        (odds_ratio, "or_miettinen_nurminen"),
    ],
)
def test_score_intervals(
    contrast: Callable[[TwoByTwo], Any], name: str, case: Case, table: TwoByTwo, compare: Comparisons
) -> None:
    interval = contrast(table).interval
    ratio = contrast is not miettinen_nurminen
    ours = [
        rounded_outward(interval.lower, upper=False, ratio=ratio),
        rounded_outward(interval.upper, upper=True, ratio=ratio),
    ]
    # Near to the 13 digits that are printed: a root in a neighboring cell would be 3e-8 off.
    check = compare.of(contrast.__name__, "ratesci::scoreci", tolerance=1e-10)
    check(ours, case[name], "bounds, rounded outward to 5e-8 as scoreci does", negligible=1e-13)


def test_rounding_outward_is_a_rounding() -> None:
    for ratio, bound in [(False, -0.24), (True, 0.0128), (True, 12.66)]:
        for upper in (False, True):
            moved = rounded_outward(bound, upper=upper, ratio=ratio)
            assert abs(moved - bound) <= SCORECI_WIDTH
            assert (moved >= bound) == upper


# fisher.test of R finds the conditional odds ratio and its bounds with uniroot at its default tolerance of 1.2e-4, on
# the odds ratio where it is below 1 and on its inverse above, which can be the third digit. il2dash solves the same
# equations to 1e-13, so the two agree where R's root finder is put on the probabilities of il2dash.


def test_fisher_p(case: Case, table: TwoByTwo, compare: Comparisons) -> None:
    compare.of("fisher", "stats::fisher.test", tolerance=1e-9)(fisher(table).p, case["fisher_p"], "p")


def test_midp(case: Case, table: TwoByTwo, compare: Comparisons) -> None:
    compare.of("midp", "exact2x2::exact2x2", tolerance=1e-9)(midp(table).p, case["midp_central"], "p")


def test_conditional_odds_ratio_by_the_root_finder_of_r(case: Case, table: TwoByTwo, compare: Comparisons) -> None:
    distribution = conditional_distribution(table)
    support, observed = distribution.support, distribution.observed
    last = len(support) - 1

    def probabilities(odds: float) -> np.ndarray:
        return distribution.probabilities(log(odds)) if odds > 0 else np.eye(last + 1)[0]

    def mean(odds: float) -> float:
        return float(probabilities(odds) @ support) - support[observed]

    def lower_tail(odds: float) -> float:
        return float(probabilities(odds)[: observed + 1].sum()) - 0.025

    def upper_tail(odds: float) -> float:
        return float(probabilities(odds)[observed:].sum()) - 0.025

    check = compare.of("conditional_odds_ratio", "stats::fisher.test", tolerance=1e-6)
    solved = [
        0 if observed == 0 else odds_by_uniroot(upper_tail),
        inf if observed == last else odds_by_uniroot(lower_tail),
    ]
    check(solved, case["or_conditional_ci"], "bounds, solved as roughly as R's uniroot does")
    if 0 < observed < last:
        check(odds_by_uniroot(mean), case["or_conditional"], "estimate, solved as roughly as R's uniroot does")


def test_conditional_odds_ratio(case: Case, table: TwoByTwo, compare: Comparisons) -> None:
    result = conditional_odds_ratio(table)
    distribution = conditional_distribution(table)
    interval, observed = result.interval, distribution.observed
    # Infinite and zero bounds are R's; the others solve R's equations, and R's own are as near as its root finder gets.
    for ours, theirs in zip(bounds(interval), case["or_conditional_ci"], strict=True):
        assert (ours == 0, ours == inf) == (theirs == 0, theirs is None)
    check = compare.of("conditional_odds_ratio", "the exact tail probability", tolerance=1e-9)
    if interval.lower > 0:
        check(distribution.probabilities(log(interval.lower))[observed:].sum(), 0.025, "tail at the bounds")
    if interval.upper < inf:
        check(distribution.probabilities(log(interval.upper))[: observed + 1].sum(), 0.025, "tail at the bounds")
    if case["x1"] == case["x0"] == 0 or (case["x1"], case["x0"]) == (case["n1"], case["n0"]):
        # R prints 0 for a likelihood that is flat: nobody, or everybody, responds.
        assert case["or_conditional"] == 0
        assert isnan(result.estimate)
        assert result.reason
    elif result.estimate in (0, inf):
        assert result.estimate == (inf if case["or_conditional"] is None else case["or_conditional"])
    else:
        mean = distribution.probabilities(log(result.estimate)) @ distribution.support
        assert mean == pytest.approx(case["x1"], rel=1e-9)


def odds_by_uniroot(function: Callable[[float], float]) -> float:
    """Solve for an odds ratio as fisher.test does: below 1 directly, above 1 through its inverse."""
    at_one = function(1.0)
    if at_one == 0:
        return 1.0
    below_one = (at_one > 0) != (function(exp(-50)) > 0)
    if below_one:
        return uniroot(function, 0.0, 1.0)
    return 1 / uniroot(lambda inverse: function(1 / inverse), float_info.epsilon, 1.0)


def uniroot(function: Callable[[float], float], lower: float, upper: float) -> float:
    """Brent's zeroin as R's uniroot runs it, with its default tolerance."""
    tolerance = float_info.epsilon**0.25
    a, b, c = lower, upper, lower
    fa, fb = function(a), function(b)
    fc = fa
    while True:
        previous = b - a
        if abs(fc) < abs(fb):
            a, b, c = b, c, b
            fa, fb, fc = fb, fc, fb
        allowed = 2 * float_info.epsilon * abs(b) + tolerance / 2
        step = (c - b) / 2
        if abs(step) <= allowed or fb == 0:
            return b
        if abs(previous) >= allowed and abs(fa) > abs(fb):
            if a == c:
                p, q = (c - b) * (fb / fa), 1 - fb / fa
            else:
                r, s, t = fa / fc, fb / fc, fb / fa
                p, q = t * ((c - b) * r * (r - s) - (b - a) * (s - 1)), (r - 1) * (s - 1) * (t - 1)
            p, q = (p, -q) if p > 0 else (-p, q)
            if p < 0.75 * (c - b) * q - abs(allowed * q) / 2 and p < abs(previous * q / 2):
                step = p / q
        if abs(step) < allowed:
            step = allowed if step > 0 else -allowed
        a, fa = b, fb
        b += step
        fb = function(b)
        if (fb > 0) == (fc > 0):
            c, fc = a, fa
