"""How many published figures agree, in every grammatical number."""

from __future__ import annotations

from typing import Any

import pytest

from il2dash.display.published_view import published_sentence, published_spec


def entries(*matches: bool) -> list[dict[str, Any]]:
    return [
        {"label": "Age", "published": "43", "shown": "44", "match": match, "reason": "", "source": "Abstract"}
        for match in matches
    ]


@pytest.mark.parametrize(
    ("matches", "opening"),
    [
        ((True, True), "All of the 2 published figures agree with"),
        ((False, False), "None of the 2 published figures agree with"),
        ((True, False), "1 of 2 published figures agrees with"),
        ((True, True, False), "2 of 3 published figures agree with"),
        ((True,), "The published figure agrees with"),
        ((False,), "The published figure does not agree with"),
    ],
)
def test_agreement_is_counted(matches, opening):
    assert published_sentence(entries(*matches), synthetic=False) == f"{opening} what is computed from these data."
    synthetic = published_sentence(entries(*matches), synthetic=True)
    assert synthetic.endswith("no evidence about the trial.")
    assert ("were chosen" in synthetic) == all(matches)


def test_no_figures():
    assert published_sentence([], synthetic=True) == "The study names no published figures."


def test_a_disagreement_has_its_reason():
    failed = [{**entries(False)[0], "reason": "the analysis gives no number here"}]
    assert published_spec(failed).rows[0][3] == "✗ no: the analysis gives no number here"
    assert published_spec(entries(True, False)).rows[0][3] == "✓ yes"
    assert published_spec(entries(True, False)).rows[1][3] == "✗ no"
