"""The log tells what failed and where, never with which value: an exception's words may quote a cell of an upload."""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Iterator
from typing import Any

from streamlit import config

_LOG = logging.getLogger(__name__)


class _Record(logging.LogRecord):
    """A line of the log in which every exception is told by its kind and the places in the program."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        if isinstance(self.msg, BaseException):
            self.msg = type(self.msg).__name__
        if isinstance(self.args, tuple):
            self.args = tuple(type(part).__name__ if isinstance(part, BaseException) else part for part in self.args)
        if self.exc_info and self.exc_info[1] is not None:
            # What asyncio adds on further lines quotes the exception.
            self.msg = str(self.msg).partition("\n")[0]
            self.exc_text = "\n".join(_told(self.exc_info[1]))
            self.exc_info = None


def keep_values_out_of_the_log() -> None:
    """Have whatever is logged in this process, by any library too, name exceptions without their words."""
    config.set_option("logger.enableRich", False)  # else Streamlit prints exceptions beside the log, words and all
    logging.setLogRecordFactory(_Record)
    threading.excepthook = _thread_ended


def _told(error: BaseException) -> Iterator[str]:
    """Return an exception's kind and places, the one that it came from first."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _told(before)
        yield "then:"
    yield "".join(traceback.format_tb(error.__traceback__)) + type(error).__qualname__


def _thread_ended(ended: threading.ExceptHookArgs) -> None:
    if ended.exc_value is not None and not isinstance(ended.exc_value, SystemExit):
        _LOG.error("A thread ended.", exc_info=ended.exc_value)
