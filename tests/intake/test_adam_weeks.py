import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from il2dash.intake.adam_weeks import VisitKind, named_week, visit_kind, weeks_of_study_days


@pytest.mark.parametrize(
    ("name", "week"),
    [
        ("Week 12", 12),
        ("WEEK 1 DAY 8", 1),
        ("Visit 4 (Week 12)", 12),
        ("Wk 8", 8),
        ("WEEK12", 12),
        ("Week -2", -2),
        ("Week 0.5", 0.5),
        ("Day 1", 0),
        ("Day 29", 4),
        ("Day -7", -1),
        ("Week 12 Day -1", 12),
        ("Month 3", 3 * 365.25 / 84),
        ("Month 12", 365.25 / 7),
    ],
)
def test_a_time_in_a_name(name, week):
    assert named_week(name) == pytest.approx(week, abs=1e-9)
    assert visit_kind(name) is VisitKind.TIMED


@pytest.mark.parametrize(
    "name",
    [
        "Visit 3",
        "Cycle 2 Day 1",
        "Follow-up Week 4",
        "Week 4-8",
        "Week 4 to 8",
        "Midweek 3",
        "Post-dose Day 5",
        "",
    ],
)
def test_no_time_of_the_trial_in_a_name(name):
    assert named_week(name) is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Baseline", VisitKind.BASELINE),
        ("Week 0 (Baseline)", VisitKind.BASELINE),
        ("POST-BASELINE MINIMUM", VisitKind.UNPLANNED),
        ("End of Treatment", VisitKind.UNPLANNED),
        ("Early Termination", VisitKind.UNPLANNED),
        ("Screening 1", VisitKind.UNPLANNED),
        ("UNSCHEDULED 4.1", VisitKind.UNSCHEDULED),
        ("Unsched. Week 4", VisitKind.UNSCHEDULED),
        ("", VisitKind.UNSCHEDULED),
        ("Visit 3", VisitKind.NUMBERED),
        ("Cycle 2 Day 1", VisitKind.NUMBERED),
        ("Follow-up Week 4", VisitKind.NUMBERED),
    ],
)
def test_what_a_name_says(name, kind):
    assert visit_kind(name) is kind


def test_there_is_no_day_0():
    np.testing.assert_array_equal(weeks_of_study_days(np.array([-7, -1, 1, 2, 8, 85])), [-1, -1 / 7, 0, 1 / 7, 1, 12])
    assert np.isnan(weeks_of_study_days(np.array([np.nan]))[0])


@given(days=st.lists(st.integers(-400, 2000).filter(bool), min_size=2, max_size=20, unique=True))
def test_later_days_are_later_weeks(days):
    weeks = weeks_of_study_days(np.array(sorted(days), dtype=float))
    assert (np.diff(weeks) > 0).all()


@given(week=st.integers(0, 500))
def test_a_week_and_its_day_agree(week):
    assert named_week(f"Day {7 * week + 1}") == named_week(f"Week {week}") == week
