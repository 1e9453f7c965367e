"""What tests start beside themselves: how long it may take, where it listens, and how it ends."""

from __future__ import annotations

import random
import socket
import subprocess
import time
from collections.abc import Callable

PATIENCE = 120
"""Seconds that anything is waited for, in a browser too: far more than a slow and busy machine takes."""

_PORTS = range(20_000, 32_000)
"""Below the numbers that systems give to whoever connects somewhere, or asks for any port."""

_held: list[socket.socket] = []


def free_port() -> int:
    """Return a port that nobody uses, and that no other tests are given while these run.

    A server listens seconds later, and others start theirs meanwhile: until this process ends, it holds the UDP port of
    the same number as a sign.
    """
    for port in random.SystemRandom().sample(_PORTS, len(_PORTS)):
        sign = socket.socket(type=socket.SOCK_DGRAM)
        try:
            sign.bind(("127.0.0.1", port))
            with socket.socket() as listener:
                listener.bind(("127.0.0.1", port))
        except OSError:
            sign.close()
            continue
        _held.append(sign)
        return port
    raise RuntimeError(f"No port of {_PORTS.start} to {_PORTS.stop - 1} is free: end what uses them.")


def eventually(true: Callable[[], bool]) -> bool:
    """Wait until something is true; tell whether it came to be."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process and wait until it has ended."""
    process.terminate()
    process.wait(timeout=PATIENCE)
