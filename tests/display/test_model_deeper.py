"""What stands under a model, in words and tables: every mixture of results and reasons, and no claim too much."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from il2dash.analysis import model_spread
from il2dash.analysis.adjusted_difference import adjusted_risk_difference
from il2dash.analysis.arm_interaction import arm_interaction
from il2dash.analysis.logistic_model import logistic_model
from il2dash.analysis.model_comparison import model_comparison
from il2dash.analysis.model_data import ModelSpec
from il2dash.analysis.model_performance import model_performance
from il2dash.analysis.outcome import EndpointSpec
from il2dash.analysis.patient_influence import patient_influence
from il2dash.analysis.population import Filter, select_population, whole_population
from il2dash.analysis.predicted_probability import predicted_probability
from il2dash.display.adjusted_difference_view import adjusted_forest, adjusted_method, adjusted_sentence, adjusted_spec
from il2dash.display.calibration_view import (
    calibration_figure,
    calibration_method,
    calibration_sentence,
    calibration_spec,
)
from il2dash.display.influence_view import influence_figure, influence_sentence, influence_spec
from il2dash.display.interaction_view import interaction_forest, interaction_sentence, interaction_spec
from il2dash.display.model_view import model_spec, why_firth
from il2dash.display.numbers import MINUS
from il2dash.display.probability_figure import (
    probability_figure,
    probability_method,
    probability_sentence,
    probability_spec,
)
from il2dash.study.reading import load_study


@pytest.fixture(scope="module")
def population(repository):
    return whole_population(load_study(repository / "sample_data" / "etoile"))


@pytest.fixture(scope="module")
def spec(population):
    model = population.trial.definition.models[0]
    return ModelSpec(endpoint=EndpointSpec(endpoint=model.endpoint), terms=model.terms)


@pytest.fixture(scope="module")
def shipped(population):
    return population.trial.definition


def test_adjusted_difference(population, spec, shipped):
    result = adjusted_risk_difference(population, spec, resamples=200)
    words = adjusted_sentence(result, shipped.arms)
    assert words.startswith("If all 56 patients had been in either arm, the model expects 15% responders with IL-2 and")
    assert f"an adjusted difference of {MINUS}2.2 percentage points; it could be anything from" in words
    assert words.endswith(f"Unadjusted it is {MINUS}3.6 ({MINUS}23.3 to +16.3).")
    table = adjusted_spec(result, shipped.arms)
    assert [row[0] for row in table.rows] == [
        "Risk if all had IL-2",
        "Risk if all had Control",
        "Difference: adjusted for the model's covariates",
        "Difference: unadjusted",
        "Difference: Mantel-Haenszel over Enfuvirtide added, n = 56",
    ]
    assert table.notes == ("Bootstrap: 200 resamples of the patients within their arm, seed 1.",)
    assert "bootstrap percentile interval, within the arms" in adjusted_method(result)
    assert "3 without a model left out" in adjusted_spec(replace(result, failed=3), shipped.arms).notes[0]
    assert f"Unadjusted, {MINUS}3.6" in adjusted_forest(result, shipped).alt


def test_of_many_patients_the_words_are_of_influence_and_not_of_resamples(population, spec, shipped, monkeypatch):
    monkeypatch.setattr(model_spread, "MANY_PATIENTS", 50)
    adjusted = adjusted_risk_difference(population, spec)
    curve = predicted_probability(population, spec, "baseline_cd4")
    performance = model_performance(population, spec)
    tables = (
        adjusted_spec(adjusted, shipped.arms),
        probability_spec(curve, shipped.arms),
        calibration_spec(performance),
    )
    for table in tables:
        assert table.notes[0].startswith("Of more than 5,000 patients no resamples are drawn")
    assert "infinitesimal jackknife interval, within the arms" in adjusted_method(adjusted)
    assert "pointwise 95% infinitesimal jackknife intervals" in probability_method(curve)
    assert "less the optimism expected of resamples of the patients (Harrell)" in calibration_method(performance)
    said = [adjusted_sentence(adjusted, shipped.arms), calibration_sentence(performance), adjusted_method(adjusted)]
    assert not any(
        "bootstrap" in words for words in (*said, probability_method(curve), calibration_method(performance))
    )


def test_influence(population, spec, shipped):
    result = patient_influence(population, spec)
    words = influence_sentence(result)
    assert words.startswith("Each of 56 patients was left out in turn. The most influential is S027 (not a responder)")
    assert words.endswith(
        " Patients without whom P crosses 0.05: S016 (P\u00a0=\u00a00.058) for Baseline CD4 (per 50 cells/uL); S027 "
        "(P\u00a0=\u00a00.030) for Baseline HIV-1 RNA (per 1 log10 copies/mL)."
    )
    steady = replace(result, terms=tuple(replace(term, flips=()) for term in result.terms))
    assert influence_sentence(steady).endswith(" Patients without whom P crosses 0.05: none.")
    assert "Without S001 there is no model." in influence_sentence(replace(result, unfitted=("S001",)))
    table = influence_spec(result)
    assert [row[4] for row in table.rows] == [
        "none",
        "none",
        "S016 (P\u00a0=\u00a00.058)",
        "S027 (P\u00a0=\u00a00.030)",
        "none",
        "none",
    ]
    assert table.notes == ("† Not randomized: prognostic, not an effect.",)
    many = replace(result.terms[2], flips=result.terms[2].flips * 7)
    assert "any of 7 patients" in influence_sentence(replace(result, terms=(many,)))
    points = influence_figure(result, shipped).spec["data"]
    assert sum(len(trace["x"]) for trace in points) == 56 * 6


def test_interaction(population, spec, shipped):
    result = arm_interaction(population, spec, "gss")
    words = interaction_sentence(result)
    assert words == (
        "By Genotypic sensitivity score, the arm's odds ratio is 0.594 (95% CI 0.0173 to 10.5) at 0, 0.696 (95% CI "
        "0.0226 to 22.8) at 1 and 1.41 (95% CI 0.0362 to 64.2) at 2; test of the difference: P\u00a0=\u00a00.93, 2 "
        "degrees of freedom. To see a difference between subgroups takes several times the patients that one between "
        "the arms takes, and of several covariates looked at one may differ by chance."
    )
    assert [row[1] for row in interaction_spec(result, shipped).rows] == [
        "3 of 24 responded",
        "3 of 19 responded",
        "3 of 13 responded",
    ]
    clear = replace(result, test=replace(result.test, p=0.01))
    assert interaction_sentence(clear) == words.replace("0.93", "0.010")
    curve = arm_interaction(population, spec, "baseline_cd4")
    assert "Baseline CD4: 64 cells/uL (median)" in interaction_forest(curve, shipped).alt


def test_calibration(population, spec):
    result = model_performance(population, spec, resamples=200)
    words = calibration_sentence(result)
    assert words.startswith(
        "Of pairs of a responder and another patient, the model puts 95% in the right order in the 56"
    )
    assert "With 9 responders in all and at most 14 patients in a group" in words
    assert [row[1] for row in calibration_spec(result).rows] == ["0.95", "0.074", "1.42"]


def test_of_many_patients_some_have_a_tick_and_it_is_said(population, spec, shipped):
    few = model_performance(population, spec, resamples=20)
    assert "drawn by lot" not in calibration_method(few)
    times = 100
    many = replace(
        few,
        n=few.n * times,
        events=few.events * times,
        predicted=few.predicted * times,
        responded=few.responded * times,
        patients=tuple(f"P{number}" for number in range(few.n * times)),
    )
    assert "Of a row of ticks with more, 300 patients drawn by lot are shown singly" in calibration_method(many)
    drawn = calibration_figure(many, shipped)
    for trace, responded in ((2, True), (3, False)):
        shown = [int(patient[1:]) for (patient,) in drawn.patients[trace]]
        assert len(set(shown)) == len(drawn.spec["data"][trace]["x"]) == 300
        assert {many.responded[place] for place in shown} == {responded}
        assert [100 * many.predicted[place] for place in shown] == drawn.spec["data"][trace]["x"]
    result = predicted_probability(population, spec, "baseline_cd4", resamples=20)
    assert "drawn by lot" not in probability_method(result)
    arm, curve = next(iter(result.arms.items()))
    repeated = (np.repeat(values, times) for values in (curve.patient_values, curve.responded))
    curve = replace(curve, **dict(zip(("patient_values", "responded"), repeated, strict=True)))
    larger = replace(result, arms=result.arms | {arm: curve})
    assert "Of a row of ticks with more, 300 patients" in probability_method(larger)
    assert max(len(trace["x"]) for trace in probability_figure(larger, shipped).spec["data"]) == 300


def test_probability(population, spec, shipped):
    result = predicted_probability(population, spec, "baseline_cd4", resamples=200)
    words = probability_sentence(result, shipped.arms)
    assert words.startswith(
        "From a Baseline CD4 of 2 to 164 cells/uL the predicted probability of response goes from 3% (95% CI < 1% to "
    )
    assert re.search(r" to 45% \(95% CI \d+% to \d+%\) with IL-2 and from 4% \(.*\) with Control; the bands", words)
    table = probability_spec(result, shipped.arms)
    assert [row[0] for row in table.rows] == ["2", "43", "83", "124", "164"]
    assert "Control: 4% (below 1% to" in probability_figure(result, shipped).alt


def test_why_firth_where_it_matters_and_only_there(population, spec, shipped):
    model, beside = logistic_model(population, spec), model_comparison(population, spec)
    assert why_firth(model, beside).endswith("For Enfuvirtide added (Yes v No) it says 63.2, Firth 17.9.")
    alike = replace(
        beside,
        maximum_likelihood=tuple(
            replace(likelihood, odds_ratio=term.odds_ratio)
            for likelihood, term in zip(beside.maximum_likelihood, model.terms, strict=True)
        ),
    )
    assert why_firth(model, alike) == ""
    curved = replace(spec, forms=(("baseline_cd4", "spline"),), interaction="gss")
    notes = " ".join(model_spec(logistic_model(population, curved), model_comparison(population, curved)).notes)
    assert "Baseline CD4, straight and bent part together: P" in notes
    assert "Baseline CD4, departure from a straight line: P" in notes
    assert "Arm \u00d7 Genotypic sensitivity score, all products together: P" in notes
    assert "can't be read one by one" in notes


@pytest.mark.parametrize("filters", [(Filter(variable="age", lower=200),), (Filter(variable="arm", values=("il2",)),)])
def test_reasons_are_sentences(population, spec, shipped, filters):
    few = select_population(population.trial, filters)
    texts = [
        adjusted_sentence(adjusted_risk_difference(few, spec, resamples=20), shipped.arms),
        influence_sentence(patient_influence(few, spec)),
        interaction_sentence(arm_interaction(few, spec, "gss")),
        calibration_sentence(model_performance(few, spec, resamples=20)),
        probability_sentence(predicted_probability(few, spec, "baseline_cd4", resamples=20), shipped.arms),
    ]
    for words in texts:
        assert words.endswith(".")
        assert not re.search(r"\bnan\b|\bNone\b|  |\.\.", words), words


def test_many_patients_get_a_decimal_and_are_not_called_few(population, spec, shipped):
    few = model_performance(population, spec, resamples=20)
    assert calibration_sentence(few).endswith("the figure shows only gross miscalibration.")
    narrow = [
        replace(group, interval=replace(group.interval, lower=group.observed - 0.004, upper=group.observed + 0.004))
        for group in few.groups
    ]
    many = calibration_sentence(replace(few, groups=tuple(narrow)))
    assert many.endswith("the figure shows miscalibration of more than about 0.4 percentage points.")
    adjusted = adjusted_risk_difference(population, spec, resamples=20)
    close = {
        code: replace(risk, interval=replace(risk.interval, lower=risk.estimate - 0.004, upper=risk.estimate + 0.004))
        for code, risk in adjusted.risks.items()
    }
    cells = [row[1] for row in adjusted_spec(replace(adjusted, risks=close), shipped.arms).rows[:2]]
    assert all(re.fullmatch(r"\d+\.\d% \(\d+\.\d% to \d+\.\d%\)", cell) for cell in cells)
    whole = [row[1] for row in adjusted_spec(adjusted, shipped.arms).rows[:2]]
    assert not any("." in cell for cell in whole)
