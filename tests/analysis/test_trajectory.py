from __future__ import annotations

from math import isnan, log10

import numpy as np
import pytest

from il2dash.analysis.population import Filter, select_population, whole_population
from il2dash.analysis.trajectory import courses, trajectory
from il2dash.errors import SpecificationError


@pytest.fixture(scope="module")
def trial(make_trial):
    return make_trial(
        [
            {"arm": "control", "cd4": [100, 110, 130], "rna": [10000, "<50", "<50"]},
            {"arm": "control", "cd4": [200, None, 190], "rna": [1000, 100, "<50"]},
            {"arm": "control", "cd4": [None, 50, 70], "rna": [">750000", 1000, "<50"]},
            {"arm": "il2", "cd4": [80, 100, 160], "rna": [100000, 75, "<50"]},
            {"arm": "il2", "cd4": [40, 90, None], "rna": ["<50", None, "<50"]},
        ]
    )


def test_summaries_by_hand(trial):
    course = trajectory(whole_population(trial), "cd4")
    assert (course.unit, [visit.week for visit in course.visits]) == ("cells/uL", [0, 6, 12])
    control = course.visits[2].arms["control"]
    assert (control.n, control.in_population, control.mean, control.median) == (3, 3, 130, 130)
    assert (control.q1, control.q3, control.sd) == (100, 160, 60)
    half = 4.302652729911275 * 60 / 3**0.5  # qt(0.975, 2) in R
    assert control.interval.lower == pytest.approx(130 - half)
    assert control.interval.upper == pytest.approx(130 + half)
    assert course.visits[1].arms["control"].n == 2


def test_change_is_from_the_patient_s_own_baseline(trial):
    course = trajectory(whole_population(trial), "cd4", change=True)
    control, il2 = course.visits[2].arms["control"], course.visits[2].arms["il2"]
    assert (control.n, control.mean) == (2, 10)
    assert (il2.n, il2.mean) == (1, 80)
    assert all(summary.mean == 0 for summary in course.visits[0].arms.values())


def test_log10_and_the_limits(trial):
    course = trajectory(whole_population(trial), "rna")
    assert course.unit == "log10 copies/mL"
    control = course.visits[1].arms["control"]
    assert (control.below_limit, control.above_limit) == (1, 0)
    assert control.mean == pytest.approx((log10(50) + 2 + 3) / 3)
    assert course.visits[0].arms["control"].above_limit == 1
    change = trajectory(whole_population(trial), "rna", change=True).visits[1].arms["control"]
    assert change.mean == pytest.approx((log10(50) - 4 + 2 - 3 + 3 - log10(750000)) / 3)
    assert change.below_limit == 1


def test_values_that_are_all_at_the_limit_have_no_interval_and_no_p(trial):
    visit = trajectory(whole_population(trial), "rna").visits[2]
    control = visit.arms["control"]
    assert (control.n, control.mean, control.sd) == (3, log10(50), 0)
    assert isnan(control.interval.lower)
    assert control.interval.reason == "all 3 values are the same"
    assert visit.difference.estimate == 0
    assert isnan(visit.difference.interval.upper)
    assert isnan(visit.test.p)
    assert visit.test.reason == "the values of neither arm vary"


def test_welch_against_statsmodels(twenty, compare):
    from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

    source = courses(whole_population(twenty), "cd4", change=True)
    treated = source.is_treatment
    compared = CompareMeans(DescrStatsW(source.values[treated, 2]), DescrStatsW(source.values[~treated, 2]))
    statistic, p, _ = compared.ttest_ind(usevar="unequal")
    visit = trajectory(whole_population(twenty), "cd4", change=True).visits[2]
    check = compare.of("welch", "statsmodels.stats.weightstats.CompareMeans", tolerance=1e-10)
    check(visit.test.statistic, statistic, "t")
    check(visit.test.p, p, "p")
    bounds = compared.tconfint_diff(usevar="unequal")
    check([visit.difference.interval.lower, visit.difference.interval.upper], bounds, "bounds")


def test_one_value_and_nobody(trial):
    il2_alone = select_population(trial, (Filter(variable="arm", values=("il2",)),))
    visit = trajectory(il2_alone, "cd4").visits[2]
    control, il2 = visit.arms["control"], visit.arms["il2"]
    assert (control.n, control.in_population, il2.n, il2.in_population) == (0, 0, 1, 2)
    assert isnan(control.median)
    assert control.interval.reason == "0 values: two are needed"
    assert il2.mean == 160
    assert isnan(il2.sd)
    assert il2.interval.reason == "1 value: two are needed"
    assert isnan(visit.difference.estimate)
    assert visit.difference.reason == "an arm has fewer than two values"


def test_no_values_at_all(make_trial):
    course = trajectory(whole_population(make_trial([{"arm": "control"}, {"arm": "il2"}])), "rna", change=True)
    assert all(summary.n == 0 and isnan(summary.mean) for visit in course.visits for summary in visit.arms.values())


def test_courses_of_single_patients(trial):
    women = select_population(trial, (Filter(variable="arm", values=("control",)),))
    absolute, change = courses(women, "rna", change=False), courses(women, "rna", change=True)
    assert absolute.subject_ids.tolist() == ["P00", "P01", "P02"]
    np.testing.assert_array_equal(absolute.censored[2], [True, False, True])
    # A change from a censored baseline isn't known either.
    np.testing.assert_array_equal(change.censored[2], [True, True, True])
    np.testing.assert_array_equal(change.censored[1], [False, False, True])
    assert change.values[1, 1] == pytest.approx(-1)


def test_unknown_marker(trial):
    with pytest.raises(SpecificationError, match="no such marker"):
        trajectory(whole_population(trial), "cd8")
