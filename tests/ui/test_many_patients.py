"""Many patients, and visits by months: counts have separators and weeks one decimal, wherever a page shows them."""

from __future__ import annotations

import json
import re

import pytest

from benchmarks.large_study import study_files
from il2dash.study.weeks import WEEKS_PER_UNIT
from il2dash.ui.site import PAGES
from tests.ui.conftest import html_of, of_plain_blanks

MONTH = WEEKS_PER_UNIT["months"][0] / WEEKS_PER_UNIT["months"][1]
_UNPARTED = re.compile(r".{0,60}(?<![\w.,:#/-])\d{4,}(?![\w-]).{0,30}")
_DATE = re.compile(r"\d{1,2} [A-Z][a-z]{2} \d{4}")
_EXACT = re.compile(r"week [\d,]+\.\d{2,}")


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """Write a study of 2,400 patients whose visits are by months."""
    folder = tmp_path_factory.mktemp("large")
    for name, content in study_files(2400).items():
        written = content.decode()
        if name == "study.toml":
            weeks = ", ".join(f"{visit * MONTH!r}" for visit in range(12))
            written = re.sub(r"schedule = \[.*\]", f"schedule = [{weeks}]", written)
            written = re.sub(r"(?m)^((?:primary_)?week) = 44", rf"\1 = {11 * MONTH!r}", written)
        (folder / name).write_text(written)
    return folder


def strings(part):
    """Return the texts of a figure."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict | list):
        for inner in part.values() if isinstance(part, dict) else part:
            yield from strings(inner)


@pytest.mark.parametrize("title", [title for title in PAGES if title != "Snapshots"])
def test_numbers_on_a_page_can_be_taken_in(visit, large, title):
    test = visit(title, ("filter", "age=30.."), study=large)
    shown = [re.sub(r"<[^>]*>", "\n", html_of(test)), *re.findall(r'aria-label="([^"]*)"', html_of(test))]
    for chart in test.get("plotly_chart"):
        shown += [chart.proto.alt, *strings(json.loads(chart.proto.spec))]
    shown += [button.label for button in test.button] + [slider.label for slider in test.select_slider]
    shown += [option for slider in test.select_slider for option in slider.options]
    said = _DATE.sub("", of_plain_blanks("\n".join(shown)))
    assert re.search(r"1,\d{3} of 2,400 patients", said)
    assert _UNPARTED.findall(said) == []
    assert _EXACT.findall(said) == []
