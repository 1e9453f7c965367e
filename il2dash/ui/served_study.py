"""A study that is shown, with what was found out about it: every study's answers are kept by themselves."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from il2dash.study.problems import Problem
from il2dash.study.reading import StudyReading
from il2dash.study.trial import Trial
from il2dash.ui.ahead import Ahead
from il2dash.ui.memory import Memory

REMEMBERED = 2000
A_MOMENT = 16


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ServedStudy:
    """A study as it was read, and its answers, which go with it.

    Parameters
    ----------
    trial : Trial or None
        None where it couldn't be read.
    problems : tuple of Problem
        What was found in it.
    readme : str
        What its folder says about itself.
    read_at : datetime, optional
        When its tables were read, in UTC, where they are a database's.
    """

    trial: Trial | None
    problems: tuple[Problem, ...]
    readme: str = ""
    read_at: datetime | None = None
    memory: Memory = field(default_factory=lambda: Memory(REMEMBERED))
    moment: Memory = field(default_factory=lambda: Memory(A_MOMENT))
    ahead: Ahead = field(init=False)

    def __post_init__(self) -> None:
        """Have one worker for this study's memory."""
        object.__setattr__(self, "ahead", Ahead(self.memory))


def served_study(reading: StudyReading, *, readme: str = "") -> ServedStudy:
    """Return a study as it was read, nothing found out yet."""
    return ServedStudy(trial=reading.trial, problems=reading.problems, readme=readme, read_at=reading.read_at)
