"""A view in a real browser: shared, reloaded, left and come back to, presented, and nobody else's."""

from __future__ import annotations

import re
from contextlib import ExitStack

import pytest
from playwright.sync_api import expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from il2dash.ui.frame import PAGES
from tests.browser.conftest import arrived, go, new_profile, serve, starting, still, whole
from tests.processes import eventually, free_port

pytestmark = pytest.mark.browser

AT_150 = "threshold_cd4_200=150"
SHARED = f"filter=gss%3D0&{AT_150}"
OF_GSS_0 = "1 of 10 (10%) with IL-2 and 2 of 14 (14%) with Control"
MAIN = "[data-testid='stMain']"


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
        said = thumb.get_attribute("aria-valuetext")
        if said == value:
            return
        thumb.press(key)
        expect(thumb).not_to_have_attribute("aria-valuetext", said)
    pytest.fail(f"the threshold never said {value}, but {said}")


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
    whole(page)
    assert page.locator(".panel-count").inner_text() == "24 of 56 patients (IL-2 10, Control 14)"
    expect(page).to_have_url(re.compile(rf"/Endpoints\?{SHARED}$"))

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
    with new_profile(chromium) as elsewhere:
        other = elsewhere.new_page()
        other.goto(link)
        whole(other)
        assert said(other) == first
        expect(other).to_have_url(link)
    page.reload()
    whole(page)
    assert said(page) == first

    # Back and Forward.
    go(page, "Model")
    assert page.locator(".panel-count").inner_text() == "24 of 56 patients (IL-2 10, Control 14)"
    model = said(page)
    page.go_back()
    arrived(page, "Endpoints")
    expect(page).to_have_url(link)
    assert said(page) == first
    page.go_forward()
    arrived(page, "Model")
    assert said(page) == model
    # The sidebar's link leads back to the view as it was left.
    go(page, "Endpoints")
    expect(page).to_have_url(link)
    assert said(page) == first


def test_the_view_returns_when_the_server_is_restarted_under_it(repository, tmp_path, profile):
    study, port = repository / "sample_data" / "etoile", free_port()
    page = profile.new_page()
    with serve(repository, study, tmp_path / "first.log", port=port) as server:
        page.goto(f"{server.address}/Endpoints?{SHARED}")
        whole(page)
        before = said(page)
        address = page.url
    page.locator("[data-testid='stApp'][data-test-connection-state='CONNECTED']").wait_for(state="detached")
    # What is on the screen stays there while the new server draws it again: only its messages tell that it did.
    told: list[str] = []

    def hear(message: bytes) -> None:
        told.append(ForwardMsg.FromString(message).WhichOneof("type"))

    def drawn_again() -> bool:
        page.wait_for_timeout(50)  # in which messages are heard
        return "script_finished" in told

    page.on("websocket", lambda socket: socket.on("framereceived", hear))
    with serve(repository, study, tmp_path / "second.log", port=port):
        page.locator("[data-testid='stApp'][data-test-connection-state='CONNECTED']").wait_for()
        assert eventually(drawn_again)
        still(page)
        whole(page)
        expect(page).to_have_url(address)
        assert said(page) == before
        # It is alive, and not only what was left on the screen.
        set_threshold(page, "200", "ArrowRight")
        expect(page).to_have_url(re.compile(r"/Endpoints\?filter=gss%3D0$"))
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
    expect(slider).to_have_attribute("aria-valuetext", "160")
    page.locator(".standing-reasons", has_text="threshold 160, protocol 200").first.wait_for()
    # The last is none that was shown on the way.
    for rule in ("worst case", "best case", "worst case", "complete cases"):
        page.locator(".st-key-missing").get_by_text(rule).click()
    page.locator(".standing-reasons", has_text="complete cases").first.wait_for()
    whole(page)
    for setting in ("threshold_cd4_200=160", "missing=complete+cases"):
        expect(page).to_have_url(re.compile(re.escape(setting)))
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
    page.locator(MAIN).get_by_text(re.compile(r"exploratory\sP")).first.wait_for()
    keep(page, "Mine")
    other.locator(".st-key-missing").get_by_text("complete cases").click()
    other.locator(".standing-reasons", has_text="complete cases").first.wait_for()
    whole(other)
    main = other.locator(MAIN).inner_text().replace("\xa0", " ")
    assert other.locator(".panel-count").inner_text() == "56 of 56 patients (IL-2 28, Control 28)"
    expect(other).to_have_url(f"{etoile.address}/Endpoints?missing=complete+cases")
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
    whole(page)
    assert said(page)[1:] == [*first, *second]
    # In half a page the effects' rows are lists of cells, as on a phone: no method is cut.
    effects = page.locator(".stacked").first
    effects.wait_for()
    assert effects.evaluate("table => table.scrollWidth <= table.clientWidth")
    assert effects.locator("thead").is_visible() is False

    # Slides, the question before each result.
    page.get_by_text("What do you expect?").click()
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
    arrived(page, "Snapshots")
    expect(page).to_have_url(before)
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
    arrived(page, "Endpoints")
    expect(page).to_have_url(address)
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
    whole(page)
    tab_to(page, ".st-key-filter_on_gss", key="Shift+Tab")
    page.keyboard.press("Space")
    page.locator(".chips-count").wait_for()
    whole(page)
    expect(page).to_have_url(re.compile(r"/Endpoints\?filter=gss%3D"))
    tab_to(page, ".st-key-share")
    page.keyboard.press("Enter")
    page.locator("[data-testid='stPopoverBody'] code").wait_for()
    assert page.locator("[data-testid='stPopoverBody'] code").inner_text().strip() == page.url
    page.keyboard.press("Escape")
    page.locator("[data-testid='stPopoverBody']").wait_for(state="detached")
    tab_to(page, "[class*='st-key-undo_gss']")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/Endpoints$"))
    expect(page.locator(".panel-count")).to_have_text("56 of 56 patients (IL-2 28, Control 28)")


def test_a_range_of_the_sidebar_answers_to_the_keyboard(tab):
    page = tab("Endpoints?filter=age%3D40..")
    ends = page.locator(".st-key-filter_on_age").get_by_role("slider")
    ends.nth(0).focus()
    ends.nth(0).press("ArrowRight")
    page.get_by_role("button", name="Age 41 to 60 years").wait_for()
    whole(page)
    expect(page).to_have_url(re.compile(r"/Endpoints\?filter=age%3D41\.\.60$"))
    assert page.locator(".chips-count").inner_text() == page.locator(".panel-count").inner_text()
    page.get_by_role("button", name="Age 41 to 60 years").click()
    expect(page.locator(".st-key-filter_on_age")).to_have_count(0)
    expect(page).to_have_url(re.compile("/Endpoints$"))
