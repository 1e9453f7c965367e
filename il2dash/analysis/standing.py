"""Whether a result is the trial's own analysis or somebody's exploration of it, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Prespecified where nothing departs from the definition; exploratory with one reason a departure."""

    reasons: tuple[str, ...] = ()

    @property
    def kind(self) -> Literal["prespecified", "exploratory"]:
        """The word that every block shows."""
        return "exploratory" if self.reasons else "prespecified"

    def and_also(self, *reasons: str) -> Standing:
        """Return this standing with more reasons, each told once."""
        return Standing(reasons=tuple(dict.fromkeys((*self.reasons, *reasons))))
