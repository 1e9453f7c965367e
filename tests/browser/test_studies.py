"""Several studies in a browser: chosen, left by Back, and shared."""

from __future__ import annotations

import re
import shutil

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import go, new_profile, serve, whole

pytestmark = pytest.mark.browser


def test_studies_in_a_browser(repository, tmp_path, chromium, visit, output):
    studies = tmp_path / "studies"
    shutil.copytree(repository / "tests" / "studies" / "mini", studies / "mini")
    with serve(
        repository, repository / "sample_data" / "etoile", tmp_path / "log", "--studies", str(studies)
    ) as server:
        page = visit(f"{server.address}/Endpoints?threshold_cd4_200=150&filter=gss%3D0")
        expect(page.locator(".chips-count")).to_contain_text("of 56 patients")
        expect(page).to_have_url(re.compile("study=own"))
        page.locator(".st-key-study_chosen input").click()
        page.get_by_role("option", name="Mini trial").click()
        expect(page.locator(".panel-count")).to_contain_text("of 8 patients")
        expect(page).to_have_url(re.compile(r"/Endpoints\?study=mini$"))
        expect(page.locator(".chips-count")).to_have_count(0)
        whole(page)
        page.screenshot(path=output / "studies.png")
        page.get_by_role("button", name="Share").click()
        link = page.locator("[data-testid='stCode']").inner_text().strip()
        page.keyboard.press("Escape")
        page.locator("[data-testid='stPopoverBody']").wait_for(state="detached")
        page.go_back()
        expect(page.locator(".chips-count")).to_contain_text("of 56 patients")
        expect(page).to_have_url(re.compile("threshold_cd4_200=150"))
        # What both studies ask by one name begins anew in each, on pages not seen since as well.
        page.go_forward()
        expect(page.locator(".panel-count")).to_contain_text("of 8 patients")
        go(page, "Model")
        page.locator(".st-key-study_chosen input").click()
        page.get_by_role("option", name="interleukin-2").click()
        expect(page.locator(".panel-count")).to_contain_text("of 56 patients")
        go(page, "Endpoints")
        expect(page).to_have_url(re.compile(r"/Endpoints\?study=own$"))
        with new_profile(chromium) as elsewhere:
            other = elsewhere.new_page()
            other.goto(link)
            expect(other.locator(".panel-count")).to_contain_text("of 8 patients")
