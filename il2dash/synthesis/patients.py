"""Who is in the simulated trial: covariates that hang together, with the published counts and medians by construction.

Patients are drawn from a larger number of candidates and screened by the eligibility criteria. Two unseen factors, how
advanced the disease is and how long the history of treatment, make the covariates correlate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from il2dash.synthesis.draws import BoolArray, FloatArray, IntArray, SimulationError, highest, shuffled

PATIENTS = 56
STAGE_C = 34
"""61% of 56."""

GSS_COUNTS = (24, 19, 13)
"""43% have a score of 0; how the others divide into 1 and 2 is assumed."""

OPTIMIZED = 23
ENFUVIRTIDE = 18
"""Assumed: of the patients whose treatment could be optimized, those to whom enfuvirtide was added."""

MEDIAN_CD4 = 64
MEDIAN_RNA = 4.9
MEDIAN_AGE = 43

CANDIDATES = 400
ATTEMPTS = 500
LARGEST_IMBALANCE = 0.35
"""Between the arms, in standard deviations of CD4 and RNA: a draw as lucky as most."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Patients:
    """Baseline of the randomized patients in the order of their inclusion; every array has shape (patients,).

    `baseline_rna` is in copies/mL; `nadir_cd4` is -1 where it isn't known.
    """

    treated: BoolArray
    age: IntArray
    female: BoolArray
    stage_c: BoolArray
    years_treated: IntArray
    nadir_cd4: IntArray
    baseline_cd4: IntArray
    baseline_rna: IntArray
    gss: IntArray
    optimized: BoolArray
    enfuvirtide: BoolArray

    @property
    def log_rna(self) -> FloatArray:
        """Baseline HIV-1 RNA in log10 copies/mL, as the subjects table has it: two decimals."""
        return np.asarray(np.round(np.log10(self.baseline_rna.astype(float)), 2))


def draw_patients(generator: np.random.Generator) -> Patients:
    """Draw patients until the published medians and counts hold and the arms are alike, as randomization makes them.

    Raises
    ------
    SimulationError
        After `ATTEMPTS` draws.
    """
    for _ in range(ATTEMPTS):
        patients = _draw(generator)
        if _eligible(patients) and _as_published(patients) and _balanced(patients):
            return patients
    raise SimulationError(f"no {PATIENTS} patients with the published baseline in {ATTEMPTS} draws")


def significant_digits(copies: FloatArray, *, digits: int = 3) -> IntArray:
    """Round numbers of at least 1 as assays print them: 84 312 becomes 84 300."""
    magnitude = 10.0 ** np.maximum(np.floor(np.log10(copies)) - digits + 1, 0.0)
    return np.asarray(np.round(copies / magnitude) * magnitude, dtype=np.int64)


def _draw(generator: np.random.Generator) -> Patients:
    advanced, history = generator.standard_normal((2, CANDIDATES))
    own = generator.standard_normal((7, CANDIDATES))
    cd4 = 8.0 + 3.6 * (-0.65 * advanced + 0.76 * own[0])
    rna = MEDIAN_RNA + 0.5 * (0.55 * advanced + 0.84 * own[1])
    eligible = np.flatnonzero((cd4 > 1.6) & (cd4 < 14.0) & (rna > 4.03) & (rna < 5.8))[:PATIENTS]
    if eligible.size < PATIENTS:
        raise SimulationError(f"{eligible.size} of {CANDIDATES} candidates are eligible")
    advanced, history, own = advanced[eligible], history[eligible], own[:, eligible]
    cd4, rna = cd4[eligible], rna[eligible]
    cd4 += 8.0 - np.median(cd4)
    rna += MEDIAN_RNA - np.median(rna)
    baseline_cd4 = np.round(np.maximum(cd4, 1.0) ** 2).astype(np.int64)
    age = 8.5 * (0.35 * history + 0.94 * own[2])
    age = np.round(MEDIAN_AGE + age - np.median(age)).astype(np.int64)
    years = np.round(np.clip(10.5 + 3.2 * (0.6 * history + 0.8 * own[6]), 3.0, 19.0)).astype(np.int64)
    gss_latent = -0.35 * advanced - 0.4 * history + 0.85 * own[3]
    gss = np.zeros(PATIENTS, dtype=np.int64)
    order = np.argsort(gss_latent, kind="stable")
    gss[order[GSS_COUNTS[0] :]] = 1
    gss[order[GSS_COUNTS[0] + GSS_COUNTS[1] :]] = 2
    optimized = highest(0.5 * gss + own[4], OPTIMIZED)
    added = highest(np.where(optimized, generator.standard_normal(PATIENTS), -np.inf), ENFUVIRTIDE)
    nadir = np.ceil(baseline_cd4 * (0.08 + 0.85 * generator.random(PATIENTS))).astype(np.int64)
    unknown = generator.random(PATIENTS) < 0.04
    return Patients(
        treated=_blocks(generator),
        age=age,
        female=generator.random(PATIENTS) < 0.16,
        stage_c=highest(0.6 * advanced + 0.8 * own[5], STAGE_C),
        years_treated=np.minimum(years, age - 18),
        nadir_cd4=np.where(unknown, -1, nadir),
        baseline_cd4=baseline_cd4,
        baseline_rna=significant_digits(10.0**rna),
        gss=gss,
        optimized=optimized,
        enfuvirtide=added,
    )


def _blocks(generator: np.random.Generator) -> BoolArray:
    """Randomize in permuted blocks of four: two patients to each arm."""
    return np.concatenate([shuffled(generator, 4) < 2 for _ in range(PATIENTS // 4)])


def _eligible(patients: Patients) -> bool:
    return bool(
        patients.baseline_cd4.max() < 200
        and patients.log_rna.min() > 4.0
        and patients.log_rna.max() < 5.85
        and patients.age.min() >= 25
        and patients.age.max() <= 72
    )


def _as_published(patients: Patients) -> bool:
    return bool(
        abs(np.median(patients.baseline_cd4) - MEDIAN_CD4) < 0.5
        and abs(np.median(patients.log_rna) - MEDIAN_RNA) < 0.04
        and abs(np.median(patients.age) - MEDIAN_AGE) < 0.5
    )


def _balanced(patients: Patients) -> bool:
    treated = patients.treated
    differences = [
        abs(values[treated].mean() - values[~treated].mean()) / values.std()
        for values in (np.sqrt(patients.baseline_cd4), patients.log_rna)
    ]
    factors = (patients.enfuvirtide, patients.optimized, patients.gss == 0, patients.stage_c, patients.female)
    counts = [abs(int(factor[treated].sum()) - int(factor[~treated].sum())) for factor in factors]
    return max(differences) < LARGEST_IMBALANCE and counts[0] <= 2 and max(counts) <= 5
