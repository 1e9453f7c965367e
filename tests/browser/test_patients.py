"""Patients in a real browser: a row shows its patient, a point of a figure names who is behind it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import arrived, new_profile, still, whole

pytestmark = pytest.mark.browser

ROW_HEIGHT = 36
POINT = """([trace, place]) => {
    const plot = document.querySelector('.js-plotly-plot');
    const drawn = plot._fullData[trace], box = plot.getBoundingClientRect();
    const axis = name => plot._fullLayout[name[0] + 'axis' + name.slice(1)];
    const [x, y] = [axis(drawn.xaxis), axis(drawn.yaxis)];
    return [box.left + x._offset + x.d2p(drawn.x[place]), box.top + y._offset + y.d2p(drawn.y[place])];
}"""


def click_point(page, trace: int, place: int) -> None:
    page.locator(".js-plotly-plot").first.scroll_into_view_if_needed()
    still(page)
    x, y = page.evaluate(POINT, [trace, place])
    page.mouse.move(x, y)
    page.locator(".hoverlayer .hovertext").first.wait_for()
    page.mouse.click(x, y)


@pytest.mark.parametrize(
    ("width", "height", "scheme"),
    [(1280, 800, "light"), (1280, 800, "dark"), (390, 844, "light"), (390, 844, "dark")],
    ids=lambda value: str(value),
)
def test_one_patient_is_drawn(etoile, visit, output, width, height, scheme):
    page = visit(f"{etoile.address}/Patients?patient=S002", width=width, height=height, scheme=scheme)
    page.get_by_text("S002, Control: CD4").first.wait_for()
    tall = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": width, "height": min(tall + 100, 6000)})
    still(page)
    page.screenshot(path=output / f"Patients_S002_{width}_{scheme}.png")
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= width


def test_a_row_shows_its_patient_and_a_reload_keeps_it(etoile, visit):
    page = visit(f"{etoile.address}/Patients")
    rows = page.locator("[data-testid='stDataFrame']")
    page.get_by_text("S001, IL-2: CD4").first.wait_for()
    still(page)
    box = rows.bounding_box()
    page.mouse.click(box["x"] + 18, box["y"] + 5.5 * ROW_HEIGHT)
    page.get_by_text("S005, ").first.wait_for()
    expect(page).to_have_url(re.compile(r"/Patients\?patient=S005$"))
    page.get_by_text("Next patient").click()
    page.get_by_text("S006, ").first.wait_for()
    expect(page).to_have_url(re.compile(r"/Patients\?patient=S006$"))
    page.reload()
    whole(page)
    page.get_by_text("S006, ").first.wait_for()


def test_a_point_names_its_patients_and_leads_to_them(etoile, visit):
    page = visit(f"{etoile.address}/Trajectories?filter=gss%3D0")
    click_point(page, 3, 4)
    line = page.locator(".behind")
    line.wait_for()
    assert "patients behind this point:" in line.inner_text()
    # Nothing is dimmed by the choice, and the pointer still shows the numbers.
    shades = (
        "[...document.querySelector('.js-plotly-plot').querySelectorAll('.scatterlayer .point')]"
        ".map(point => getComputedStyle(point).opacity)"
    )
    assert set(page.evaluate(shades)) <= {"1", "0"}
    expect(page.locator(".js-plotly-plot .hoverlayer .hovertext")).to_have_count(1)
    # Not the first: she is shown unasked, and the address would name her only until her page is drawn.
    last = page.locator("[class*=st-key-behind_] a").last
    subject = last.inner_text()
    last.click()
    expect(page).to_have_url(re.compile(rf"/Patients\?filter=gss%3D0&patient={subject}$"))
    arrived(page, "Patients")
    page.get_by_text(f"{subject}, ").first.wait_for()
    page.get_by_text("Genotypic sensitivity score 0").first.wait_for()


def test_a_point_chosen_again_is_let_go(etoile, visit):
    page = visit(f"{etoile.address}/Baseline")
    click_point(page, 0, 3)
    page.locator(".behind").wait_for()
    assert page.locator(".behind").inner_text() == "1 patient behind this point:"
    assert page.locator("[class*=st-key-behind_] a").inner_text().startswith("S0")
    click_point(page, 0, 3)
    expect(page.locator(".behind")).to_have_count(0)


def test_a_finger_scrolls_over_a_figure_and_a_tap_chooses(etoile, chromium):
    with new_profile(chromium, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True) as phone:
        page = phone.new_page()
        page.goto(f"{etoile.address}/Baseline")
        whole(page)
        page.evaluate("document.querySelector('.js-plotly-plot').scrollIntoView({block: 'center'})")
        still(page)
        scrolled = "[...document.querySelectorAll('*')].reduce((sum, element) => sum + element.scrollTop, 0)"
        before = page.evaluate(scrolled)
        box = page.locator(".js-plotly-plot").first.bounding_box()
        x, y = 200, box["y"] + box["height"] / 2
        touch = phone.new_cdp_session(page)
        touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
        for step in range(1, 11):
            touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": y + 20 * step}]})
            page.wait_for_timeout(16)
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        page.wait_for_function(f"before => {scrolled} < before - 50", arg=before)
        still(page)
        page.evaluate("document.querySelector('.js-plotly-plot').scrollIntoView({block: 'center'})")
        still(page)
        page.touchscreen.tap(*page.evaluate(POINT, [0, 3]))
        page.locator(".behind").wait_for()
