from __future__ import annotations

import numpy as np
import pytest

from il2dash.analysis import firth
from il2dash.synthesis import responders
from il2dash.synthesis.draws import SimulationError
from il2dash.synthesis.patients import Patients
from il2dash.synthesis.responders import Responders, search_responders


@pytest.fixture(scope="module")
def found(patients: Patients) -> Responders:
    return search_responders(patients, np.random.default_rng(2))


def p_values(patients: Patients, outcome: np.ndarray) -> dict[str, float]:
    design = np.column_stack(
        [np.ones(56), patients.treated, patients.enfuvirtide, patients.baseline_cd4, patients.log_rna]
        + [patients.gss == level for level in (1, 2)]
    ).astype(float)
    p = firth.infer(firth.fit(design, outcome)).p[0, 1:]
    return dict(zip(("arm", "enfuvirtide", "cd4", "rna", "gss 1", "gss 2"), p, strict=True))


def test_both_models_give_the_published_p_values(patients: Patients, found: Responders) -> None:
    reach = p_values(patients, found.reach_200)
    assert f"{reach.pop('enfuvirtide'):.3f}" == "0.003"
    assert f"{reach.pop('cd4'):.2f}" == "0.01"
    assert min(reach.values()) > 0.05
    gain = p_values(patients, found.gain_50)
    assert gain.pop("enfuvirtide") < 0.001
    assert min(gain.values()) > 0.05


def test_so_many_of_each_arm_respond_as_was_published(patients: Patients, found: Responders) -> None:
    treated = patients.treated
    assert (found.reach_200[treated].sum(), found.reach_200[~treated].sum()) == (4, 5)
    assert (found.gain_50[treated].sum(), found.gain_50[~treated].sum()) == (7, 9)
    assert not (found.reach_200 & ~found.gain_50).any()


def test_responders_are_clinically_possible(patients: Patients, found: Responders) -> None:
    assert patients.enfuvirtide[found.reach_200].mean() > patients.enfuvirtide[~found.reach_200].mean()
    assert np.median(patients.baseline_cd4[found.reach_200]) > 64
    assert patients.baseline_cd4[found.reach_200].min() >= 30
    assert patients.baseline_cd4[found.gain_50 & ~found.reach_200].max() <= 135


def test_aims_that_contradict_each_other_are_an_error(patients: Patients, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(responders, "AIMS_200", ((0.9999999, 1.0),) * 6)
    monkeypatch.setattr(responders, "STARTS", 1)
    with pytest.raises(SimulationError, match="P values"):
        search_responders(patients, np.random.default_rng(2))
