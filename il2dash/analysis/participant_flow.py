"""The flow of patients, as CONSORT 2010 asks for it, counted from the data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from il2dash.analysis.outcome import EndpointSpec, outcome, resolve
from il2dash.analysis.population import Population
from il2dash.analysis.standing import Standing


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
    subjects = population.subjects
    ids = subjects["subject_id"]
    dead = np.zeros(len(subjects), dtype=bool)
    deaths_recorded = trial.events is not None and bool((trial.events["category"] == "death").any())
    if trial.events is not None:
        dead = ids.isin(trial.events.loc[trial.events["category"] == "death", "subject_id"]).to_numpy()
    completed = subjects["completed"].to_numpy(dtype=float)
    completion_recorded = bool(trial.subjects["completed"].notna().any())
    dosed = set() if trial.doses is None else set(trial.doses["subject_id"])
    treated = ids.isin(dosed).to_numpy()
    treated_arms = set(trial.subjects.loc[trial.subjects["subject_id"].isin(dosed), "arm"])
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
        filtered_out=len(trial.subjects) - len(subjects),
        endpoint_label="" if primary is None else primary.label,
        endpoint_week=None if primary is None else primary.week,
        arms=arms,
        standing=population.standing,
    )
