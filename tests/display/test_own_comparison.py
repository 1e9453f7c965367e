"""The trial's own result beside another: true and English for every pair of results, and silent where they are one."""

from __future__ import annotations

import re
from dataclasses import replace
from math import inf, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2dash.analysis.adjusted_difference import adjusted_risk_difference
from il2dash.analysis.arm_interaction import arm_interaction
from il2dash.analysis.baseline import baseline_table
from il2dash.analysis.censored_visit import below_limit
from il2dash.analysis.endpoint import endpoint_result, threshold_curve
from il2dash.analysis.estimate import Estimate, Interval
from il2dash.analysis.event_grades import event_grades
from il2dash.analysis.event_rates import event_rates
from il2dash.analysis.events_and_death import all_events_until_death, first_event_with_death
from il2dash.analysis.logistic_model import logistic_model
from il2dash.analysis.model_data import ModelSpec
from il2dash.analysis.model_performance import model_performance
from il2dash.analysis.outcome import MISSING_RULES, EndpointSpec
from il2dash.analysis.participant_flow import participant_flow
from il2dash.analysis.patient_influence import patient_influence
from il2dash.analysis.population import parse_filter, select_population, whole_population
from il2dash.analysis.predicted_probability import predicted_probability
from il2dash.analysis.repeated_measures import repeated_measures
from il2dash.analysis.repeated_measures_design import RepeatedMeasuresSpec
from il2dash.analysis.standing import Standing
from il2dash.analysis.stratified_endpoint import stratified_endpoint
from il2dash.analysis.time_to_first import time_to_first
from il2dash.analysis.timelines import timelines
from il2dash.analysis.trajectory import trajectory
from il2dash.analysis.visit_comparison import visit_comparison
from il2dash.display.beside_own import (
    beside_baseline,
    beside_distribution,
    beside_endpoint,
    beside_endpoints,
    beside_flow,
    beside_missing_rules,
    beside_stratified,
    beside_threshold_curve,
)
from il2dash.display.beside_own_events import (
    beside_event_curves,
    beside_event_rates,
    beside_grades,
    beside_timelines,
)
from il2dash.display.beside_own_markers import (
    beside_below_limit,
    beside_comparison,
    beside_repeated_measures,
    beside_trajectory,
)
from il2dash.display.beside_own_model import (
    beside_adjusted,
    beside_calibration,
    beside_influence,
    beside_interaction,
    beside_model,
    beside_probability,
)
from il2dash.display.event_curve_view import mean_sentence
from il2dash.display.numbers import MINUS
from il2dash.display.own_comparison import POINTS, RATIO, compared, estimate_words, higher_or_lower, in_unit
from il2dash.study.reading import load_study

FORBIDDEN = re.compile(
    r"\bnan\b|\binf\b|\bNone\b|  |\.\.|\b1 patients|\b1 responders|\b[02-9] patient\b|\(\)|:\.| ,| \.|\bP\b"
    rf"|[-{MINUS}]0(\.0+)?\b(?!\.)",
)
EXPLORED = Standing(reasons=("24 of 56 patients: GSS 0",))
counts = st.integers(0, 12).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total)))


def assert_sentences(words: str) -> None:
    assert not FORBIDDEN.search(words), words
    assert words.endswith("."), words
    assert not words[0].islower(), words
    assert words.count("(") == words.count(")"), words


def estimate(value: float, lower: float, upper: float, reason: str = "") -> Estimate:
    return Estimate(
        estimate=value,
        interval=Interval(lower=lower, upper=upper, level=0.95, method="newcombe", reason=reason),
        reason=reason,
    )


def test_the_example_of_the_trial(endpoint_of, arms):
    own = replace(endpoint_of((4, 28), (5, 28)), week=52.0)
    current = replace(endpoint_of((1, 13), (1, 16)), week=52.0, standing=EXPLORED)
    assert beside_endpoint(current, own, arms) == (
        "The trial's own analysis (all 56 patients, 200 cells/uL at week 52): 4 of 28 (14%) with IL-2 against 5 of 28 "
        f"(18%) with Control, risk difference {MINUS}3.6 points (95% CI {MINUS}23 to 16). Here the difference is 5.0 "
        "points higher, of the opposite sign, and its interval is wider; both intervals include no difference."
    )


def test_another_rule_for_missing_outcomes_names_the_trials_own(endpoint_of, arms):
    own = endpoint_of((4, 28), (5, 28))
    current = replace(endpoint_of((4, 24), (5, 25)), missing_rule="complete_cases", standing=EXPLORED)
    assert "200 cells/uL at week 12, missing = failure): " in beside_endpoint(current, own, arms)


def test_one_analysis_has_nothing_beside_it(endpoint_of, arms):
    own = endpoint_of((4, 28), (5, 28))
    assert beside_endpoint(own, own, arms) == ""
    assert beside_endpoint(replace(own), own, arms) == ""
    assert beside_endpoint(replace(own, standing=EXPLORED), own, arms) != ""


@settings(max_examples=200, deadline=None)
@given(current=st.tuples(counts, counts), own=st.tuples(counts, counts))
def test_every_pair_of_endpoints_gets_sentences(endpoint_of, arms, current, own):
    there = endpoint_of(*own)
    here = replace(endpoint_of(*current), standing=EXPLORED)
    words = beside_endpoint(here, there, arms)
    assert_sentences(words)
    first, second = (result.risk_difference.estimate for result in (here, there))
    if current == own and not np.isnan(first):
        assert "the same to the displayed digit" in words
        assert "its interval is as wide" in words
    if abs(first) > 0.001 and abs(second) > 0.001:
        assert ("of the opposite sign" in words) == ((first > 0) != (second > 0))


@pytest.mark.parametrize(
    ("current", "own", "words"),
    [
        ((0.1, 0.05, 0.2), (0.2, 0.1, 0.3), "Here the difference is 10.0 points lower and its interval is narrower; "
         "both intervals exclude equality."),
        ((0.1, -0.1, 0.3), (0.2, 0.1, 0.3), "Here the difference is 10.0 points lower and its interval is wider; "
         "the other interval excludes equality, the one here includes it."),
        ((-0.2, -0.3, -0.1), (0.2, 0.1, 0.3), "Here the difference is 40.0 points lower, of the opposite sign, and its "
         "interval is as wide; both intervals exclude equality, on opposite sides."),
        ((0.00004, -0.1, 0.1), (-0.00004, -0.1, 0.1), "Here the difference is the same to the displayed digit and its "
         "interval is as wide; both intervals include no difference."),
        ((0.1, nan, nan), (0.1, -0.1, 0.3), "Here the difference is the same to the displayed digit and has no "
         "interval."),
        ((0.2, -0.1, 0.3), (0.1, nan, nan), "Here the difference is 10.0 points higher and it alone has an interval."),
        ((nan, nan, nan), (0.1, 0, 0.2), "Here no difference can be estimated."),
        ((nan, nan, nan), (nan, nan, nan), "Here no difference can be estimated either."),
        ((0.1, -inf, inf), (0.2, -inf, inf), "Here the difference is 10.0 points lower and both intervals are open; "
         "both intervals include no difference."),
    ],
)  # fmt: skip
def test_differences(current, own, words):
    assert compared("difference", estimate(*current), estimate(*own), POINTS) == words


@pytest.mark.parametrize(
    ("current", "own", "words"),
    [
        ((1.4, 0.5, 4), (1.0, 0.5, 2), "Here the ratio is 1.4 times as large and its interval is wider; both intervals "
         "include 1."),
        ((0.5, 0.2, 0.9), (1.5, 0.5, 4), "Here the ratio is 0.33 times as large, on the other side of 1, and its "
         "interval is narrower; the interval here excludes 1, the other includes it."),
        ((0, 0, 3), (0.834, 0.2, 3.3), "Here the ratio is 0 against 0.834 and its interval is wider; both intervals "
         "include 1."),
        ((inf, 0.5, inf), (2, 0.5, 8), "Here the ratio is ∞ against 2.00 and its interval is wider; both intervals "
         "include 1."),
        ((1.009, 0.5, 2), (1.0045, 0.5, 2), "Here the ratio is hardly larger and its interval is as wide; both "
         "intervals include 1."),
        ((2, 1.1, nan), (2, 0.5, 3), "Here the ratio is the same to the displayed digit and has no complete interval; "
         "the interval here excludes 1, the other includes it."),
    ],
)  # fmt: skip
def test_ratios(current, own, words):
    assert compared("ratio", estimate(*current), estimate(*own), RATIO) == words


bound = st.floats(-3, 3) | st.sampled_from([nan, inf, -inf, 0.0, -0.0])


@settings(max_examples=300, deadline=None)
@given(
    numbers=st.lists(bound, min_size=6, max_size=6),
    scale=st.sampled_from([POINTS, RATIO, in_unit(1, "cells/uL")]),
    reason=st.sampled_from(["", "an arm has no patients"]),
)
def test_every_pair_of_estimates_gets_a_sentence(numbers, scale, reason):
    if scale is RATIO:
        numbers = [abs(value) for value in numbers]
    pair = [
        estimate(value, *(sorted(ends) if ends[0] == ends[0] and ends[1] == ends[1] else ends), reason)
        for value, *ends in (numbers[:3], numbers[3:])
    ]
    words = compared("difference", *pair, scale)
    assert_sentences(words)
    assert_sentences(f"In all 56 patients: {estimate_words('difference', pair[1], scale)}.")


def test_a_bound_beside_0_keeps_its_side():
    assert estimate_words("difference", estimate(0.013, 0.004, 0.022), POINTS) == (
        "difference 1.3 points (95% CI 0.4 to 2)"
    )


def test_one_range_is_no_range(trial, arms):
    patients = whole_population(trial)
    filtered = select_population(trial, (parse_filter(trial, "arm=il2"),))
    here, there = (
        tuple(endpoint_result(each, EndpointSpec(endpoint="cd4_200", missing_rule=rule)) for rule in MISSING_RULES)
        for each in (filtered, patients)
    )
    alike = tuple(replace(each, risk_difference=there[0].risk_difference) for each in there)
    other = tuple(
        replace(each, risk_difference=Estimate(estimate=0.5, interval=each.risk_difference.interval)) for each in here
    )
    assert beside_missing_rules(other, alike, arms).endswith("Here it is 25.0 points higher.")
    assert "the risk difference is +25.0 points over 5 rules. Here none" in beside_missing_rules(here, alike, arms)


def test_numbers_without_intervals():
    assert higher_or_lower(0.5, 0.25, POINTS.write) == "25.0 points higher"
    assert higher_or_lower(0.25, 0.5, POINTS.write) == "25.0 points lower"
    assert higher_or_lower(0.5, 0.5, POINTS.write) == "the same to the displayed digit"
    assert higher_or_lower(0.50051, 0.50049, POINTS.write) == "hardly higher"
    assert higher_or_lower(nan, 0.5, POINTS.write) == "not known"
    assert higher_or_lower(nan, nan, POINTS.write) == "not known either"
    assert higher_or_lower(0.5, nan, POINTS.write) == "known here only"


@pytest.fixture(scope="module")
def shipped(repository):
    return load_study(repository / "sample_data" / "etoile")


def everything(trial, filters=(), threshold=None, terms=None):
    """Return what every page shows of a population, by the function that puts the trial's own beside it."""
    population = (
        select_population(trial, tuple(parse_filter(trial, each) for each in filters))
        if filters
        else whole_population(trial)
    )
    spec = EndpointSpec(endpoint="cd4_200", threshold=threshold)
    model = ModelSpec(endpoint=spec, terms=terms or trial.definition.models[0].terms)
    rules = [EndpointSpec(endpoint="cd4_200", threshold=threshold, missing_rule=rule) for rule in MISSING_RULES]
    return {
        beside_endpoint: endpoint_result(population, spec),
        beside_threshold_curve: threshold_curve(population, spec, np.arange(50, 400, 50.0)),
        beside_missing_rules: tuple(endpoint_result(population, rule) for rule in rules),
        beside_stratified: stratified_endpoint(population, spec, "gss"),
        beside_baseline: baseline_table(population),
        beside_distribution: baseline_table(population),
        beside_endpoints: tuple(
            endpoint_result(population, EndpointSpec(endpoint=endpoint.id)) for endpoint in trial.definition.endpoints
        ),
        beside_flow: participant_flow(population),
        beside_trajectory: trajectory(population, "cd4"),
        beside_repeated_measures: repeated_measures(population, RepeatedMeasuresSpec(marker="cd4")),
        beside_comparison: visit_comparison(population, "rna", week=52, change=False),
        beside_below_limit: below_limit(population, "rna"),
        beside_model: logistic_model(population, model),
        beside_adjusted: adjusted_risk_difference(population, model, resamples=40),
        beside_interaction: arm_interaction(population, model, "baseline_cd4"),
        beside_influence: patient_influence(population, model),
        beside_calibration: model_performance(population, model, resamples=40),
        beside_probability: predicted_probability(population, model, "baseline_cd4", resamples=40),
        beside_event_rates: event_rates(population, "aids"),
        beside_grades: event_grades(population),
        beside_timelines: timelines(population),
        "survival": time_to_first(population, "aids"),
        "incidence": first_event_with_death(population, "aids"),
        "mean": all_events_until_death(population, "aids"),
    }


def sentences(current, own, definition):
    for beside, result in current.items():
        more = {}
        if beside in (beside_trajectory, beside_below_limit):
            more = {"week": 52.0}
        if beside is beside_distribution:
            more = {"name": "gss"}
        if beside is beside_endpoints:
            yield beside.__name__, beside(result, own[beside])
        elif isinstance(beside, str):
            yield beside, beside_event_curves(result, own[beside], definition.arms, quantity=beside)
        elif beside in (beside_repeated_measures, beside_event_rates, beside_grades, beside_timelines):
            yield beside.__name__, beside(result, own[beside], definition)
        else:
            yield beside.__name__, beside(result, own[beside], definition.arms, **more)


@pytest.fixture(scope="module")
def own(shipped):
    return everything(shipped)


def test_every_block_is_silent_about_the_trials_own_analysis(shipped, own):
    again = everything(shipped)
    assert {words for _, words in sentences(again, own, shipped.definition)} == {""}


def test_curves_compared_at_another_week_than_the_sentence_name_it(shipped, own):
    left = select_population(shipped, (parse_filter(shipped, "completed=0"),))
    curves = all_events_until_death(left, "aids")
    assert mean_sentence(curves, shipped.definition).startswith("By week 39 ")
    words = beside_event_curves(curves, own["mean"], shipped.definition.arms, quantity="mean")
    assert "the mean number of events at week 52 is" in words
    assert " Here it is, at week 52, " in words
    here = all_events_until_death(select_population(shipped, (parse_filter(shipped, "gss=0"),)), "aids")
    assert " Here it is 0." in beside_event_curves(here, own["mean"], shipped.definition.arms, quantity="mean")


@pytest.mark.parametrize(
    "filters", [("gss=0",), ("age=60..",), ("age=200..",), ("arm=il2",), ("cdc_stage=C", "sex=female")]
)
def test_every_block_of_a_filtered_population_has_a_sentence(shipped, own, filters):
    terms = ("arm", "baseline_cd4", "age") if filters == ("gss=0",) else None
    current = everything(shipped, filters, threshold=150, terms=terms)
    for name, words in sentences(current, own, shipped.definition):
        assert words.startswith(("The trial's own analysis (all 56 patients", "In all ")), name
        assert " Here" in words, name
        assert_sentences(words)
        prespecified = name in ("beside_endpoint", "beside_model")
        assert words.startswith("The trial's own analysis") == prespecified, name


def test_covariates_are_compared_by_their_intervals(shipped, own):
    current = everything(shipped, ("gss=0",), threshold=200, terms=("arm", "baseline_cd4", "age"))
    words = beside_model(current[beside_model], own[beside_model], shipped.definition.arms)
    assert words.startswith("The trial's own analysis (all 56 patients, 9 responders): odds ratio of IL-2 0.773 (95%")
    assert words.endswith(
        "The interval of Baseline CD4 (per 50 cells/uL) excludes 1 there and not here. The interval of Enfuvirtide "
        "added (Yes v No) excludes 1 there; it isn't in the model here."
    )
    model = own[beside_model]
    other = replace(model, standing=EXPLORED, terms=tuple(replace(term, p=0.5) for term in model.terms))
    assert beside_model(other, model, shipped.definition.arms).endswith(
        "No covariate of both models has an interval that includes 1 in one of them only."
    )
