"""CDISC ADaM datasets as a study: what is asked of the user, and the study that the answers give.

`adam_datasets` recognizes the datasets; `adam_subjects`, `adam_findings` with `adam_visits`, and `adam_events` hold the
rules by which ADSL, findings (ADLB, ADVS, ...), ADTTE and ADAE are read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from il2dash.intake.adam_adverse import treatment_emergent
from il2dash.intake.adam_datasets import AdamDatasets, first_text, recognize, strangers
from il2dash.intake.adam_deaths import records_after_death
from il2dash.intake.adam_events import events_of
from il2dash.intake.adam_parameters import parameters_of
from il2dash.intake.adam_questions import (
    THRESHOLD_RULES,
    AdamChoices,
    AdamEndpointOffer,
    AdamParameter,
    AdamQuestions,
)
from il2dash.intake.adam_study_days import with_study_days
from il2dash.intake.adam_subjects import likely_reference, outcomes_of, randomized, subjects_of
from il2dash.intake.adam_times import event_parameters_of
from il2dash.intake.adam_visits import visits_of
from il2dash.intake.column_facts import identifier
from il2dash.intake.study_content import StudyContent
from il2dash.study.definition import Endpoint, Missing, StudyDefinition, StudyInformation, Visits
from il2dash.study.definition_rules import rule_problems
from il2dash.study.definition_tables import EventsSource, Tables
from il2dash.study.problems import Problem, errors
from il2dash.study.study_files import DEFINITION_FILE
from il2dash.study.table_sources import TableName

__all__ = ["AdamBuilt", "adam_content", "adam_questions", "endpoint_offers", "recognize"]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class AdamBuilt:
    """A study from ADaM datasets.

    Parameters
    ----------
    content : StudyContent or None
        None where any problem is an error.
    problems : tuple of Problem
        All of them, errors first, at the places of the ADaM files.
    notes : tuple of str
        What was left out, with its number and why, and what was decided.
    """

    content: StudyContent | None
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]


def adam_questions(
    datasets: AdamDatasets, *, arms: Collection[str] = (), include_derived: bool = False, analysis_flag: bool = True
) -> AdamQuestions:
    """Return what a user is asked about ADaM datasets, with what there is to choose from.

    Parameters
    ----------
    arms : collection of str
        The arms whose patients, visits and events are counted; all of them where none is named.
    include_derived, analysis_flag : bool
        As in `AdamChoices`: they decide at which visits a parameter has records.
    """
    datasets, _ = with_study_days(datasets)
    patients = randomized(datasets.subjects)
    counted = patients.arm.isin(list(arms)).to_numpy(dtype=bool) | (not arms)
    ids = frozenset(patients.table.data["USUBJID"][counted])
    parameters = parameters_of(datasets, ids, include_derived=include_derived, analysis_flag=analysis_flag)
    return AdamQuestions(
        arm_column=patients.arm_column,
        arms=patients.arms,
        reference=likely_reference(patients.arms),
        parameters=parameters,
        outcomes=outcomes_of(datasets.subjects, ids),
        event_parameters=event_parameters_of(datasets, ids),
        adverse_events=treatment_emergent(datasets, ids),
    )


def endpoint_offers(
    parameters: Iterable[AdamParameter], *, visit_weeks: Mapping[str, float]
) -> tuple[AdamEndpointOffer, ...]:
    """Return the endpoints that can be had of the parameters that have a visit after the baseline.

    `visit_weeks` are the weeks of visits, by name, that the user said.
    """
    offers = []
    for parameter in parameters:
        said = {visit_weeks.get(visit.name, visit.week) for visit in parameter.visits}
        weeks = tuple(sorted(week for week in said if week is not None and week > 0))
        if weeks:
            offers.append(
                AdamEndpointOffer(
                    marker=parameter.id, label=parameter.label, unit=parameter.unit, rules=THRESHOLD_RULES, weeks=weeks
                )
            )
    return tuple(offers)


def adam_content(datasets: AdamDatasets, choices: AdamChoices) -> AdamBuilt:
    """Return the study that a user's choices make of ADaM datasets, or every reason why not.

    Datasets give the four tables of the data contract: subjects from ADSL, visits from the chosen parameters, events
    from the chosen times to events and all treatment-emergent adverse events. The study is read from them as any
    other, by `study_content.read_content`.
    """
    datasets, counted_days = with_study_days(datasets)
    patients = randomized(datasets.subjects)
    compared = frozenset(
        patients.table.data["USUBJID"][patients.arm.isin([choices.reference, choices.treatment]).to_numpy(dtype=bool)]
    )
    visits = visits_of(datasets, choices, compared)
    events = events_of(datasets, choices, compared)
    subjects = subjects_of(
        patients, choices, baselines=visits.baselines, markers=visits.markers, last_contact=events.last_contact
    )
    unknown = [
        problem
        for table in (*datasets.findings, *datasets.times, *datasets.adverse)
        for problem in strangers(table, datasets.subjects)
    ]
    after_death = records_after_death(datasets, compared, read_deaths=events.deaths)
    found = [*unknown, *subjects.problems, *visits.problems, *events.problems, *after_death]
    definition = None
    if not errors(found):
        definition = StudyDefinition(
            study=_information(datasets, choices),
            arms=subjects.arms,
            tables=Tables(
                events=EventsSource(event_name=choices.event_name, event_name_plural=choices.event_name_plural)
            ),
            visits=Visits(schedule=visits.schedule, window="exact") if visits.markers else Visits(),
            markers=dict(visits.markers),
            covariates=subjects.covariates,
            endpoints=choices.endpoints,
            missing=Missing(rule=choices.missing_rule),
        )
        found += rule_problems(definition, file=DEFINITION_FILE)
    notes = (*counted_days, *subjects.notes, *visits.notes, *events.notes, *_ignored(datasets))
    problems = tuple(sorted(found, key=lambda problem: problem.severity != "error"))
    if definition is None or errors(problems):
        return AdamBuilt(content=None, problems=problems, notes=notes)
    tables: dict[TableName, pd.DataFrame] = {"subjects": subjects.table}
    if visits.markers:
        tables["visits"] = visits.table
    if events.table is not None:
        tables["events"] = events.table
    return AdamBuilt(content=StudyContent(definition=definition, tables=tables), problems=problems, notes=notes)


def _information(datasets: AdamDatasets, choices: AdamChoices) -> StudyInformation:
    name = first_text(datasets.subjects, "STUDYID") or "ADaM study"
    return StudyInformation(
        id=identifier(name, otherwise="study"),
        title=choices.title or name,
        synthetic=choices.synthetic,
        provenance="CDISC ADaM datasets: " + ", ".join(datasets.files) + ".",
        primary_week=_primary_week(choices.endpoints),
    )


def _primary_week(endpoints: Iterable[Endpoint]) -> float | None:
    every = tuple(endpoints)
    primary = [endpoint for endpoint in every if endpoint.role == "primary"]
    return next((endpoint.week for endpoint in (*primary, *every)), None)


def _ignored(datasets: AdamDatasets) -> tuple[str, ...]:
    return tuple(f"{file} is none of the ADaM datasets that are read, and is left out." for file in datasets.ignored)
