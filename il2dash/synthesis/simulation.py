"""One simulated trial, from its patients to their events, each step from what came before it."""

from __future__ import annotations

import numpy as np

from il2dash.synthesis.cd4_count import draw_cd4
from il2dash.synthesis.cycles import draw_cycles
from il2dash.synthesis.events import draw_events
from il2dash.synthesis.follow_up import draw_follow_up, draw_visit_weeks
from il2dash.synthesis.patients import draw_patients
from il2dash.synthesis.responders import search_responders
from il2dash.synthesis.tables import SimulatedTrial
from il2dash.synthesis.viral_load import draw_viral_load


def simulate(generator: np.random.Generator) -> SimulatedTrial:
    """Simulate one trial, whose responders are searched.

    Raises
    ------
    SimulationError
        Where a part of it can't be drawn as the published or assumed facts ask.
    """
    patients = draw_patients(generator)
    responders = search_responders(patients, generator)
    weeks = draw_visit_weeks(patients.treated.size, generator)
    log_rna = draw_viral_load(patients, responders, weeks, generator)
    follow_up = draw_follow_up(patients, responders, weeks=weeks, log_rna=log_rna, generator=generator)
    cycles = draw_cycles(patients.treated, follow_up, visit_weeks=weeks, generator=generator)
    cd4 = draw_cd4(patients, responders, cycles, weeks=weeks, log_rna=log_rna, generator=generator)
    events = draw_events(patients, follow_up, cycles, weeks=weeks, cd4=cd4, log_rna=log_rna, generator=generator)
    return SimulatedTrial(
        patients=patients, follow_up=follow_up, cycles=cycles, weeks=weeks, cd4=cd4, log_rna=log_rna, events=events
    )
