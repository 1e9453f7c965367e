"""What an uploaded file gave: its tables as text, what is wrong with them and what was decided in reading them."""

from __future__ import annotations

from dataclasses import dataclass

from il2dash.study.problems import Problem
from il2dash.study.raw_tables import RawTable


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Upload:
    """A file that was given to be loaded.

    Parameters
    ----------
    name : str
        The file's name.
    tables : tuple of RawTable
        One for a text file or a data set, one for each visible sheet of a workbook, those of all members of a zip.
    problems : tuple of Problem
        What is wrong with the file. A table with an error may still be among the tables, for its rows to be shown.
    notes : tuple of str
        What was decided in reading it, as sentences: the delimiter, the encoding, hidden sheets that were left out.
    study : bool
        Whether it is a zip with a study.toml, which `read_study` reads; then there are no tables here.
    """

    name: str
    tables: tuple[RawTable, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    study: bool = False


def refused(name: str, rule: str, remedy: str, *, value: str | None = None) -> Upload:
    """Return the upload of a file that gives no table, and why."""
    return Upload(name=name, problems=(Problem(severity="error", file=name, rule=rule, remedy=remedy, value=value),))
