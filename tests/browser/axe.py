"""What axe-core finds on a page."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

BARRIERS = ("serious", "critical")


def barriers(page: Page) -> list[str]:
    """Return every violation that axe calls serious or critical: its rule, place, markup and remedy."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{violation['id']}: {node['target']} {node['html'][:200]} {node['failureSummary']}"
        for violation in found
        if violation["impact"] in BARRIERS
        for node in violation["nodes"]
    ]
