"""A view in a real browser: shared, reloaded, left and come back to, presented, and nobody else's."""

from __future__ import annotations

import re
from contextlib import ExitStack

import pytest
from playwright.sync_api import expect

from il2dash.ui.frame import PAGES
from tests.browser.conftest import free_port, go, serve, settled, starting, whole

pytestmark = pytest.mark.browser

AT_150 = "threshold_cd4_200=150"
SHARED = f"filter=gss%3D0&{AT_150}"
OF_GSS_0 = "1 of 10 (10%) with IL-2 and 2 of 14 (14%) with Control"
MAIN = "[data-testid='stMain']"

COUNT_RUNS = """() => {
    const app = document.querySelector("[data-testid=stApp]");
    let runs = false;
    window.runs = 0;
    new MutationObserver(() => {
        if (app.dataset.testScriptState === "running") runs = true;
        else if (runs) { runs = false; window.runs += 1; }
    }).observe(app, {attributes: true});
}"""
"""What is on the screen stays there while a new server draws it again: only this tells that it did."""


def said(page) -> list[str]:
    """Return what a page says: its sentences, why they are exploratory, and the cells of its tables."""
    cells = page.locator(f"{MAIN} .sentence, {MAIN} .beside, {MAIN} .standing, {MAIN} td").all_inner_texts()
    return [re.sub(r"\s+", " ", cell) for cell in cells]


def says(page, words: str) -> None:
    """Wait until a sentence of the page holds some words."""
    page.locator(f"{MAIN} .sentence", has_text=words).first.wait_for()


def set_threshold(page, value: str, key: str, *, times: int = 40) -> None:
    """Move the threshold by the keyboard until it says a value."""
    thumb = page.locator(".st-key-threshold_cd4_200").get_by_role("slider")
    thumb.focus()
    for _ in range(times):
        if thumb.get_attribute("aria-valuetext") == value:
            return
        thumb.press(key)
    pytest.fail(f"the threshold never said {value}, but {thumb.get_attribute('aria-valuetext')}")


def filter_by(page, variable: str) -> None:
    page.locator(".st-key-filter_added input").click()
    page.keyboard.type(variable)
    page.keyboard.press("Enter")


def open_share(page):
    page.get_by_role("button", name="Share").click()
    code = page.locator("[data-testid='stPopoverBody'] code")
    code.wait_for()
    return code


def keep(page, name: str) -> None:
    """Keep the view under Share, and close it."""
    open_share(page)
    field = page.get_by_label("Keep this view as")
    field.fill(name)
    field.press("Enter")
    page.get_by_text(f"Kept as “{name}”").wait_for()
    page.keyboard.press("Escape")


@pytest.fixture
def tab(etoile, profile):
    """Open an address below the server's in a new tab."""
    pages = []

    def opened(address: str):
        page = profile.new_page()
        pages.append(page)
        page.goto(f"{etoile.address}/{address}")
        whole(page)
        return page

    yield opened
    for page in pages:
        page.close()


def test_the_story(tab, chromium):
    page = tab("Endpoints")
    filter_by(page, "Genotypic")
    page.locator(".st-key-filter_on_gss button", has_text="0").click()
    page.locator(".chips-count").wait_for()
    set_threshold(page, "150", "ArrowLeft")
    page.locator(".standing-reasons", has_text="threshold 150, protocol 200").first.wait_for()
    settled(page)
    assert page.locator(".panel-count").inner_text() == "24 of 56 patients (IL-2 10, Control 14)"
    assert page.url.endswith(f"/Endpoints?{SHARED}")

    # Both results, and P values that are covered.
    first = said(page)
    assert re.match(r"\d+ of 10 \(\d+%\) with IL-2 and \d+ of 14 \(\d+%\) with Control", first[1])
    assert first[2].startswith("The trial's own analysis (all 56 patients, 200 cells/uL at week 52): 4 of 28 (14%)")
    main = page.locator(MAIN).inner_text().replace("\xa0", " ")
    assert "P covered" in main
    assert not re.search(r"\bP [=<>] ", main)

    # The link is the address, on the page and on the clipboard.
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    assert open_share(page).inner_text().strip() == page.url
    page.get_by_role("button", name="Copy link").click()
    page.locator("#il2dash-said", has_text="Copied").wait_for()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == page.url
    page.keyboard.press("Escape")

    # A new profile sees the same numbers, and so does a reload.
    elsewhere = chromium.new_context().new_page()
    elsewhere.goto(link)
    whole(elsewhere)
    assert said(elsewhere) == first
    assert elsewhere.url == link
    elsewhere.context.close()
    page.reload()
    whole(page)
    assert said(page) == first

    # Back and Forward.
    go(page, "Model")
    assert page.locator(".panel-count").inner_text() == "24 of 56 patients (IL-2 10, Control 14)"
    model = said(page)
    page.go_back()
    expect(page.locator("h1")).to_have_text("Endpoints")
    settled(page)
    assert page.url == link
    assert said(page) == first
    page.go_forward()
    expect(page.locator("h1")).to_have_text("Model")
    settled(page)
    assert said(page) == model
    # The sidebar's link leads back to the view as it was left.
    go(page, "Endpoints")
    assert page.url == link
    assert said(page) == first


def test_the_view_returns_when_the_server_is_restarted_under_it(repository, tmp_path, profile):
    study, port = repository / "sample_data" / "etoile", free_port()
    page = profile.new_page()
    with serve(repository, study, tmp_path / "first.log", port=port) as server:
        page.goto(f"{server.address}/Endpoints?{SHARED}")
        whole(page)
        before = said(page)
        address = page.url
        page.evaluate(COUNT_RUNS)
    page.locator("[data-testid='stApp'][data-test-connection-state='CONNECTED']").wait_for(state="detached")
    with serve(repository, study, tmp_path / "second.log", port=port):
        page.locator("[data-testid='stApp'][data-test-connection-state='CONNECTED']").wait_for(timeout=30_000)
        page.wait_for_function("window.runs > 0")
        settled(page)
        assert page.url == address
        assert said(page) == before
        # It is alive, and not only what was left on the screen.
        set_threshold(page, "200", "ArrowRight")
        page.wait_for_url("**/Endpoints?filter=gss%3D0")
        says(page, OF_GSS_0)
        page.close()


def test_every_page_is_whole_as_the_first_request_after_a_start(repository, tmp_path, profile):
    """Two ports in turn: the next server starts while a page is looked at, and the browser knows both."""
    study, ports = repository / "sample_data" / "etoile", (free_port(), free_port())
    titles = list(PAGES)
    with ExitStack() as running:

        def start(place: int):
            servers = ExitStack()
            running.push(servers)
            return servers, servers.enter_context(
                starting(repository, study, tmp_path / f"{place}.log", port=ports[place % 2])
            )

        ahead = start(0)
        for place, title in enumerate(titles):
            servers, up = ahead
            server = up()
            if place + 1 < len(titles):
                ahead = start(place + 1)
            errors: list[str] = []
            page = profile.new_page()
            page.on(
                "console",
                lambda message, errors=errors: errors.append(message.text) if message.type == "error" else None,
            )
            page.on("pageerror", lambda error, errors=errors: errors.append(str(error)))
            page.goto(f"{server.address}/{'' if title == 'Overview' else title}")
            whole(page)
            assert page.locator("h1").all_inner_texts() == [title]
            assert page.locator("[data-testid='stException'], [data-testid='stAlertContentError']").count() == 0, title
            assert "Traceback" not in page.locator(MAIN).inner_text()
            assert errors == [], title
            page.close()
            servers.close()
            log = server.log.read_text()
            assert "Traceback" not in log, log


def test_twenty_quick_settings_end_in_the_last_one(tab):
    page = tab("Endpoints")
    slider = page.locator(".st-key-threshold_cd4_200").get_by_role("slider")
    slider.focus()
    for _ in range(12):
        slider.press("ArrowLeft")
    for _ in range(8):
        slider.press("ArrowRight")
    last = slider.get_attribute("aria-valuetext")
    page.wait_for_url(f"**/Endpoints?threshold_cd4_200={last}")
    page.locator(".standing-reasons", has_text=f"threshold {last}, protocol 200").first.wait_for()
    for rule in ("complete cases", "best case", "worst case", "complete cases"):
        page.locator(".st-key-missing").get_by_text(rule).click()
    page.wait_for_url("**missing=complete+cases*")
    page.locator(".standing-reasons", has_text="complete cases").first.wait_for()
    settled(page)
    shown = said(page)
    page.reload()
    whole(page)
    assert said(page) == shown
    assert "of 23 (" in shown[1]


def test_two_sessions_never_see_each_others(etoile, tab, visit):
    page = tab(f"Endpoints?{SHARED}")
    other = visit(f"{etoile.address}/Endpoints")
    own = said(other)
    page.locator(".st-key-exploratory_p_values label").click()
    page.get_by_text(re.compile("exploratory P")).first.wait_for()
    keep(page, "Mine")
    other.locator(".st-key-missing").get_by_text("complete cases").click()
    other.locator(".standing-reasons", has_text="complete cases").first.wait_for()
    settled(other)
    main = other.locator(MAIN).inner_text().replace("\xa0", " ")
    assert other.locator(".panel-count").inner_text() == "56 of 56 patients (IL-2 28, Control 28)"
    assert other.url == f"{etoile.address}/Endpoints?missing=complete+cases"
    assert other.locator(".st-key-exploratory_p_values input").is_checked() is False
    assert "P covered" in main
    assert "exploratory P" not in main
    assert own[1].startswith("4 of 28 (14%)")
    # Two of its own before: the endpoint, which is the trial's, and all thresholds.
    assert "your 3rd analysis in this session" in main
    go(other, "Snapshots")
    other.get_by_text("Nothing is kept yet").wait_for()
    go(page, "Snapshots")
    page.get_by_text("1 view kept in this session").wait_for()
    again = tab("Snapshots")
    again.get_by_text("Nothing is kept yet").wait_for()  # another tab is another session


def slide(page, number: int) -> None:
    """Wait for a slide."""
    expect(page.locator(".slide-number")).to_have_text(re.compile(rf"^{number} of \d+ slides$"))
    page.wait_for_selector("[data-testid='stApp'][data-test-script-state='notRunning']")


def test_what_was_kept_is_compared_and_presented(tab):
    page = tab(f"Endpoints?{SHARED}")
    keep(page, "GSS 0 at 150")
    first = said(page)
    go(page, "Events")
    keep(page, "Events")
    second = said(page)
    go(page, "Snapshots")
    before = page.url

    # Side by side.
    says(page, "2 views kept")
    page.locator(f"{MAIN} .sentence").nth(4).wait_for()
    settled(page)
    assert said(page)[1:] == [*first, *second]
    # In half a page the effects' rows are lists of cells, as on a phone: no method is cut.
    effects = page.locator(".stacked").first
    effects.wait_for()
    assert effects.evaluate("table => table.scrollWidth <= table.clientWidth")
    assert effects.locator("thead").is_visible() is False

    # Slides, the question before each result.
    page.get_by_text("What do you expect?").click()
    settled(page)
    page.get_by_role("button", name="Present").click()
    slide(page, 1)
    assert page.locator("[data-testid='stSidebar']").is_visible() is False
    assert page.locator(".ask").inner_text() == "What do you expect?"
    assert page.locator(".sentence").count() == 0
    assert "GSS 0 at 150 · 24 of 56 patients (IL-2 10, Control 14)" in page.locator(".slide-view").inner_text()
    page.keyboard.press("ArrowRight")
    slide(page, 2)
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    assert re.sub(r"\s+", " ", page.locator(".sentence").inner_text()) == first[1]
    assert page.locator(".ask").count() == 0
    page.keyboard.press("ArrowLeft")
    slide(page, 1)
    page.get_by_role("button", name="Next").click()
    slide(page, 2)
    page.keyboard.press("Escape")
    page.locator("h1", has_text="Snapshots").wait_for()
    settled(page)
    assert page.url == before
    says(page, "2 views kept")


def test_a_page_is_presented_as_it_stands_and_a_reload_stays_on_the_slide(tab):
    page = tab(f"Endpoints?{SHARED}")
    address, first = page.url, said(page)
    page.get_by_role("button", name="Present").click()
    slide(page, 1)
    page.keyboard.press("ArrowRight")
    slide(page, 2)
    # The tables are taller than the screen: the keys reach their end, and the next slide begins at its top.
    page.locator(".table-wrap").nth(1).wait_for()
    scrolled = "document.querySelector('[data-testid=stMain]').scrollTop"
    page.keyboard.press("End")
    assert page.evaluate(scrolled) > 0
    page.keyboard.press("ArrowLeft")
    slide(page, 1)
    assert page.evaluate(scrolled) == 0
    page.keyboard.press("ArrowRight")
    slide(page, 2)
    there = page.locator(MAIN).inner_text()
    page.reload()
    slide(page, 2)
    assert page.locator(MAIN).inner_text() == there
    page.keyboard.press("ArrowLeft")
    slide(page, 1)
    assert re.sub(r"\s+", " ", page.locator(".sentence").inner_text()) == first[1]
    page.keyboard.press("Escape")
    page.locator("h1", has_text="Endpoints").wait_for()
    settled(page)
    assert page.url == address
    assert said(page) == first


def tab_to(page, place: str, *, key: str = "Tab") -> None:
    """Press Tab until the focus is within a place."""
    for _ in range(60):
        page.keyboard.press(key)
        if page.evaluate("place => document.activeElement.closest(place) !== null", place):
            return
    pytest.fail(f"{key} never reached {place}")


def test_the_keyboard_alone_suffices(tab):
    page = tab("Endpoints")
    tab_to(page, ".st-key-filter_added")
    page.keyboard.type("Genotypic")
    page.keyboard.press("Enter")
    page.locator(".st-key-filter_on_gss button").first.wait_for()
    settled(page)
    tab_to(page, ".st-key-filter_on_gss", key="Shift+Tab")
    page.keyboard.press("Space")
    page.wait_for_url("**/Endpoints?filter=gss%3D*")
    settled(page)
    tab_to(page, ".st-key-share")
    page.keyboard.press("Enter")
    page.locator("[data-testid='stPopoverBody'] code").wait_for()
    assert page.locator("[data-testid='stPopoverBody'] code").inner_text().strip() == page.url
    page.keyboard.press("Escape")
    page.locator("[data-testid='stPopoverBody']").wait_for(state="detached")
    tab_to(page, "[class*='st-key-undo_gss']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/Endpoints")
    expect(page.locator(".panel-count")).to_have_text("56 of 56 patients (IL-2 28, Control 28)")


def test_a_range_of_the_sidebar_answers_to_the_keyboard(tab):
    page = tab("Endpoints?filter=age%3D40..")
    ends = page.locator(".st-key-filter_on_age").get_by_role("slider")
    ends.nth(0).focus()
    ends.nth(0).press("ArrowRight")
    page.wait_for_url("**/Endpoints?filter=age%3D41..60")
    settled(page)
    assert page.locator(".chips-count").inner_text() == page.locator(".panel-count").inner_text()
    page.get_by_role("button", name="Age 41 to 60 years").click()
    page.wait_for_url("**/Endpoints")
    settled(page)
    assert page.locator(".st-key-filter_on_age").count() == 0
