"""docs/nginx.conf in front of two real processes: a visitor stays on one, pages work, nothing is kept."""

import http.client
import json
import shutil
import socket
import ssl
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.browser.conftest import starting
from tests.hosting import nginx
from tests.processes import PATIENCE, free_port

COOKIE = "il2dash_visitor"


@dataclass(frozen=True)
class Site:
    """A dashboard behind nginx: its port with TLS, the port without, and nginx's folder."""

    port: int
    plain_port: int
    folder: Path
    trust: ssl.SSLContext

    def ask(self, path, *, method="GET", cookie="", body=None, **headers):
        """Return the answer to a request, its content read."""
        connection = http.client.HTTPSConnection("localhost", self.port, context=self.trust, timeout=PATIENCE)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if cookie:
            given["Cookie"] = f"{COOKIE}={cookie}"
        try:
            connection.request(method, path, body=body, headers=given)
            answer = connection.getresponse()
            answer.content = answer.read()
        finally:
            connection.close()
        return answer

    def newcomer(self):
        """Return the cookie of a new visitor and the process that answered."""
        answer = self.ask("/_stcore/health")
        assert answer.status == 200
        given = [value for name, value in answer.getheaders() if name == "Set-Cookie" and value.startswith(COOKIE)]
        assert len(given) == 1
        assert {"HttpOnly", "Secure", "SameSite=Lax"} <= {part.strip() for part in given[0].split(";")}
        return given[0].split(";")[0].partition("=")[2], answer.headers["X-Served-By"]

    def websocket(self, cookie, *, origin="https://trial.example.org"):
        """Open a websocket as a page of the site's own name does."""
        return connect(
            "wss://trial.example.org/_stcore/stream",
            sock=socket.create_connection(("127.0.0.1", self.port)),
            ssl=self.trust,
            subprotocols=["streamlit"],
            origin=origin,
            additional_headers={"Cookie": f"{COOKIE}={cookie}"},
            max_size=None,
            open_timeout=PATIENCE,
        )


@pytest.fixture(scope="module")
def program():
    """Return nginx; without one the test is skipped."""
    found = nginx.executable() if shutil.which("openssl") else None
    if found is None:
        reason = "nginx or openssl is absent: python -m tests.hosting.nginx installs Debian's nginx as root."
        pytest.skip(reason)
    return found


@contextmanager
def in_front_of(program, repository, folder, *processes):
    """Run nginx as docs/nginx.conf says, in front of two ports."""
    plain, port = free_port(), free_port()
    text = (repository / "docs" / "nginx.conf").read_text(encoding="utf-8")
    configuration = nginx.for_tests(text, folder, ports=(plain, port), processes=processes)
    trust = ssl.create_default_context(cafile=folder / "localhost.pem")
    with nginx.running(program, configuration, folder, port=port):
        yield Site(port=port, plain_port=plain, folder=folder, trust=trust)


@pytest.fixture(scope="module")
def site(program, repository, tmp_path_factory):
    """Serve the shipped study by two processes behind nginx."""
    folder = tmp_path_factory.mktemp("nginx")
    study = repository / "sample_data" / "etoile"
    with ExitStack() as stack:
        ports = free_port(), free_port()
        starts = [stack.enter_context(starting(repository, study, folder / f"{port}.log", port=port)) for port in ports]
        for start in starts:
            start()
        yield stack.enter_context(in_front_of(program, repository, folder, *ports))


LOCAL = ("--address", "127.0.0.1")


def view(websocket, page):
    """Ask for a page over a websocket and return the types of its elements."""
    message = BackMsg()
    message.rerun_script.page_name = page
    websocket.send(message.SerializeToString())
    kinds = []
    while True:
        received = ForwardMsg.FromString(websocket.recv(timeout=PATIENCE, decode=False))
        kind = received.WhichOneof("type")
        if kind == "delta":
            kinds.append(received.delta.new_element.WhichOneof("type"))
        if kind == "script_finished" and received.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            return kinds


def test_a_visitor_stays_on_one_process_and_pages_work(site):
    visitors = dict(site.newcomer() for _ in range(24))
    assert len(set(visitors.values())) == 2
    for process in set(visitors.values()):
        cookie = next(cookie for cookie, served_by in visitors.items() if served_by == process)
        for path in ("/", "/Model", "/Endpoints?threshold=150", "/_stcore/host-config", "/_stcore/health"):
            answer = site.ask(path, cookie=cookie)
            assert (answer.status, answer.headers["X-Served-By"]) == (200, process)
            assert not any(value.startswith(COOKIE) for value in answer.headers.get_all("Set-Cookie", []))
        for page, own in (("", "page_link"), ("Endpoints", "slider")):
            with site.websocket(cookie) as websocket:
                assert websocket.response.headers["X-Served-By"] == process
                kinds = view(websocket, page)
                assert "exception" not in kinds
                assert {"plotly_chart", own} <= set(kinds)


def test_another_sites_page_gets_no_websocket(site):
    cookie, _ = site.newcomer()
    with pytest.raises(InvalidStatus), site.websocket(cookie, origin="https://elsewhere.example"):
        pass


def test_headers_of_an_answer(site):
    headers = site.ask("/").headers
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "no-cache" in headers["Cache-Control"]
    connection = http.client.HTTPConnection("localhost", site.plain_port, timeout=PATIENCE)
    connection.request("GET", "/Model?missing=failure")
    answer = connection.getresponse()
    assert (answer.status, answer.headers["Location"]) == (301, "https://localhost/Model?missing=failure")
    connection.close()


class Echo(BaseHTTPRequestHandler):
    """Answers with the headers that it got, and with how often it was asked."""

    asked = 0

    def do_GET(self):
        type(self).asked += 1
        content = json.dumps({"asked": self.asked, **{name: self.headers.get_all(name) for name in self.headers}})
        self.send_response(200)
        self.send_header("Cache-Control", "public, max-age=3600")
        for number in range(int(self.headers.get("X-Give-Cookies", "0"))):
            self.send_header("Set-Cookie", f"given_{number}={'x' * 3900}; Secure")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content.encode())

    def do_PUT(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, *_):
        """Keep quiet."""


@pytest.fixture(scope="module")
def echoing(program, repository, tmp_path_factory):
    """Put nginx in front of something that tells what it got."""
    echo = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=echo.serve_forever)
    thread.start()
    try:
        ports = echo.server_port, echo.server_port
        with in_front_of(program, repository, tmp_path_factory.mktemp("echo"), *ports) as site:
            yield site
    finally:
        echo.shutdown()
        thread.join()
        echo.server_close()


def test_what_a_process_is_told(echoing):
    told = json.loads(echoing.ask("/", X_Forwarded_For="1.2.3.4", X_Forwarded_Proto="gopher").content)
    assert told["X-Forwarded-For"] == ["127.0.0.1"]
    assert told["X-Forwarded-Proto"] == ["https"]
    assert told["Host"] == told["X-Forwarded-Host"] == [f"localhost:{echoing.port}"]


def test_a_sign_ins_cookies_pass(echoing):
    held = "; ".join(f"held_{number}={'x' * 3900}" for number in range(4))
    answer = echoing.ask("/", cookie=f"visitor; {held}", X_Give_Cookies="4")
    assert answer.status == 200
    assert json.loads(answer.content)["Cookie"] == [f"{COOKIE}=visitor; {held}"]
    given = [value for value in answer.headers.get_all("Set-Cookie") if value.startswith("given_")]
    assert [len(value) > 3900 and value.endswith("; Secure") for value in given] == [True] * 4


def test_nothing_is_cached(echoing):
    first, second = (json.loads(echoing.ask("/same").content)["asked"] for _ in range(2))
    assert second == first + 1


def test_uploads_are_bounded_and_nothing_is_written(echoing):
    refused = echoing.ask("/upload", method="PUT", Content_Length=str(202 * 1024**2))
    assert refused.status == 413
    taken = echoing.ask("/upload", method="PUT", body=b"x" * 3_000_000)
    assert json.loads(taken.content)["Content-Length"] == ["3000000"]
    written = [path for kind in nginx.TEMPORARY for path in (echoing.folder / kind).rglob("*") if path.is_file()]
    assert written == []
    assert (echoing.folder / "error.log").read_text() == ""


def test_the_configuration_has_all_that_the_tests_change(repository, tmp_path):
    text = (repository / "docs" / "nginx.conf").read_text(encoding="utf-8")
    if shutil.which("openssl") is None:
        pytest.skip("openssl is absent: nginx's certificate can't be made.")
    made = nginx.for_tests(text, tmp_path, ports=(1, 2), processes=(3, 4))
    assert "8501" not in made.replace("il2dash", "")
    assert made.count("{") == made.count("}")
    ssl.create_default_context(cafile=tmp_path / "localhost.pem")
