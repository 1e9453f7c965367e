"""[tables] of study.toml: where a study's tables stand, and how their columns, times and events are written there.

A trial is the same whichever way its tables are kept: nothing of this is in its fingerprint.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, Literal

from pydantic import ConfigDict, StringConstraints
from pydantic.dataclasses import dataclass

TimeUnit = Literal["weeks", "days", "months"]
EventCategory = Literal["aids", "death", "adverse"]
EventName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]

STRICT = ConfigDict(extra="forbid", allow_inf_nan=False)
"""Of every section that somebody writes: a key that isn't known is an error, and so is a number that isn't finite."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class WideVisit:
    """[[tables.visits.wide]]: one column that holds one marker at one week."""

    marker: str
    week: float
    column: str


@dataclass(frozen=True, config=STRICT, kw_only=True)
class WideEvent:
    """[[tables.events.wide]]: an indicator column (1 = it happened) and the column with its time."""

    category: EventCategory
    term: str
    column: str
    week_column: str


@dataclass(frozen=True, config=STRICT, kw_only=True)
class SubjectsSource:
    """[tables.subjects]: the file with one row a randomized patient; `columns` maps our names to the file's.

    Without a `file` a table is read from NAME.csv, or else from the sheet NAME of the only workbook that is there.
    """

    file: str = ""
    sheet: str = ""
    time_unit: TimeUnit = "weeks"
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, config=STRICT, kw_only=True)
class VisitsSource:
    """[tables.visits]: a long file, or `wide` columns (of the subjects' file where no file is named)."""

    file: str = ""
    sheet: str = ""
    time_unit: TimeUnit = "weeks"
    columns: Mapping[str, str] = field(default_factory=dict)
    wide: tuple[WideVisit, ...] = ()


@dataclass(frozen=True, config=STRICT, kw_only=True)
class EventsSource:
    """[tables.events]: a long file, or `wide` indicator columns (of the subjects' file where no file is named).

    `event_name` is what an event of the category ``aids`` is called within a sentence, and `event_name_plural` several.
    """

    file: str = ""
    sheet: str = ""
    time_unit: TimeUnit = "weeks"
    columns: Mapping[str, str] = field(default_factory=dict)
    wide: tuple[WideEvent, ...] = ()
    event_name: EventName | None = None
    event_name_plural: EventName | None = None


@dataclass(frozen=True, config=STRICT, kw_only=True)
class DosesSource:
    """[tables.doses]: the file with one row a cycle given."""

    file: str = ""
    sheet: str = ""
    time_unit: TimeUnit = "weeks"
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Tables:
    """[tables]: where the four tables are. One that isn't described is read where it stands under its usual name."""

    subjects: SubjectsSource = field(default_factory=SubjectsSource)
    visits: VisitsSource | None = None
    events: EventsSource | None = None
    doses: DosesSource | None = None
