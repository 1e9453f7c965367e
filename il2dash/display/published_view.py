"""Published figures beside the computed ones."""

from __future__ import annotations

from typing import Any

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
        stacked=True,
    )


def published_sentence(entries: list[dict[str, Any]], *, synthetic: bool) -> str:
    """Say how many agree, and what that means for synthetic data."""
    if not entries:
        return "The study names no published figures."
    agreeing = sum(entry["match"] for entry in entries)
    opening = _agreement(agreeing, len(entries))
    return f"{opening} {_meaning(complete=agreeing == len(entries))}" if synthetic else opening


def _agreement(agreeing: int, total: int) -> str:
    computed = "with what is computed from these data"
    if total == 1:
        return f"The published figure {'agrees' if agreeing else 'does not agree'} {computed}."
    if agreeing in (0, total):
        return f"{'All' if agreeing else 'None'} of the {total} published figures agree {computed}."
    return f"{agreeing} of {total} published figures agree{'s' if agreeing == 1 else ''} {computed}."


def _meaning(*, complete: bool) -> str:
    chosen = "That is how these synthetic patients were chosen" if complete else "These patients are synthetic"
    return f"{chosen}: agreement shows that the methods work as told, and is no evidence about the trial."
