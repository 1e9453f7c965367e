"""HIV-1 RNA over the visits: how far it falls follows from the drugs that still act, and much of it may come back."""

from __future__ import annotations

import numpy as np

from il2dash.synthesis.draws import FloatArray, autoregressive
from il2dash.synthesis.patients import Patients
from il2dash.synthesis.responders import Responders


def draw_viral_load(
    patients: Patients, responders: Responders, weeks: FloatArray, generator: np.random.Generator
) -> FloatArray:
    """Return log10 copies/mL at the given weeks, below and above the assay's limits too: (patients, visits).

    IL-2 has no effect on it. The first visit is the baseline exactly.
    """
    count = patients.treated.size
    fall = (
        0.2
        + 0.3 * patients.gss
        + 0.45 * patients.optimized
        + patients.enfuvirtide * (0.6 + 0.4 * patients.gss)
        + 0.9 * responders.gain_50
        + 0.6 * responders.reach_200
        + 0.5 * generator.standard_normal(count)
    )
    fall = np.maximum(fall, -0.1)
    # A treatment that suppresses well seldom fails again; one that doesn't selects resistant virus.
    suppressed = (fall > 2.3) & (generator.random(count) < 0.85)
    return_share = np.where(suppressed, 0.0, 0.25 + 0.6 * generator.random(count))
    return_share = np.where(responders.gain_50, 0.3 * return_share, return_share)
    # A deep fall takes longer: after the quick first phase come the long-lived infected cells.
    fall_weeks = (1.5 + 1.1 * np.maximum(fall, 0.0)) * (0.8 + 0.4 * generator.random(count))
    return_start = 8.0 + 16.0 * generator.random(count)
    return_weeks = 8.0 + 14.0 * generator.random(count)
    deviation = 0.17 * autoregressive(generator, patients=count, visits=weeks.shape[1], correlation=0.6)
    deviation += 0.12 * generator.standard_normal(weeks.shape)

    falling = 1.0 - np.exp(-weeks / fall_weeks[:, None])
    since = np.maximum(weeks - return_start[:, None], 0.0)
    returning = return_share[:, None] * (1.0 - np.exp(-since / return_weeks[:, None]))
    level = np.log10(patients.baseline_rna.astype(float)) - deviation[:, 0]
    course = level[:, None] - fall[:, None] * falling * (1.0 - returning) + deviation
    return np.asarray(np.maximum(course, 0.5))
