"""A figure is saved with who is in it and how it was made, by the browser alone."""

from __future__ import annotations

import struct
from xml.etree import ElementTree

import pytest

from tests.browser.conftest import go, still

pytestmark = pytest.mark.browser

SVG = "{http://www.w3.org/2000/svg}"
VIEWS = ("", "Baseline", "Trajectories", "Endpoints", "Model", "Events", "Patients")


def saved(page, form: str, folder, *, index: int = 0):
    with page.expect_download() as waiting:
        page.locator(f"[data-save={form}]").nth(index).click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def words(picture: ElementTree.Element) -> str:
    return "\n".join("".join(text.itertext()) for text in picture.iter(f"{SVG}text"))


@pytest.mark.parametrize("path", VIEWS, ids=lambda path: path or "Overview")
def test_every_figure_is_saved_as_svg(etoile, visit, tmp_path, path):
    asked = []
    page = visit(f"{etoile.address}/{path}", requests=asked)
    still(page)
    figures = page.locator(".js-plotly-plot").count()
    assert page.locator("[data-save=svg]").count() == page.locator("[data-save=png]").count() == figures
    names = set()
    for index in range(figures):
        file = saved(page, "svg", tmp_path, index=index)
        assert file.name.startswith("synthetic_etoile_")
        names.add(file.name)
        picture = ElementTree.parse(file).getroot()
        assert picture.tag == f"{SVG}svg"
        said = words(picture).replace("\n", " ")
        assert "Synthetic data: no row is a patient." in said
        assert "56 randomized patients (IL-2 28, Control 28)." in said
        assert "ANRS 123 ETOILE" in said
        assert "NaN" not in file.read_text()
        assert "currentColor" not in file.read_text()
        assert picture.find(f"{SVG}desc").text.startswith("Synthetic data.")
    assert len(names) == figures
    assert [url for url in asked if not url.startswith((etoile.address, "data:", "blob:"))] == []


def test_the_method_is_in_the_caption_and_the_figure_in_the_file(etoile, visit, tmp_path):
    page = visit(f"{etoile.address}/Trajectories", scheme="dark")
    still(page)
    file = saved(page, "svg", tmp_path)
    picture = ElementTree.parse(file).getroot()
    said = words(picture).replace("\n", " ")
    assert said.startswith("Trajectories ")
    assert "Median and quartiles of those measured at each planned visit; nothing is filled in." in said
    for drawn in ("CD4, cells/uL", "Control", "IL-2", "Week", "at least 200"):
        assert drawn in said
    assert len([path for path in picture.iter(f"{SVG}path") if "point" in path.get("class", "")]) >= 18
    # From the dark page, too, dark words on white.
    assert picture.find(f"{SVG}rect").get("fill") == "#ffffff"
    assert "rgb(232, 237, 242)" not in file.read_text()


def test_a_figure_is_saved_as_png_of_twice_its_size(etoile, visit, tmp_path, output):
    page = visit(f"{etoile.address}/Endpoints", width=390, height=844)
    still(page)
    picture = ElementTree.parse(saved(page, "svg", tmp_path)).getroot()
    content = saved(page, "png", output).read_bytes()
    assert content.startswith(b"\x89PNG\r\n")
    width, height = struct.unpack(">II", content[16:24])
    assert (width, height) == (round(2 * float(picture.get("width"))), round(2 * float(picture.get("height"))))
    assert len(content) > 20_000


def test_the_buttons_have_names(etoile, visit):
    page = visit(f"{etoile.address}/Endpoints")
    assert page.get_by_role("button", name="Save figure as SVG: proportions cd4 200").count() == 1
    assert page.get_by_role("button", name="Save figure as PNG: proportions cd4 200").count() == 1


BUTTON = (
    "document.querySelector('.page-footer').insertAdjacentHTML('beforeend',"
    " '<p><button type=button data-copy-link id=probe>Copy link</button></p>')"
)


def test_a_link_is_copied(etoile, visit):
    page = visit(f"{etoile.address}/Endpoints")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate(BUTTON)
    page.locator("#probe").click()
    page.get_by_role("status").get_by_text("Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == page.url


def test_a_link_is_selected_where_the_clipboard_is_closed(etoile, visit):
    page = visit(f"{etoile.address}/Endpoints")
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.evaluate(BUTTON)
    page.locator("#probe").click()
    page.get_by_role("status").get_by_text("to copy the link").wait_for()
    assert page.evaluate("getSelection().toString() || document.activeElement.value") == page.url
    assert page.evaluate("document.activeElement.selectionEnd - document.activeElement.selectionStart") == len(page.url)


def test_another_page_installs_nothing_again(etoile, visit, tmp_path):
    page = visit(f"{etoile.address}/Model")
    go(page, "Endpoints")
    still(page)
    offered = []
    page.on("download", lambda download: offered.append(download))
    saved(page, "svg", tmp_path)
    page.wait_for_timeout(600)  # in which a second one would come
    assert len(offered) == 1
