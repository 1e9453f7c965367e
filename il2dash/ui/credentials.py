"""Where the server keeps the addresses of its databases: Streamlit's secrets, or else its environment."""

from __future__ import annotations

import streamlit as st

from il2dash.study.sql_connection import environment_credentials


def source_url(secret: str) -> str | None:
    """Return the URL of a database: ``SECRET`` under [il2dash.sources] of the secrets, or IL2DASH_SOURCE_SECRET."""
    if st.secrets.load_if_toml_exists():
        url = st.secrets.get("il2dash", {}).get("sources", {}).get(secret)
        if isinstance(url, str) and url:
            return url
    return environment_credentials()(secret)
