"""When patients were seen: visit weeks with jitter, drop-out that depends on HIV-1 RNA, deaths, and what was missed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from il2dash.synthesis.draws import BoolArray, FloatArray, SimulationError
from il2dash.synthesis.patients import Patients
from il2dash.synthesis.responders import Responders

PLANNED_WEEKS = np.array([0.0, 6.0, 12.0, 18.0, 24.0, 30.0, 36.0, 42.0, 52.0])

DROPPED_OUT = (3, 5)
DIED = (1, 3)
VALUE_LOST_AT_THE_END = 2
"""Assumed: fewest and most, or exactly, over both arms."""

ATTEMPTS = 500


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class FollowUp:
    """What was seen of each patient, by planned visit where the shape is (patients, visits).

    `last_contact` is in weeks; `death` is the week of death, NaN for a survivor; `cd4_known` and `rna_known` say which
    values there are.
    """

    last_contact: FloatArray
    completed: BoolArray
    death: FloatArray
    attended: BoolArray
    cd4_known: BoolArray
    rna_known: BoolArray


def draw_visit_weeks(patients: int, generator: np.random.Generator) -> FloatArray:
    """Return the weeks of the visits, in whole days written with one decimal; the first is week 0."""
    spread = np.full(PLANNED_WEEKS.size, 3.2)
    spread[0], spread[-1] = 0.0, 5.5
    days = np.clip(np.round(spread * generator.standard_normal((patients, PLANNED_WEEKS.size))), -11, 13)
    return np.round(PLANNED_WEEKS + days / 7.0, 1)


def draw_follow_up(
    patients: Patients,
    responders: Responders,
    *,
    weeks: FloatArray,
    log_rna: FloatArray,
    generator: np.random.Generator,
) -> FollowUp:
    """Draw drop-outs and deaths from hazards that grow with HIV-1 RNA, then the visits and values that are missing.

    Whoever responded at week 52 was there at week 52, so only others are at risk.

    Raises
    ------
    SimulationError
        Where the numbers of drop-outs and deaths are outside what is assumed, `ATTEMPTS` times.
    """
    for _ in range(ATTEMPTS):
        follow_up = _draw(patients, responders, weeks=weeks, log_rna=log_rna, generator=generator)
        died = ~np.isnan(follow_up.death)
        dropped = ~follow_up.completed & ~died
        if (
            DIED[0] <= died.sum() <= DIED[1]
            and DROPPED_OUT[0] <= dropped.sum() <= DROPPED_OUT[1]
            and dropped[patients.treated].any()
            and dropped[~patients.treated].any()
        ):
            return follow_up
    raise SimulationError(f"no follow-up with the assumed numbers of drop-outs and deaths in {ATTEMPTS} draws")


def _draw(
    patients: Patients,
    responders: Responders,
    *,
    weeks: FloatArray,
    log_rna: FloatArray,
    generator: np.random.Generator,
) -> FollowUp:
    count, visits = weeks.shape
    last_visit = np.full(count, visits - 1)
    death = np.full(count, np.nan)
    last_contact = weeks[:, -1].copy()
    for patient in np.flatnonzero(~responders.gain_50):
        for visit in range(visits - 1):
            rna = log_rna[patient, visit]
            # Whoever was included came to the first visit after it, if alive.
            leaving = 0.011 * np.exp(1.3 * (rna - 4.5)) if visit else 0.0
            dying = 0.006 * np.exp(0.8 * (rna - 4.5) + 0.25 * (8.0 - np.sqrt(patients.baseline_cd4[patient])))
            fate, moment = generator.random(2)
            start, end = weeks[patient, visit], weeks[patient, visit + 1]
            if fate < leaving + dying:
                last_visit[patient] = visit
                died = fate < dying
                # Who stops coming is mostly last heard of at a visit, sometimes by telephone later.
                reached = start + (end - start) * (0.3 + 0.6 * moment if died else 0.8 * max(moment - 0.5, 0.0))
                last_contact[patient] = np.round(reached, 1)
                if died:
                    death[patient] = last_contact[patient]
                break
    completed = last_visit == visits - 1
    attended = np.arange(visits)[None, :] <= last_visit[:, None]
    missed = generator.random(weeks.shape) < 0.035
    missed[:, [0, -1]] = False
    missed[np.arange(count), last_visit] = False
    attended &= ~missed
    cd4_known = attended & ~_lost(generator, weeks.shape, share=0.012)
    rna_known = attended & ~_lost(generator, weeks.shape, share=0.02)
    at_the_end = np.where(completed & ~responders.gain_50, generator.random(count), np.inf)
    cd4_known[np.argsort(at_the_end, kind="stable")[:VALUE_LOST_AT_THE_END], -1] = False
    return FollowUp(
        last_contact=last_contact,
        completed=completed,
        death=death,
        attended=attended,
        cd4_known=cd4_known,
        rna_known=rna_known & (cd4_known | ~attended | (generator.random(weeks.shape) < 0.7)),
    )


def _lost(generator: np.random.Generator, shape: tuple[int, ...], *, share: float) -> BoolArray:
    """Mark values that are missing though the patient came; those of the first and the last visit are all there."""
    lost = np.asarray(generator.random(shape) < share)
    lost[:, [0, -1]] = False
    return lost
