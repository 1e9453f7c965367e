"""How severe the events of a category were, by arm: patients by their worst grade, and events by grade."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from il2dash.analysis.follow_up import events_table
from il2dash.analysis.patient_ids import BEHIND, PatientIds, ids_of
from il2dash.analysis.population import Population
from il2dash.analysis.standing import Standing
from il2dash.analysis.subject_columns import event_rows
from il2dash.study.definition_tables import EventCategory

GRADES = (1, 2, 3, 4, 5)
SEVERE = 3
"""Grade 3 and above is severe, life-threatening or fatal (CTCAE, DAIDS)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeCount:
    """Events of one grade, and the patients for whom it is the worst; `grade` is None where no grade is recorded."""

    grade: int | None
    patients: int
    events: int
    patients_worst: PatientIds = field(default=(), compare=False, repr=False, metadata=BEHIND)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmGrades:
    """One arm: `patients` of `total` had at least one event, `severe` of them one of grade 3 or above."""

    patients: int
    total: int
    events: int
    severe: int
    grades: tuple[GradeCount, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventGrades:
    """The events of a category by grade, in two arms."""

    category: EventCategory
    arms: dict[str, ArmGrades]
    standing: Standing


def event_grades(population: Population, category: EventCategory = "adverse") -> EventGrades:
    """Count events, and patients by their worst grade, in each arm.

    An event without a grade doesn't lower or raise its patient's worst grade; a patient all of whose events have none
    is counted under None.

    Parameters
    ----------
    population : Population
        The patients who are counted.
    category : {"aids", "death", "adverse"}
        Which events.

    Raises
    ------
    SpecificationError
        Where the study has no table of events.
    """
    trial = population.trial
    events_table(trial, f"Events {category!r}")
    events = event_rows(trial).of(category)
    place = np.cumsum(population.included) - 1
    arms = {}
    for code in trial.definition.arms.codes:
        members = population.arm(code)
        inside = population.included[events.subject]
        inside[inside] = members[place[events.subject[inside]]]
        patient, grade = place[events.subject[inside]], events.grade[inside]
        worst = np.full(population.size, np.nan)
        np.fmax.at(worst, patient, grade)
        had = np.zeros(population.size, dtype=bool)
        had[patient] = True
        counts = [_counted(population, value, had & (worst == value), grade == value) for value in GRADES]
        counts.append(_counted(population, None, had & np.isnan(worst), np.isnan(grade)))
        arms[code] = ArmGrades(
            patients=int(np.count_nonzero(had)),
            total=int(members.sum()),
            events=len(grade),
            severe=int((worst >= SEVERE).sum()),
            grades=tuple(counts),
        )
    return EventGrades(category=category, arms=arms, standing=population.standing)


def _counted(population: Population, grade: int | None, patients: np.ndarray, events: np.ndarray) -> GradeCount:
    return GradeCount(
        grade=grade,
        patients=int(np.count_nonzero(patients)),
        events=int(events.sum()),
        patients_worst=ids_of(population, patients),
    )
