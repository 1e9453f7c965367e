"""Events: how often, when, and to whom: rates, curves over time, patient by patient, and how severe."""

from il2dash.analysis.event_rates import recorded_categories
from il2dash.display.event_curve_figure import event_curve_figure
from il2dash.display.event_curve_view import CURVE_TITLES, curve_method, event_curve_sentence, event_curve_spec
from il2dash.display.event_grades_view import GRADES_METHOD, grades_figure, grades_sentence, grades_spec
from il2dash.display.event_rates_view import RATES_METHOD, events_spec
from il2dash.display.event_words import EVENT_WORDS, events_sentence
from il2dash.display.timeline_figure import TIMELINE_METHOD, timeline_figure, timeline_sentence
from il2dash.study.trial import Trial
from il2dash.ui import compute, frame, inputs, show


@frame.page("Events")
def page(trial: Trial) -> None:
    """Show one category's rates and curves, then single patients, then the adverse events by grade."""
    definition = trial.definition
    arms = definition.arms
    patients = compute.population(trial)
    if trial.events is None:
        show.kindly("The study has no table of events: there is nothing to count.")
        return
    with show.controls():
        category = inputs.event_category(trial)
        quantity = inputs.event_curve(category)

    rates = compute.rates(patients, category)
    curves = compute.event_curves(patients, category, quantity)
    courses = compute.timelines(patients)

    show.opening(events_sentence(rates, arms), title=EVENT_WORDS[category], standing=rates.standing)
    show.details(events_spec(rates, arms), method=RATES_METHOD)

    words = event_curve_sentence(curves, arms, quantity=quantity)
    show.opening(words, title=CURVE_TITLES[quantity], standing=curves.standing)
    if not curves.reason:
        show.figure(event_curve_figure(definition, curves.arms, category=category, quantity=quantity))
        table = event_curve_spec(curves, arms, quantity=quantity)
        show.details(table, method=curve_method(curves, quantity), warnings=curves.warnings)

    show.opening(timeline_sentence(courses, arms), title="Patient by patient", standing=courses.standing)
    if courses.shown:
        show.figure(timeline_figure(definition, courses))
        show.details(method=TIMELINE_METHOD)

    if "adverse" in recorded_categories(trial):
        grades = compute.grades(patients)
        show.opening(grades_sentence(grades, arms), title="Adverse events by grade", standing=grades.standing)
        show.figure(grades_figure(definition, grades))
        show.details(grades_spec(grades, arms), method=GRADES_METHOD)


page()
