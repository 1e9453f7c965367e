"""Every result sentence is English whatever the numbers are: NaN, infinity, zero, one patient, nobody."""

from __future__ import annotations

import re
from dataclasses import replace
from math import inf, nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2dash.analysis.adjusted_difference import adjusted_risk_difference
from il2dash.analysis.arm_interaction import arm_interaction
from il2dash.analysis.baseline import baseline_table
from il2dash.analysis.censored_visit import below_limit
from il2dash.analysis.estimate import Estimate, Interval
from il2dash.analysis.event_grades import event_grades
from il2dash.analysis.event_rates import event_rates
from il2dash.analysis.events_and_death import all_events_until_death, first_event_with_death
from il2dash.analysis.logistic_model import logistic_model
from il2dash.analysis.model_data import ModelSpec
from il2dash.analysis.model_performance import model_performance
from il2dash.analysis.outcome import EndpointSpec
from il2dash.analysis.participant_flow import participant_flow
from il2dash.analysis.patient_influence import patient_influence
from il2dash.analysis.population import parse_filter, select_population, whole_population
from il2dash.analysis.predicted_probability import predicted_probability
from il2dash.analysis.repeated_measures import repeated_measures
from il2dash.analysis.repeated_measures_design import RepeatedMeasuresSpec
from il2dash.analysis.stratified_endpoint import stratified_endpoint
from il2dash.analysis.time_to_first import time_to_first
from il2dash.analysis.timelines import timelines
from il2dash.analysis.trajectory import trajectory
from il2dash.analysis.visit_comparison import visit_comparison
from il2dash.display.adjusted_difference_view import adjusted_sentence
from il2dash.display.baseline_view import baseline_sentence
from il2dash.display.below_limit_view import below_limit_sentence
from il2dash.display.calibration_view import calibration_sentence
from il2dash.display.comparison_view import comparison_sentence
from il2dash.display.event_curve_view import event_curve_sentence
from il2dash.display.event_grades_view import grades_sentence
from il2dash.display.event_words import events_sentence
from il2dash.display.flow_diagram import flow_sentence
from il2dash.display.influence_view import influence_sentence
from il2dash.display.interaction_view import interaction_sentence
from il2dash.display.model_view import model_sentence
from il2dash.display.numbers import MINUS
from il2dash.display.probability_figure import probability_sentence
from il2dash.display.repeated_measures_words import repeated_measures_sentence
from il2dash.display.stratified_view import stratified_sentence
from il2dash.display.timeline_figure import timeline_sentence
from il2dash.display.trajectory_view import trajectory_sentence
from il2dash.study.reading import load_study

FORBIDDEN = re.compile(
    r"\bnan\b|\binf\b|\bNone\b|\b1 (patients|responders|events|rules|strata)\b|  |\.\.|\(\)"
    rf"|:\.| ,| \.(?!\d)|\( | \)|[-{MINUS}]0(\.0+)?(?![\d.])|no effect|no difference between",
)


def assert_english(words: str) -> None:
    assert not FORBIDDEN.search(words), words
    assert words.endswith("."), words
    assert not words[0].islower(), words
    assert words.count("(") == words.count(")"), words


numbers = st.floats(-3, 3) | st.sampled_from([0.0, -0.0, -1e-9, 1e-9])
edges = st.sampled_from([nan, inf, -inf])


@st.composite
def estimates(draw, *, least=-3.0):
    """Return an estimate in its interval; bounds may be missing or infinite, or there is nothing but a reason."""
    shape = draw(st.sampled_from(["whole", "open", "half", "without", "nothing"]))
    lower, value, upper = sorted(max(draw(numbers), least) for _ in range(3))
    reason = "" if shape in ("whole", "open") else "an arm has no patients"
    if shape == "open":
        lower = -inf if least < 0 else 0.0
        upper = inf
    elif shape == "half":
        lower, upper = draw(st.sampled_from([(nan, upper), (lower, nan)]))
    elif shape in ("without", "nothing"):
        lower = upper = nan
        value = nan if shape == "nothing" else value
    return Estimate(
        estimate=value,
        interval=Interval(lower=lower, upper=upper, level=0.95, method="newcombe", reason=reason),
        reason=reason if shape == "nothing" else "",
    )


@pytest.fixture(scope="module")
def shipped(repository):
    return load_study(repository / "sample_data" / "etoile")


@pytest.fixture(scope="module")
def spec(shipped):
    return ModelSpec(endpoint=EndpointSpec(endpoint="cd4_200"), terms=shipped.definition.models[0].terms)


def sentences(trial, filters=()):
    population = (
        select_population(trial, tuple(parse_filter(trial, each) for each in filters))
        if filters
        else whole_population(trial)
    )
    definition, arms = trial.definition, trial.definition.arms
    endpoint = EndpointSpec(endpoint="cd4_200")
    model = ModelSpec(endpoint=endpoint, terms=definition.models[0].terms)
    yield baseline_sentence(baseline_table(population), arms)
    yield flow_sentence(definition, participant_flow(population))
    yield timeline_sentence(timelines(population))
    yield grades_sentence(event_grades(population), definition)
    for category in ("aids", "death", "adverse"):
        yield events_sentence(event_rates(population, category), definition)
        yield event_curve_sentence(time_to_first(population, category), definition, quantity="survival")
    yield event_curve_sentence(first_event_with_death(population, "aids"), definition, quantity="incidence")
    yield event_curve_sentence(all_events_until_death(population, "aids"), definition, quantity="mean")
    for marker in ("cd4", "rna"):
        for change in (False, True):
            yield trajectory_sentence(trajectory(population, marker, change=change), arms, week=52)
            yield comparison_sentence(visit_comparison(population, marker, week=52, change=change), arms)
        yield repeated_measures_sentence(repeated_measures(population, RepeatedMeasuresSpec(marker=marker)), definition)
    yield below_limit_sentence(below_limit(population, "rna"), definition, week=52)
    yield stratified_sentence(stratified_endpoint(population, endpoint, "gss"), arms)
    yield model_sentence(logistic_model(population, model))
    yield influence_sentence(patient_influence(population, model))
    yield interaction_sentence(arm_interaction(population, model, "baseline_cd4"))
    yield adjusted_sentence(adjusted_risk_difference(population, model, resamples=30), arms)
    yield calibration_sentence(model_performance(population, model, resamples=30))
    yield probability_sentence(predicted_probability(population, model, "baseline_cd4", resamples=30), arms)


@pytest.mark.parametrize(
    "filters", [(), ("gss=0",), ("age=60..",), ("age=200..",), ("arm=il2",), ("cdc_stage=C", "sex=female")]
)
def test_every_sentence_of_every_population(shipped, filters):
    for words in sentences(shipped, filters):
        assert_english(words)


@settings(max_examples=80, deadline=None)
@given(estimate=estimates())
def test_differences(shipped, estimate):
    population, arms = whole_population(shipped), shipped.definition.arms
    whole = trajectory(population, "cd4")
    visits = tuple(replace(visit, difference=estimate) for visit in whole.visits)
    assert_english(trajectory_sentence(replace(whole, visits=visits), arms, week=52))


@pytest.fixture(scope="module")
def made(shipped, spec):
    population = whole_population(shipped)
    return {
        "comparison": visit_comparison(population, "cd4", week=52, change=False),
        "below": below_limit(population, "rna"),
        "strata": stratified_endpoint(population, spec.endpoint, "gss"),
        "rates": event_rates(population, "aids"),
        "first": time_to_first(population, "aids"),
        "model": logistic_model(population, spec),
        "interaction": arm_interaction(population, spec, "gss"),
        "adjusted": adjusted_risk_difference(population, spec, resamples=30),
        "performance": model_performance(population, spec, resamples=30),
    }


@settings(max_examples=100, deadline=None)
@given(estimate=estimates())
def test_differences_of_two_arms(shipped, made, estimate):
    definition, arms = shipped.definition, shipped.definition.arms
    assert_english(comparison_sentence(replace(made["comparison"], hodges_lehmann=estimate), arms))
    clipped = replace(
        estimate,
        estimate=max(min(estimate.estimate, 1.0), -1.0),
        interval=replace(
            estimate.interval,
            lower=max(min(estimate.interval.lower, 1.0), -1.0),
            upper=max(min(estimate.interval.upper, 1.0), -1.0),
        ),
    )
    visits = tuple(replace(visit, risk_difference=clipped) for visit in made["below"].visits)
    assert_english(below_limit_sentence(replace(made["below"], visits=visits), definition, week=52))
    assert_english(stratified_sentence(replace(made["strata"], risk_difference=clipped, unknown=1), arms))
    if clipped.estimate == clipped.estimate:
        assert_english(adjusted_sentence(replace(made["adjusted"], estimate=clipped, unadjusted=clipped), arms))


@settings(max_examples=100, deadline=None)
@given(pair=st.tuples(estimates(least=0.0), estimates(least=0.0)), p=st.floats(0, 1), events=st.integers(0, 2))
def test_ratios_of_two_arms(shipped, made, pair, p, events):
    definition = shipped.definition
    rates, first, model = made["rates"], made["first"], made["model"]
    assert_english(events_sentence(replace(rates, rate_ratio=pair[0], test=replace(rates.test, p=p)), definition))
    told = replace(first, hazard_ratio=pair[0], logrank=replace(first.logrank, p=p))
    assert_english(event_curve_sentence(told, definition, quantity="survival"))

    def with_odds(term, estimate):
        reason = estimate.reason or estimate.interval.reason
        return replace(term, odds_ratio=estimate.estimate, interval=estimate.interval, p=p, reason=reason)

    terms = tuple(with_odds(term, pair[number % 2]) for number, term in enumerate(model.terms))
    for kept in (terms, terms[:2], terms[1:2]):
        assert_english(model_sentence(replace(model, terms=kept, events=events, left_out=events)))
    interaction = made["interaction"]
    effects = tuple(
        replace(place, effect=with_odds(place.effect, pair[number % 2]))
        for number, place in enumerate(interaction.effects)
    )
    assert_english(interaction_sentence(replace(interaction, effects=effects, events=events)))


@settings(max_examples=60, deadline=None)
@given(estimate=estimates(least=0.0), events=st.integers(0, 1))
def test_measures_of_a_model(made, estimate, events):
    performance = made["performance"]
    measure = replace(performance.c_statistic, corrected=estimate.estimate, interval=estimate.interval)
    assert_english(calibration_sentence(replace(performance, c_statistic=measure, events=events)))
