"""CD4 counts over the visits, on the square-root scale: a course to week 52, bumps after IL-2 cycles, and deviations.

Where a patient is at week 52 follows from whether they respond, and the whole course leads there.
"""

from __future__ import annotations

import numpy as np

from il2dash.synthesis.cycles import FULL_DOSE, Cycles
from il2dash.synthesis.draws import FloatArray, IntArray, SimulationError, autoregressive
from il2dash.synthesis.patients import Patients
from il2dash.synthesis.responders import Responders

BUMP = 2.4
"""Typical rise right after a full cycle, in square roots of cells/uL: from 64 to 108 cells."""

BUMP_WEEKS = 5.0
"""A bump has faded to 37% after so many weeks."""

LARGEST_LEAP = 0.4
"""Share of a responder's rise that falls between the last two visits, at most."""

ATTEMPTS = 200


def draw_cd4(
    patients: Patients,
    responders: Responders,
    cycles: Cycles,
    *,
    weeks: FloatArray,
    log_rna: FloatArray,
    generator: np.random.Generator,
) -> IntArray:
    """Return CD4 counts at the given weeks, whether seen or not: (patients, visits).

    The first is the baseline exactly; the last is at least 200, or a gain of at least 50, for the responders alone.

    Raises
    ------
    SimulationError
        Where no draw gives counts and courses that fit who responds.
    """
    last = _last_counts(patients, responders, fall=log_rna[:, 0] - log_rna[:, -1], generator=generator)
    bumps = _bumps(patients, cycles, weeks=weeks, generator=generator)
    for _ in range(ATTEMPTS):
        counts = _courses(patients, last, bumps, weeks=weeks, generator=generator)
        root = np.sqrt(counts[responders.gain_50].astype(float))
        if (root[:, -1] - root[:, -2] <= LARGEST_LEAP * (root[:, -1] - root[:, 0])).all():
            return counts
    raise SimulationError(f"no CD4 courses that lead to the counts at week 52 in {ATTEMPTS} draws")


def _courses(
    patients: Patients, last: IntArray, bumps: FloatArray, *, weeks: FloatArray, generator: np.random.Generator
) -> IntArray:
    """Draw courses from the baseline to the counts at week 52."""
    shape = (patients.treated.size, weeks.shape[1])
    start, end = np.sqrt(patients.baseline_cd4.astype(float)), np.sqrt(last.astype(float))
    usual = (start + end) / 2.0
    lasting = autoregressive(generator, patients=shape[0], visits=shape[1], correlation=0.65)
    passing = generator.standard_normal(shape)
    deviation = (0.25 + 0.04 * usual)[:, None] * lasting + (0.15 + 0.018 * usual)[:, None] * passing

    approach_weeks = 13.0 + 25.0 * generator.random(patients.treated.size)
    approach = 1.0 - np.exp(-weeks / approach_weeks[:, None])
    approach = approach / approach[:, -1:]
    first_level = start - deviation[:, 0]
    last_level = end - deviation[:, -1] - bumps[:, -1]
    course = first_level[:, None] + (last_level - first_level)[:, None] * approach + deviation + bumps
    counts = np.asarray(np.round(np.maximum(course, 1.0) ** 2), dtype=np.int64)
    counts[:, 0], counts[:, -1] = patients.baseline_cd4, last
    return counts


def _last_counts(
    patients: Patients, responders: Responders, *, fall: FloatArray, generator: np.random.Generator
) -> IntArray:
    """Return the counts at week 52."""
    last = np.zeros(patients.treated.size, dtype=np.int64)
    for patient, baseline in enumerate(patients.baseline_cd4):
        change = -0.9 + 0.55 * np.clip(fall[patient], 0.0, 2.5)
        for _ in range(ATTEMPTS):
            deviation, share = generator.standard_normal(), generator.random()
            if responders.reach_200[patient]:
                count = max(204, baseline + 60) - 48.0 * np.log(1.0 - share)
            elif responders.gain_50[patient]:
                count = baseline + 53 - 28.0 * np.log(1.0 - share)
            else:
                count = max(np.sqrt(baseline) + change + 1.3 * deviation, 1.0) ** 2
            last[patient] = int(np.round(count))
            reaches, gains = last[patient] >= 200, last[patient] - baseline >= 50
            if (reaches, gains) == (responders.reach_200[patient], responders.gain_50[patient]):
                break
        else:
            raise SimulationError(f"no CD4 count at week 52 for a baseline of {baseline} in {ATTEMPTS} draws")
    return last


def _bumps(patients: Patients, cycles: Cycles, *, weeks: FloatArray, generator: np.random.Generator) -> FloatArray:
    """Return what the cycles before each visit still add, in square roots: (patients, visits)."""
    size = np.exp(0.45 * generator.standard_normal(patients.treated.size))
    size *= BUMP * np.sqrt(np.sqrt(patients.baseline_cd4) / 8.0)
    since = weeks[:, :, None] - cycles.week[:, None, :]
    with np.errstate(invalid="ignore"):
        remaining = np.where(since > 0.0, np.exp(-np.maximum(since, 0.0) / BUMP_WEEKS), 0.0)
    added = np.nansum(remaining * cycles.dose[:, None, :] / FULL_DOSE, axis=2)
    return np.asarray(size[:, None] * added)
