"""Comparisons of measurements, modeled and not: arms, order, labels, units, and p beside its interval."""

from __future__ import annotations

from dataclasses import replace
from math import isnan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2dash.analysis.covariance_analysis import covariance_analysis
from il2dash.analysis.multiple_imputation import imputed_endpoint
from il2dash.analysis.outcome import EndpointSpec
from il2dash.analysis.population import whole_population
from il2dash.analysis.repeated_measures import repeated_measures
from il2dash.analysis.repeated_measures_design import RepeatedMeasuresSpec
from il2dash.analysis.trajectory import trajectory
from il2dash.study.definition import Arms

SHORT = settings(max_examples=20, deadline=None, derandomize=True)
VALUE = st.one_of(st.none(), st.integers(1, 900))
PATIENTS = st.lists(
    st.fixed_dictionaries({"arm": st.sampled_from(["control", "il2"]), "cd4": st.tuples(VALUE, VALUE, VALUE)}),
    max_size=16,
)
OTHER = {"control": "il2", "il2": "control"}


def agree(p: float, interval) -> None:
    """Assert that the interval of the same test excludes 0 exactly where p is below 5%."""
    assert (p < 0.05) == (not interval.lower <= 0 <= interval.upper)


@SHORT
@given(
    rows=st.lists(st.tuples(st.integers(0, 30), st.booleans(), st.integers(0, 30)), max_size=12),
    scale=st.sampled_from([0.01, 1.0, 50.0]),
)
def test_analysis_of_covariance(rows, scale):
    response, treated, baseline = (np.array([row[place] for row in rows]) for place in range(3))
    treated = treated.astype(bool)

    def analyse(order, sign, unit):
        return covariance_analysis(
            response[order] * unit, is_treatment=treated[order] == (sign > 0), baseline=baseline[order] * unit
        )

    found = analyse(slice(None), 1, 1.0)
    other = analyse(slice(None, None, -1), -1, scale)
    assert isnan(found.test.p) == bool(found.test.reason)
    assert (found.test.reason == "") == (other.test.reason == "")
    if not found.test.reason:
        interval = found.difference.interval
        assert interval.lower <= found.difference.estimate <= interval.upper
        agree(found.test.p, interval)
        near = {"rel": 1e-6, "abs": 1e-9 * scale}
        assert other.difference.estimate == pytest.approx(-scale * found.difference.estimate, **near)
        assert other.difference.interval.upper == pytest.approx(-scale * interval.lower, **near)
        assert other.test.p == pytest.approx(found.test.p, rel=1e-6, abs=1e-12)


@SHORT
@given(patients=PATIENTS)
def test_courses(make_trial, patients):
    found = trajectory(whole_population(make_trial(patients)), "cd4", change=True)
    swapped = [dict(patient, arm=OTHER[patient["arm"]]) for patient in reversed(patients)]
    mirrored = trajectory(whole_population(make_trial(swapped)), "cd4", change=True)
    for visit, other in zip(found.visits, mirrored.visits, strict=True):
        for arm in visit.arms.values():
            assert arm.interval.reason or arm.interval.lower <= arm.mean <= arm.interval.upper
        assert isnan(visit.test.p) == bool(visit.test.reason)
        if not visit.test.reason:
            interval = visit.difference.interval
            assert interval.lower <= visit.difference.estimate <= interval.upper
            agree(visit.test.p, interval)
            assert other.difference.estimate == pytest.approx(-visit.difference.estimate, rel=1e-9, abs=1e-9)
            assert other.difference.interval.upper == pytest.approx(-interval.lower, rel=1e-9, abs=1e-9)
            assert other.test.p == pytest.approx(visit.test.p, rel=1e-9)


@SHORT
@given(patients=PATIENTS, df_method=st.sampled_from(["kenward-roger", "satterthwaite"]))
def test_repeated_measures(make_trial, patients, df_method):
    spec = RepeatedMeasuresSpec(marker="cd4", df_method=df_method)
    found = repeated_measures(whole_population(make_trial(patients)), spec)
    swapped = [dict(patient, arm=OTHER[patient["arm"]]) for patient in reversed(patients)]
    mirrored = repeated_measures(whole_population(make_trial(swapped)), spec)
    assert mirrored.covariance == found.covariance
    for contrast, other in zip(found.contrasts, mirrored.contrasts, strict=True):
        assert isnan(contrast.p) == bool(contrast.reason)
        if contrast.reason:
            continue
        assert contrast.interval.lower <= contrast.estimate <= contrast.interval.upper
        agree(contrast.p, contrast.interval)
        near = {"rel": 1e-4, "abs": 1e-4 * contrast.se}
        assert other.estimate == pytest.approx(-contrast.estimate, **near)
        assert other.interval.upper == pytest.approx(-contrast.interval.lower, **near)
    for means in found.lsmeans.values():
        for mean in means:
            assert mean.reason or mean.interval.lower <= mean.mean <= mean.interval.upper


@SHORT
@given(patients=PATIENTS)
def test_imputation(make_trial, patients):
    spec = EndpointSpec(endpoint="high")
    found = imputed_endpoint(whole_population(make_trial(patients)), spec, imputations=4)
    turned = Arms(reference="il2", levels=({"code": "control", "label": "Control"}, {"code": "il2", "label": "IL-2"}))
    mirrored = imputed_endpoint(whole_population(make_trial(patients, arms=turned)), spec, imputations=4)
    for effect, null in ((found.risk_difference, 0), (found.odds_ratio, 1)):
        assert isnan(effect.estimate) <= bool(effect.reason or found.reason)
        interval = effect.interval
        assert isnan(interval.lower) == bool(interval.reason)
        if not interval.reason:
            assert interval.lower <= effect.estimate <= interval.upper
            assert (effect.test.p < 0.05) == (not interval.lower <= null <= interval.upper)
    if not isnan(found.risk_difference.estimate):
        assert mirrored.risk_difference.estimate == pytest.approx(-found.risk_difference.estimate, abs=1e-12)
        assert mirrored.odds_ratio.estimate == pytest.approx(1 / found.odds_ratio.estimate)


def test_names_of_the_arms_do_not_matter(twenty):
    """Codes and labels are names: the same patients under other names have the same numbers."""
    renamed = replace(
        twenty,
        subjects=twenty.subjects.assign(arm=twenty.subjects["arm"].map({"control": "z", "il2": "a"}).astype("str")),
        definition=replace(
            twenty.definition,
            arms=Arms(reference="z", levels=({"code": "z", "label": "Zeta"}, {"code": "a", "label": "Alpha"})),
        ),
    )
    for analyse in (
        lambda population: [visit.difference for visit in trajectory(population, "cd4").visits],
        lambda population: repeated_measures(population, RepeatedMeasuresSpec(marker="cd4")).contrasts,
        lambda population: imputed_endpoint(population, EndpointSpec(endpoint="gain"), imputations=3).odds_ratio,
    ):
        assert str(analyse(whole_population(renamed))) == str(analyse(whole_population(twenty)))
