"""Texts of a study among our own words: nothing of them reverses, ends or removes what stands around."""

from __future__ import annotations

from html import unescape

import pytest

from il2dash.display.literal_text import attribute_text, without_controls


def test_what_reverses_the_writing_is_left_out_and_letters_stay():
    assert without_controls("a\u202eb\u2066c\x00\x1b") == "abc"
    for text in ("\u05d0\u05d1", "\u200f", "\U0001f468\u200d\U0001f469", "two\nlines\tand a tab"):
        assert without_controls(text) == text


@pytest.mark.parametrize("text", ["</script>", "-->", "--!>", "]>", "</title"])
def test_no_attribute_is_removed_for_its_words(text):
    value = attribute_text(f'a "{text}"')
    assert '"' not in value
    assert text not in unescape(value)
    assert unescape(value).replace("\u2060", "") == f'a "{text}"'


def test_ordinary_words_are_escaped_and_nothing_else():
    assert attribute_text("a < b & 'c'") == "a &lt; b &amp; &#x27;c&#x27;"
