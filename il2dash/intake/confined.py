"""A call in a process of its own, with bounds on its time and memory: what reads binary files can't stop the server.

The libraries that read workbooks, statistics files and Parquet are compiled: a file made to harm them could end the
process, take all memory or never come back. The other process gets the content through a pipe and gives its answer
through one. Nothing is written to disk, not even the memory of a process that crashed.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, TypeVar

import il2dash
from il2dash.errors import Il2dashError
from il2dash.intake.bounds import READING_MEMORY, READING_PROCESSOR_SECONDS, READING_SECONDS

Answer = TypeVar("Answer")
Bound = Literal["time", "memory", "crash"]

_OUT_OF_MEMORY = 3
_CODE = "from il2dash.intake.confined import answer; answer()"


class ConfinedError(Il2dashError):
    """A call that came to one of its bounds: ``time`` or ``memory``; or whose process ended by itself, ``crash``."""

    def __init__(self, bound: Bound) -> None:
        super().__init__(f"Reading was stopped: {bound}.")
        self.bound = bound


def confined(function: Callable[..., Answer], *arguments: Any) -> Answer:
    """Return ``function(*arguments)``, found out in another process; the function is one of a module.

    Raises
    ------
    ConfinedError
        Where it takes more time or memory than `bounds` allow, or ends its process.
    """
    package = str(Path(il2dash.__file__).parent.parent)
    paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
    process = subprocess.Popen(
        [sys.executable, "-c", _CODE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "OMP_NUM_THREADS": "1"},
    )
    with process:
        try:
            written, _ = process.communicate(pickle.dumps((function, arguments)), timeout=READING_SECONDS)
        except subprocess.TimeoutExpired as error:
            process.kill()
            raise ConfinedError("time") from error
    if process.returncode:
        raise ConfinedError(_bound_of(process.returncode))
    found: Answer = pickle.loads(written)
    return found


def answer() -> None:
    """Do what the other process asked for: the function and its arguments come in, what it returns goes out."""
    _bound_this_process()
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints isn't taken for the answer
    try:
        function, arguments = pickle.load(sys.stdin.buffer)
        pickle.dump(function(*arguments), out, protocol=pickle.HIGHEST_PROTOCOL)
        out.flush()
    except MemoryError:
        os._exit(_OUT_OF_MEMORY)
    os._exit(0)


def _bound_this_process() -> None:
    if sys.platform == "win32":  # which has no such bounds; the time on the clock still holds
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (READING_PROCESSOR_SECONDS, READING_PROCESSOR_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_DATA, (READING_MEMORY, READING_MEMORY))


def _bound_of(returned: int) -> Bound:
    if sys.platform != "win32":
        import signal

        if -returned in (signal.SIGXCPU, signal.SIGKILL):
            return "time"
        if -returned == signal.SIGABRT:  # how compiled libraries end where they get no memory
            return "memory"
    return "memory" if returned == _OUT_OF_MEMORY else "crash"
