"""A PostgreSQL for the tests, from Debian's package: it lives in a folder of its own and ends with the block.

``python -m tests.study.postgresql`` makes sure that there is one where it can, as root on Debian, and prints where.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests import debian_package
from tests.debian_package import can_install
from tests.processes import end, eventually, free_port

ACCOUNT = "postgres"
PASSWORD = "k7-Wv/secret"


@dataclass(frozen=True)
class PostgreSQL:
    """A server that runs: the owner comes by its socket without a password, anybody else over TCP with one."""

    sockets: Path
    port: int

    @property
    def owner(self) -> str:
        """How psycopg connects as the owner of everything."""
        return f"host={self.sockets} port={self.port} user={ACCOUNT} dbname=postgres"

    def url(self, user: str, password: str = PASSWORD, database: str = "postgres") -> str:
        """Return the address under which a user reads a database."""
        login = f"{user}:{password.replace('/', '%2F')}"
        return f"postgresql+psycopg://{login}@127.0.0.1:{self.port}/{database}"


def programs() -> Path | None:
    """Return the folder with Debian's initdb and postgres, the newest version; None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


def install() -> None:
    """Install Debian's package where it is missing and can be had."""
    if programs() is None and can_install():
        debian_package.install("postgresql")


@contextmanager
def running(binaries: Path) -> Iterator[PostgreSQL]:
    """Run a new, empty server until the block ends. It refuses to run as root, so root gives it another account."""
    folder = Path(tempfile.mkdtemp(prefix="il2dash-postgresql-"))
    prefix: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(folder, ACCOUNT, ACCOUNT)
        prefix = ["setpriv", f"--reuid={ACCOUNT}", f"--regid={ACCOUNT}", "--clear-groups"]
    try:
        data = folder / "data"
        options = ["--auth-local=trust", "--auth-host=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync"]
        command = [*prefix, binaries / "initdb", "--pgdata", data, "--username", ACCOUNT, *options]
        subprocess.run(command, check=True, capture_output=True, cwd=folder)
        server = PostgreSQL(sockets=folder, port=free_port())
        settings = {"fsync": "off", "listen_addresses": "127.0.0.1", "unix_socket_directories": str(folder)}
        command = [*prefix, binaries / "postgres", "-D", data, "-p", str(server.port)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with (folder / "log").open("w") as log:
            process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
            try:
                _wait(binaries, server, process, folder / "log")
                yield server
            finally:
                end(process)
    finally:
        shutil.rmtree(folder)


def _wait(binaries: Path, server: PostgreSQL, process: subprocess.Popen[bytes], log: Path) -> None:
    question = [binaries / "pg_isready", "-q", "-h", server.sockets, "-p", str(server.port)]

    def answers() -> bool:
        return process.poll() is not None or subprocess.run(question, check=False).returncode == 0

    if not eventually(answers) or process.poll() is not None:
        raise RuntimeError(f"PostgreSQL didn't start:\n{log.read_text()}")


if __name__ == "__main__":
    try:
        install()
    except subprocess.CalledProcessError as error:
        print(f"{error}: without a network, for instance")
    print(programs() or "no PostgreSQL: its tests are skipped")
