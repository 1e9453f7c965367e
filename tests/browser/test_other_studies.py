"""The same program on a real trial, and on studies that can't be shown."""

from __future__ import annotations

import pytest

from il2dash.ui.site import PAGES, path_of
from tests.browser.conftest import serve, still
from tests.browser.test_pages import no_traceback

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def actg175(repository, shared, tmp_path_factory):
    log = tmp_path_factory.mktemp("server") / "actg175.log"
    study = repository / "tests" / "studies" / "actg175"
    with serve(repository, study, log, "--data-dir", str(shared / "data")) as server:
        yield server


@pytest.mark.parametrize("title", PAGES)
def test_a_page_of_actg_175(actg175, visit, output, title):
    page = visit(f"{actg175.address}/{path_of(title)}")
    no_traceback(page)
    assert page.locator(".st-key-synthetic-badge").count() == 0
    still(page)
    page.screenshot(path=output / f"actg175_{title}.png")


def test_actg_175_says_who_responded(actg175, visit):
    page = visit(f"{actg175.address}/Endpoints")
    assert "256 of 522 (49%) with Zidovudine + didanosine" in page.locator(".sentence").first.inner_text()


@pytest.mark.parametrize("path", ["", "Model"], ids=["Overview", "Model"])
def test_a_study_with_problems_shows_them(repository, mini_study, tmp_path, profile, path):
    mini_study.replace("visits.csv", "P01,6,160,410", "P01,6,-160,410")
    with serve(repository, mini_study.path, tmp_path / "log") as server:
        page = profile.new_page()
        page.goto(f"{server.address}/{path}")
        page.get_by_text("visits.csv, row 3, cd4").wait_for()
        no_traceback_but_problems = page.locator("[data-testid='stMain']").inner_text()
        assert "Traceback" not in no_traceback_but_problems
        page.close()
