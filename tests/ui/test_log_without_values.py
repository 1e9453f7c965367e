"""What is logged of an exception: its kind and the places in the program, never its words."""

from __future__ import annotations

import asyncio
import io
import logging
import threading

import pytest
from streamlit import error_util
from streamlit.logger import get_logger

from il2dash.ui.log_without_values import keep_values_out_of_the_log

SECRET = "patient-4711"


@pytest.fixture
def written(monkeypatch):
    """Log as the server does, and give what was written."""
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    before = logging.getLogRecordFactory()
    keep_values_out_of_the_log()
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    loggers = [logging.getLogger(), get_logger(error_util.__name__)]
    for logger in loggers:
        logger.addHandler(handler)
    yield stream.getvalue
    for logger in loggers:
        logger.removeHandler(handler)
    logging.setLogRecordFactory(before)


def fail():
    try:
        float(SECRET)
    except ValueError as error:
        raise KeyError(SECRET) from error


def failure():
    try:
        fail()
    except KeyError as error:
        return error
    raise AssertionError


def test_an_exception_of_a_page(written):
    error_util._log_uncaught_app_exception(failure())
    assert SECRET not in written()
    first, _, then = written().partition("then:")
    assert "ValueError" in first
    assert "in fail" in then
    assert then.rstrip().endswith("KeyError")


def test_an_exception_within_a_message(written):
    logging.getLogger("somewhere").warning("not read: %s, %s of %d", failure(), "as it was", 3)
    logging.getLogger("somewhere").warning(failure())
    assert written() == "not read: KeyError, as it was of 3\nKeyError\n"


def test_a_task_that_nobody_waited_for(written):
    async def work():
        fail()

    async def forget():
        task = asyncio.create_task(work())
        await asyncio.sleep(0)
        del task

    asyncio.run(forget())
    assert "Task exception was never retrieved" in written()
    assert "KeyError" in written()
    assert SECRET not in written()


def test_a_thread_that_ends(written, capfd):
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    assert "KeyError" in written()
    assert SECRET not in written() + "".join(capfd.readouterr())


def test_other_lines_stay_as_they_are(written):
    logging.getLogger("somewhere").warning("%s of %s", 1, 2)
    logging.getLogger("somewhere").warning("%(a)s", {"a": 1})
    assert written() == "1 of 2\n1\n"
