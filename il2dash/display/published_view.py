"""Published figures beside the computed ones."""

from __future__ import annotations

from typing import Any

from il2dash.display.numbers import count
from il2dash.display.tables import TableSpec


def published_spec(entries: list[dict[str, Any]]) -> TableSpec:
    """Write the comparison; `entries` is the ``published`` part of the results document."""
    return TableSpec(
        identifier="published-table",
        columns=("Figure", "Published", "Computed here", "Agrees", "Where it is said"),
        rows=tuple(
            (
                entry["label"],
                entry["published"],
                entry["shown"],
                "✓ yes" if entry["match"] else f"✗ no{': ' + entry['reason'] if entry['reason'] else ''}",
                entry["source"],
            )
            for entry in entries
        ),
        caption="Published and computed",
    )


def published_sentence(entries: list[dict[str, Any]], *, synthetic: bool) -> str:
    """Say how many agree, and what that means for synthetic data."""
    if not entries:
        return "The study names no published figures."
    agreeing = sum(entry["match"] for entry in entries)
    computed = "with what is computed from these data"
    if agreeing == len(entries):
        opening = f"All {agreeing} published figures agree {computed}."
        if agreeing == 1:
            opening = f"The published figure agrees {computed}."
    else:
        number = agreeing or "None"
        opening = f"{number} of {count(len(entries), 'published figure')} agree{'s' * (agreeing <= 1)} {computed}."
    if not synthetic:
        return opening
    return (
        f"{opening} That is how these synthetic patients were chosen: agreement shows that the methods work as told, "
        "and is no evidence about the trial."
    )
