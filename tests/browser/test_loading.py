"""One's own data in a real Chromium: from the drop to the pages, as a zip and back, and a real trial to its numbers."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from playwright.sync_api import Page, TimeoutError, expect

from il2dash.ui.loaded_notice import SHARED_WORDS
from tests.browser.axe import barriers
from tests.browser.conftest import arrived, still, whole
from tests.browser.test_pages import no_traceback
from tests.processes import eventually

pytestmark = pytest.mark.browser

ROWS = [
    f"P{n:02};{'placebo' if n % 2 else 'IL-2'};{30 + n};{50 + n},5;{'MF'[n % 3 % 2]};{100 + 7 * n};{130 + 9 * n % 170}"
    for n in range(1, 31)
]
TRIAL = "\n".join(["patient;arm;age;weight;sex;cd4_w0;cd4_w24", *ROWS]).replace("P03;placebo", "P03;Placebo")


def drop(page: Page, *files: object, named: str) -> None:
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(list(files))
    page.locator(".load-file", has_text=named).wait_for()
    whole(page)


def step(page: Page, name: str) -> None:
    page.locator(".st-key-load_step").get_by_role("radio", name=name).click()
    page.get_by_test_id("stMain").locator("h2", has_text=re.compile(rf"^{name}")).wait_for()
    whole(page)


def add_an_endpoint(page: Page, *, threshold: str) -> None:
    """Add an endpoint, which is an error until it has a threshold."""
    step(page, "Endpoints")
    page.get_by_role("button", name="Add an endpoint").click()
    expect(page.locator(".load-counts")).to_have_text("Checks: 1 error.")
    whole(page)
    fill(page, "Threshold", threshold)
    page.locator(".load-summary").wait_for()
    whole(page)


def fill(page: Page, label: str, value: str) -> None:
    field = page.get_by_label(label).and_(page.locator("input")).first
    field.fill(value)
    field.press("Enter")
    expect(field).to_have_value(value)


def select(page: Page, label: str, option: str) -> None:
    """Choose from a list, which closes again where the page is drawn anew just then: it is opened once more."""

    def chosen() -> bool:
        page.get_by_role("combobox", name=label).first.press("ArrowDown")
        with suppress(TimeoutError):
            page.get_by_role("option", name=option, exact=True).click(timeout=3_000)
            return True
        return False

    assert eventually(chosen)


def use(page: Page) -> None:
    """Say that the data are real, and use them."""
    step(page, "Study")
    page.get_by_text("Real: patients of a trial").click()
    step(page, "Check and use")
    page.get_by_role("button", name="Use this study").click()
    arrived(page, "Overview")
    expect(page).to_have_url(re.compile(r"/\?study=loaded$"))


def test_from_the_drop_to_the_endpoints_and_as_a_zip_again(etoile, visit, output, tmp_path):
    asked: list[str] = []
    errors: list[str] = []
    page = visit(f"{etoile.address}/Data?show=Load+your+own+data", requests=asked, errors=errors)
    file = {"name": "trial.csv", "mimeType": "text/csv", "buffer": TRIAL.encode()}
    drop(page, file, named="trial.csv")
    expect(page.get_by_role("cell", name="A decimal comma was written as a point.")).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    report = page.locator(".stacked").first
    assert report.evaluate("table => table.scrollWidth <= table.clientWidth")
    # Each cell is below the one before it.
    tops = report.evaluate("table => [...table.querySelectorAll('td:not(:empty)')].map(td => td.offsetTop)")
    assert tops == sorted(set(tops))
    assert len(tops) > 4
    page.set_viewport_size({"width": 1280, "height": 800})
    step(page, "Repairs")
    page.get_by_role("button", name="Repair all and go on").click()
    page.get_by_text("Repaired so far").wait_for()
    step(page, "Patients")
    still(page)
    assert barriers(page) == []
    add_an_endpoint(page, threshold="200")
    still(page)
    assert barriers(page) == []
    page.screenshot(path=output / "loading_endpoints.png")
    no_traceback(page)
    use(page)
    assert page.locator(".st-key-synthetic-badge").count() == 0
    expect(page.locator(".loaded-words")).to_contain_text("Loaded in this session")
    fingerprint = page.locator(".page-footer").inner_text()
    page.get_by_role("link", name="Endpoints", exact=True).click()
    arrived(page, "Endpoints")
    sentence = page.locator(".sentence").first.inner_text()
    assert re.match(r"\d+ of 15 \(\d+%\) with IL-2 and \d+ of 15", sentence)
    page.get_by_role("button", name="Share").click()
    expect(page.locator(".share-link")).to_contain_text(SHARED_WORDS)
    page.keyboard.press("Escape")

    page.get_by_role("link", name="Data", exact=True).click()
    arrived(page, "Data")
    page.get_by_role("radio", name="Load your own data").click()
    page.locator(".st-key-load_use").wait_for()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Study (zip)").click()
    kept = tmp_path / saved.value.suggested_filename
    saved.value.save_as(kept)

    again = visit(f"{etoile.address}/Data?show=Load+your+own+data")
    assert again.locator(".loaded-words").count() == 0  # another tab is another session
    drop(again, kept, named=kept.name)
    again.get_by_role("button", name="Use this study").click()
    arrived(again, "Overview")
    assert again.locator(".page-footer").inner_text() == fingerprint
    assert [address for address in asked if not address.startswith((etoile.address, "blob:", "data:"))] == []
    assert errors == []


def test_actg_175_by_hand_is_actg_175(etoile, visit, shared, output):
    page = visit(f"{etoile.address}/Data?show=Load+your+own+data", width=390, height=844, scheme="dark")
    drop(page, shared / "data" / "actg175.csv", named="actg175.csv")
    add_an_endpoint(page, threshold="50")
    select(page, "Responded where it", "rose from baseline by at least")
    select(page, "At week", "20")
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
    page.screenshot(path=output / "loading_390_dark.png")
    use(page)
    words = page.locator(".sentence").first.inner_text()
    assert words.startswith("256 of 522 (49%) with arms 1 and 125 of 532 (23%) with arms 0: 26 percentage points more")
