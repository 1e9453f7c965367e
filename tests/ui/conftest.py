"""A page of the app, run without a browser."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest


@pytest.fixture
def open_page(repository, monkeypatch):
    """Open a page on a study, and give the test its elements."""

    def opened(path: str, study=None, data_dir=None) -> AppTest:
        monkeypatch.setenv("IL2DASH_STUDY", str(study or repository / "sample_data" / "etoile"))
        if data_dir is not None:
            monkeypatch.setenv("IL2DASH_DATA_DIR", str(data_dir))
        test = AppTest.from_file(str(repository / "app.py"), default_timeout=60)
        test.run()
        if path:
            test.switch_page(path)
            test.run()
        assert not test.exception
        return test

    return opened
