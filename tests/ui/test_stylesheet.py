"""Words that Markdown would take for markup are escaped; other labels are as they were, for addresses hold them."""

from __future__ import annotations

import pytest

from il2dash.ui.stylesheet import label, plain


@pytest.mark.parametrize(
    "words",
    [
        "Median [Q1, Q3]",
        "Model (MMRM)",
        "Baseline CD4, per 50 cells/\u00b5L",
        "HIV-1 RNA",
        "CD4 > 200",
        "cd4_count",
        "a: b",
    ],
)
def test_an_ordinary_label_is_as_it_is(words):
    assert label(words) == words


@pytest.mark.parametrize(
    ("words", "escaped"),
    [
        ("**b**", r"\*\*b\*\*"),
        ("_it_", r"\_it\_"),
        ("$x$", r"\$x\$"),
        ("<b>x", r"\<b\>x"),
        ("&lt;", r"\&lt;"),
        (":red[x]", r"\:red\[x\]"),
        ("[a](b)", r"\[a\]\(b\)"),
        ("1. x", r"1\. x"),
        ("- x", r"\- x"),
        ("    code", "code"),
        ("a\u202eb", "ab"),
        (":material/home:", "\\:\u2060material/home\\:"),
    ],
)
def test_markup_is_escaped(words, escaped):
    assert label(words) == escaped
    assert plain(words) == escaped
