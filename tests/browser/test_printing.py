"""After a print the page is as it was; that every page prints is in test_pages."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser


def test_back_on_the_screen_figures_are_as_they_were(etoile, visit):
    page = visit(f"{etoile.address}/Endpoints")
    page.evaluate("dispatchEvent(new Event('beforeprint')); dispatchEvent(new Event('afterprint'))")
    assert page.locator(".main-svg[viewBox]").count() == 0
