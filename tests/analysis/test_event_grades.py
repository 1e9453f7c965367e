from __future__ import annotations

from dataclasses import replace
from math import nan

import pytest

from il2dash.analysis.event_grades import event_grades
from il2dash.analysis.population import whole_population
from il2dash.errors import SpecificationError


@pytest.fixture(scope="module")
def trial(make_trial):
    trial = make_trial(
        [
            {"arm": "control", "last": 9, "events": (("adverse", 1), ("adverse", 2), ("aids", 3))},
            {"arm": "control", "last": 9, "events": (("adverse", 4),)},
            {"arm": "il2", "last": 9, "events": (("adverse", 5), ("adverse", 6))},
            {"arm": "il2", "last": 9},
        ]
    )
    return replace(trial, events=trial.events.assign(grade=[1, 3, 4, nan, 2, nan]))


def test_worst_grades_and_events(trial):
    found = event_grades(whole_population(trial))
    control, il2 = found.arms["control"], found.arms["il2"]
    assert (control.patients, control.total, control.events, control.severe) == (2, 2, 3, 1)
    assert [(count.grade, count.patients, count.events) for count in control.grades] == [
        (1, 0, 1),
        (2, 0, 0),
        (3, 1, 1),
        (4, 0, 0),
        (5, 0, 0),
        (None, 1, 1),
    ]
    # An event without a grade leaves the worst of the others.
    assert (il2.patients, il2.total, il2.severe) == (1, 2, 0)
    assert [count.patients for count in il2.grades] == [0, 1, 0, 0, 0, 0]
    assert sum(count.events for count in il2.grades) == il2.events == 2


def test_the_order_of_the_rows_does_not_matter(trial):
    shuffled = replace(trial, events=trial.events.iloc[::-1].reset_index(drop=True))
    assert event_grades(whole_population(shuffled)) == event_grades(whole_population(trial))


def test_nobody_and_no_table(make_trial):
    nobody = event_grades(whole_population(make_trial([])))
    assert all((arm.total, arm.patients, arm.events) == (0, 0, 0) for arm in nobody.arms.values())
    with pytest.raises(SpecificationError, match="no table of events"):
        event_grades(whole_population(make_trial([{"arm": "il2"}], events=False)))
