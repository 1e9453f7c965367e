"""The layouts in which a table can hold measurements and events, each with the columns that somebody chose for it.

Which layouts there are changes with the files that people have; of what a study is made, which `recipe` says, doesn't.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import field
from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from il2dash.study.definition_tables import STRICT, EventCategory, TimeUnit


@dataclass(frozen=True, config=STRICT, kw_only=True)
class RowCondition:
    """Only rows whose column holds one of these texts count."""

    column: str
    values: tuple[str, ...]


@dataclass(frozen=True, config=STRICT, kw_only=True)
class TimeColumn:
    """A column of times since randomization, in its unit."""

    column: str
    unit: TimeUnit = "weeks"


@dataclass(frozen=True, config=STRICT, kw_only=True)
class VisitTime:
    """When a visit was: a number in its unit, or a name that stands for a week.

    With any `weeks` the column holds names: each is in `weeks` or in `ignored` (its rows are left out), or is an error.
    """

    column: str
    unit: TimeUnit = "weeks"
    weeks: Mapping[str, float] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, config=STRICT, kw_only=True)
class MarkerColumns:
    """A table with one row a patient and visit, and one column a marker: `columns` maps markers to columns."""

    form: Literal["columns"] = "columns"
    table: str
    patient: str
    time: VisitTime
    columns: Mapping[str, str]
    only: tuple[RowCondition, ...] = ()


@dataclass(frozen=True, config=STRICT, kw_only=True)
class MarkerParameters:
    """A table with one row a value: `parameters` maps markers to the texts of the column `parameter`."""

    form: Literal["parameters"] = "parameters"
    table: str
    patient: str
    time: VisitTime
    parameter: str
    value: str
    parameters: Mapping[str, str]
    only: tuple[RowCondition, ...] = ()


@dataclass(frozen=True, config=STRICT, kw_only=True)
class WeekColumn:
    """A column that holds one marker at one week."""

    marker: str
    week: float
    column: str


@dataclass(frozen=True, config=STRICT, kw_only=True)
class WeekColumns:
    """A table with one column a marker and week.

    Where a patient has several rows the columns are repeated on them, as a baseline value is in long tables.
    """

    form: Literal["weeks"] = "weeks"
    table: str
    patient: str
    columns: tuple[WeekColumn, ...]
    repeated: bool = False


VisitsChoice = Annotated[MarkerColumns | MarkerParameters | WeekColumns, Field(discriminator="form")]


@dataclass(frozen=True, config=STRICT, kw_only=True)
class EventIndicator:
    """A column that says whether an event happened, and the column with its time.

    `happened` and `not_happened` are the file's texts; without any they are yes and no, 1 and 0, true and false.
    """

    form: Literal["indicator"] = "indicator"
    table: str
    patient: str
    column: str
    time: TimeColumn
    category: EventCategory
    term: str
    happened: tuple[str, ...] = ()
    not_happened: tuple[str, ...] = ()
    repeated: bool = False
    only: tuple[RowCondition, ...] = ()


@dataclass(frozen=True, config=STRICT, kw_only=True)
class EventRows:
    """A table with one row an event.

    Either all are of one `category`, or `category_column` holds texts that `categories` maps; a text in neither
    `categories` nor `ignored` is an error.
    """

    form: Literal["rows"] = "rows"
    table: str
    patient: str
    time: TimeColumn
    category: EventCategory | None = None
    category_column: str = ""
    categories: Mapping[str, EventCategory] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    term: str = ""
    grade: str = ""
    only: tuple[RowCondition, ...] = ()


@dataclass(frozen=True, config=STRICT, kw_only=True)
class EventTimes:
    """A column with the time of an event, empty where it didn't happen; a time that rows of a patient repeat is one."""

    form: Literal["times"] = "times"
    table: str
    patient: str
    time: TimeColumn
    category: EventCategory
    term: str
    only: tuple[RowCondition, ...] = ()


EventsChoice = Annotated[EventIndicator | EventTimes | EventRows, Field(discriminator="form")]


def kinds_of(source: EventsChoice) -> Collection[EventCategory | None]:
    """Return of which kinds the events of a source can be."""
    if isinstance(source, EventRows) and source.category_column:
        return source.categories.values()
    return (source.category,)
