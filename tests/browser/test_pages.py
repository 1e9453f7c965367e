"""Every page in a real Chromium: whole, without a traceback, on a desk and on a phone, in light and in dark."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from il2dash.ui.site import PAGES, path_of
from tests.browser.axe import barriers
from tests.browser.conftest import arrived, still, whole
from tests.browser.printing import check_print
from tests.processes import PATIENCE

pytestmark = pytest.mark.browser

WITHOUT_FIGURES = ("Published", "Data", "Snapshots")
TRACES = ("Traceback", "Exception", "Error:")


def no_traceback(page) -> None:
    words = page.locator("[data-testid='stMain']").inner_text()
    assert not [trace for trace in TRACES if trace in words]
    assert page.locator("[data-testid='stException']").count() == 0


@pytest.mark.parametrize("title", PAGES)
@pytest.mark.parametrize(
    ("width", "height", "scheme"), [(1280, 800, "light"), (390, 844, "dark")], ids=["desk", "phone"]
)
def test_a_page_by_deep_link(etoile, visit, output, title, width, height, scheme):
    asked, errors = [], []
    address = f"{etoile.address}/{path_of(title)}"
    page = visit(address, width=width, height=height, scheme=scheme, requests=asked, errors=errors)
    no_traceback(page)
    assert page.locator("h1").all_inner_texts() == [title]
    page.locator(".st-key-synthetic-badge a", has_text="Synthetic data").wait_for()
    levels = page.eval_on_selector_all(
        "[data-testid='stMain'] :is(h1, h2, h3, h4, h5, h6)", "all => all.map(heading => Number(heading.tagName[1]))"
    )
    assert levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels)), levels
    alternatives = page.eval_on_selector_all(
        "[data-testid='stPlotlyChart']",
        "charts => charts.map(c => (c.closest('[aria-label]') || c.querySelector('[aria-label]'))"
        "?.getAttribute('aria-label') || '')",
    )
    assert bool(alternatives) == (title not in WITHOUT_FIGURES)
    assert all(words.startswith("Synthetic data.") and len(words) > 60 for words in alternatives), alternatives
    tall = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": width, "height": min(tall + 200, 6000)})
    still(page)
    background = page.evaluate("getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor")
    assert (background == "rgb(255, 255, 255)") == (scheme == "light")
    assert barriers(page) == []
    page.screenshot(path=output / f"{title}_{width}_{scheme}.png")
    # Nothing is wider than the screen: what is wide scrolls in itself.
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= width
    if scheme == "dark":
        check_print(page, output, title)
    assert errors == []
    assert [url for url in asked if not url.startswith((etoile.address, "data:", "blob:"))] == []


def test_the_badge_leads_to_what_is_synthetic(etoile, visit):
    page = visit(f"{etoile.address}/Model")
    page.locator(".st-key-synthetic-badge a", has_text="Synthetic data").click()
    arrived(page, "Data")
    page.get_by_text("What is published, and what is assumed").wait_for()


def forest_words(page) -> str:
    return page.locator(".js-plotly-plot").first.inner_text()


def switch(page, name: str):
    return page.locator(".st-key-covariates_cd4_200 button", has_text=name).first


def is_on(page, name: str, on: bool = True) -> None:
    """Wait until a switch stands as it is said."""
    expect(switch(page, name)).to_have_attribute("aria-pressed", str(on).lower())


def wait_for_row(page, name: str) -> None:
    page.wait_for_function("name => document.querySelector('.js-plotly-plot')?.textContent.includes(name)", arg=name)


def test_a_covariate_is_switched_on_and_the_model_restored(etoile, visit):
    page = visit(f"{etoile.address}/Model")
    page.get_by_text("prespecified").wait_for()
    assert "CDC stage" not in forest_words(page)
    switch(page, "CDC stage").click()
    page.get_by_text("exploratory", exact=True).wait_for()
    wait_for_row(page, "CDC stage")
    expect(page).to_have_url(re.compile(r"CDC\+stage"))
    expect(page.locator(".standing-reasons")).to_contain_text("with CDC stage")
    page.reload()
    whole(page)
    wait_for_row(page, "CDC stage")
    page.get_by_text("Restore the published model").click()
    page.get_by_text("prespecified").wait_for()
    is_on(page, "CDC stage", False)
    is_on(page, "Enfuvirtide")
    expect(page).not_to_have_url(re.compile(r"CDC\+stage"))


def test_a_switch_answers_to_the_keyboard(etoile, visit):
    page = visit(f"{etoile.address}/Model")
    switch(page, "CDC stage").focus()
    page.keyboard.press("Space")
    wait_for_row(page, "CDC stage")


def test_a_click_on_the_page_leaves_the_other_endpoint_alone(etoile, visit):
    page = visit(f"{etoile.address}/Model?outcome=CD4+gain+of+at+least+50+cells%2FuL+at+week+52+%28secondary%29")
    page.get_by_text("16 responders among 56 patients").wait_for()
    assert page.locator(".st-key-covariates_cd4_gain_50 button").count() >= 8


def test_everything_is_reached_by_tab(etoile, visit):
    page = visit(f"{etoile.address}/Endpoints")
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate("document.activeElement.getAttribute('aria-label') || document.activeElement.textContent")
        )
    for wanted in ("Model", "Endpoint", "Threshold", "Week", "Back to the trial's own analysis", "Difference between"):
        assert any(wanted in (words or "") for words in reached), (wanted, reached)


def test_twenty_quick_clicks_end_in_the_state_last_clicked(etoile, visit):
    page = visit(f"{etoile.address}/Model")
    for index in range(20):
        switch(page, ("Sex", "antiretroviral", "CDC stage")[index % 3]).click()
    # Sex and years of treatment seven times each, CDC stage six times: the first two end switched on.
    page.wait_for_function(
        "() => { const t = document.querySelector('.js-plotly-plot')?.textContent ?? '';"
        " return t.includes('antiretroviral') && t.includes('Sex') && !t.includes('CDC'); }"
    )
    for name, on in (("Sex", True), ("antiretroviral", True), ("CDC stage", False)):
        is_on(page, name, on)


DRAWN_AGAIN = """
async (control, patience) => {
  // Of the figure that replaces the one that is there: how often Plotly begins to draw it after it was first seen.
  const figures = () =>
    [...document.querySelectorAll('.js-plotly-plot')].filter(one => !one.closest('[data-retained]'));
  const before = figures();
  let seen = null, again = 0;
  control.click();
  return await new Promise((resolve, reject) => {
    let since = performance.now();
    const look = () => {
      const found = figures().find(one => !before.includes(one) && one._fullLayout && one.on);
      if (found && found !== seen) {
        seen = found;
        since = performance.now();
        found.on('plotly_beforeplot', () => { again += 1; });
      }
      if (performance.now() - since < (seen ? 800 : 1000 * patience)) requestAnimationFrame(look);
      else if (seen) resolve(again);
      else reject(`no new figure within ${patience} s`);
    };
    look();
  });
}
"""


def test_a_click_draws_its_figure_once(etoile, visit):
    page = visit(f"{etoile.address}/Model")
    still(page)
    assert [switch(page, name).evaluate(DRAWN_AGAIN, PATIENCE) for name in ("Sex", "CDC stage", "Sex")] == [0, 0, 0]


def test_the_threshold_moves_the_endpoint(etoile, visit):
    page = visit(f"{etoile.address}/Endpoints")
    page.get_by_text("prespecified").first.wait_for()
    slider = page.get_by_role("slider").first
    slider.focus()
    for _ in range(5):
        slider.press("ArrowLeft")
    page.get_by_text("threshold 150, protocol 200").first.wait_for()
    page.get_by_text("Back to the trial's own analysis").click()
    page.get_by_text("prespecified").first.wait_for()


def test_the_downloads_say_that_they_are_synthetic(etoile, visit):
    page = visit(f"{etoile.address}/Data?show=Downloads")
    with page.expect_download() as waiting:
        page.get_by_text("All results (JSON)").click()
    assert waiting.value.suggested_filename == "synthetic_etoile_results.json"
