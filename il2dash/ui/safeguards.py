"""What keeps an upload in its session: in memory, out of the log, and gone with the session."""

from __future__ import annotations

from il2dash.ui.in_memory import keep_uploads_in_memory
from il2dash.ui.log_without_values import keep_values_out_of_the_log
from il2dash.ui.lost_sessions import end_lost_sessions


def install() -> None:
    """Have all safeguards in this process; once more changes nothing."""
    keep_uploads_in_memory()
    keep_values_out_of_the_log()
    end_lost_sessions()
