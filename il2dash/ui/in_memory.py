"""An upload stays in memory, which it doesn't fill: Starlette would write one of more than a megabyte to a file."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartParser
from streamlit import config
from streamlit.runtime import Runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from il2dash.intake.bounds import SESSION_BYTES

_add_file = MemoryUploadedFileManager.add_file


def keep_uploads_in_memory() -> None:
    """Have this process hold whatever Streamlit lets in without a temporary file, up to a bound for each session."""
    # With the megabyte that Streamlit allows for the form around the file.
    MultiPartParser.spool_max_size = (int(config.get_option("server.maxUploadSize")) + 2) * 1024**2
    MemoryUploadedFileManager.add_file = _add_bounded  # type: ignore[method-assign,assignment]


def _add_bounded(manager: MemoryUploadedFileManager, session_id: str, file: UploadedFileRec) -> None:
    """Keep a file that arrived, unless its session ended meanwhile or holds too much: then nothing would remove it."""
    if not Runtime.instance().is_active_session(session_id):
        raise HTTPException(400, "The session of this file has ended: load it again.")
    held = manager.file_storage.get(session_id, {})
    size = sum(len(other.data) for other in held.values() if other.file_id != file.file_id) + len(file.data)
    if size > SESSION_BYTES:
        raise HTTPException(
            413,
            f"The files that wait in one session have at most {SESSION_BYTES // 1024**2} MB together; with this one "
            f"they have {size / 1024**2:,.0f} MB. Remove others first.",
        )
    _add_file(manager, session_id, file)
