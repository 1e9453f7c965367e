"""Single patients over time: cycles given, events, death and the last contact, by arm and length of follow-up."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isnan

import numpy as np
import pandas as pd

from il2dash.analysis.follow_up import events_table
from il2dash.analysis.population import Population
from il2dash.analysis.standing import Standing

MOST_SHOWN = 80
SELECTED_PER_ARM = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEvent:
    """Something that happened: its week, the term of the file (may be empty), and its grade (NaN where not known)."""

    week: float
    term: str
    grade: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """One patient. `end` is the death, or the last contact (NaN where not known); `completed` None where not said."""

    subject_id: str
    arm: str
    end: float
    completed: bool | None
    cycles: tuple[float, ...]
    aids: tuple[TimelineEvent, ...]
    death: TimelineEvent | None

    @property
    def first_event(self) -> float:
        """Week of the first AIDS event or of death; infinite where there is neither."""
        weeks = [event.week for event in self.aids] + ([self.death.week] if self.death else [])
        return min(weeks, default=inf)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timelines:
    """The patients to show by arm code, the longest follow-up first; `total` counts all of them, `shown` who is here.

    `cycles_recorded` tells a study that records cycles from one that doesn't.
    """

    arms: dict[str, tuple[Timeline, ...]]
    total: dict[str, int]
    cycles_recorded: bool
    standing: Standing

    @property
    def shown(self) -> int:
        """Patients who are here."""
        return sum(len(patients) for patients in self.arms.values())

    @property
    def is_selection(self) -> bool:
        """Whether there are more patients than are here."""
        return self.shown < sum(self.total.values())


def timelines(population: Population) -> Timelines:
    """Return each patient's course; of more than `MOST_SHOWN`, in each arm a systematic sample.

    The sample takes the arm's patients at equal steps of the order of follow-up, so that it shows events about as often
    as they were.

    Parameters
    ----------
    population : Population
        The patients who are counted.

    Raises
    ------
    SpecificationError
        Where the study has no table of events.
    """
    trial = population.trial
    everybody = _timelines(population.subjects, events_table(trial, "Timelines"), trial.doses)
    arms, total = {}, {}
    for code in trial.definition.arms.codes:
        patients = sorted((patient for patient in everybody if patient.arm == code), key=_longest_follow_up)
        total[code] = len(patients)
        if len(everybody) > MOST_SHOWN and len(patients) > SELECTED_PER_ARM:
            places = np.linspace(0, len(patients) - 1, SELECTED_PER_ARM).round().astype(int)
            patients = [patients[place] for place in places]
        arms[code] = tuple(patients)
    return Timelines(arms=arms, total=total, cycles_recorded=trial.doses is not None, standing=population.standing)


def _timelines(subjects: pd.DataFrame, events: pd.DataFrame, doses: pd.DataFrame | None) -> list[Timeline]:
    ordered = events.sort_values("week", kind="stable")
    happened: dict[tuple[str, str], list[TimelineEvent]] = {}
    for subject, week, category, term, grade in zip(
        *(ordered[name] for name in ("subject_id", "week", "category", "term", "grade")), strict=True
    ):
        event = TimelineEvent(week=float(week), term=term if isinstance(term, str) else "", grade=float(grade))
        happened.setdefault((subject, category), []).append(event)
    given: dict[str, list[float]] = {}
    if doses is not None:
        for subject, week in zip(doses["subject_id"], doses["week"], strict=True):
            given.setdefault(subject, []).append(float(week))
    patients = []
    for subject, arm, last, completed in zip(
        *(subjects[name] for name in ("subject_id", "arm", "last_contact_week", "completed")), strict=True
    ):
        deaths = happened.get((subject, "death"), [])
        patients.append(
            Timeline(
                subject_id=subject,
                arm=arm,
                end=deaths[0].week if deaths else float(last),
                completed=None if isnan(completed) else bool(completed),
                cycles=tuple(sorted(given.get(subject, []))),
                aids=tuple(happened.get((subject, "aids"), [])),
                death=deaths[0] if deaths else None,
            )
        )
    return patients


def _longest_follow_up(patient: Timeline) -> tuple[float, float, str]:
    known = -inf if isnan(patient.end) else patient.end
    return -known, patient.first_event, patient.subject_id
