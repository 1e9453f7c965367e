"""What somebody chose of their files: which columns of which tables are the patients, visits, events and endpoints.

A recipe names raw tables by their file (``RawTable.file``), columns by their header and cells by their text. It is JSON
both ways, and `build` makes a study of it.
"""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass

from il2dash.intake.recipe_layouts import EventsChoice, TimeColumn, VisitsChoice
from il2dash.study.definition import Covariate, Endpoint, Identifier, Marker, Missing, Model, StudyInformation, Visits
from il2dash.study.definition_tables import STRICT, EventName

StoredAs = Literal["value", "sqrt", "log10"]

DAYS_SINCE = "days since"
"""What the name of a column of days says."""

ROW_NUMBER = "the row's number"
"""What a column that numbers the rows is called."""


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
