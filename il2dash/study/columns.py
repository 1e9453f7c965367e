"""Which column of a file is which of the data contract's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from il2dash.study.problems import Problem
from il2dash.study.raw_tables import RawTable


def find_columns(
    raw: RawTable, wanted: Iterable[str], *, mapping: Mapping[str, str], optional: Iterable[str] = ()
) -> tuple[dict[str, str], list[Problem]]:
    """Return the file's column for each wanted name that is there, and a problem for each that should be.

    Parameters
    ----------
    wanted : iterable of str
        Names of the data contract that the file must have.
    mapping : mapping of str to str
        The file's name where it is another one; a name that is mapped must be there even if it is optional.
    optional : iterable of str
        Names that the file may lack.
    """
    required = tuple(wanted)
    found: dict[str, str] = {}
    problems: list[Problem] = []
    there = set(raw.columns)
    for name in (*required, *optional):
        column = mapping.get(name, name)
        if column in there:
            found[name] = column
        elif name in required or name in mapping:
            problems.append(missing_column(raw, column))
    return found, problems


def missing_column(raw: RawTable, column: str) -> Problem:
    """Return the problem of a column that the file lacks, with the columns that it has."""
    return Problem(
        severity="error",
        file=raw.file,
        row=1,
        column=column,
        rule="The file needs this column, and its header doesn't have it.",
        remedy=f"Add it, or say in study.toml which column it is.{nearest(column, raw.columns)} "
        f"The file's columns are {', '.join(raw.columns)}.",
    )


def nearest(name: str, known: Iterable[str]) -> str:
    """Return `` Did you mean 'x'?`` for the known name that is nearest, or nothing where none is near."""
    spelled = {other.casefold(): other for other in known}
    close = get_close_matches(name.casefold(), spelled, n=1, cutoff=0.6)
    return f" Did you mean {spelled[close[0]]!r}?" if close else ""
