"""Sentences on events: true whatever was counted, and never 'no effect'."""

from __future__ import annotations

from dataclasses import replace
from math import inf, nan

import pytest

from il2dash.analysis.estimate import Estimate, Interval
from il2dash.analysis.event_grades import event_grades
from il2dash.analysis.event_rates import event_rates
from il2dash.analysis.events_and_death import all_events_until_death, first_event_with_death
from il2dash.analysis.patient_course import patient_course
from il2dash.analysis.patient_list import patient_list
from il2dash.analysis.population import Filter, select_population, whole_population
from il2dash.analysis.time_to_first import time_to_first
from il2dash.analysis.timelines import timelines
from il2dash.display.beside_own_events import beside_event_rates, beside_grades, beside_timelines
from il2dash.display.event_curve_figure import event_curve_figure
from il2dash.display.event_curve_view import event_curve_sentence, event_curve_spec
from il2dash.display.event_grades_view import grades_figure, grades_sentence, grades_spec
from il2dash.display.event_rates_view import events_spec
from il2dash.display.event_words import allowed_multiples, event_words, events_sentence, ratio_remains, with_article
from il2dash.display.patient_course_figure import patient_course_figure
from il2dash.display.patient_course_view import happenings_spec, patient_course_sentence
from il2dash.display.patient_list_view import patient_frame, patient_list_sentence
from il2dash.display.timeline_figure import timeline_figure
from il2dash.study.definition_tables import EventsSource, Tables


def estimate(lower: float, upper: float) -> Estimate:
    return Estimate(estimate=1.0, interval=Interval(lower=lower, upper=upper, level=0.95, method="exact"))


@pytest.mark.parametrize(
    ("lower", "upper", "words"),
    [
        (1.2, 3, "The interval excludes equality: a higher rate with IL-2."),
        (0.2, 0.9, "The interval excludes equality: a lower rate with IL-2."),
        (0.201, 3.28, "anything from a rate 80% lower to 3.28 times as high with IL-2: neither"),
        (0.9, 1.5, "anything from a rate 10% lower to 50% higher with IL-2: neither"),
        (0, inf, "anything from none at all to any multiple with IL-2: neither"),
        (0.999, 1.001, "anything from a rate less than 1% lower to less than 1% higher with IL-2: neither"),
        (0.001, 1, "anything from a rate more than 99% lower to equal with IL-2: neither"),
        (nan, nan, "Without an interval nothing more can be said."),
    ],
)
def test_what_the_interval_allows(arms, lower, upper, words):
    assert words in ratio_remains(estimate(lower, upper), "rate", arms)


def test_the_rates_of_the_mini_study(trial, definition):
    rates = event_rates(whole_population(trial), "aids")
    assert events_sentence(rates, definition) == (
        "0 of 4 with IL-2 had an AIDS event (no events, 0.0 per 100 person-years) and 1 of 4 with Control "
        "(1 event, 120.0 per 100 person-years): rate ratio 0 (95% CI 0 to 34.6), P\u00a0=\u00a00.47. The data are "
        "compatible with anything from none at all to 34.6 times as high with IL-2: "
        "neither a difference nor equality is shown."
    )
    spec = events_spec(rates, definition)
    assert spec.rows[1] == ("Control", "1 / 4", "1", "0.8", "120.0", "3.0 to 668.3")
    assert spec.notes[0] == "Rate ratio 0 (95% CI 0 to 34.6), P\u00a0=\u00a00.47."
    deaths = events_sentence(event_rates(whole_population(trial), "death"), definition)
    assert deaths.startswith("0 of 4 with IL-2 died (0.0 per 100 person-years) and 1 of 4 with Control (120.0 per")


def test_an_arm_with_nobody(trial, definition):
    one = select_population(trial, (Filter(variable="arm", values=("control",)),))
    words = events_sentence(event_rates(one, "aids"), definition)
    assert words.startswith("Nobody is counted in the arm IL-2 and 1 of 4 with Control had an AIDS event (1 event")
    assert words.endswith("The rates can't be compared: an arm has no follow-up time.")


def test_names_within_a_sentence(definition):
    assert [event_words(definition, category).many for category in ("aids", "death", "adverse")] == [
        "AIDS events",
        "deaths",
        "adverse events",
    ]


@pytest.mark.parametrize(
    "words",
    [
        "an AIDS event", "a relapse", "an infection", "an MI", "a UTI", "an HIV infection", "an SAE", "a MACE",
        "a STEMI", "an upper respiratory infection", "a urinary infection", "an unplanned admission", "a unit",
        "an hour", "a hospital stay", "a one-time event", "an X-ray", "a COVID-19 infection", "an Addison crisis",
        "an ulcer", "a European flare", "a 2-point loss", "a Relapse",
    ],
)  # fmt: skip
def test_a_name_has_the_article_that_is_spoken(words):
    assert with_article(words.partition(" ")[2]) == words


def called(trial, one, many=None):
    """Return the trial's patients with a name for its clinical events: all, and those of the arm that has none."""
    tables = Tables(events=EventsSource(event_name=one, event_name_plural=many))
    named = replace(trial, definition=replace(trial.definition, tables=tables))
    some = Filter(variable="arm", values=("il2",))
    return named.definition, whole_population(named), select_population(named, (some,))


def everything_said(trial, one, many=None):
    definition, population, some = called(trial, one, many)
    rates, lines = event_rates(population, "aids"), timelines(population)
    grades = event_grades(population, "aids")
    yield events_sentence(rates, definition)
    yield str(events_spec(rates, definition))
    yield beside_event_rates(event_rates(some, "aids"), rates, definition)
    yield beside_timelines(timelines(some), lines, definition)
    yield beside_grades(event_grades(some, "aids"), grades, definition)
    yield grades_sentence(grades, definition) + str(grades_spec(grades, definition))
    figures = [grades_figure(definition, grades), timeline_figure(definition, lines)]
    for quantity, curves in (
        ("survival", time_to_first(population, "aids")),
        ("incidence", first_event_with_death(population, "aids")),
        ("mean", all_events_until_death(population, "aids")),
    ):
        yield event_curve_sentence(curves, definition, quantity=quantity)
        yield str(event_curve_spec(curves, definition, quantity=quantity))
        figures.append(event_curve_figure(definition, curves.arms, category="aids", quantity=quantity))
    course = patient_course(population, "P03")
    yield patient_course_sentence(course, definition) + str(happenings_spec(course, definition))
    figures.append(patient_course_figure(definition, course))
    patients = patient_list(population)
    yield patient_list_sentence(patients, definition) + str(list(patient_frame(patients, definition)))
    for figure in figures:
        yield figure.alt + str(figure.spec)


def test_a_study_s_own_name_stands_wherever_its_events_do(trial):
    said = [words.replace("\u00a0", " ") for words in everything_said(trial, "infection")]
    assert not [words for words in said if "AIDS" in words]
    assert [words for words in said if "infection" not in words.lower()] == []
    together = "\n".join(said)
    for words in (
        "0 of 4 with IL-2 had an infection (no events",
        "1 infection and 1 death",
        "caption='Infections'",
        "caption='Infections by grade'",
        "were free of an infection.",
        "Free of an infection, percent",
        "had had an infection. Died without an infection:",
        "Mean number of infections per patient",
        "an infection at week 9 (Esophageal candidiasis)",
        "('9', 'Infection', 'Esophageal candidiasis')",
        "Infections: 1",
        "1 had an infection and 1 died.",
        "'Infections'",
        "<br>infection, Esophageal candidiasis",
        "no infections, no deaths",
    ):
        assert words in together, words


def test_a_plural_of_its_own(trial):
    together = "\n".join(everything_said(trial, "metastasis", "metastases"))
    assert "metastasiss" not in together
    assert "Mean number of metastases per patient" in together
    assert "no metastases" in together


def test_a_name_is_text(trial, hostile_words):
    definition, population, without_events = called(trial, hostile_words)
    figures = [
        grades_figure(definition, event_grades(without_events, "aids")),
        timeline_figure(definition, timelines(population)),
        patient_course_figure(definition, patient_course(population, "P03")),
        event_curve_figure(definition, time_to_first(population, "aids").arms, category="aids", quantity="survival"),
    ]
    for figure in figures:
        drawn = str(figure.spec)
        assert "&lt;script&gt;" in drawn.replace("<br>", "")
        assert "<script" not in drawn
        assert "$x_1$" not in drawn


def test_a_bound_out_of_reach_is_said_in_words():
    interval = Interval(lower=0.5, upper=1e6, level=0.95, method="")
    assert allowed_multiples(interval, "odds") == "from odds 50% lower to more than 9999 times as high"
