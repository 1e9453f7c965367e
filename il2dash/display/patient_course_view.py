"""One patient's course in words, and as tables: the facts, the values, and what happened."""

from __future__ import annotations

from math import isnan

from il2dash.analysis.patient_course import MarkerCourse, Measurement, PatientCourse
from il2dash.analysis.patient_list import CovariateValue, PatientOutcome
from il2dash.analysis.timelines import TimelineEvent
from il2dash.display.event_words import EventWords, event_words
from il2dash.display.missing_rules_view import MISSING_LABELS
from il2dash.display.numbers import NO_NUMBER, capitalized, compact, count, listed, week_number
from il2dash.display.tables import TableSpec
from il2dash.study.definition import Arms, StudyDefinition

SIDE_WORDS = {"none": "", "left": "below ", "right": "above "}
SIDE_SIGNS = {"none": "", "left": "< ", "right": "> "}

PATIENT_METHOD = (
    "Every value as measured, at the week when it was. Behind it the patient's arm, of the patients counted: median "
    "and quartiles at each planned visit."
)


def patient_course_sentence(course: PatientCourse, definition: StudyDefinition) -> str:
    """Say in one sentence how a patient's markers went, what was given, and what happened."""
    row = course.row
    parts = [_marker_words(marker) for marker in course.markers]
    if row.cycles is not None and course.most_cycles:
        given = "no cycle" if not row.cycles else count(row.cycles, "cycle")
        most = f" (the most that anybody received is {course.most_cycles})" if row.cycles else ""
        parts.append(f"{given} given{most}")
    if row.aids_events is not None:
        parts.append(_aids_words(course.aids, event_words(definition, "aids")))
    if row.adverse_events:
        parts.append(count(row.adverse_events, "adverse event"))
    parts.append(end_words(course))
    return f"{row.subject_id}, {definition.arms.label(row.arm)}: {'; '.join(part for part in parts if part)}."


def end_words(course: PatientCourse) -> str:
    """Say how the observation ended: ``died at week 7``, ``last contact at week 52.4, follow-up completed``."""
    row = course.row
    if course.death is not None:
        return f"died at {at_week(course.death.week)}{_term(course.death)}"
    completed = "" if row.completed is None else f", follow-up {'' if row.completed else 'not '}completed"
    if isnan(row.last_contact_week):
        return f"last contact not known{completed}"
    return f"last contact at {at_week(row.last_contact_week)}{completed}"


def measured_words(measurement: Measurement, unit: str, *, signs: bool = False) -> str:
    """Return a value with its unit: ``210 cells/uL``, ``below 50 copies/mL`` (``< 50`` with `signs`)."""
    side = (SIDE_SIGNS if signs else SIDE_WORDS)[measurement.censoring]
    return f"{side}{compact(measurement.value)} {unit}".rstrip()


def at_week(week: float) -> str:
    """Return ``week 52.4``, to a tenth of a week."""
    return f"week {week_number(week)}"


def facts_spec(course: PatientCourse, arms: Arms) -> TableSpec:
    """Write what is known of a patient: arm, covariates, and the outcome of each endpoint."""
    row = course.row
    rows = [("Arm", arms.label(row.arm))]
    rows += [(_covariate_label(value), _covariate_words(value)) for value in row.covariates]
    rows += [(outcome.label, _outcome_words(outcome)) for outcome in row.outcomes]
    return TableSpec(
        identifier="patient-facts",
        columns=("What", row.subject_id),
        rows=tuple(rows),
        caption=f"What is known of {row.subject_id}",
    )


def values_spec(course: PatientCourse) -> TableSpec:
    """Write every measured value, one row a week."""
    weeks = sorted({measurement.week for marker in course.markers for measurement in marker.measurements})
    rows = []
    for week in weeks:
        cells = []
        for marker in course.markers:
            values = [measurement for measurement in marker.measurements if measurement.week == week]
            cells.append(", ".join(measured_words(value, "", signs=True) for value in values) or NO_NUMBER)
        rows.append((week_number(week), *cells))
    return TableSpec(
        identifier="patient-values",
        columns=("Week", *(f"{marker.label}{f', {marker.unit}' if marker.unit else ''}" for marker in course.markers)),
        rows=tuple(rows),
        caption=f"Values of {course.row.subject_id}",
    )


def happenings_spec(course: PatientCourse, definition: StudyDefinition) -> TableSpec:
    """Write what was given and what happened, in the order of the weeks."""
    called = capitalized(event_words(definition, "aids").one)
    happened = [(cycle.week, f"Cycle {cycle.number}", _dose_words(cycle.dose_miu)) for cycle in course.cycles]
    happened += [(event.week, called, _event_words(event)) for event in course.aids]
    happened += [(event.week, "Adverse event", _event_words(event)) for event in course.adverse]
    if course.death is not None:
        happened.append((course.death.week, "Death", _event_words(course.death)))
    if not isnan(course.row.last_contact_week):
        completed = {None: "", True: "follow-up completed", False: "follow-up not completed"}[course.row.completed]
        happened.append((course.row.last_contact_week, "Last contact", completed))
    return TableSpec(
        identifier="patient-happenings",
        columns=("Week", "What", "Details"),
        rows=tuple((week_number(week), what, details) for week, what, details in sorted(happened)),
        caption=f"What {course.row.subject_id} was given, and what happened",
    )


def _marker_words(marker: MarkerCourse) -> str:
    if not marker.measurements:
        return f"{marker.label} never measured"
    unit, last = marker.unit, marker.measurements[-1]
    baseline = next(
        (each for each in marker.measurements if marker.arm and each.visit_week == marker.arm[0].week), None
    )
    part = f", in the {marker.part_of_arm} of the arm" if marker.part_of_arm else ""
    if baseline is None:
        return f"{marker.label} not known at baseline, {measured_words(last, unit)} at {at_week(last.week)}{part}"
    if last is baseline:
        return f"{marker.label} {measured_words(baseline, unit)} at baseline, and not measured afterwards"
    return (
        f"{marker.label} from {measured_words(baseline, '')} at baseline to {measured_words(last, unit)} at "
        f"{at_week(last.week)}{part}"
    )


def _aids_words(events: tuple[TimelineEvent, ...], called: EventWords) -> str:
    if not events:
        return f"no {called.one}"
    told = [f"{at_week(event.week)}{_term(event)}" for event in events]
    return f"{called.with_article if len(events) == 1 else f'{len(events):,} {called.many}'} at {listed(told)}"


def _term(event: TimelineEvent) -> str:
    return f" ({event.term})" if event.term else ""


def _event_words(event: TimelineEvent) -> str:
    grade = "" if isnan(event.grade) else f"grade {event.grade:.0f}"
    return ", ".join(part for part in (event.term, grade) if part)


def _dose_words(dose: float) -> str:
    return "" if isnan(dose) else f"{compact(dose)} MIU"


def _covariate_label(value: CovariateValue) -> str:
    unit = f", {value.covariate.unit}" if value.covariate.unit else ""
    after = " (after baseline)" if value.covariate.timing == "post-baseline" else ""
    return f"{value.covariate.label}{unit}{after}"


def _covariate_words(value: CovariateValue) -> str:
    if value.value is None:
        return "missing"
    return value.value if isinstance(value.value, str) else compact(value.value)


def _outcome_words(outcome: PatientOutcome) -> str:
    if outcome.kind != "missing":
        return outcome.kind
    if outcome.reason or outcome.counted is None:
        return "missing, not counted"
    counted = "response" if outcome.counted else "no response"
    return f"missing, counted as {counted} ({MISSING_LABELS[outcome.missing_rule]})"
