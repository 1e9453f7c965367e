"""Simulated trials, made once for all tests of this folder."""

from __future__ import annotations

import numpy as np
import pytest

from il2dash.synthesis.patients import Patients, draw_patients
from il2dash.synthesis.simulation import simulate
from il2dash.synthesis.tables import SimulatedTrial


@pytest.fixture(scope="session")
def patients() -> Patients:
    return draw_patients(np.random.default_rng(1))


@pytest.fixture(scope="session")
def simulated() -> SimulatedTrial:
    return simulate(np.random.Generator(np.random.PCG64([0, 0])))
