"""The flow of patients, as CONSORT 2010 asks for it, counted from the data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from il2dash.analysis.outcome import EndpointSpec, outcome, resolve
from il2dash.analysis.population import Population
from il2dash.analysis.standing import Standing
from il2dash.analysis.subject_columns import event_rows, is_treatment, numbers, subject_ids


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmFlow:
    """One arm from randomization to the analysis.

    Parameters
    ----------
    randomized : int
        Patients of this arm in the population.
    treated : int or None
        Of them, how many were given at least one cycle; None in a study that records no doses in this arm.
    died : int or None
        Of them, how many died; None in a study that records no death, be it that nobody died or that nobody says.
    lost : int or None
        Of the others, how many did not complete the follow-up; None where the study doesn't say.
    observed : int or None
        How many have the first primary endpoint observed; None in a study without endpoints.
    analysed : int or None
        How many its analysis counts, under the trial's rule for missing outcomes.
    """

    randomized: int
    treated: int | None
    died: int | None
    lost: int | None
    observed: int | None
    analysed: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantFlow:
    """The whole diagram: what was planned, who was randomized, and each arm's course."""

    planned: int | None
    randomized: int
    other_arms: int
    filtered_out: int
    endpoint_label: str
    endpoint_week: float | None
    arms: dict[str, ArmFlow]
    standing: Standing


def participant_flow(population: Population) -> ParticipantFlow:
    """Count the patients at each step of the trial.

    Parameters
    ----------
    population : Population
        The patients who are counted.
    """
    trial = population.trial
    definition = trial.definition
    primary = definition.primary_endpoint
    everybody_dead = np.zeros(population.included.size, dtype=bool)
    if trial.events is not None:
        everybody_dead[event_rows(trial).of("death").subject] = True
    deaths_recorded = bool(everybody_dead.any())
    dead = everybody_dead[population.included]
    completed = population.numbers("completed")
    completion_recorded = not bool(np.isnan(numbers(trial, "completed")).all())
    given = np.zeros(population.included.size, dtype=bool)
    if trial.doses is not None:
        given = pd.Index(subject_ids(trial)).isin(trial.doses["subject_id"].unique())
    treated = given[population.included]
    in_treatment = is_treatment(trial)
    treated_arms = {
        code for code in definition.arms.codes if (given & (in_treatment == (code == definition.arms.treatment))).any()
    }
    known = response = None
    if primary is not None:
        outcomes = outcome(trial, resolve(trial, EndpointSpec(endpoint=primary.id)))
        known, response = outcomes.known[population.included], outcomes.response[population.included]
    arms = {}
    for code in definition.arms.codes:
        members = population.arm(code)
        arms[code] = ArmFlow(
            randomized=int(members.sum()),
            treated=int(treated[members].sum()) if code in treated_arms else None,
            died=int(dead[members].sum()) if deaths_recorded else None,
            lost=int(((completed == 0) & ~dead & members).sum()) if completion_recorded else None,
            observed=None if known is None else int((known & members).sum()),
            analysed=None if response is None else int((~np.isnan(response) & members).sum()),
        )
    return ParticipantFlow(
        planned=definition.study.planned,
        randomized=len(trial.subjects),
        other_arms=trial.excluded,
        filtered_out=len(trial.subjects) - population.size,
        endpoint_label="" if primary is None else primary.label,
        endpoint_week=None if primary is None else primary.week,
        arms=arms,
        standing=population.standing,
    )
