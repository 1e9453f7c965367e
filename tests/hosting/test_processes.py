"""What docs/hosting.md says of a process: how it is started, where it listens, and to whose pages it answers."""

import socket
from configparser import ConfigParser

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from il2dash.cli import _parser
from tests.browser.conftest import serve
from tests.processes import PATIENCE, free_port


def test_the_service_starts_what_the_command_line_takes(repository):
    unit = ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str
    unit.read(repository / "docs" / "il2dash@.service")
    python, *arguments = unit["Service"]["ExecStart"].replace("%i", "8501").split()
    assert python.endswith("/python")
    assert arguments[:2] == ["-m", "il2dash"]
    options = _parser().parse_args(arguments[2:])
    assert (options.address, options.port) == ("127.0.0.1", 8501)


def test_a_process_behind_a_proxy(repository, tmp_path):
    port = free_port()
    study = repository / "tests" / "studies" / "mini"

    def opened(origin):
        return connect(
            "ws://trial.example.org/_stcore/stream",
            sock=socket.create_connection(("127.0.0.1", port)),
            subprotocols=["streamlit"],
            origin=origin,
            open_timeout=PATIENCE,
        )

    with serve(repository, study, tmp_path / "log", "--address", "127.0.0.1", port=port):
        # Linux answers at every 127.x.y.z where a server listens everywhere.
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", port), timeout=PATIENCE)
        with opened("https://trial.example.org") as websocket:
            assert websocket.subprotocol == "streamlit"
        with pytest.raises(InvalidStatus):
            opened("https://elsewhere.example")
