import pytest
import streamlit as st
from streamlit import config

from il2dash.ui.credentials import source_url


@pytest.fixture
def secrets(tmp_path):
    """Have Streamlit read its secrets from a file of the test, and forget them afterwards."""
    before = config.get_option("secrets.files")
    config.set_option("secrets.files", [str(tmp_path / "secrets.toml")])
    st.secrets._reset()
    yield tmp_path / "secrets.toml"
    config.set_option("secrets.files", before)
    st.secrets._reset()


def test_secrets_come_before_the_environment(secrets, monkeypatch):
    monkeypatch.setenv("IL2DASH_SOURCE_TRIAL", "sqlite:////environment")
    assert source_url("TRIAL") == "sqlite:////environment"
    secrets.write_text('[il2dash.sources]\nTRIAL = "sqlite:////secrets"\n')
    st.secrets._reset()
    assert source_url("TRIAL") == "sqlite:////secrets"


def test_an_unknown_name_has_no_address(secrets, monkeypatch):
    monkeypatch.delenv("IL2DASH_SOURCE_OTHER", raising=False)
    secrets.write_text('title = "something else"\n[il2dash.sources]\nTRIAL = "sqlite:////secrets"\n')
    assert source_url("OTHER") is None
