from __future__ import annotations

import numpy as np
import pytest

from il2dash.synthesis.patients import Patients, draw_patients, significant_digits


def test_everybody_is_eligible(patients: Patients) -> None:
    assert patients.baseline_cd4.max() < 200
    assert patients.baseline_cd4.min() >= 1
    assert patients.baseline_rna.min() > 10_000
    assert set(patients.gss) == {0, 1, 2}


@pytest.mark.parametrize("seed", range(5))
def test_counts_and_medians_are_the_published_ones(seed: int) -> None:
    patients = draw_patients(np.random.default_rng(seed))
    assert (patients.treated.sum(), (~patients.treated).sum()) == (28, 28)
    assert round(float(np.median(patients.baseline_cd4))) == 64
    assert f"{np.median(patients.log_rna):.1f}" == "4.9"
    assert round(float(np.median(patients.age))) == 43
    assert f"{patients.stage_c.mean():.0%}" == "61%"
    assert f"{(patients.gss == 0).mean():.0%}" == "43%"
    assert patients.optimized.sum() == 23


def test_enfuvirtide_is_one_way_to_optimize_a_treatment(patients: Patients) -> None:
    assert patients.enfuvirtide.sum() == 18
    assert not (patients.enfuvirtide & ~patients.optimized).any()


def test_histories_are_possible(patients: Patients) -> None:
    known = patients.nadir_cd4 >= 0
    assert (patients.nadir_cd4[known] <= patients.baseline_cd4[known]).all()
    assert (patients.age - patients.years_treated >= 18).all()


def test_covariates_hang_together() -> None:
    drawn = [draw_patients(np.random.default_rng(seed)) for seed in range(20)]
    cd4 = np.sqrt(np.concatenate([patients.baseline_cd4 for patients in drawn]))
    rna = np.concatenate([patients.log_rna for patients in drawn])
    stage_c = np.concatenate([patients.stage_c for patients in drawn])
    gss = np.concatenate([patients.gss for patients in drawn])
    optimized = np.concatenate([patients.optimized for patients in drawn])
    assert -0.5 < np.corrcoef(cd4, rna)[0, 1] < -0.15
    assert cd4[stage_c].mean() < cd4[~stage_c].mean() - 0.5
    assert optimized[gss == 2].mean() > optimized[gss == 0].mean() + 0.1


def test_significant_digits_of_an_assay() -> None:
    printed = significant_digits(np.array([1.0, 49.6, 347.4, 1234.0, 84312.0, 1_000_499.0]))
    assert printed.tolist() == [1, 50, 347, 1230, 84300, 1_000_000]
