"""Tables: what a study writes is text, never markup; cells know their headers."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from il2dash.display.tables import TableSpec, table_html


class Reader(HTMLParser):
    """Collects tags with their attributes, and what is read."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.read: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.read.append(data)


def reader(spec: TableSpec) -> Reader:
    found = Reader()
    found.feed(table_html(spec))
    return found


@pytest.fixture
def hostile(hostile_words) -> TableSpec:
    return TableSpec(
        identifier="t",
        columns=(hostile_words, f"second {hostile_words}"),
        rows=((hostile_words, hostile_words), ("\u2003a", "")),
        notes=(hostile_words,),
        caption=hostile_words,
    )


def test_words_of_a_study_are_never_markup(hostile, hostile_words):
    found = reader(hostile)
    tags = {tag for tag, _ in found.tags}
    assert tags == {"div", "table", "caption", "thead", "tr", "th", "tbody", "td", "p"}
    text = "".join(found.read).replace("\u00a0", " ")
    assert text.count(hostile_words) == 6


def test_cells_name_their_headers(hostile):
    found = reader(hostile)
    assert [attributes["scope"] for tag, attributes in found.tags if tag == "th"] == ["col", "col", "row", "row"]
    region = found.tags[0][1]
    assert (region["role"], region["tabindex"]) == ("region", "0")
    # A character that draws nothing keeps the attribute from being removed for its words.
    assert region["aria-label"].replace("\u2060", "") == hostile.caption


def test_a_table_without_rows_keeps_its_headers():
    found = reader(TableSpec(identifier="t", columns=("First", "Second"), rows=()))
    assert [text for text in found.read if text.strip()] == ["First", "Second"]


def test_an_estimate_stays_beside_its_interval():
    spec = TableSpec(identifier="t", columns=("a", "b"), rows=(("x", "0.87 (0.82 to 0.92)"), ("y", "long " * 20)))
    text = "".join(reader(spec).read)
    assert "0.87\u00a0(0.82\u00a0to\u00a00.92)" in text
    assert "long long" in text


def test_cells_of_a_stacked_row_have_their_headers_with_them(hostile, hostile_words):
    plain = [attributes for tag, attributes in reader(hostile).tags if tag == "td"]
    assert all("data-label" not in attributes for attributes in plain)
    found = reader(replace(hostile, stacked=True)).tags
    assert "stacked" in found[0][1]["class"]
    labels = [attributes["data-label"].replace("\u2060", "") for tag, attributes in found if tag == "td"]
    assert labels == [f"second {hostile_words}"] * 2
