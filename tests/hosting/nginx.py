"""nginx for the tests, from Debian's package: docs/nginx.conf itself, with its ports and paths changed.

``python -m tests.hosting.nginx`` makes sure that there is one where it can, as root on Debian, and prints where.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests import debian_package
from tests.debian_package import can_install
from tests.processes import end, eventually

WHO_ANSWERED = "add_header X-Served-By $upstream_addr always;"
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def executable() -> str | None:
    """Return the path of nginx, or None where there is none."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def install() -> None:
    """Install Debian's package where it is missing and can be had."""
    if executable() is None and can_install():
        debian_package.install("nginx", "openssl")


def changed(text: str, changes: Mapping[str, str]) -> str:
    """Return the configuration with texts replaced, each of which stands in it exactly once."""
    for old, new in changes.items():
        if text.count(old) != 1:
            raise ValueError(f"{old!r} stands {text.count(old)} times in docs/nginx.conf, and should stand once.")
        text = text.replace(old, new)
    return text


def certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for localhost that nobody has signed; return it and its key."""
    made, key = folder / "localhost.pem", folder / "localhost.key"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,DNS:trial.example.org"]
    subprocess.run([*command, "-keyout", key, "-out", made], check=True, capture_output=True)
    return made, key


def for_tests(text: str, folder: Path, *, ports: tuple[int, int], processes: tuple[int, int]) -> str:
    """Return docs/nginx.conf for a folder: other ports, a certificate made here, and who answered in a header.

    Parameters
    ----------
    ports : tuple of int
        Where nginx listens, without and with TLS.
    processes : tuple of int
        Ports of the two processes behind it.
    """
    made, key = certificate(folder)
    temporary = "".join(f"    {kind}_temp_path {folder / kind};\n" for kind in TEMPORARY)
    return changed(
        text,
        {
            "user www-data;": "user root;" if os.geteuid() == 0 else "",
            "worker_processes auto;": "worker_processes 1;",
            "/run/nginx.pid": str(folder / "nginx.pid"),
            "/var/log/nginx/error.log": str(folder / "error.log"),
            "http {": f"http {{\n{temporary}",
            "server 127.0.0.1:8501;": f"server 127.0.0.1:{processes[0]};",
            "server 127.0.0.1:8502;": f"server 127.0.0.1:{processes[1]};",
            "listen 80;": f"listen 127.0.0.1:{ports[0]};",
            "listen 443 ssl;": f"listen 127.0.0.1:{ports[1]} ssl; {WHO_ANSWERED}",
            "/etc/ssl/certs/trial.example.org.pem": str(made),
            "/etc/ssl/private/trial.example.org.key": str(key),
        },
    )


@contextmanager
def running(program: str, configuration: str, folder: Path, *, port: int) -> Iterator[None]:
    """Run nginx with a configuration until the block ends."""
    file = folder / "nginx.conf"
    file.write_text(configuration, encoding="utf-8")
    command = [program, "-p", str(folder), "-c", str(file), "-e", str(folder / "error.log"), "-g", "daemon off;"]
    with (folder / "nginx.log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        try:
            _wait(process, port, folder / "nginx.log")
            yield
        finally:
            end(process)


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    def listens() -> bool:
        with socket.socket() as caller:
            return process.poll() is not None or caller.connect_ex(("127.0.0.1", port)) == 0

    if not eventually(listens) or process.poll() is not None:
        raise RuntimeError(f"nginx didn't start:\n{log.read_text()}")


if __name__ == "__main__":
    try:
        install()
    except subprocess.CalledProcessError as error:
        print(f"{error}: without a network, for instance")
    print(executable() or "no nginx: its tests are skipped")
