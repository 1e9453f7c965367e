"""A view drawn again, beside another or as slides, says the same as the page opened at that address."""

from __future__ import annotations

import re

import pytest
from streamlit.testing.v1 import AppTest

from il2dash.ui.frame import FILES, PAGES
from tests.processes import PATIENCE
from tests.ui.conftest import go, html_of, notes

VIEWS = [
    ("Overview", []),
    ("Overview", [("filter", "gss=0")]),
    ("Baseline", []),
    ("Baseline", [("numbers", "Mean (SD)"), ("characteristic", "Sex"), ("filter", "age=40..")]),
    ("Trajectories", []),
    ("Trajectories", [("marker", "HIV-1 RNA"), ("course", "Change from baseline"), ("comparison_week", "24")]),
    ("Trajectories", [("kind", "Model (MMRM)"), ("df", "Satterthwaite"), ("mmrm_covariates", "Age")]),
    (
        "Trajectories",
        [("summary", "Mean and 95% t interval"), ("patients", "false"), ("filter", "arm=il2")],
    ),
    ("Endpoints", []),
    ("Endpoints", [("threshold_cd4_200", "150"), ("week_cd4_200", "24"), ("missing", "complete cases")]),
    (
        "Endpoints",
        [("beyond", "Stratified"), ("strata_cd4_200", "Genotypic sensitivity score"), ("filter", "sex=male")],
    ),
    ("Endpoints", [("beyond", "Missing outcomes"), ("imputed", "true"), ("seed", "9")]),
    (
        "Endpoints",
        [("endpoint", "CD4 gain of at least 50 cells/uL at week 52 (secondary)"), ("threshold_cd4_gain_50", "100")],
    ),
    ("Model", []),
    ("Model", [("covariates_cd4_200", "Arm"), ("covariates_cd4_200", "Sex"), ("filter", "gss=0,1")]),
    ("Model", [("covariates_cd4_200", "")]),
    ("Model", [("forms", "Baseline CD4 as a curve"), ("further", "Interaction"), ("interaction", "Baseline CD4")]),
    ("Model", [("further", "Influence")]),
    ("Events", []),
    ("Events", [("events", "Deaths"), ("filter", "completed=1")]),
    ("Events", [("curve", "Mean number of events")]),
    ("Patients", []),
    ("Patients", [("patient", "S003")]),
    ("Published", []),
    ("Data", [("show", "Dictionary")]),
    ("Data", [("show", "Tables"), ("table", "doses")]),
    # What can't be followed is left out in both.
    ("Endpoints", [("threshold_cd4_200", "151"), ("missing", "x"), ("filter", "gss=9"), ("unknown", "1")]),
    ("Patients", [("patient", "S999")]),
]
BROKEN = 2
"""So many views at the end of the list have settings that can't be followed."""


def replayed(title: str, path: str, settings) -> None:
    """Draw a view as a slide show does: its blocks kept, then each part drawn."""
    import streamlit as st

    from il2dash.ui import address, blocks, looked_at, replay, studies

    address.begin(title)
    looked_at.on_page(title)
    with blocks.kept_blocks() as kept:
        replay.draw(title, tuple(settings), studies.current().trial, key="slide_")
    for block in kept:
        for draw in (*block.words, *block.figures, *block.details):
            draw()
    st.session_state["blocks"] = len(kept)


def blocks_of(test) -> tuple[list[str], list[str], list[str], list[str]]:
    """Return what a view says: sentences, standings (but for the count), methods and tables.

    Two things are of a page alone: what was looked at in the session, and what to do with its widgets.
    """
    html = re.sub(r"<h2>Looked at in this session.*?</table>", "", html_of(test), flags=re.DOTALL)
    standings = re.findall(r'class="standing-reasons">(.*?)(?: · your .*?)?</span>', html)
    tables = re.findall(r"<table.*?</table>", html, re.DOTALL)
    said = re.findall(r'<p class="(?:sentence|beside)">(.*?)</p>', html, re.DOTALL)
    methods = re.findall(r'<p class="method">(?!Choose a row)(.*?)</p>', html, re.DOTALL)
    return said, standings, methods, tables


OPENED: dict[tuple[str, tuple[tuple[str, str], ...]], AppTest] = {}


@pytest.fixture
def opened(visit):
    """Open each view once for all the tests that look at it."""

    def once(title: str, settings) -> AppTest:
        view = (title, tuple(settings))
        if view not in OPENED:
            OPENED[view] = visit(title, *settings)
        return OPENED[view]

    return once


@pytest.mark.parametrize(
    ("title", "settings"),
    VIEWS,
    ids=lambda value: value if isinstance(value, str) else "&".join("=".join(pair) for pair in value) or "-",
)
def test_a_replayed_view_says_what_the_page_says(opened, title, settings):
    page = opened(title, settings)
    if (title, settings) not in VIEWS[-BROKEN:]:
        assert notes(page) == ""
    replay = AppTest.from_function(replayed, args=(title, FILES[title], settings), default_timeout=PATIENCE)
    replay.run()
    assert not replay.exception, replay.exception[0].message
    assert blocks_of(replay) == blocks_of(page)
    assert replay.session_state["blocks"] >= 1
    alternatives = [chart.proto.alt for chart in replay.get("plotly_chart")]
    assert alternatives == [chart.proto.alt for chart in page.get("plotly_chart")]
    widgets = [*replay.selectbox, *replay.button_group, *replay.toggle, *replay.select_slider, *replay.number_input]
    assert widgets == []


def test_every_setting_is_of_one_page_alone(opened):
    """Streamlit forgets a bound parameter when another page binds the same one."""
    asked: dict[str, set[str]] = {}
    for title, settings in VIEWS:
        for key in opened(title, settings).session_state["settings_asked"]:
            asked.setdefault(key, set()).add(title)
    assert {"threshold_cd4_200", "covariates_cd4_200", "patient", "curve", "table", "df"} <= set(asked)
    assert {key: titles for key, titles in asked.items() if len(titles) > 1} == {}
    assert not set(asked) & {"filter", "present", "slide", "ask"}


def test_a_page_keeps_its_settings_while_others_are_visited(visit):
    test = visit("Endpoints", ("threshold_cd4_200", "150"))
    go(test, "Model")
    links = {link.proto.label: link.proto.query_string for link in test.get("page_link")}
    assert links["Endpoints"] == "threshold_cd4_200=150"
    assert links["Trajectories"] == ""


def test_every_link_of_the_sidebar_carries_the_filters(visit):
    test = visit("Endpoints", ("filter", "gss=0"))
    links = [link.proto for link in test.get("page_link") if link.proto.label in PAGES]
    assert len(links) >= len(PAGES)
    assert {link.query_string for link in links if link.label != "Endpoints"} == {"filter=gss%3D0"}
