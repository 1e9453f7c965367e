"""The exceptions of il2dash: few, and all of them sentences that a reader can act on."""

from __future__ import annotations


class Il2dashError(Exception):
    """Anything that il2dash itself found wrong: its text names the thing, the value, the rule and the remedy."""


class StudyError(Il2dashError):
    """A study that can't be read: its text lists the problems, file by file."""


class SpecificationError(Il2dashError):
    """A request that the study can't answer: an unknown endpoint, a threshold outside its range, an empty filter."""
