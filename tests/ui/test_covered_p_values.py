"""P values of exploratory analyses are covered on every page until they are asked for, and labeled from then on."""

from __future__ import annotations

import re

import pytest

from il2dash.ui.show import P_VALUES_KEY
from tests.ui.conftest import everything, go, html_of, sentences

NUMBER = re.compile(r"\bP\s*[=<>]\s*[\d.]+")
"""A P value in words, whatever blank is in it: on purpose not the pattern by which they are covered."""

CELLS = re.compile(r"<td[^>]*>(.*?)</td>", re.DOTALL)
EXPLORATORY = [("filter", "age=..55")]

VIEWS = {
    "overview": ("Overview", []),
    "baseline": ("Baseline", []),
    "observed": ("Trajectories", []),
    "RNA": ("Trajectories", [("marker", "HIV-1 RNA")]),
    "modeled": ("Trajectories", [("kind", "Model (MMRM)")]),
    "endpoint": ("Endpoints", []),
    "threshold": ("Endpoints", [("threshold_cd4_200", "150")]),
    "strata": ("Endpoints", [("beyond", "Stratified")]),
    "missing": ("Endpoints", [("beyond", "Missing outcomes")]),
    "model": ("Model", []),
    "interaction": ("Model", [("further", "Interaction")]),
    "influence": ("Model", [("further", "Influence")]),
    "events": ("Events", []),
    "incidence": ("Events", [("curve", "Cumulative incidence, death competing")]),
    "patients": ("Patients", []),
}
WITHOUT_P_VALUES = {"overview", "baseline", "patients"}


def p_values(test) -> list[str]:
    """Return the P values that a page shows, each with the word before it."""
    shown = re.sub(r"<[^>]+>", " ", everything(test))
    return [shown[max(0, found.start() - 12) : found.end()] for found in NUMBER.finditer(shown)]


def columns_of_p(test) -> list[list[str]]:
    """Return the cells under every header of a table that is of P values."""
    found = []
    for table in re.findall(r"<table.*?</table>", html_of(test), re.DOTALL):
        headers = [re.sub(r"<[^>]+>", "", header) for header in re.findall(r"<th[^>]*>.*?</th>", table, re.DOTALL)]
        rows = [row for row in re.findall(r"<tr.*?</tr>", table, re.DOTALL) if "<td" in row]
        for row in rows:
            cells = [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<t[dh][^>]*>.*?</t[dh]>", row, re.DOTALL)]
            named = dict(zip(headers, cells, strict=False))
            found.extend([header, cell] for header, cell in named.items() if re.search(r"\bP\b", header))
    return found


@pytest.mark.parametrize("view", VIEWS)
def test_no_exploratory_p_value_is_on_a_page_until_it_is_asked_for(visit, view):
    title, settings = VIEWS[view]
    test = visit(title, *EXPLORATORY, *settings)
    assert p_values(test) == []
    assert not [cell for _, cell in columns_of_p(test) if re.search(r"\d", cell)]
    assert ("covered" in everything(test)) == (view not in WITHOUT_P_VALUES)


@pytest.mark.parametrize("view", VIEWS)
def test_once_asked_for_each_is_labeled(visit, view):
    title, settings = VIEWS[view]
    test = visit(title, *EXPLORATORY, *settings, **{P_VALUES_KEY: True})
    found = p_values(test)
    assert all("exploratory P" in value for value in found), found
    columns = columns_of_p(test)
    assert all("xploratory P" in header for header, _ in columns), columns
    assert "covered" not in everything(test).replace("discovered", "")
    assert bool(found or columns) == (view not in WITHOUT_P_VALUES)


def test_the_trials_own_p_values_are_shown(visit):
    found = p_values(visit("Model"))
    assert any("P =" in value for value in found)
    assert not [value for value in found if "exploratory" in value]


def test_the_switch_is_of_the_session_and_not_of_the_address(visit):
    test = visit("Endpoints", *EXPLORATORY)
    test.toggle(key=P_VALUES_KEY).set_value(True).run()
    assert any("exploratory P" in value for value in p_values(test))
    assert P_VALUES_KEY not in test.query_params
    go(test, "Model").run()
    assert test.toggle(key=P_VALUES_KEY).value
    assert any("exploratory P" in value for value in p_values(test))
    test.toggle(key=P_VALUES_KEY).set_value(False).run()
    assert p_values(test) == []


BESIDE_NOTHING = {"patients"}
"""Who is counted isn't an analysis with a result."""


@pytest.mark.parametrize("view", sorted(set(VIEWS) - BESIDE_NOTHING))
def test_the_trials_own_result_is_beside_an_exploratory_one(visit, view):
    title, settings = VIEWS[view]
    assert '<p class="beside">' in html_of(visit(title, *EXPLORATORY, *settings))


def test_both_results_of_an_endpoint_are_the_trials_and_the_views(visit):
    own = sentences(visit("Endpoints"))[0]
    counted = re.match(r"(\d+ of 28 \(\d+%\)) with IL-2 and (\d+ of 28 \(\d+%\)) with Control", own)
    test = visit("Endpoints", ("filter", "gss=0"))
    current, beside = sentences(test)[:2]
    assert current.startswith("1 of 10 (10%) with IL-2 and 2 of 14 (14%) with Control")
    assert counted.group(1) in beside
    assert counted.group(2) in beside


def test_nothing_is_beside_the_trials_own_analysis(visit):
    assert '<p class="beside">' not in html_of(visit("Model"))
