"""AIDS events from hazards that grow as CD4 falls, causes of death, and adverse events of every treatment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from il2dash.synthesis.cycles import Cycles
from il2dash.synthesis.draws import FloatArray, IntArray, SimulationError, choose, poisson
from il2dash.synthesis.follow_up import FollowUp
from il2dash.synthesis.patients import Patients

AIDS_EVENTS = (8, 16)
LARGEST_DIFFERENCE = 4
"""Assumed: fewest and most AIDS events over both arms, and how far the arms are apart."""

ATTEMPTS = 200

AIDS_TERMS: tuple[tuple[str, float, float, tuple[float, ...]], ...] = (
    ("Esophageal candidiasis", 6.0, 200.0, (0, 6, 4)),
    ("Pneumocystis jirovecii pneumonia", 2.5, 200.0, (0, 0, 7, 3)),
    ("Recurrent bacterial pneumonia", 1.5, 300.0, (0, 2, 8)),
    ("Kaposi's sarcoma", 1.5, 300.0, (0, 6, 4)),
    ("Cytomegalovirus retinitis", 2.0, 50.0, (0, 2, 8)),
    ("Disseminated Mycobacterium avium complex infection", 1.5, 50.0, (0, 0, 6, 4)),
    ("Cerebral toxoplasmosis", 1.0, 100.0, (0, 0, 6, 4)),
    ("Chronic cryptosporidiosis", 1.0, 100.0, (0, 6, 4)),
    ("HIV wasting syndrome", 1.0, 100.0, (0, 3, 7)),
    ("Non-Hodgkin lymphoma", 0.7, 300.0, (0, 0, 5, 5)),
)
"""Term, how common it is, the CD4 below which it is seen, and how often it has grades 1, 2, 3, 4."""

DEATH_TERMS: tuple[tuple[str, float], ...] = (
    ("Septic shock", 3.0),
    ("Respiratory failure", 2.0),
    ("Progressive multifocal leukoencephalopathy", 1.5),
    ("Liver failure", 1.0),
)

BACKGROUND_PER_WEEK = 0.055
BACKGROUND_TERMS: tuple[tuple[str, float, tuple[float, ...]], ...] = (
    ("Diarrhea", 6.0, (6, 3, 1)),
    ("Nausea", 4.0, (7, 3)),
    ("Fatigue", 3.0, (6, 4)),
    ("Bronchitis", 3.0, (3, 7)),
    ("Headache", 2.0, (7, 3)),
    ("Herpes simplex", 2.0, (5, 5)),
    ("Oral candidiasis", 2.0, (4, 6)),
    ("Rash", 1.5, (5, 4, 1)),
    ("Hypertriglyceridemia", 2.5, (2, 4, 3, 1)),
    ("Neutropenia", 1.5, (0, 3, 5, 2)),
    ("Anemia", 1.5, (2, 4, 3, 1)),
    ("Elevated transaminases", 1.5, (4, 3, 2, 1)),
    ("Peripheral neuropathy", 1.0, (5, 4, 1)),
)

CYCLE_TERMS: tuple[tuple[str, float, tuple[float, ...]], ...] = (
    ("Fever", 0.26, (5, 4, 1)),
    ("Influenza-like illness", 0.24, (4, 5, 1)),
    ("Injection-site reaction", 0.24, (7, 3)),
    ("Fatigue", 0.16, (4, 5, 1)),
    ("Myalgia", 0.10, (6, 4)),
    ("Nausea", 0.08, (7, 3)),
    ("Headache", 0.07, (7, 3)),
    ("Elevated transaminases", 0.03, (4, 4, 2)),
    ("Hypotension", 0.02, (3, 5, 2)),
)
"""Term, how often in a cycle, and how often it has grades 1, 2, 3, 4."""

BAD_CYCLE_TERMS: tuple[tuple[str, float], ...] = (
    ("Influenza-like illness", 4.0),
    ("Fever", 3.0),
    ("Hypotension", 1.5),
    ("Depressed mood", 1.0),
)
"""Of grade 3: why a dose was reduced, or the cycles stopped."""

ENFUVIRTIDE_TERMS: tuple[tuple[str, float, tuple[float, ...]], ...] = (("Injection-site nodules", 0.05, (5, 4, 1)),)
"""Term, how often in a week, and how often it has grades 1, 2, 3, 4."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Event:
    """One event; sorts by patient and time."""

    patient: int
    week: float
    category: Literal["aids", "death", "adverse"]
    term: str
    grade: int


def draw_events(
    patients: Patients,
    follow_up: FollowUp,
    cycles: Cycles,
    *,
    weeks: FloatArray,
    cd4: IntArray,
    log_rna: FloatArray,
    generator: np.random.Generator,
) -> tuple[Event, ...]:
    """Draw all events up to each patient's last contact.

    Raises
    ------
    SimulationError
        Where the number of AIDS events isn't what is assumed, `ATTEMPTS` times.
    """
    aids = _aids_events(patients, follow_up, weeks=weeks, cd4=cd4, log_rna=log_rna, generator=generator)
    others: list[Event] = []
    for patient, end in enumerate(follow_up.last_contact):
        if not np.isnan(follow_up.death[patient]):
            term = DEATH_TERMS[choose(generator, [weight for _, weight in DEATH_TERMS])][0]
            week = float(follow_up.death[patient])
            others.append(Event(patient=patient, week=week, category="death", term=term, grade=5))
        others += _background(patient, float(end), generator)
        if patients.enfuvirtide[patient]:
            others += _with_enfuvirtide(patient, float(end), generator)
        others += _in_cycles(patient, cycles, float(end), generator)
    return tuple(sorted({*aids, *others}))


def _aids_events(
    patients: Patients,
    follow_up: FollowUp,
    *,
    weeks: FloatArray,
    cd4: IntArray,
    log_rna: FloatArray,
    generator: np.random.Generator,
) -> list[Event]:
    for _ in range(ATTEMPTS):
        events: list[Event] = []
        for patient, end in enumerate(follow_up.last_contact):
            had: set[str] = set()
            for visit in range(weeks.shape[1] - 1):
                start, stop = weeks[patient, visit], min(weeks[patient, visit + 1], end)
                count = cd4[patient, visit]
                hazard = 0.0045 * np.exp(0.28 * (7.0 - np.sqrt(count)) + 0.35 * (log_rna[patient, visit] - 4.5))
                if stop <= start or generator.random() > 1.0 - np.exp(-hazard * (stop - start)):
                    continue
                term, _, _, grades = AIDS_TERMS[
                    choose(
                        generator,
                        [
                            weight if count < limit and name not in had else 1e-9
                            for name, weight, limit, _ in AIDS_TERMS
                        ],
                    )
                ]
                had.add(term)
                week = _week(start + (stop - start) * generator.random(), end)
                grade = _grade(generator, grades)
                events.append(Event(patient=patient, week=week, category="aids", term=term, grade=grade))
        treated = sum(bool(patients.treated[event.patient]) for event in events)
        if AIDS_EVENTS[0] <= len(events) <= AIDS_EVENTS[1] and abs(len(events) - 2 * treated) <= LARGEST_DIFFERENCE:
            return events
    raise SimulationError(f"no AIDS events in the assumed numbers in {ATTEMPTS} draws")


def _background(patient: int, end: float, generator: np.random.Generator) -> Iterator[Event]:
    for _ in range(poisson(generator, BACKGROUND_PER_WEEK * end)):
        term, _, grades = BACKGROUND_TERMS[choose(generator, [weight for _, weight, _ in BACKGROUND_TERMS])]
        yield _adverse(patient, end * generator.random(), end, term, _grade(generator, grades))


def _with_enfuvirtide(patient: int, end: float, generator: np.random.Generator) -> Iterator[Event]:
    for term, per_week, grades in ENFUVIRTIDE_TERMS:
        for _ in range(poisson(generator, per_week * end)):
            yield _adverse(patient, end * generator.random(), end, term, _grade(generator, grades))


def _in_cycles(patient: int, cycles: Cycles, end: float, generator: np.random.Generator) -> Iterator[Event]:
    for week, bad in zip(cycles.week[patient], cycles.bad[patient], strict=True):
        if np.isnan(week):
            continue
        for term, share, grades in CYCLE_TERMS:
            happens, moment = generator.random(2)
            if happens < share:
                yield _adverse(patient, week + 0.1 + 0.6 * moment, end, term, _grade(generator, grades))
        if bad:
            term = BAD_CYCLE_TERMS[choose(generator, [weight for _, weight in BAD_CYCLE_TERMS])][0]
            yield _adverse(patient, week + 0.1 + 0.6 * generator.random(), end, term, 3)


def _adverse(patient: int, week: float, end: float, term: str, grade: int) -> Event:
    return Event(patient=patient, week=_week(week, end), category="adverse", term=term, grade=grade)


def _week(week: float, end: float) -> float:
    """Return a week with one decimal, not after the last contact."""
    return float(min(np.round(week, 1), end))


def _grade(generator: np.random.Generator, weights: tuple[float, ...]) -> int:
    return 1 + choose(generator, weights)
