from __future__ import annotations

from math import inf, isnan, sqrt

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from il2dash.analysis.odds_ratio import odds_ratio
from il2dash.analysis.risk_difference import newcombe
from il2dash.analysis.score_interval import normal_quantile
from il2dash.analysis.stratified_tables import cochran_mantel_haenszel, common_odds_ratio, common_risk_difference
from il2dash.analysis.two_by_two import ArmCount, TwoByTwo


def table(x1, n1, x0, n0) -> TwoByTwo:
    return TwoByTwo(treatment=ArmCount(responders=x1, total=n1), reference=ArmCount(responders=x0, total=n0))


counts = st.integers(0, 6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
tables = st.lists(st.builds(lambda t, r: table(*t, *r), counts, counts), min_size=0, max_size=4)
THREE = [table(8, 12, 5, 15), table(3, 9, 2, 11), table(10, 14, 9, 13)]


def sato_variance(strata, difference: float) -> float:
    """Write Sato's variance out, stratum by stratum (Sato, Greenland and Robins 1989, equation 1)."""
    p = q = w = 0.0
    for stratum in strata:
        x, n = stratum.treatment.responders, stratum.treatment.total
        y, m = stratum.reference.responders, stratum.reference.total
        p += (n**2 * y - m**2 * x + n * m * (m - n) / 2) / (n + m) ** 2
        q += (x * (m - y) + y * (n - x)) / (2 * (n + m))
        w += n * m / (n + m)
    return (difference * p + q) / w**2


def test_equals_statsmodels():
    from statsmodels.stats.contingency_tables import StratifiedTable

    cells = [
        [[t.treatment.responders, t.treatment.total - t.treatment.responders],
         [t.reference.responders, t.reference.total - t.reference.responders]]
        for t in THREE
    ]  # fmt: skip
    peer = StratifiedTable(np.array(cells, dtype=float).transpose(1, 2, 0))
    test, odds = cochran_mantel_haenszel(THREE), common_odds_ratio(THREE)
    assert test.p == pytest.approx(peer.test_null_odds(correction=False).pvalue, rel=1e-10)
    assert odds.estimate == pytest.approx(peer.oddsratio_pooled, rel=1e-12)
    assert (odds.interval.lower, odds.interval.upper) == pytest.approx(peer.oddsratio_pooled_confint(), rel=1e-10)


def test_the_risk_difference_s_bounds_are_at_the_quantile_of_sato_s_error(compare):
    found = common_risk_difference(THREE)
    weights = [t.treatment.total * t.reference.total / (t.treatment.total + t.reference.total) for t in THREE]
    differences = [t.treatment.proportion - t.reference.proportion for t in THREE]
    check = compare.of("mantel_haenszel", "Sato's formula, stratum by stratum", tolerance=1e-10)
    check(found.estimate, np.average(differences, weights=weights), "common risk difference")
    for bound in (found.interval.lower, found.interval.upper):
        distance = abs(bound - found.estimate) / sqrt(sato_variance(THREE, bound))
        check(distance, normal_quantile(0.95), "distance of its bounds, in standard errors there")


def test_one_stratum_is_the_plain_table():
    one = table(4, 28, 5, 28)
    assert common_odds_ratio([one]).estimate == pytest.approx(odds_ratio(one).estimate)
    assert common_risk_difference([one]).estimate == pytest.approx(newcombe(one).estimate)
    # chi-squared of Pearson, times (n - 1) / n
    pearson = 56 * (4 * 23 - 24 * 5) ** 2 / (28 * 28 * 9 * 47)
    assert cochran_mantel_haenszel([one]).statistic == pytest.approx(pearson * 55 / 56)


@given(tables)
@example([table(0, 2, 2, 2), table(0, 3, 2, 2)])
@settings(max_examples=150, deadline=None)
def test_any_strata(strata):
    test, odds, difference = (
        cochran_mantel_haenszel(strata),
        common_odds_ratio(strata),
        common_risk_difference(strata),
    )
    assert isnan(test.p) == bool(test.reason)
    assert isnan(odds.estimate) == bool(odds.reason)
    assert isnan(difference.estimate) == bool(difference.reason)
    for estimate in (odds, difference):
        interval = estimate.interval
        assert isnan(interval.lower) == bool(interval.reason)
        if not isnan(interval.lower):
            assert interval.lower <= estimate.estimate <= interval.upper
    swapped = [stratum.swapped for stratum in reversed(strata)]
    if test.reason:
        assert cochran_mantel_haenszel(swapped).reason == test.reason
    else:
        assert cochran_mantel_haenszel(swapped).p == pytest.approx(test.p, rel=1e-9)
    mirrored, inverted = common_risk_difference(swapped), common_odds_ratio(swapped)
    if not difference.reason:
        assert mirrored.estimate == pytest.approx(-difference.estimate, abs=1e-12)
        assert mirrored.interval.lower == pytest.approx(-difference.interval.upper, abs=1e-12, nan_ok=True)
    if not odds.reason:
        expected = 1 / odds.estimate if odds.estimate else inf
        assert inverted.estimate == pytest.approx(expected)
        if not odds.interval.reason:
            assert inverted.interval.upper == pytest.approx(1 / odds.interval.lower)


def test_an_arm_that_is_empty_in_a_stratum_adds_nothing():
    more = [*THREE, table(3, 5, 0, 0), table(0, 0, 1, 2)]
    for method in (cochran_mantel_haenszel, common_odds_ratio, common_risk_difference):
        assert method(more) == method(THREE)


@pytest.mark.parametrize(
    ("strata", "reason"),
    [
        ([], "no stratum has patients in both arms"),
        ([table(1, 2, 0, 0)], "no stratum has patients in both arms"),
        ([table(0, 3, 0, 4), table(2, 2, 1, 1)], "nobody or everybody responds"),
    ],
)
def test_nothing_to_compare_is_told(strata, reason):
    assert reason in cochran_mantel_haenszel(strata).reason
    assert reason in common_odds_ratio(strata).reason
    assert reason in common_risk_difference(strata).interval.reason


def test_zeros_on_one_side_give_an_infinite_ratio_without_interval():
    found = common_odds_ratio([table(2, 4, 0, 5), table(1, 3, 0, 3)])
    assert found.estimate == inf
    assert "zero on the same side" in found.interval.reason
    assert common_odds_ratio([table(0, 4, 2, 5)]).estimate == 0
