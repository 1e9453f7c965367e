"""Who responds at week 52: a search over sets of patients until il2dash's Firth models give the published P values.

The first set is drawn from a plausible propensity; then one responder after the other changes places with a patient of
the same arm who doesn't respond, always the exchange that brings the P values nearest to the aims.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

import numpy as np

from il2dash.analysis import firth
from il2dash.synthesis.draws import BoolArray, FloatArray, SimulationError, highest
from il2dash.synthesis.patients import Patients

REACH_200 = {True: 4, False: 5}
"""Patients with 200 cells or more by whether they are treated: 14% and 18% of 28."""

GAIN_50 = {True: 7, False: 9}
"""Patients with a gain of 50 cells or more: 25% and 32% of 28."""

SLOPES = ("arm", "enfuvirtide", "baseline_cd4", "baseline_rna", "gss[1]", "gss[2]")
NOT_SIGNIFICANT = (0.08, 1.0)
AIMS_200 = (
    NOT_SIGNIFICANT,
    (0.0026, 0.0034),
    (0.0065, 0.0135),
    NOT_SIGNIFICANT,
    NOT_SIGNIFICANT,
    NOT_SIGNIFICANT,
)
AIMS_GAIN = (NOT_SIGNIFICANT, (0.0, 0.0008), *(NOT_SIGNIFICANT,) * 4)
"""Least and greatest P of each slope, a little inside what rounds to the printed figure."""

EXCHANGES = 40
STARTS = 8
LOWEST_BASELINE_REACHING_200 = 30
HIGHEST_BASELINE_OF_A_GAIN = 135
"""From fewer cells nobody is taken to 200 within a year, and from more a gain of 50 nearly is one to 200."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Responders:
    """Which patients have at least 200 cells at week 52, and which have gained at least 50: (patients,)."""

    reach_200: BoolArray
    gain_50: BoolArray


def search_responders(patients: Patients, generator: np.random.Generator) -> Responders:
    """Find sets of responders with which both models say what was published.

    Raises
    ------
    SimulationError
        Where no exchange brings the P values nearer, from `STARTS` first sets.
    """
    design = _design(patients)
    near = patients.baseline_cd4 >= LOWEST_BASELINE_REACHING_200
    nobody = np.zeros(patients.treated.size, dtype=bool)
    for _ in range(STARTS):
        propensity = _propensity(patients) + _logistic(generator, patients.treated.size)
        reach = _exchange(
            design,
            first=_first_set(propensity, patients.treated, among=near, counts=REACH_200),
            fixed=nobody,
            among=near,
            treated=patients.treated,
            aims=AIMS_200,
        )
        if reach is None:
            continue
        others = ~reach & (patients.baseline_cd4 <= HIGHEST_BASELINE_OF_A_GAIN)
        more = {arm: GAIN_50[arm] - REACH_200[arm] for arm in GAIN_50}
        gain = _exchange(
            design,
            first=_first_set(propensity, patients.treated, among=others, counts=more),
            fixed=reach,
            among=others,
            treated=patients.treated,
            aims=AIMS_GAIN,
        )
        if gain is not None:
            return Responders(reach_200=reach, gain_50=gain)
    raise SimulationError(f"no sets of responders with the published P values from {STARTS} first sets")


def _design(patients: Patients) -> FloatArray:
    """Return the published models' design, in their steps: (patients, 1 + slopes)."""
    return np.column_stack(
        [
            np.ones(patients.treated.size),
            patients.treated,
            patients.enfuvirtide,
            patients.baseline_cd4 / 50.0,
            patients.log_rna,
            patients.gss == 1,
            patients.gss == 2,
        ]
    ).astype(float)


def _propensity(patients: Patients) -> FloatArray:
    return np.asarray(
        2.0 * patients.enfuvirtide
        + 0.4 * patients.optimized
        + 0.35 * patients.gss
        + 0.015 * (patients.baseline_cd4 - 64.0)
        - 0.4 * (patients.log_rna - 4.9)
    )


def _logistic(generator: np.random.Generator, count: int) -> FloatArray:
    uniform = generator.random(count)
    return np.asarray(np.log((uniform + 1e-12) / (1.0 - uniform)))


def _first_set(propensity: FloatArray, treated: BoolArray, *, among: BoolArray, counts: dict[bool, int]) -> BoolArray:
    """Return the patients with the highest propensity, so many of each arm."""
    chosen = np.zeros(treated.size, dtype=bool)
    for arm, count in counts.items():
        chosen |= highest(np.where(among & (treated == arm), propensity, -np.inf), count)
    return chosen


def _exchange(
    design: FloatArray,
    *,
    first: BoolArray,
    fixed: BoolArray,
    among: BoolArray,
    treated: BoolArray,
    aims: Sequence[tuple[float, float]],
) -> BoolArray | None:
    """Exchange a responder with another patient of the arm, the best exchange first, until all aims are met."""
    chosen = first
    distance = float(_distances(design, (chosen | fixed)[None], aims)[0])
    for _ in range(EXCHANGES):
        if distance == 0.0:
            return chosen | fixed
        leaving, entering = np.nonzero(
            chosen[:, None] & (among & ~chosen)[None, :] & (treated[:, None] == treated[None, :])
        )
        neighbors = np.repeat(chosen[None], leaving.size, axis=0)
        neighbors[np.arange(leaving.size), leaving] = False
        neighbors[np.arange(leaving.size), entering] = True
        distances = _distances(design, neighbors | fixed, aims)
        best = int(np.argmin(distances))
        if distances[best] >= distance:
            return None
        chosen, distance = neighbors[best], float(distances[best])
    return None


def _distances(design: FloatArray, outcomes: BoolArray, aims: Sequence[tuple[float, float]]) -> FloatArray:
    """Return how far the P values of each outcome (member, patients) are from the aims, as squares of logarithms.

    A coefficient of enfuvirtide or of baseline CD4 below 0 counts as far away. Rounded, so that the last bits of a
    machine's arithmetic can't change which exchange is the best.
    """
    fit = firth.fit(design, outcomes.astype(float))
    total = np.zeros(len(outcomes))
    for slope, (least, greatest) in enumerate(aims, start=1):
        p = np.maximum(firth.joint_test(fit, [slope]).p, 1e-12)
        below = np.where(p < least, log(max(least, 1e-12)) - np.log(p), 0.0)
        above = np.where(p > greatest, np.log(p) - log(greatest), 0.0)
        total += (below + above) ** 2
    helping = (fit.coefficients[:, SLOPES.index("enfuvirtide") + 1] > 0) & (
        fit.coefficients[:, SLOPES.index("baseline_cd4") + 1] > 0
    )
    return np.asarray(np.round(np.where(np.isnan(total) | ~helping, 1e6, total), 6))
