"""One patient's course: every measured value, cycles, events and the end of follow-up, before the course of the arm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isnan, log10, nan
from typing import Literal

import numpy as np

from il2dash.analysis.patient_list import Censoring, PatientRow, patient_list
from il2dash.analysis.population import Population, condition_in_words, select_population
from il2dash.analysis.standing import Standing
from il2dash.analysis.subject_columns import event_rows, measured_subjects, subject_ids
from il2dash.analysis.timelines import TimelineEvent
from il2dash.analysis.trajectory import Trajectory, VisitSummary, trajectory
from il2dash.analysis.visit_values import displayed_scale
from il2dash.errors import SpecificationError
from il2dash.study.definition_tables import EventCategory
from il2dash.study.trial import Trial

PartOfArm = Literal["lowest quarter", "middle half", "highest quarter", ""]

FEWEST_FOR_QUARTERS = 8
"""Values of an arm below which a quarter of it is a patient or two, and says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """A measured value: `value` in the marker's unit (at the limit where censored), `shown` on the figures' scale.

    `week` is when it was measured; `visit_week` the planned visit that it stands for, NaN where it stands for none.
    """

    week: float
    visit_week: float
    value: float
    shown: float
    censoring: Censoring


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmVisit:
    """The patient's arm at a planned visit."""

    week: float
    summary: VisitSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkerCourse:
    """A patient's values of a marker, in the order of their weeks, and the arm's course at the planned visits.

    `part_of_arm` is where the last value lies among the arm's at the visit that it stands for: below the lower
    quartile, above the upper one, or between. It is empty where it can't be told (a censored value that may lie in two
    parts), for the baseline and an unplanned visit, and where the arm has fewer than `FEWEST_FOR_QUARTERS` values.
    `limits` are the assay's, on the scale of the figures, NaN where it has none.
    """

    marker: str
    label: str
    unit: str
    shown_unit: str
    logarithmic: bool
    limits: tuple[float, float]
    measurements: tuple[Measurement, ...]
    arm: tuple[ArmVisit, ...]
    part_of_arm: PartOfArm


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """A cycle that was given: its number and week, and the dose (NaN where it isn't recorded)."""

    number: int
    week: float
    dose_miu: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientCourse:
    """One patient: the facts of `row`, and what happened when.

    `most_cycles` is the most that any patient of the trial received; 0 where the study records none.
    """

    row: PatientRow
    markers: tuple[MarkerCourse, ...]
    cycles: tuple[Cycle, ...]
    most_cycles: int
    aids: tuple[TimelineEvent, ...]
    adverse: tuple[TimelineEvent, ...]
    death: TimelineEvent | None
    standing: Standing

    @property
    def last_week(self) -> float:
        """The last week of which anything is known; 0 where nothing is."""
        weeks = [measurement.week for marker in self.markers for measurement in marker.measurements]
        weeks += [cycle.week for cycle in self.cycles]
        weeks += [event.week for event in (*self.aids, *self.adverse, *([self.death] if self.death else []))]
        weeks += [self.row.last_contact_week]
        return max((week for week in weeks if not isnan(week)), default=0.0)


def patient_course(
    population: Population, subject_id: str, *, course: Callable[[Population, str], Trajectory] | None = None
) -> PatientCourse:
    """Return one patient's course, and the arm's counted patients to stand behind it.

    Parameters
    ----------
    population : Population
        The patients who are counted; the arm's course is theirs.
    subject_id : str
        One of them.
    course : callable, optional
        Gives a marker's `trajectory` in the population, for who has it already.

    Raises
    ------
    SpecificationError
        Where the study has no such patient, or a filter leaves the patient out.
    """
    absence = reason_of_absence(population, subject_id)
    if absence:
        raise SpecificationError(absence)
    trial = population.trial
    place = int(np.flatnonzero(subject_ids(trial) == subject_id)[0])
    row = patient_list(population, first=int(np.count_nonzero(population.included[:place])), most=1).rows[0]
    deaths = _events(trial, place, "death")
    return PatientCourse(
        row=row,
        markers=tuple(
            _marker_course(population, row, marker, place=place, course=(course or trajectory)(population, marker))
            for marker in trial.definition.markers
        ),
        cycles=_cycles(trial, subject_id),
        most_cycles=0 if trial.doses is None else max(trial.doses["subject_id"].value_counts().tolist(), default=0),
        aids=_events(trial, place, "aids"),
        adverse=_events(trial, place, "adverse"),
        death=deaths[0] if deaths else None,
        standing=population.standing,
    )


def reason_of_absence(population: Population, subject_id: str) -> str:
    """Say why a patient isn't counted, by which rule, and what helps; the empty string for one who is."""
    trial = population.trial
    places = np.flatnonzero(subject_ids(trial) == subject_id)
    if not places.size:
        return f"Patient {subject_id!r}: the study has no such patient; choose one of the list."
    if population.included[places[0]]:
        return ""
    failed = [
        condition for condition in population.filters if not select_population(trial, (condition,)).included[places[0]]
    ]
    rules = " and ".join(f"“{condition_in_words(trial, condition)}”" for condition in failed)
    several = len(failed) > 1
    return (
        f"Patient {subject_id} isn't among the patients counted: the filter{'s' if several else ''} {rules} "
        f"leave{'' if several else 's'} the patient out. "
        f"Remove {'them' if several else 'it'}, or choose a patient of the list."
    )


def _marker_course(
    population: Population, row: PatientRow, marker: str, *, place: int, course: Trajectory
) -> MarkerCourse:
    trial = population.trial
    definition = trial.definition.markers[marker]
    logarithmic, shown_unit = displayed_scale(trial, marker)
    rows = trial.measurements
    rows = rows.iloc[np.flatnonzero(measured_subjects(trial) == place)]
    rows = rows[(rows["marker"] == marker).to_numpy(dtype=bool)]
    measurements = tuple(
        Measurement(
            week=float(week),
            visit_week=float(visit_week),
            value=float(value),
            shown=_shown(float(value), logarithmic=logarithmic),
            censoring=censoring,
        )
        for week, visit_week, value, censoring in rows.sort_values("week", kind="stable")[
            ["week", "visit_week", "value", "censoring"]
        ].itertuples(index=False)
    )
    arm = tuple(ArmVisit(week=visit.week, summary=visit.arms[row.arm]) for visit in course.visits)
    limits = (definition.lower_limit, definition.upper_limit)
    return MarkerCourse(
        marker=marker,
        label=definition.label,
        unit=definition.unit,
        shown_unit=shown_unit,
        logarithmic=logarithmic,
        limits=(
            nan if limits[0] is None else _shown(limits[0], logarithmic=logarithmic),
            nan if limits[1] is None else _shown(limits[1], logarithmic=logarithmic),
        ),
        measurements=measurements,
        arm=arm,
        part_of_arm=_part_of_arm(measurements, arm),
    )


def _shown(value: float, *, logarithmic: bool) -> float:
    if not logarithmic:
        return value
    return log10(value) if value > 0 else nan


def _part_of_arm(measurements: tuple[Measurement, ...], arm: tuple[ArmVisit, ...]) -> PartOfArm:
    last = measurements[-1] if measurements else None
    if last is None or isnan(last.visit_week) or last.visit_week == arm[0].week:
        return ""
    there = next(visit.summary for visit in arm if visit.week == last.visit_week)
    if there.n < FEWEST_FOR_QUARTERS or isnan(last.shown):
        return ""
    if last.shown < there.q1 and last.censoring != "right":
        return "lowest quarter"
    if last.shown > there.q3 and last.censoring != "left":
        return "highest quarter"
    return "middle half" if last.censoring == "none" else ""


def _cycles(trial: Trial, subject_id: str) -> tuple[Cycle, ...]:
    if trial.doses is None:
        return ()
    given = trial.doses[(trial.doses["subject_id"] == subject_id).to_numpy()].sort_values("week", kind="stable")
    return tuple(
        Cycle(number=int(number), week=float(week), dose_miu=float(dose))
        for number, week, dose in given[["cycle", "week", "dose_miu"]].itertuples(index=False)
    )


def _events(trial: Trial, place: int, category: EventCategory) -> tuple[TimelineEvent, ...]:
    if trial.events is None:
        return ()
    events = trial.events.iloc[np.flatnonzero(event_rows(trial).subject == place)]
    events = events[(events["category"] == category).to_numpy(dtype=bool)]
    return tuple(
        TimelineEvent(week=float(week), term=term if isinstance(term, str) else "", grade=float(grade))
        for week, term, grade in events.sort_values("week", kind="stable")[["week", "term", "grade"]].itertuples(
            index=False
        )
    )
