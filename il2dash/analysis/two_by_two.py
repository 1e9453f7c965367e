"""Responders of two arms as one frozen table, so that arms and counts can't be swapped in a call."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmCount:
    """Responders out of the patients counted in one arm (0 <= responders <= total)."""

    responders: int
    total: int

    def __post_init__(self) -> None:
        if not 0 <= self.responders <= self.total:
            raise ValueError(
                f"ArmCount: responders must be between 0 and total; got {self.responders} of {self.total}."
            )

    @property
    def proportion(self) -> float:
        """Responders / total; NaN in an empty arm."""
        return self.responders / self.total if self.total else nan


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoByTwo:
    """Responders in the treatment and the reference arm."""

    treatment: ArmCount
    reference: ArmCount

    @property
    def swapped(self) -> TwoByTwo:
        """The same table with the arms' roles exchanged."""
        return TwoByTwo(treatment=self.reference, reference=self.treatment)
