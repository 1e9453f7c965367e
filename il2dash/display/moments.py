"""A moment in words."""

from __future__ import annotations

from datetime import datetime


def moment(at: datetime) -> str:
    """Return ``29 Nov 2026, 05:12 UTC`` for a time in UTC."""
    return f"{at.day} {at:%b %Y, %H:%M} UTC"
