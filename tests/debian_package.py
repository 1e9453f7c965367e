"""Programs that tests need, from Debian's packages."""

from __future__ import annotations

import os
import shutil
import subprocess


def can_install() -> bool:
    """Tell whether packages can be installed: by root, on Debian."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(*packages: str) -> None:
    """Install packages. Where there is systemd, Debian also starts what they serve."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    subprocess.run(["apt-get", "update", "-qq"], check=True, env=environment)
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
