"""What a user of ADaM datasets is asked, with what was found, and what the user answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from il2dash.study.definition import Endpoint, EndpointRule, MissingRule, Scale
from il2dash.study.definition_tables import EventCategory, TimeUnit

AdamTimeUnit = TimeUnit | Literal["years"]
THRESHOLD_RULES: tuple[EndpointRule, ...] = ("at_least", "gain_at_least", "below", "drop_at_least")


@dataclass(frozen=True, slots=True, kw_only=True)
class AdamArm:
    """A planned arm as ADSL writes it, with its randomized patients."""

    value: str
    patients: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AdamVisit:
    """A visit of a parameter, with the patients who have a record there; `week` is None where the user must say it."""

    name: str
    week: float | None
    patients: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AdamParameter:
    """A parameter that can be a marker.

    Parameters
    ----------
    id : str
        The marker's name in the study: `code` in lower case, with a number where two datasets have the code.
    code, label, unit : str
        ``PARAMCD``, and ``PARAM`` taken apart.
    file : str
        The dataset.
    scale : {"identity", "sqrt", "log10"}
        Proposed for models: log10 for copies/mL, else identity.
    patients, records, derived : int
        Patients with a value, all records, and those that ``DTYPE`` calls derived.
    visits : tuple of AdamVisit
        Planned visits after all flags, by week; those without a week last.
    flag_selects_one : bool
        Whether ``ANL01FL`` leaves a patient at most one of several visits, another one by patient: it then marks an
        extreme value, and doesn't say which records the trial analyzed visit by visit.
    """

    id: str
    code: str
    label: str
    unit: str
    file: str
    scale: Scale
    patients: int
    records: int
    derived: int
    visits: tuple[AdamVisit, ...]
    flag_selects_one: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AdamEventParameter:
    """A time to an event; `category` and `time_unit` are None where the data don't say them.

    `id` is its `code`, with the file where two datasets have the code.
    """

    id: str
    code: str
    label: str
    file: str
    patients: int
    events: int
    category: EventCategory | None
    time_unit: AdamTimeUnit | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdamEndpointOffer:
    """Endpoints that can be had of one marker: its rules, and the weeks after the baseline."""

    marker: str
    label: str
    unit: str
    rules: tuple[EndpointRule, ...]
    weeks: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AdamOutcome:
    """A variable of ADSL that says yes or no of a patient, and so may be an outcome that was recorded."""

    column: str
    yes: int
    no: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AdamQuestions:
    """All that is asked: two of the `arms`, some of the `parameters`, the endpoint, and what the events are.

    Parameters
    ----------
    arm_column : str
        ``TRT01P``, else ``ARM``, else ``ARMCD``: the arm that was planned, whatever was taken.
    reference : str
        The arm whose name says that it is the control; ``""`` where none or several do.
    outcomes : tuple of AdamOutcome
        Variables of ADSL with both Y and N, other than the flags of populations.
    adverse_events : int or None
        Treatment-emergent adverse events; None without ADAE.
    """

    arm_column: str
    arms: tuple[AdamArm, ...]
    reference: str
    parameters: tuple[AdamParameter, ...]
    outcomes: tuple[AdamOutcome, ...]
    event_parameters: tuple[AdamEventParameter, ...]
    adverse_events: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdamEventChoice:
    """What an event of one ADTTE parameter is, by its id; `time_unit` where the dataset doesn't say it."""

    parameter: str
    category: EventCategory
    time_unit: AdamTimeUnit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdamChoices:
    """The user's answers.

    Parameters
    ----------
    reference, treatment : str
        The two arms, as ADSL writes them; patients of other arms are left out and counted.
    parameters : tuple of str
        Ids of `AdamParameter`s, the markers of the study.
    endpoints : tuple of Endpoint
        Each `marker` is one of `parameters`, or the outcome is recorded in a variable of ADSL (Y, N); the first primary
        one gives the study's primary week.
    events : tuple of AdamEventChoice
        ADTTE parameters (by id) whose events are read; the others tell only how long a patient was followed.
    event_name, event_name_plural : str, optional
        What an event of the category ``aids`` is called, and several, as study.toml has it.
    include_derived : bool
        Whether records that ``DTYPE`` calls derived (LOCF, AVERAGE) count as measurements.
    analysis_flag : bool
        Whether only records with ``ANL01FL = "Y"`` count also in a parameter where the flag marks an extreme value
        (`AdamParameter.flag_selects_one`); in any other they always are all that counts.
    visit_weeks : tuple of (str, float)
        The week of a visit by its ``AVISIT``, where the user says it.
    title, synthetic, missing_rule
        As study.toml has them; without a title the study is called by its ``STUDYID``.
    """

    reference: str
    treatment: str
    parameters: tuple[str, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    events: tuple[AdamEventChoice, ...] = ()
    event_name: str | None = None
    event_name_plural: str | None = None
    include_derived: bool = False
    analysis_flag: bool = True
    visit_weeks: tuple[tuple[str, float], ...] = ()
    title: str = ""
    synthetic: bool = False
    missing_rule: MissingRule = "failure"
