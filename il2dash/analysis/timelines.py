"""Single patients over time: cycles given, events, death and the last contact, by arm and length of follow-up."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isnan

import numpy as np

from il2dash.analysis.follow_up import events_table
from il2dash.analysis.population import Population
from il2dash.analysis.standing import Standing
from il2dash.analysis.subject_columns import event_rows, id_places, is_treatment, numbers, subject_ids
from il2dash.study.trial import Trial

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
    events_table(trial, "Timelines")
    everybody = np.flatnonzero(population.included)
    chosen, total = {}, {}
    for code in trial.definition.arms.codes:
        patients = _longest_follow_up_first(trial, everybody[population.arm(code)])
        total[code] = len(patients)
        if len(everybody) > MOST_SHOWN and len(patients) > SELECTED_PER_ARM:
            patients = patients[np.linspace(0, len(patients) - 1, SELECTED_PER_ARM).round().astype(int)]
        chosen[code] = patients
    found = _timelines(trial, np.concatenate(list(chosen.values())))
    arms = {code: tuple(found[place] for place in places.tolist()) for code, places in chosen.items()}
    return Timelines(arms=arms, total=total, cycles_recorded=trial.doses is not None, standing=population.standing)


def _timelines(trial: Trial, places: np.ndarray) -> dict[int, Timeline]:
    """Return the courses of some subjects, by their places in ``trial.subjects``."""
    assert trial.events is not None
    wanted = np.zeros(len(trial.subjects), dtype=bool)
    wanted[places] = True
    happened: dict[tuple[str, str], list[TimelineEvent]] = {}
    events = trial.events[wanted[event_rows(trial).subject]].sort_values("week", kind="stable")
    for subject, week, category, term, grade in zip(
        *(events[name] for name in ("subject_id", "week", "category", "term", "grade")), strict=True
    ):
        event = TimelineEvent(week=float(week), term=term if isinstance(term, str) else "", grade=float(grade))
        happened.setdefault((subject, category), []).append(event)
    given: dict[str, list[float]] = {}
    if trial.doses is not None:
        doses = trial.doses[trial.doses["subject_id"].isin(subject_ids(trial)[places])]
        for subject, week in zip(doses["subject_id"], doses["week"], strict=True):
            given.setdefault(subject, []).append(float(week))
    found = {}
    arms = trial.definition.arms
    for place in places.tolist():
        subject = subject_ids(trial)[place]
        deaths = happened.get((subject, "death"), [])
        completed = numbers(trial, "completed")[place]
        found[place] = Timeline(
            subject_id=subject,
            arm=arms.treatment if is_treatment(trial)[place] else arms.reference,
            end=deaths[0].week if deaths else float(numbers(trial, "last_contact_week")[place]),
            completed=None if isnan(completed) else bool(completed),
            cycles=tuple(sorted(given.get(subject, []))),
            aids=tuple(happened.get((subject, "aids"), [])),
            death=deaths[0] if deaths else None,
        )
    return found


def _longest_follow_up_first(trial: Trial, places: np.ndarray) -> np.ndarray:
    """Return subjects in the order of follow-up; of equally long ones who had the first event first, then by id."""
    events = event_rows(trial)
    deaths, aids = events.of("death"), events.of("aids")
    death, first = np.full(len(trial.subjects), np.nan), np.full(len(trial.subjects), np.inf)
    np.fmin.at(death, deaths.subject, deaths.week)
    for happened in (deaths, aids):
        np.fmin.at(first, happened.subject, happened.week)
    end = np.where(np.isnan(death), numbers(trial, "last_contact_week"), death)
    known = np.where(np.isnan(end), -inf, end)
    return places[np.lexsort((id_places(trial)[places], first[places], -known[places]))]
