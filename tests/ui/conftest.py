"""A page of the app, run without a browser."""

from __future__ import annotations

import re
from html import unescape

import pytest
import streamlit as st
from streamlit import config
from streamlit.components.v2.component_manager import BidiComponentManager
from streamlit.testing.v1 import AppTest

from il2dash.ui import studies
from il2dash.ui.credentials import source_url
from il2dash.ui.frame import FILES
from il2dash.ui.study_shelf import Shelf
from tests.processes import PATIENCE


@pytest.fixture(scope="session", autouse=True)
def without_a_search_for_components():
    """Save each new `AppTest` a look through every installed package for components: it takes longer than a page."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BidiComponentManager, "discover_and_register_components", lambda *_, **__: None)
        yield


@pytest.fixture
def fresh_shelf(monkeypatch):
    """Have no study read, and nothing found out of any."""
    monkeypatch.setattr(studies, "_SHELF", Shelf(source_url))


@pytest.fixture
def open_page(repository, monkeypatch):
    """Open a page on a study, and give the test its elements."""

    def opened(path: str, study=None, data_dir=None) -> AppTest:
        monkeypatch.setenv("IL2DASH_STUDY", str(study or repository / "sample_data" / "etoile"))
        if data_dir is not None:
            monkeypatch.setenv("IL2DASH_DATA_DIR", str(data_dir))
        test = AppTest.from_file(str(repository / "app.py"), default_timeout=PATIENCE)
        test.run()
        if path:
            test.switch_page(path)
            test.run()
        assert not test.exception
        return test

    return opened


@pytest.fixture
def visit(repository, monkeypatch):
    """Open a page by its title under an address, as the first request of a session."""

    def visited(title: str, *settings: tuple[str, str], study=None, **session) -> AppTest:
        monkeypatch.setenv("IL2DASH_STUDY", str(study or repository / "sample_data" / "etoile"))
        test = AppTest.from_file(str(repository / "app.py"), default_timeout=PATIENCE)
        if title != "Overview":
            test.switch_page(FILES[title])
        for key, value in settings:
            test.query_params.setdefault(key, []).append(value)
        for key, value in session.items():
            test.session_state[key] = value
        test.run()
        assert not test.exception, test.exception[0].message
        return test

    return visited


@pytest.fixture
def page(visit):
    """Open the section that loads data."""
    return visit("Data", ("show", "Load your own data"))


@pytest.fixture
def write_secrets(tmp_path):
    """Have Streamlit read secrets that a test writes, none until then, and forget them afterwards."""
    before, file = config.get_option("secrets.files"), tmp_path / "secrets.toml"
    config.set_option("secrets.files", [str(file)])
    st.secrets._reset()

    def write(content: str) -> None:
        file.write_text(content, encoding="utf-8")
        st.secrets._reset()

    yield write
    config.set_option("secrets.files", before)
    st.secrets._reset()


def go(test: AppTest, title: str) -> AppTest:
    """Go to another page in the same session, as the sidebar's link does: by the filters it carries."""
    test.query_params = {key: value for key, value in test.query_params.items() if key == "filter"}
    test.switch_page("app.py" if title == "Overview" else FILES[title])
    test.run()
    assert not test.exception
    return test


def html_of(test: AppTest) -> str:
    """Return all HTML of a page but its stylesheets and scripts."""
    bodies = (element.proto.body for element in test.get("html"))
    return of_plain_blanks("\n".join(body for body in bodies if not body.startswith(("<style", "<script"))))


def sentences(test: AppTest) -> list[str]:
    """Return each block's sentence, and the one that puts the trial's own result beside it, in the page's order."""
    return re.findall(r'<p class="(?:sentence|beside)">(.*?)</p>', html_of(test), re.DOTALL)


def notes(test: AppTest) -> str:
    """Return what the page says of its address."""
    return "\n".join(element.value for element in test.warning).replace("\\", "")


def everything(test: AppTest) -> str:
    """Return all that a page says: its HTML, its figures with their alternative texts, its messages."""
    figures = (f"{chart.proto.spec} {chart.proto.alt}" for chart in test.get("plotly_chart"))
    messages = (element.value for element in (*test.info, *test.warning, *test.error, *test.success))
    return of_plain_blanks("\n".join([html_of(test), *figures, *messages]))


def of_plain_blanks(words: str) -> str:
    """Return what a reader sees: no entities, and every blank the same."""
    return unescape(words).replace("\\u00a0", " ").replace("\xa0", " ")
