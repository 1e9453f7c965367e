"""``streamlit run`` that writes down what each run of a script took on the server: one line of JSON a run.

    python benchmarks/timed_server.py FILE APP [OPTION ...]

``ms`` is the run from the browser's request to its last line, ``cpu_ms`` the processor time that its own thread had in
it, ``figure_ms`` when the first figure was on its way, ``messages`` and ``bytes`` what was sent.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.web import cli


def write_down(file: Path) -> None:
    """Have every run of every session add a line to a file."""
    run_script, send = ScriptRunner._run_script, ScriptRunner._enqueue_forward_msg

    def timed_run(self: Any, rerun_data: Any) -> None:
        self.sent, self.figure_at, self.messages = 0, None, 0
        cpu, started = time.thread_time(), time.perf_counter()
        run_script(self, rerun_data)
        ended = time.perf_counter()
        run = {
            "ms": 1e3 * (ended - started),
            "cpu_ms": 1e3 * (time.thread_time() - cpu),
            "figure_ms": 1e3 * ((self.figure_at or ended) - started),
            "messages": self.messages,
            "bytes": self.sent,
        }
        with file.open("a") as lines:
            lines.write(json.dumps(run) + "\n")

    def counted(self: Any, message: ForwardMsg) -> None:
        self.messages += 1
        self.sent += message.ByteSize()
        if self.figure_at is None and message.delta.new_element.WhichOneof("type") == "plotly_chart":
            self.figure_at = time.perf_counter()
        send(self, message)

    ScriptRunner._run_script = timed_run
    ScriptRunner._enqueue_forward_msg = counted


if __name__ == "__main__":
    write_down(Path(sys.argv[1]))
    sys.path[0] = str(Path.cwd())  # as ``python -m streamlit`` has it
    sys.argv = ["streamlit", "run", *sys.argv[2:]]
    cli.main()
