"""What is wrong with a study, as data: where, which value, by which rule, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

MAXIMUM_LISTED = 50
"""How many problems are spelled out; the rest are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One finding about a study's files.

    Parameters
    ----------
    severity : {"error", "warning"}
        With an error the study isn't read; a warning is shown and the study is read.
    file : str
        File name as the study's folder has it, with the sheet for a workbook: ``"trial.xlsx[visits]"``.
    rule : str
        What should hold, as a sentence.
    remedy : str
        What the reader can do, as a sentence.
    row : int, optional
        Line in the file as a spreadsheet shows it: the header is row 1.
    column : str, optional
        Column as the file calls it, or the key in study.toml (``arms.levels[1].code``).
    value : str, optional
        The offending value as the file has it.
    """

    severity: Literal["error", "warning"]
    file: str
    rule: str
    remedy: str
    row: int | None = None
    column: str | None = None
    value: str | None = None

    def __str__(self) -> str:
        place = self.file
        if self.row is not None:
            place += f", row {self.row}"
        if self.column is not None:
            place += f", {self.column}"
        found = "" if self.value is None else f" Found {self.value!r}."
        return f"{self.severity}: {place}: {self.rule}{found} {self.remedy}"


def errors(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return the problems that keep a study from being read."""
    return tuple(problem for problem in problems if problem.severity == "error")


def listing(problems: Iterable[Problem]) -> str:
    """Write problems one a line, the first `MAXIMUM_LISTED` in full and the rest as a count."""
    every = tuple(problems)
    lines = [str(problem) for problem in every[:MAXIMUM_LISTED]]
    if len(every) > MAXIMUM_LISTED:
        lines.append(f"... and {len(every) - MAXIMUM_LISTED} more of {len(every)} problems.")
    return "\n".join(lines)
