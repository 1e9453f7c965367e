"""A page as it is printed: its body alone, black on white, figures as wide as the paper."""

from __future__ import annotations

import re
import zlib
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.conftest import still

PAPER = 688
"""An A4 page's width in pixels, without its margins of 14 mm."""

UNPRINTED = ("stSidebar", "stHeader", "stToolbar", "stDownloadButton")


def check_print(page: Page, folder: Path, name: str) -> None:
    """Print a page that was looked at in the dark, and check what is on the paper; no script of it runs after that."""
    page.set_viewport_size({"width": 1280, "height": 800})
    still(page)
    path = folder / f"{name}.pdf"
    page.pdf(path=path, prefer_css_page_size=True, print_background=True)
    shown = words_by_page(path.read_bytes())
    assert 1 <= len(shown) <= 12
    assert shown[0] >= 5
    assert sum(1 for words in shown if words == 0) == 0
    on_paper(page)
    page.screenshot(path=folder / f"{name}_printed.png", full_page=True)
    assert page.locator(":is(.sentence, [data-testid=stAlert])").first.is_visible()
    assert page.locator("h1").is_visible()
    for hidden in UNPRINTED:
        assert not any(element.is_visible() for element in page.get_by_test_id(hidden).all()), hidden
    seen = page.evaluate(
        """() => {
          const figures = [...document.querySelectorAll(".js-plotly-plot .main-svg")];
          return {
            words: getComputedStyle(document.querySelector("h1")).color,
            background: getComputedStyle(document.body).backgroundColor,
            wide: document.documentElement.scrollWidth,
            right: Math.max(0, ...figures.map((figure) => figure.getBoundingClientRect().right)),
            whole: figures.every((figure) => figure.getAttribute("viewBox")),
            printed: document.querySelector(".printed").innerText,
          };
        }"""
    )
    assert seen["words"] == "rgb(0, 0, 0)"
    assert seen["background"] == "rgb(255, 255, 255)"
    assert seen["wide"] <= PAPER
    assert seen["right"] <= PAPER + 1
    assert seen["whole"]
    assert seen["printed"].startswith(page.url)


def on_paper(page: Page) -> None:
    """Lay the page out as the printer does: told beforehand, and without another chance for scripts to redraw."""
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setScriptExecutionDisabled", {"value": True})
    page.set_viewport_size({"width": PAPER, "height": 900})
    page.wait_for_timeout(300)


def words_by_page(content: bytes) -> list[int]:
    """Return for each page of a PDF that Chromium wrote how many times its content shows text."""
    streams = {
        int(number): body
        for number, body in re.findall(rb"(\d+) 0 obj\s*<<[^>]*?>>\s*stream\r?\n(.*?)endstream", content, re.DOTALL)
    }
    pages = re.findall(rb"/Type /Page\b(?!s).*?/Contents (\d+) 0 R", content, re.DOTALL)
    return [len(re.findall(rb"T[jJ]\b", zlib.decompress(streams[int(number)]))) for number in pages]
