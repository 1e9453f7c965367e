"""The IL-2 cycles given: up to eight, some reduced after a bad one, some never given."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from il2dash.synthesis.draws import BoolArray, FloatArray, IntArray
from il2dash.synthesis.follow_up import PLANNED_WEEKS, FollowUp

CYCLE_WEEKS = np.array([2.0, 6.0, 12.0, 18.0, 24.0, 30.0, 36.0, 42.0])
FULL_DOSE = 45.0
"""4.5 MIU twice a day for 5 days, in MIU."""

REDUCED_DOSE = 30.0
"""3 MIU twice a day for 5 days."""

SHORTENED = (0.9, 0.8, 0.6)
"""Nine, eight or six of the ten injections."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Cycles:
    """Cycles by patient and number, (patients, 8): `week` and `dose` are NaN where none was given.

    `bad` marks the cycles after which the dose was reduced or the treatment stopped.
    """

    week: FloatArray
    dose: FloatArray
    bad: BoolArray

    @property
    def received(self) -> IntArray:
        """How many cycles each patient got: (patients,)."""
        return np.asarray((~np.isnan(self.week)).sum(axis=1), dtype=np.int64)


def draw_cycles(
    treated: BoolArray, follow_up: FollowUp, *, visit_weeks: FloatArray, generator: np.random.Generator
) -> Cycles:
    """Draw the cycles of the treated patients: never before that week's visit, never after the last contact."""
    shape = (treated.size, CYCLE_WEEKS.size)
    week, dose = np.full(shape, np.nan), np.full(shape, np.nan)
    bad = np.zeros(shape, dtype=bool)
    for patient in np.flatnonzero(treated):
        usual = FULL_DOSE
        for cycle, planned in enumerate(CYCLE_WEEKS):
            delay, stop, skip, reduction, shortening = generator.random(5)
            day = np.round(planned + np.floor(8.0 * delay**2) / 7.0, 1)
            visit = np.flatnonzero(PLANNED_WEEKS == planned)
            if visit.size and follow_up.attended[patient, visit[0]]:
                day = max(day, visit_weeks[patient, visit[0]])
            if day + 1.0 > follow_up.last_contact[patient]:
                break
            if skip < 0.03:
                continue
            week[patient, cycle] = day
            share = SHORTENED[int(shortening / 0.09 * len(SHORTENED))] if shortening < 0.09 else 1.0
            dose[patient, cycle] = np.round(usual * share, 1)
            if stop < 0.035:
                bad[patient, cycle] = True
                break
            if reduction < 0.05 and usual == FULL_DOSE and cycle < CYCLE_WEEKS.size - 1:
                bad[patient, cycle] = True
                usual = REDUCED_DOSE
    return Cycles(week=week, dose=dose, bad=bad)
