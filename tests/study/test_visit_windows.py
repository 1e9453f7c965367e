import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2dash.study.visit_windows import exact_planned_week, nearest_planned_week, visit_weeks

NAN = float("nan")
SCHEDULE = (0.0, 6.0, 12.0, 24.0)


@pytest.mark.parametrize(
    ("week", "planned"),
    [
        (-4.0, 0.0),  # measured before treatment: the baseline visit
        (0.0, 0.0),
        (0.1, NAN),  # after treatment started, nearer to the baseline than to week 6
        (2.9, NAN),
        (3.0, 6.0),  # equally near: it can't be the baseline any more
        (6.0, 6.0),
        (9.0, 6.0),  # equally near to 6 and 12: the earlier
        (9.1, 12.0),
        (18.0, 12.0),
        (18.5, 24.0),
        (30.0, 24.0),
    ],
)
def test_nearest_planned_week(week, planned):
    np.testing.assert_array_equal(nearest_planned_week(np.array([week]), schedule=SCHEDULE), [planned])


@pytest.mark.parametrize(
    ("week", "planned"), [(0.0, 0.0), (-1.0, NAN), (6.0, 6.0), (6.1, NAN), (24.0, 24.0), (25.0, NAN)]
)
def test_exact_planned_week(week, planned):
    np.testing.assert_array_equal(exact_planned_week(np.array([week]), schedule=SCHEDULE), [planned])


def test_only_a_baseline_is_planned():
    np.testing.assert_array_equal(nearest_planned_week(np.array([-1.0, 0.0, 1.0]), schedule=(0.0,)), [0.0, 0.0, NAN])


def frame(rows):
    return pd.DataFrame(rows, columns=["subject_id", "marker", "week"])


def test_the_closest_stands_for_the_visit_and_of_two_equally_close_the_earlier():
    rows = frame(
        [
            ("a", "cd4", 7.5),
            ("a", "cd4", 5.0),
            ("a", "cd4", 7.0),
            ("a", "rna", 7.5),
            ("b", "cd4", 7.5),
            ("b", "cd4", -3.0),
            ("b", "cd4", -1.0),
        ]
    )
    planned = visit_weeks(rows, schedule=SCHEDULE, window="nearest")
    np.testing.assert_array_equal(planned, [NAN, 6.0, NAN, 6.0, 6.0, NAN, 0.0])


schedules = st.lists(st.integers(-2, 60), min_size=1, max_size=6, unique=True).map(
    lambda weeks: tuple(sorted(map(float, weeks)))
)
values = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from(["cd4", "rna"]), st.integers(-40, 300).map(lambda w: w / 4)),
    min_size=1,
    max_size=40,
    unique=True,
)


def reference(rows, schedule):
    """Map one value after the other, by the rule as it is written."""
    planned = []
    for _, _, week in rows:
        if week <= schedule[0]:
            planned.append(schedule[0])
            continue
        later = schedule[1:]
        best = min(later, key=lambda visit: (abs(week - visit), visit), default=NAN)
        planned.append(NAN if not later or abs(week - schedule[0]) < abs(week - later[0]) else best)
    standing = []
    for row, visit in zip(rows, planned, strict=True):
        rivals = [other[2] for other, its in zip(rows, planned, strict=True) if other[:2] == row[:2] and its == visit]
        closest = min(rivals, key=lambda week: (abs(week - visit), week), default=None)
        standing.append(visit if closest == row[2] else NAN)
    return standing


@settings(max_examples=200, deadline=None)
@given(schedule=schedules, rows=values)
def test_vectorized_mapping_follows_the_rule_row_by_row(schedule, rows):
    planned = visit_weeks(frame(rows), schedule=schedule, window="nearest")
    np.testing.assert_array_equal(planned, reference(rows, schedule))


@settings(max_examples=100, deadline=None)
@given(schedule=schedules, rows=values, seed=st.integers(0, 2**16))
def test_row_order_does_not_matter_and_a_visit_has_one_value(schedule, rows, seed):
    measurements = frame(rows)
    shuffled = measurements.sample(frac=1, random_state=seed)
    planned = pd.Series(visit_weeks(measurements, schedule=schedule, window="nearest"), index=measurements.index)
    again = pd.Series(visit_weeks(shuffled, schedule=schedule, window="nearest"), index=shuffled.index)
    pd.testing.assert_series_equal(planned, again.sort_index())
    standing = measurements.assign(planned=planned).dropna()
    assert not standing.duplicated(["subject_id", "marker", "planned"]).any()
    assert set(standing["planned"]) <= set(schedule)
