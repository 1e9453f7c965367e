"""Events: how often, when, and to whom: rates, curves over time, patient by patient, and how severe."""

from il2dash.analysis.event_rates import recorded_categories
from il2dash.analysis.population import Population
from il2dash.display.beside_own_events import (
    beside_event_curves,
    beside_event_rates,
    beside_grades,
    beside_timelines,
)
from il2dash.display.event_curve_figure import event_curve_figure
from il2dash.display.event_curve_view import CURVE_TITLES, curve_method, event_curve_sentence, event_curve_spec
from il2dash.display.event_grades_view import GRADES_METHOD, grades_figure, grades_sentence, grades_spec
from il2dash.display.event_rates_view import RATES_METHOD, events_spec
from il2dash.display.event_words import event_words, events_sentence
from il2dash.display.timeline_figure import TIMELINE_METHOD, timeline_figure, timeline_sentence
from il2dash.ui import compute, frame, inputs, show, widgets


@frame.page("Events")
def page(patients: Population) -> None:
    """Show one category's rates and curves, then single patients, then the adverse events by grade."""
    definition = patients.trial.definition
    arms = definition.arms
    everybody = patients.everybody
    if patients.trial.events is None:
        show.kindly("The study has no table of events: there is nothing to count.")
        return
    with widgets.controls():
        category = inputs.event_category(patients.trial)
        quantity = inputs.event_curve(category)

    rates = compute.rates(patients, category)
    curves = compute.event_curves[quantity](patients, category)
    courses = compute.timelines(patients)

    beside = beside_event_rates(rates, compute.rates(everybody, category), definition)
    title = event_words(definition, category).title
    show.opening(events_sentence(rates, definition), title=title, standing=rates.standing, beside=beside)
    show.details(events_spec(rates, definition), method=RATES_METHOD)

    words = event_curve_sentence(curves, definition, quantity=quantity)
    beside = beside_event_curves(curves, compute.event_curves[quantity](everybody, category), arms, quantity=quantity)
    show.opening(words, title=CURVE_TITLES[quantity], standing=curves.standing, beside=beside)
    if not curves.reason:
        show.figure(event_curve_figure(definition, curves.arms, category=category, quantity=quantity))
        table = event_curve_spec(curves, definition, quantity=quantity)
        show.details(table, method=curve_method(curves, quantity), warnings=curves.warnings)

    beside = beside_timelines(courses, compute.timelines(everybody), definition)
    words = timeline_sentence(courses)
    show.opening(words, title="Patient by patient", standing=courses.standing, beside=beside)
    if courses.shown:
        show.figure(timeline_figure(definition, courses))
        show.details(method=TIMELINE_METHOD)

    if "adverse" in recorded_categories(patients.trial):
        grades = compute.grades(patients)
        beside = beside_grades(grades, compute.grades(everybody), definition)
        words = grades_sentence(grades, definition)
        show.opening(words, title="Adverse events by grade", standing=grades.standing, beside=beside)
        show.figure(grades_figure(definition, grades))
        show.details(grades_spec(grades, definition), method=GRADES_METHOD)


if __name__ == "__main__":
    page()
