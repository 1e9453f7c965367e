from __future__ import annotations

import pytest

from il2dash.analysis.participant_flow import participant_flow
from il2dash.analysis.population import Filter, select_population, whole_population


@pytest.fixture(scope="module")
def trial(make_trial):
    return make_trial(
        [
            {"arm": "control", "age": 40, "cd4": [60, 70, 80], "completed": 1.0},
            {"arm": "control", "age": 41, "cd4": [60, 70], "completed": 0.0, "events": (("death", 8),)},
            {"arm": "control", "age": 42, "cd4": [60], "completed": 0.0},
            {"arm": "il2", "age": 43, "cd4": [60, 70, 80], "completed": 1.0, "doses": 2},
            {"arm": "il2", "age": 44, "cd4": [60, None, 80], "completed": None},
        ]
    )


def test_every_step(trial):
    flow = participant_flow(whole_population(trial))
    assert (flow.planned, flow.randomized, flow.filtered_out, flow.other_arms) == (40, 5, 0, 0)
    assert (flow.endpoint_label, flow.endpoint_week) == ("CD4 high", 12)
    control, il2 = flow.arms["control"], flow.arms["il2"]
    assert (control.randomized, control.treated, control.died, control.lost) == (3, None, 1, 1)
    assert (control.observed, control.analysed) == (1, 3)
    assert (il2.randomized, il2.treated, il2.died, il2.lost, il2.observed, il2.analysed) == (2, 1, 0, 0, 2, 2)


def test_nobody_treated_among_the_counted_is_none_of_them_not_unknown(trial):
    flow = participant_flow(select_population(trial, (Filter(variable="age", lower=44),)))
    assert (flow.randomized, flow.filtered_out) == (5, 4)
    assert (flow.arms["il2"].treated, flow.arms["il2"].lost) == (0, 0)
    assert (flow.arms["control"].randomized, flow.arms["control"].treated, flow.arms["control"].lost) == (0, None, 0)


def test_what_a_study_does_not_say_is_none(make_trial):
    trial = make_trial([{"arm": "control"}, {"arm": "il2"}], events=False, doses=False, endpoints=(), models=())
    flow = participant_flow(whole_population(trial))
    for arm in flow.arms.values():
        assert (arm.randomized, arm.treated, arm.died, arm.lost, arm.observed, arm.analysed) == (1, *[None] * 5)
    assert (flow.endpoint_label, flow.endpoint_week) == ("", None)


def test_the_first_endpoint_stands_for_a_missing_primary_one(make_trial):
    endpoints = tuple(
        endpoint for endpoint in make_trial([{"arm": "il2"}]).definition.endpoints if endpoint.role != "primary"
    )
    flow = participant_flow(whole_population(make_trial([{"arm": "il2"}], endpoints=endpoints, models=())))
    assert flow.endpoint_label == "CD4 low"
    assert (flow.arms["il2"].observed, flow.arms["il2"].analysed) == (0, 1)
