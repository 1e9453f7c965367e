"""What somebody chose of their files: which columns of which tables are the patients, visits, events and endpoints.

A recipe names raw tables by their file (``RawTable.file``), columns by their header and cells by their text. It is JSON
both ways, and `build` makes a study of it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import field
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter
from pydantic.dataclasses import dataclass

from il2dash.study.definition import Covariate, Endpoint, Identifier, Marker, Missing, Model, StudyInformation, Visits
from il2dash.study.definition_tables import STRICT, EventCategory, EventName, TimeUnit

StoredAs = Literal["value", "sqrt", "log10"]

DAYS_SINCE = "days since"
"""What the name of a column of days says."""

ROW_NUMBER = "the row's number"
"""What a column that numbers the rows is called."""


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
class ArmChoice:
    """One of the two arms compared: how the file writes it, and how the study does."""

    value: str
    code: Identifier
    label: str


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Subjects:
    """The table with the randomized patients.

    Parameters
    ----------
    table, patient, arm : str
        The raw table, and its columns of the patient and of the arm.
    reference, treatment : ArmChoice
        The two arms; differences are treatment minus reference.
    excluded_arms : tuple of str
        Further arms of the file, whose patients are left out and counted. An arm that isn't named at all is an error.
    without_arm : {"error", "exclude"}
        Whether a patient without an arm is a mistake, or is left out and counted: one who wasn't randomized.
    repeated : bool
        Whether a patient has several rows, on which what belongs to the patient is repeated.
    last_contact : TimeColumn, optional
        When each patient's observation ended; of several times of a patient the latest.
    completed : str
        Column that says, yes or no, whether the patient completed the study.
    """

    table: str
    patient: str
    arm: str
    reference: ArmChoice
    treatment: ArmChoice
    excluded_arms: tuple[str, ...] = ()
    without_arm: Literal["error", "exclude"] = "error"
    repeated: bool = False
    last_contact: TimeColumn | None = None
    completed: str = ""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class MarkerChoice:
    """A marker: what the study says of it, and whether the file holds its square root or its logarithm to base 10.

    Values that are stored transformed are turned back to the marker's unit.
    """

    name: Identifier
    marker: Marker
    stored: StoredAs = "value"


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


@dataclass(frozen=True, config=STRICT, kw_only=True)
class RecordedOutcome:
    """How the file writes yes and no in the column of a recorded endpoint, where it isn't yes and no, or 1 and 0."""

    endpoint: str
    yes: tuple[str, ...]
    no: tuple[str, ...]


@dataclass(frozen=True, config=STRICT, kw_only=True)
class DaysSince:
    """A column of days from a date of the patient, `start` in the subjects' table, to the date in a table's column."""

    table: str
    patient: str
    column: str
    start: str

    @property
    def name(self) -> str:
        """What the column of days is called."""
        return f"{self.column} ({DAYS_SINCE} {self.start})"


@dataclass(frozen=True, config=STRICT, kw_only=True)
class PatientColumn:
    """A column of ids made for a table: several columns together, or the row's number where there are none."""

    table: str
    columns: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What the column of ids is called."""
        return " + ".join(self.columns) if self.columns else ROW_NUMBER


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Recipe:
    """Everything that turns raw tables into a study.

    Covariates and recorded endpoints name columns of the subjects' table (`Covariate.column`, `Endpoint.column`).
    Patients may be the columns that `ids` adds to the tables, times those that `days` adds.
    The schedule is in weeks; without one, no marker can be read. `event_name` is that of [tables.events].
    """

    study: StudyInformation
    subjects: Subjects
    covariates: tuple[Covariate, ...] = ()
    markers: tuple[MarkerChoice, ...] = ()
    visits: tuple[VisitsChoice, ...] = ()
    plan: Visits = field(default_factory=Visits)
    events: tuple[EventsChoice, ...] = ()
    event_name: EventName | None = None
    event_name_plural: EventName | None = None
    endpoints: tuple[Endpoint, ...] = ()
    recorded: tuple[RecordedOutcome, ...] = ()
    missing: Missing = field(default_factory=Missing)
    models: tuple[Model, ...] = ()
    days: tuple[DaysSince, ...] = ()
    ids: tuple[PatientColumn, ...] = ()


_RECIPE: TypeAdapter[Recipe] = TypeAdapter(Recipe)


def recipe_json(recipe: Recipe) -> str:
    """Return a recipe as JSON; `recipe_of_json` gives an equal one back."""
    return _RECIPE.dump_json(recipe, indent=2, exclude_defaults=False).decode()


def recipe_of_json(text: str | bytes) -> Recipe:
    """Return the recipe that `recipe_json` wrote; raises pydantic's ValidationError for anything else."""
    return _RECIPE.validate_json(text)
