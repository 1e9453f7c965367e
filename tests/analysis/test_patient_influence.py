"""Leave-one-out against fits one by one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from il2dash.analysis import firth
from il2dash.analysis.model_data import ModelSpec, model_data
from il2dash.analysis.outcome import EndpointSpec
from il2dash.analysis.patient_influence import SIGNIFICANCE, patient_influence
from il2dash.analysis.population import whole_population

SPEC = ModelSpec(endpoint=EndpointSpec(endpoint="high"), terms=("arm", "age", "enfuvirtide"))


def test_every_patient_left_out_is_a_fit_without_them(twenty, compare):
    population = whole_population(twenty)
    data = model_data(population, SPEC)
    result = patient_influence(population, SPEC)
    check = compare.of("influence", "models fitted one by one", tolerance=1e-6)
    for row in range(result.n):
        kept = np.arange(result.n) != row
        fit = firth.fit(data.design.values[kept], data.response[kept])
        check(result.odds_ratios[row], np.exp(fit.coefficients[0, 1:]), "odds ratio")
        check(result.p[row], firth.infer(fit).p[0, 1:], "p", negligible=1e-9)


def test_the_summary_is_of_the_fits(twenty):
    result = patient_influence(whole_population(twenty), SPEC)
    for column, term in enumerate(result.terms):
        odds_ratios, p = result.odds_ratios[:, column], result.p[:, column]
        assert term.lowest.odds_ratio == odds_ratios.min()
        assert term.highest.odds_ratio == odds_ratios.max()
        assert term.largest_p.p == p.max()
        assert term.lowest.odds_ratio <= term.odds_ratio <= term.highest.odds_ratio
        farthest = result.subject_ids[int(np.argmax(np.abs(np.log(odds_ratios / term.odds_ratio))))]
        assert term.most_influential.subject_id == farthest
        flipped = np.flatnonzero((p < SIGNIFICANCE) != (term.p < SIGNIFICANCE))
        assert [patient.subject_id for patient in term.flips] == [result.subject_ids[row] for row in flipped]


def test_row_order_is_irrelevant(twenty):
    turned = replace(twenty, subjects=twenty.subjects.iloc[::-1].reset_index(drop=True))
    forth, back = (patient_influence(whole_population(trial), SPEC) for trial in (twenty, turned))
    assert back.subject_ids == forth.subject_ids[::-1]
    assert back.odds_ratios[::-1] == pytest.approx(forth.odds_ratios, rel=1e-8)


def test_the_only_patient_with_a_level_is_named_and_no_number_is_made_up(make_trial):
    patients = [
        {"arm": ("control", "il2")[row % 2], "enfuvirtide": float(row == 4), "cd4": [100, 150, 120 + 30 * (row % 5)]}
        for row in range(14)
    ]
    spec = replace(SPEC, terms=("arm", "enfuvirtide"))
    result = patient_influence(whole_population(make_trial(patients)), spec)
    assert result.unfitted == ("P04",)
    assert np.isnan(result.odds_ratios[4]).all()
    assert np.isnan(result.p[4]).all()
    assert not np.isnan(np.delete(result.odds_ratios, 4, axis=0)).any()


def test_nothing_to_leave_out_is_a_reason(make_trial, twenty):
    constant = make_trial([{"arm": "il2", "cd4": [100, 150, 100 + 20 * row]} for row in range(9)])
    result = patient_influence(whole_population(constant), replace(SPEC, terms=("arm",)))
    assert "the same for" in result.reason
    assert np.isnan(result.odds_ratios).all()
    assert patient_influence(whole_population(twenty), replace(SPEC, terms=())).reason
