"""The reason, in words, why two arms can't be compared."""

from __future__ import annotations

from il2dash.analysis.two_by_two import TwoByTwo


def empty_arm(table: TwoByTwo) -> str:
    """Say which arm has no patients; the empty string where both have some."""
    if table.treatment.total and table.reference.total:
        return ""
    if table.treatment.total:
        return "The reference arm has no patients."
    if table.reference.total:
        return "The treatment arm has no patients."
    return "Neither arm has patients."
