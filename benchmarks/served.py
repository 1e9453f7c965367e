"""A server that runs while it is measured."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL, Popen
from tempfile import TemporaryDirectory

from tests.browser.conftest import wait_until_up
from tests.processes import end, free_port

REPOSITORY = Path(__file__).resolve().parent.parent


@contextmanager
def served(*arguments: str, port_option: str = "--server.port") -> Iterator[tuple[str, Popen[bytes]]]:
    """Run Python with these arguments, and a port behind them, until the block ends: its address and its process."""
    port = free_port()
    with TemporaryDirectory() as folder:
        log = Path(folder) / "server.log"
        command = [sys.executable, *arguments, port_option, str(port)]
        environment = os.environ | {"OMP_NUM_THREADS": "1"}
        process = Popen(command, cwd=REPOSITORY, stdout=DEVNULL, stderr=log.open("w"), env=environment)
        try:
            address = f"http://localhost:{port}"
            wait_until_up(address, process, log)
            yield address, process
        finally:
            end(process)
