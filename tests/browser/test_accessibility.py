"""Barriers beyond the first view of each page (test_pages has those), in figures, and for the keyboard."""

from __future__ import annotations

import pytest

from tests.browser.axe import barriers
from tests.browser.conftest import still

pytestmark = pytest.mark.browser

BEYOND_THE_FIRST_VIEW = (
    "Trajectories?kind=Model+(MMRM)",
    "Data?show=Tables",
    "Data?show=Dictionary",
    "Data?show=Checks",
    "Data?show=Downloads",
)


@pytest.mark.parametrize("path", BEYOND_THE_FIRST_VIEW)
def test_a_view_has_no_barrier(etoile, visit, path):
    page = visit(f"{etoile.address}/{path}", width=390, height=844)
    still(page)
    assert barriers(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_figures_words_and_marks_stand_out(etoile, visit, scheme):
    """Axe looks at HTML alone: 4.5:1 for a figure's words, 3:1 for the arms' marks."""
    page = visit(f"{etoile.address}/Trajectories", scheme=scheme)
    page.wait_for_selector(".js-plotly-plot .annotation-text")
    still(page)
    colors = page.evaluate(
        """() => ({
          page: getComputedStyle(document.querySelector("[data-testid=stApp]")).backgroundColor,
          words: [...document.querySelectorAll(".js-plotly-plot :is(.annotation-text, .xtick > text, .ytick > text)")]
            .map((word) => getComputedStyle(word).fill),
          marks: [...document.querySelectorAll(".js-plotly-plot .points path")]
            .map((mark) => getComputedStyle(mark).fill).filter((fill) => fill.startsWith("rgb(")),
        })"""
    )
    assert colors["words"]
    assert min(contrast(color, colors["page"]) for color in colors["words"]) >= 4.5
    assert min(contrast(color, colors["page"]) for color in colors["marks"]) >= 3


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colors as WCAG 2.2 defines it."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(color: str) -> float:
    parts = [float(part) / 255 for part in color.removeprefix("rgb(").removesuffix(")").split(",")]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_contrast_is_wcags():
    assert contrast("rgb(0, 0, 0)", "rgb(255, 255, 255)") == pytest.approx(21)
    assert contrast("rgb(118, 118, 118)", "rgb(255, 255, 255)") == pytest.approx(4.54, abs=0.01)


def test_where_one_is_and_what_has_the_keyboard_is_seen(etoile, visit):
    page = visit(f"{etoile.address}/Endpoints")
    button = page.locator("[data-save=svg]").first
    button.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    assert button.evaluate("button => getComputedStyle(button).outlineStyle") == "solid"
    assert page.locator(".st-key-navigation a[disabled]").inner_text().endswith("Endpoints")
