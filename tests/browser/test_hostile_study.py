"""A study of hostile words in a real Chromium: nothing of them runs, becomes an element or is fetched; all are read."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from tests.browser.conftest import serve, whole
from tests.browser.test_pages import no_traceback
from tests.hostile_study import ARMS, LATEX, LISTS, MARKDOWN, SCRIPT, hostile_study

pytestmark = pytest.mark.browser

VIEWS = (
    "?filter=sex%3DF,M",
    "Baseline",
    "Trajectories?filter=cdc_stage%3DA,B,C",
    "Events",
    "Patients",
    "Data?show=Dictionary",
    "Model?filter=sex%3DF,M",
)
MADE_OF_WORDS = """
() => [...document.querySelectorAll(
    "img[src='x'], img[src*=hacked], a[href*=hacked], a[href^=javascript], script, .katex, [onerror], "
    + "[data-testid=stMain] i, [data-testid=stMarkdownContainer] [role=img]"
  )].filter(node => node.tagName !== "SCRIPT" || /__hacked/.test(node.textContent)).map(node => node.outerHTML)
"""
MARKED_UP = """
() => [...document.querySelectorAll(
    ":is([data-testid=stWidgetLabel], [data-testid=stButtonGroup], [data-testid=stPageLink], [data-testid=stButton])"
    + " :is(strong, em, code, del, a:not([data-testid]), h1, h2, li, [class*=color])"
  )].map(node => node.outerHTML)
"""
WORDS = """
() => (document.body.innerText + " " + [...document.querySelectorAll("svg text")].map(n => n.textContent).join(" "))
  .replace(/\\s+/g, " ")
"""


def test_hostile_words_are_words(repository, tmp_path, profile):
    study = hostile_study(tmp_path / "study", repository / "tests" / "studies" / "mini")
    asked: list[str] = []
    seen = ""
    with serve(repository, study, tmp_path / "log") as server:
        page = profile.new_page()
        page.on("request", lambda request: asked.append(request.url))
        for view in VIEWS:
            page.goto(f"{server.address}/{view}")
            whole(page)
            no_traceback(page)
            assert page.evaluate("window.__hacked") is None
            assert page.evaluate(MADE_OF_WORDS) == []
            assert page.evaluate(MARKED_UP) == []
            assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 1280
            seen += page.evaluate(WORDS)
        with page.expect_download() as saved:
            page.locator("[data-save=svg]").first.click()
        picture = ElementTree.parse(saved.value.path()).getroot()
        page.close()
    assert [address for address in asked if "hacked" in address] == []
    for words in (SCRIPT, MARKDOWN, LATEX, LISTS, *ARMS):
        assert words in seen
    assert {element.tag for element in picture.iter() if element.tag.endswith(("}script", "}a", "}image"))} == set()
    assert "<script>" in "".join(picture.itertext())
