"""Patients: who is counted, and one of them: the course of every marker, what was given, and what happened."""

from il2dash.analysis.population import Population
from il2dash.display.patient_course_figure import patient_course_figure
from il2dash.display.patient_course_view import (
    PATIENT_METHOD,
    facts_spec,
    happenings_spec,
    patient_course_sentence,
    values_spec,
)
from il2dash.display.patient_list_view import patient_list_sentence
from il2dash.ui import compute, frame, patient_choice, show


@frame.page("Patients")
def page(patients: Population) -> None:
    """Show the list, and the patient who is chosen."""
    definition = patients.trial.definition
    listed = compute.patient_rows(patients, first=0, most=patient_choice.MOST_LISTED)
    sentence = patient_list_sentence(listed, definition)
    show.opening(sentence, standing=listed.standing)
    chosen = patient_choice.chosen_patient(patients, alt=sentence)
    one_patient(patients, chosen)


def one_patient(patients: Population, subject_id: str) -> None:
    """Show one patient before the patients of the same arm."""
    definition = patients.trial.definition
    course = compute.one_patient(patients, subject_id)
    show.opening(patient_course_sentence(course, definition), title=subject_id)
    show.figure(patient_course_figure(definition, course))
    tables = [facts_spec(course, definition.arms), values_spec(course), happenings_spec(course, definition)]
    show.details(*(table for table in tables if table.rows), method=PATIENT_METHOD if course.markers else "")


if __name__ == "__main__":
    page()
