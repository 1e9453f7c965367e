from __future__ import annotations

from dataclasses import replace
from math import isnan, log10

import numpy as np
import pytest

from il2dash.analysis.censored_visit import below_limit, censored_values, has_limits
from il2dash.analysis.population import Filter, select_population, whole_population
from il2dash.analysis.rank_sum import RankComparison
from il2dash.analysis.trajectory import trajectory
from il2dash.analysis.visit_comparison import primary_comparison_week, visit_comparison
from il2dash.errors import SpecificationError


@pytest.fixture(scope="module")
def trial(make_trial):
    return make_trial(
        [
            {"arm": "control", "cd4": [100, 110, 130], "rna": [10000, "<50", "<50"]},
            {"arm": "control", "cd4": [200, None, 190], "rna": [1000, 100, 10]},
            {"arm": "control", "cd4": [None, 50, 70], "rna": [">750000", 1000, "<50"]},
            {"arm": "control", "cd4": [60, 50, 85], "rna": [100, 1000, 700]},
            {"arm": "il2", "cd4": [80, 100, 160], "rna": [100000, 75, "<50"]},
            {"arm": "il2", "cd4": [40, 90, None], "rna": ["<50", None, "<50"]},
            {"arm": "il2", "cd4": [45, 90, 75], "rna": ["<50", None, 90]},
        ]
    )


def compare(trial, marker="cd4", *, week=12, change=False):
    return visit_comparison(whole_population(trial), marker, week=week, change=change)


def test_values_are_those_of_the_course(trial):
    found = compare(trial)
    assert found.arms == trajectory(whole_population(trial), "cd4").visits[2].arms
    expected = RankComparison(treatment=np.array([160.0, 75]), reference=np.array([130.0, 190, 70, 85]))
    assert (found.wilcoxon, found.hodges_lehmann) == (expected.wilcoxon(), expected.hodges_lehmann())
    assert found.welch.difference.estimate == pytest.approx(117.5 - 118.75)
    assert found.ancova.n == 5
    assert (found.name, found.unit, found.censored_normal) == ("value", "cells/uL", None)


def test_a_change_is_from_the_patient_s_own_baseline(trial):
    found = compare(trial, change=True)
    assert found.name == "change"
    expected = RankComparison(treatment=np.array([80.0, 30]), reference=np.array([30.0, -10, 25]))
    assert found.wilcoxon.p == expected.wilcoxon().p
    assert found.ancova.difference == compare(trial).ancova.difference or found.ancova.difference.estimate == (
        pytest.approx(compare(trial).ancova.difference.estimate)
    )


def test_equal_changes_of_logarithms_are_tied(make_trial):
    rna = ([1000, 100], [10000, 1000], [100000, 10000], [70000, 7000])
    trial = make_trial([{"arm": ("control", "il2")[n % 2], "rna": values} for n, values in enumerate(rna)])
    found = compare(trial, "rna", week=6, change=True)
    assert found.wilcoxon.p == 1
    assert found.hodges_lehmann.interval.lower == -np.inf or found.hodges_lehmann.estimate == 0


def test_it_is_exploratory_and_says_why(trial):
    assert compare(trial).standing.reasons == ("the study names no test of this marker beforehand",)
    women = select_population(trial, (Filter(variable="arm", values=("il2",)),))
    alone = visit_comparison(women, "cd4", week=12, change=False)
    assert len(alone.standing.reasons) == 2
    assert isnan(alone.wilcoxon.p)
    assert alone.hodges_lehmann.reason == "the reference arm has no values"


def test_what_a_limit_hides_of_a_change(trial):
    found = censored_values(whole_population(trial), "rna", week=12, change=True)
    # Below the limit at the end: the change is under the one to the limit. Below it at baseline: over it. Below at
    # both ends, or above first and below then: the former isn't known, the latter is under.
    assert found.side[:3].tolist() == [-1, 0, -1]
    assert found.value[2] == pytest.approx(log10(50) - log10(750000))
    assert found.value[0] == pytest.approx(log10(50) - 4)
    assert isnan(found.value[5])
    assert (found.side[6], found.value[6]) == (1, pytest.approx(log10(90) - log10(50)))


def test_a_marker_with_limits_has_the_censored_model(trial):
    assert has_limits(trial, "rna")
    assert not has_limits(trial, "cd4")
    found = compare(trial, "rna")
    assert found.censored_normal.unadjusted.below == 4
    assert found.censored_normal.unadjusted.n == 7
    assert found.censored_normal.adjusted.adjusted


def test_below_the_limit_by_visit(trial):
    found = below_limit(whole_population(trial), "rna")
    last = found.visits[2]
    # 10 is a number, and under the limit of 50.
    assert (last.arms["control"].below, last.arms["control"].total) == (3, 4)
    assert (last.arms["il2"].below, last.arms["il2"].total) == (2, 3)
    assert last.risk_difference.estimate == pytest.approx(2 / 3 - 3 / 4)
    assert last.risk_difference.interval.method == "newcombe"
    assert last.arms["il2"].interval.method == "wilson"
    assert found.visits[1].arms["il2"].total == 1


def test_arms_exchanged(trial):
    definition = trial.definition
    turned = replace(trial, definition=replace(definition, arms=replace(definition.arms, reference="il2")))
    for marker in ("cd4", "rna"):
        found, mirrored = compare(trial, marker), compare(turned, marker)
        assert mirrored.wilcoxon.p == pytest.approx(found.wilcoxon.p)
        assert mirrored.hodges_lehmann.estimate == -found.hodges_lehmann.estimate
        assert mirrored.welch.difference.estimate == pytest.approx(-found.welch.difference.estimate)
        assert mirrored.ancova.difference.estimate == pytest.approx(-found.ancova.difference.estimate)


def test_no_values_and_one_patient(make_trial):
    for patients in ([], [{"arm": "control"}], [{"arm": "control", "cd4": [5, 6, 7], "rna": [9, "<50", ">750000"]}]):
        for marker in ("cd4", "rna"):
            for change in (False, True):
                found = compare(make_trial(patients), marker, change=change)
                assert isnan(found.hodges_lehmann.estimate)
                assert found.hodges_lehmann.reason


def test_the_week_of_the_comparison(trial):
    population = whole_population(trial)
    assert primary_comparison_week(population) == 12
    study = replace(trial.definition.study, primary_week=6)
    early = whole_population(replace(trial, definition=replace(trial.definition, study=study)))
    assert primary_comparison_week(early) == 6
    visits = replace(trial.definition.visits, schedule=(0.0,))
    single = whole_population(replace(trial, definition=replace(trial.definition, visits=visits)))
    assert primary_comparison_week(single) is None


def test_weeks_that_cannot_be_compared(trial):
    with pytest.raises(SpecificationError, match="Week 0 is the baseline"):
        compare(trial, week=0, change=True)
    with pytest.raises(SpecificationError, match="Week 7 isn't a planned visit"):
        compare(trial, week=7)
