"""Whether what is simulated looks like a trial: in one trial what always holds, over several what tends to."""

from __future__ import annotations

import numpy as np
import pytest

from il2dash.synthesis.cd4_count import draw_cd4
from il2dash.synthesis.cycles import Cycles, draw_cycles
from il2dash.synthesis.follow_up import FollowUp, draw_follow_up, draw_visit_weeks
from il2dash.synthesis.patients import Patients, draw_patients
from il2dash.synthesis.responders import Responders
from il2dash.synthesis.tables import SimulatedTrial
from il2dash.synthesis.viral_load import draw_viral_load


def simulated_follow_up(seed: int) -> tuple[Patients, Responders, np.ndarray, np.ndarray, FollowUp]:
    """One trial without the search: the nine patients of highest baseline CD4 and enfuvirtide respond."""
    generator = np.random.default_rng(seed)
    patients = draw_patients(generator)
    rank = np.argsort(-(patients.baseline_cd4 + 60.0 * patients.enfuvirtide))
    reach = np.zeros(56, dtype=bool)
    reach[rank[:9]] = True
    responders = Responders(reach_200=reach, gain_50=reach)
    weeks = draw_visit_weeks(56, generator)
    log_rna = draw_viral_load(patients, responders, weeks, generator)
    return (
        patients,
        responders,
        weeks,
        log_rna,
        draw_follow_up(patients, responders, weeks=weeks, log_rna=log_rna, generator=generator),
    )


def test_the_first_visit_is_the_baseline(simulated: SimulatedTrial) -> None:
    assert simulated.cd4[:, 0].tolist() == simulated.patients.baseline_cd4.tolist()
    assert simulated.log_rna[:, 0] == pytest.approx(np.log10(simulated.patients.baseline_rna), rel=1e-12)
    assert (simulated.weeks[:, 0] == 0).all()
    assert simulated.follow_up.cd4_known[:, 0].all()
    assert simulated.follow_up.rna_known[:, 0].all()


def test_weeks_are_whole_days_near_the_plan_in_order(simulated: SimulatedTrial) -> None:
    planned = [0, 6, 12, 18, 24, 30, 36, 42, 52]
    assert np.abs(simulated.weeks - planned).max() < 2
    assert (np.diff(simulated.weeks, axis=1) > 2).all()
    assert simulated.weeks == pytest.approx(np.round(np.round(simulated.weeks * 7) / 7, 1))
    assert (simulated.weeks[:, 1:] != planned[1:]).mean() > 0.5


def test_cd4_is_autocorrelated_within_patients() -> None:
    changes = []
    for seed in range(12):
        patients, responders, weeks, log_rna, follow_up = simulated_follow_up(seed)
        generator = np.random.default_rng(seed)
        no_cycles = draw_cycles(np.zeros(56, dtype=bool), follow_up, visit_weeks=weeks, generator=generator)
        cd4 = draw_cd4(patients, responders, no_cycles, weeks=weeks, log_rna=log_rna, generator=generator)
        course = np.sqrt(cd4[(patients.baseline_cd4 > 30) & ~responders.gain_50])
        changes.append(course[:, 1:-1] - course[:, :1])
    change = np.concatenate(changes)
    correlation = np.corrcoef(change.T)
    by_distance = [np.diag(correlation, distance).mean() for distance in (1, 3, 5)]
    assert by_distance[0] > by_distance[1] > by_distance[2] > 0.2
    steps = np.diff(change, axis=1)
    # Deviations that don't last from a visit to the next would give -0.5.
    assert np.corrcoef(steps[:, :-1].ravel(), steps[:, 1:].ravel())[0, 1] > -0.4


def test_responders_get_there_by_a_course_and_not_by_a_leap(simulated: SimulatedTrial) -> None:
    root = np.sqrt(simulated.cd4)
    gain = simulated.cd4[:, -1] - simulated.cd4[:, 0] >= 50
    rise, last_step = root[:, -1] - root[:, 0], root[:, -1] - root[:, -2]
    assert gain.sum() == 16
    assert (last_step[gain] <= 0.4 * rise[gain]).all()
    assert np.median(last_step[gain] / rise[gain]) < 0.2
    assert (root[gain, 4:].mean(axis=1) > root[gain, 0]).all()


def test_a_cycle_raises_cd4_for_some_weeks() -> None:
    patients, responders, weeks, log_rna, _ = simulated_follow_up(0)
    week = np.full((56, 8), np.nan)
    week[:, 3] = 18.0
    one = Cycles(week=week, dose=np.where(np.isnan(week), np.nan, 45.0), bad=np.zeros((56, 8), dtype=bool))
    none = Cycles(week=np.full((56, 8), np.nan), dose=np.full((56, 8), np.nan), bad=one.bad)
    weeks = np.tile([0.0, 6.0, 12.0, 18.0, 20.0, 30.0, 36.0, 42.0, 52.0], (56, 1))
    with_cycle, without = (
        np.sqrt(
            draw_cd4(patients, responders, cycles, weeks=weeks, log_rna=log_rna, generator=np.random.default_rng(3))
        )
        for cycles in (one, none)
    )
    bump = (with_cycle - without).mean(axis=0)
    assert bump[4] > 1.0
    assert 0.0 < bump[6] < bump[5] < bump[4]
    assert np.abs(bump[:4]).max() < 0.1
    assert abs(bump[8]) < 0.1


def test_drop_outs_had_more_virus() -> None:
    left, stayed = [], []
    for seed in range(8):
        _, _, _, log_rna, follow_up = simulated_follow_up(seed)
        last = follow_up.attended.cumsum(axis=1).argmax(axis=1)
        gone = np.flatnonzero(~follow_up.completed)
        left.extend(log_rna[gone, last[gone]])
        stayed.extend(log_rna[follow_up.completed].mean(axis=1))
    assert np.mean(left) > np.mean(stayed) + 0.4


def test_rna_falls_more_with_enfuvirtide_and_not_with_il2() -> None:
    falls, enfuvirtide, treated = [], [], []
    for seed in range(8):
        patients, _, _, log_rna, _ = simulated_follow_up(seed)
        falls.append(log_rna[:, 0] - log_rna[:, 4])
        enfuvirtide.append(patients.enfuvirtide)
        treated.append(patients.treated)
    fall, added, il2 = (np.concatenate(parts) for parts in (falls, enfuvirtide, treated))
    assert fall[added].mean() > fall[~added].mean() + 1.0
    assert abs(fall[il2].mean() - fall[~il2].mean()) < 0.25


def test_nothing_happens_after_the_last_contact(simulated: SimulatedTrial) -> None:
    follow_up, cycles = simulated.follow_up, simulated.cycles
    end = follow_up.last_contact
    assert (np.where(follow_up.attended, simulated.weeks, 0.0) <= end[:, None]).all()
    assert (np.nan_to_num(cycles.week) < end[:, None]).all()
    assert all(0 <= event.week <= end[event.patient] for event in simulated.events)
    dead = ~np.isnan(follow_up.death)
    assert (follow_up.death[dead] == end[dead]).all()
    assert not follow_up.completed[dead].any()


def test_cycles_are_those_of_the_protocol(simulated: SimulatedTrial) -> None:
    cycles, treated = simulated.cycles, simulated.patients.treated
    assert np.isnan(cycles.week[~treated]).all()
    assert cycles.received[treated].max() == 8
    assert 5 < cycles.received[treated].mean() < 8
    given = ~np.isnan(cycles.week)
    delays = (cycles.week - np.array([2, 6, 12, 18, 24, 30, 36, 42]))[given]
    assert delays.min() >= -2
    assert delays.max() <= 2
    assert (cycles.dose[given] <= 45).all()
    assert np.median(cycles.dose[given]) == 45


def test_events_have_the_kinds_that_a_trial_has(simulated: SimulatedTrial) -> None:
    treated = simulated.patients.treated
    fever = [treated[event.patient] for event in simulated.events if event.term == "Fever"]
    assert len(fever) > 10
    assert all(fever)
    nodules = [
        simulated.patients.enfuvirtide[e.patient] for e in simulated.events if e.term == "Injection-site nodules"
    ]
    assert nodules
    assert all(nodules)
    deaths = [event for event in simulated.events if event.category == "death"]
    assert len(deaths) == (~np.isnan(simulated.follow_up.death)).sum()
    assert all(event.grade == 5 for event in deaths)
    assert all(1 <= event.grade <= 4 for event in simulated.events if event.category != "death")
