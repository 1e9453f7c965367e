from __future__ import annotations

from math import inf, isnan, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from il2dash.analysis.published import compare_published, quantity_at
from il2dash.study.definition import Published

DOCUMENT = {
    "participants": {"planned": 98, "note": "words", "flag": True},
    "endpoints": [
        {"id": "cd4_200", "arms": {"il2": {"proportion": 4 / 28}}, "tests": [{"name": "fisher", "p": None}]},
        {"id": "gain", "odds_ratio": {"estimate": "Infinity", "interval": {"lower": "-Infinity"}}},
    ],
    "trajectories": [
        {"marker": "cd4", "visits": [{"week": 6.0, "n": 1}, {"week": 6.5, "n": 2}, {"week": 12.0, "n": 3}]}
    ],
    "baseline": [{"name": "gss", "levels": [{"value": "0", "count": 24}, {"value": "0.5", "count": 9}]}],
    "models": [{"id": "main", "terms": [{"name": "gss[1]", "p": 0.4}, {"name": "gss[0.5]", "p": 0.7}]}],
    "published": [],
    "reasons": ["words only"],
    "numbers": {"given": 0.0},
}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("participants.planned", 98),
        ("endpoints.cd4_200.arms.il2.proportion", 4 / 28),
        ("endpoints.cd4_200.tests.fisher.p", nan),
        ("endpoints.gain.odds_ratio.estimate", inf),
        ("endpoints.gain.odds_ratio.interval.lower", -inf),
        ("trajectories.cd4.visits.6.n", 1),
        ("trajectories.cd4.visits.6.5.n", 2),
        ("trajectories.cd4.visits.12.n", 3),
        ("baseline.gss.levels.0.count", 24),
        ("baseline.gss.levels.0.5.count", 9),
        ("models.main.terms.gss[1].p", 0.4),
        ("models.main.terms.gss[0.5].p", 0.7),
    ],
)
def test_paths(path, expected):
    assert quantity_at(DOCUMENT, path) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("endpoint.cd4_200", "there is no 'endpoint'; there is participants, endpoints,"),
        ("endpoints.cd4_300.arms", "there is no 'cd4_300'; there is cd4_200, gain"),
        ("endpoints.cd4_200.arms.control", "there is no 'control'; there is il2"),
        ("trajectories.cd4.visits.7.n", "there is no '7'; there is 6.0, 6.5, 12.0"),
        ("baseline.gss.levels.1.count", "there is no '1'; there is 0, 0.5"),
        ("participants.planned.more", "there is a single value"),
        ("published.any", "there is nothing"),
        ("reasons.0", "there is nothing"),
        ("participants.note", "no number at its end"),
        ("participants.flag", "no number at its end"),
        ("endpoints.cd4_200", "no number at its end"),
        ("", "there is no ''"),
    ],
)
def test_a_wrong_path_is_a_failure_with_its_reason(path, says):
    (comparison,) = compare_published(DOCUMENT, (Published(id="a", label="A", quantity=path, value=1, decimals=0),))
    assert says in comparison.reason
    assert isnan(comparison.computed)
    assert comparison.shown == "not computed"
    assert not comparison.match


def compared(computed, **printed):
    document = {"numbers": {"given": computed}}
    entry = Published(id="a", label="A", quantity="numbers.given", **printed)
    (comparison,) = compare_published(document, (entry,))
    return comparison.published, comparison.shown, comparison.match


@pytest.mark.parametrize(
    ("computed", "printed", "expected"),
    [
        (4 / 28, {"value": 0.14, "decimals": 2, "percent": True}, ("14%", "14%", True)),
        (5 / 28, {"value": 0.18, "decimals": 2, "percent": True}, ("18%", "18%", True)),
        (5 / 28, {"value": 0.17, "decimals": 2, "percent": True}, ("17%", "18%", False)),
        (5 / 28, {"value": 0.179, "decimals": 3, "percent": True}, ("17.9%", "17.9%", True)),
        # stored as 0.1449999..., and 1.005 as 1.00499999...: a journal rounds them up
        (0.145, {"value": 0.15, "decimals": 2, "percent": True}, ("15%", "15%", True)),
        (1.005, {"value": 1.01, "decimals": 2}, ("1.01", "1.01", True)),
        (0.5, {"value": 1, "decimals": 0}, ("1", "1", True)),
        (2.5, {"value": 3, "decimals": 0}, ("3", "3", True)),
        (-2.5, {"value": -3, "decimals": 0}, ("-3", "-3", True)),
        (-0.004, {"value": 0, "decimals": 2}, ("0.00", "0.00", True)),
        (43.4, {"value": 43, "decimals": 0, "unit": "years"}, ("43 years", "43 years", True)),
        (4.95, {"value": 4.9, "decimals": 1}, ("4.9", "5.0", False)),
        (98, {"value": 98, "decimals": 0}, ("98", "98", True)),
        (0.0034, {"value": 0.003, "decimals": 3}, ("0.003", "0.003", True)),
        (0.0009, {"less_than": 0.001}, ("< 0.001", "0.00090", True)),
        (0.001, {"less_than": 0.001}, ("< 0.001", "0.00100", False)),
        (0.05, {"greater_than": 0.05}, ("> 0.05", "0.0500", False)),
        (0.0501, {"greater_than": 0.05}, ("> 0.05", "0.0501", True)),
        (198, {"less_than": 200, "unit": "cells/uL"}, ("< 200 cells/uL", "198.00 cells/uL", True)),
        (0.031, {"less_than": 0.05, "percent": True}, ("< 5%", "3.10%", True)),
        ("Infinity", {"greater_than": 5}, ("> 5", "infinite", True)),
        ("Infinity", {"less_than": 5}, ("< 5", "infinite", False)),
        ("-Infinity", {"value": 5, "decimals": 0}, ("5", "-infinite", False)),
        (None, {"less_than": 0.05}, ("< 0.05", "not computed", False)),
        (None, {"greater_than": 0.05}, ("> 0.05", "not computed", False)),
    ],
)
def test_as_a_journal_prints(computed, printed, expected):
    assert compared(computed, **printed) == expected


def test_a_number_that_the_analysis_does_not_give_has_a_reason():
    entry = Published(id="a", label="A", quantity="numbers.given", greater_than=0.05)
    (comparison,) = compare_published({"numbers": {"given": None}}, (entry,))
    assert comparison.reason == "the analysis gives no number here"


@given(
    computed=st.floats(allow_nan=False, allow_infinity=False),
    decimals=st.integers(0, 12),
    percent=st.booleans(),
)
def test_any_number_can_be_printed_and_matches_itself(computed, decimals, percent):
    published, shown, match = compared(computed, value=computed, decimals=decimals, percent=percent)
    assert published == shown
    assert match
