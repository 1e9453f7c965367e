"""No page has a barrier that axe calls serious or critical, on a desk and on a phone, in light and in dark."""

from __future__ import annotations

from itertools import pairwise

import pytest
from axe_playwright_python.sync_playwright import Axe

from il2dash.ui.site import PAGES, path_of
from tests.browser.conftest import whole

pytestmark = pytest.mark.browser

BARRIERS = ("serious", "critical")

BEYOND_THE_FIRST_VIEW = (
    "Trajectories?kind=Model+(MMRM)",
    "Data?show=Tables",
    "Data?show=Dictionary",
    "Data?show=Checks",
    "Data?show=Downloads",
)


def barriers(page) -> list[str]:
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{violation['id']}: {node['target']} {node['html'][:200]} {node['failureSummary']}"
        for violation in found
        if violation["impact"] in BARRIERS
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("title", PAGES)
@pytest.mark.parametrize("width", [1280, 390], ids=["desk", "phone"])
def test_a_page_by_deep_link_has_no_barrier_and_no_error(etoile, chromium, title, width):
    errors = []
    page = chromium.new_page(viewport={"width": width, "height": 844})
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{etoile.address}/{path_of(title)}")
    whole(page)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(500)
        assert barriers(page) == []
    levels = page.eval_on_selector_all(
        "[data-testid='stMain'] :is(h1, h2, h3, h4, h5, h6)", "all => all.map(heading => Number(heading.tagName[1]))"
    )
    page.close()
    assert errors == []
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels)), levels


@pytest.mark.parametrize("path", BEYOND_THE_FIRST_VIEW)
def test_a_view_has_no_barrier(etoile, visit, path):
    page = visit(f"{etoile.address}/{path}", width=390, height=844)
    page.wait_for_timeout(400)
    assert barriers(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_figures_words_and_marks_stand_out(etoile, visit, scheme):
    """Axe looks at HTML alone: 4.5:1 for a figure's words, 3:1 for the arms' marks."""
    page = visit(f"{etoile.address}/Trajectories", scheme=scheme)
    page.wait_for_selector(".js-plotly-plot .annotation-text")
    page.wait_for_timeout(400)
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
