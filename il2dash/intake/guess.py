"""A whole recipe proposed from raw tables alone, each choice with its reason and what else could be chosen.

Nothing of it is applied by itself: a proposal is what a form starts with, and `questions` says what only a person
knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from il2dash.intake.column_facts import Guess, TableFacts, identifier, table_facts
from il2dash.intake.day_columns import date_columns
from il2dash.intake.guess_arms import Chosen, guess_arm, guess_arms, same_as_arm
from il2dash.intake.guess_covariates import guess_covariates, guess_recorded
from il2dash.intake.guess_events import guess_event_name, guess_events
from il2dash.intake.guess_patients import crossed_words, guess_patient, has_ids, proposed_ids
from il2dash.intake.guess_visits import guess_visits, unused_words
from il2dash.intake.patient_columns import with_patient_column
from il2dash.intake.recipe import ROW_NUMBER, MarkerChoice, PatientColumn, Recipe, Subjects
from il2dash.intake.recipe_layouts import VisitsChoice, WeekColumns
from il2dash.study.definition import Covariate, StudyInformation, Visits
from il2dash.study.raw_tables import RawTable

ORIGIN_QUESTION = "Is this trial's data real or synthetic? It is taken as real."
MOST_COVARIATES = 50
"""How many covariates are proposed: more are chosen, not guessed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A proposed recipe (None where no patient or arm column is found), its reasons, and what has to be asked."""

    recipe: Recipe | None
    guesses: tuple[Guess, ...]
    questions: tuple[str, ...]


def guess_recipe(tables: Sequence[RawTable], *, chosen: Chosen | None = None) -> Proposal:
    """Propose a recipe for raw tables; what is `chosen` stays."""
    chosen = chosen or Chosen()
    ids, asked = proposed_ids(tables, table=chosen.table, patient=chosen.patient, within=chosen.within, arm=chosen.arm)
    tables = [_with(table, ids) for table in tables]
    found = [(table, _patient_of(table, chosen, ids)) for table in tables if len(table.data)]
    facts = {table.file: table_facts(table, patient=guess.value) for table, guess in found if guess.value}
    candidates = [chosen.table] if chosen.table in facts else list(facts)
    arms = {file: guess for file in candidates if (guess := guess_arm(facts[file], chosen=chosen)).value}
    file = _subjects_file(arms, facts)
    if not file:
        return Proposal(
            recipe=None,
            guesses=tuple(guess for _, guess in found),
            questions=(
                "Which table has the patients, which of its columns is the patient and which the arm?",
                *crossed_words(facts.values()),
            ),
        )
    patient = next(guess for table, guess in found if table.file == file)
    proposal = _proposal(facts, chosen, patient=patient, arm=arms[file], file=file)
    assert proposal.recipe is not None
    return replace(proposal, recipe=replace(proposal.recipe, ids=ids), questions=(*asked, *proposal.questions))


def _with(table: RawTable, ids: Sequence[PatientColumn]) -> RawTable:
    made = next((one for one in ids if one.table == table.file), None)
    return table if made is None else with_patient_column(table, made)


def _patient_of(table: RawTable, chosen: Chosen, ids: Sequence[PatientColumn]) -> Guess:
    made = next((one.name for one in ids if one.table == table.file), "")
    if made:
        reason = "every row is taken as a patient" if made == ROW_NUMBER else "the ids stand again in other centres"
        return Guess(about="subjects.patient", value=made, reason=reason, alternatives=tuple(table.columns))
    if chosen.patient in table.columns and chosen.table in ("", table.file):
        others = tuple(column for column in table.columns if column != chosen.patient)
        return Guess(about="subjects.patient", value=chosen.patient, reason="chosen", alternatives=others)
    return guess_patient(table)


def _subjects_file(arms: dict[str, Guess], facts: dict[str, TableFacts]) -> str:
    """Return the table of the patients: one with an arm, rather one row a patient, with ids, the most columns."""
    ranked = sorted(
        arms, key=lambda file: (facts[file].repeated, not has_ids(facts[file].table), -len(facts[file].columns))
    )
    return ranked[0] if ranked else ""


def _proposal(facts: Mapping[str, TableFacts], chosen: Chosen, *, patient: Guess, arm: Guess, file: str) -> Proposal:
    main = facts[file]
    reference, treatment, excluded, reason = guess_arms(main.columns[arm.value], chosen=chosen)
    levels = main.columns[arm.value].levels
    guesses = [
        patient,
        arm,
        Guess(about="subjects.reference", value=reference.value, reason=reason, alternatives=levels),
        Guess(
            about="subjects.treatment",
            value=treatment.value,
            reason="the next of the values" if excluded else "the other value",
            alternatives=levels,
        ),
    ]
    questions = [ORIGIN_QUESTION]
    visits, markers, schedule, found, asked = _all_visits(facts.values())
    guesses += found
    questions += asked
    events = guess_events(facts.values(), main)
    guesses += events.guesses
    questions += events.questions
    taken = {source.table for source in (*visits, *events.events)}
    questions += [words for one in facts.values() if one.file not in taken for words in unused_words(one)]
    later = {place.column for source in visits if isinstance(source, WeekColumns) for place in source.columns}
    baseline = {
        place.column: f"baseline_{place.marker}"
        for source in visits
        if isinstance(source, WeekColumns) and source.table == file
        for place in source.columns
        if place.week == 0
    }
    used = {main.patient, arm.value, *events.columns, *(later - set(baseline)), *same_as_arm(main, arm.value)}
    baseline |= {marker.marker.label: f"baseline_{marker.name}" for marker in markers}
    covariates = [
        replace(guess, covariate=_as_baseline(guess.covariate, baseline)) for guess in guess_covariates(main, used=used)
    ]
    if len(covariates) > MOST_COVARIATES:
        questions.append(
            f"Which covariates? {len(covariates)} columns could be; the first {MOST_COVARIATES} are proposed."
        )
        covariates = covariates[:MOST_COVARIATES]
    guesses += [
        Guess(
            about=f"covariates.{guess.covariate.name}",
            value=guess.covariate.column,
            reason=f"{guess.covariate.kind}: {guess.reason}",
            alternatives=guess.alternatives,
        )
        for guess in covariates
    ]
    endpoints, recorded, unclear = guess_recorded(main, used=used)
    questions += [*unclear, *_date_words(main)]
    if endpoints:
        guesses.append(
            Guess(
                about="endpoints",
                value=", ".join(endpoint.column for endpoint in endpoints),
                reason="yes or no, and called as outcomes are",
            )
        )
    elif markers:
        questions.append("Which endpoint: which marker, which rule and threshold, at which week?")
    name = PurePosixPath(file.partition("[")[0]).stem
    recipe = Recipe(
        study=StudyInformation(id=identifier(name, otherwise="study"), title=name, synthetic=False),
        subjects=Subjects(
            table=file,
            patient=main.patient,
            arm=arm.value,
            reference=reference,
            treatment=treatment,
            excluded_arms=excluded,
            repeated=main.repeated,
            last_contact=events.last_contact,
        ),
        covariates=tuple(guess.covariate for guess in covariates),
        markers=markers,
        visits=visits,
        plan=Visits(schedule=schedule),
        events=events.events,
        event_name=guess_event_name(events.events, facts.values()),
        endpoints=endpoints,
        recorded=recorded,
    )
    return Proposal(recipe=recipe, guesses=tuple(guesses), questions=tuple(questions))


def _all_visits(
    tables: Iterable[TableFacts],
) -> tuple[tuple[VisitsChoice, ...], tuple[MarkerChoice, ...], tuple[float, ...], list[Guess], list[str]]:
    """Propose the visits of all tables; of two tables with a marker of one name the first counts."""
    visits: list[VisitsChoice] = []
    markers: dict[str, MarkerChoice] = {}
    schedule: set[float] = set()
    guesses: list[Guess] = []
    questions: list[str] = []
    for facts in tables:
        guess = guess_visits(facts)
        if guess is None or any(marker.name in markers for marker in guess.markers):
            continue
        visits += guess.visits
        markers |= {marker.name: marker for marker in guess.markers}
        schedule |= set(guess.schedule)
        questions += guess.questions
        guesses.append(
            Guess(
                about=f"visits.{facts.file}",
                value=", ".join(marker.name for marker in guess.markers),
                reason=guess.reason,
                alternatives=guess.alternatives,
            )
        )
    return tuple(visits), tuple(markers.values()), tuple(sorted(schedule)), guesses, questions


def _date_words(facts: TableFacts) -> tuple[str, ...]:
    dates = date_columns(facts.table)
    if not dates:
        return ()
    return (
        f"{', '.join(dates)}: dates. Is one of them that of randomization? Say it in the step Patients, and the others "
        "become days since then.",
    )


def _as_baseline(covariate: Covariate, baseline: Mapping[str, str]) -> Covariate:
    if covariate.column not in baseline:
        return covariate
    name = baseline[covariate.column]
    return replace(covariate, name=name, label=f"{covariate.label} (baseline)", timing="baseline")
