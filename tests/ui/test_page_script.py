"""The page's script passes Streamlit's check of HTML."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from il2dash.ui import page_script

SCRIPTS = sorted(Path(page_script.__file__).parent.glob("*.js"))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_script_looks_like_markup(path):
    """DOMPurify drops a script in which something looks like a tag: then the page has none at all."""
    script = path.read_text(encoding="utf-8")
    assert re.findall(r"<[/\w!].{0,20}", script) == []
    assert script in page_script.PAGE_SCRIPT
