"""An upload stays in memory: Starlette would write one of more than a megabyte to a file while it arrives."""

from __future__ import annotations

from starlette.formparsers import MultiPartParser
from streamlit import config


def keep_uploads_in_memory() -> None:
    """Have this process hold whatever Streamlit lets in, up to server.maxUploadSize, without a temporary file."""
    # With the megabyte that Streamlit allows for the form around the file.
    MultiPartParser.spool_max_size = (int(config.get_option("server.maxUploadSize")) + 2) * 1024**2
