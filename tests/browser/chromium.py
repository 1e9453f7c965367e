"""A Chromium for the tests: one that is there, else Debian's package as root on Debian, else playwright's own.

``python -m tests.browser.chromium`` makes sure that there is one, and prints where.
"""

from __future__ import annotations

import shutil
import subprocess
import sys

from tests import debian_package
from tests.debian_package import can_install

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def executable() -> str | None:
    """Return the path of a Chromium, or None where playwright's own is the only hope."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def install() -> None:
    """Install a Chromium where there is none."""
    if executable() is not None:
        return
    if can_install():
        debian_package.install("chromium", "fonts-dejavu-core")
        return
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)


if __name__ == "__main__":
    install()
    print(executable() or "playwright's own Chromium")
