"""Raw tables and a recipe become a study's content, or every reason why not, in the files' own places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from il2dash.intake.day_columns import day_problems, with_day_columns
from il2dash.intake.events_content import events_content
from il2dash.intake.origins import Origin, original_problems
from il2dash.intake.patient_columns import with_patient_columns
from il2dash.intake.planned_weeks import with_planned_weeks_grouped
from il2dash.intake.recipe import Recipe
from il2dash.intake.recipe_layouts import (
    EventIndicator,
    EventRows,
    MarkerColumns,
    MarkerParameters,
    VisitsChoice,
    WeekColumns,
)
from il2dash.intake.study_content import StudyContent, read_content
from il2dash.intake.subjects_content import TableContent, recorded_columns, subject_columns, subjects_content
from il2dash.intake.visits_content import visits_content
from il2dash.study.columns import nearest
from il2dash.study.definition import ArmLevel, Arms, StudyDefinition
from il2dash.study.definition_rules import rule_problems
from il2dash.study.definition_tables import EventsSource, Tables
from il2dash.study.problems import Problem, errors
from il2dash.study.raw_tables import RawTable
from il2dash.study.reading import StudyReading
from il2dash.study.study_files import DEFINITION_FILE
from il2dash.study.table_sources import TableName


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Built:
    """What a recipe made of raw tables.

    Parameters
    ----------
    content : StudyContent or None
        None where any problem is an error.
    problems : tuple of Problem
        What was found on the way, in the places of the raw tables.
    origins : mapping of table name to Origin
        Where the content's rows come from.
    """

    content: StudyContent | None
    problems: tuple[Problem, ...]
    origins: Mapping[TableName, Origin] = field(default_factory=dict)


def build(tables: Iterable[RawTable], recipe: Recipe) -> Built:
    """Make a study's content of raw tables; `read_built` checks its values and gives the trial.

    Tables that the recipe doesn't name, and columns that it doesn't take, play no part. Nothing raises.
    """
    by_file = {table.file: table for table in with_day_columns(with_patient_columns(tuple(tables), recipe), recipe)}
    used = [(file, column) for file, columns in _references(recipe) for column in columns]
    problems = [*_reference_problems(by_file, recipe), *_recipe_problems(recipe), *day_problems(by_file, recipe, used)]
    if problems:
        return Built(content=None, problems=tuple(problems))
    subjects = subjects_content(by_file[recipe.subjects.table], recipe)
    made: dict[TableName, TableContent] = {"subjects": subjects}
    if recipe.visits:
        made["visits"] = visits_content(by_file, recipe, subjects=subjects.frame, excluded=subjects.excluded)
    if recipe.events:
        made["events"] = events_content(by_file, recipe, excluded=subjects.excluded)
    found = tuple(problem for content in made.values() for problem in content.problems)
    if errors(found):
        return Built(content=None, problems=found)
    return Built(
        content=StudyContent(
            definition=_definition(recipe, subjects.recorded),
            tables={name: content.frame for name, content in made.items()},
        ),
        problems=found,
        origins={name: content.origin for name, content in made.items()},
    )


def read_built(built: Built) -> StudyReading:
    """Read what was built as any study is read; every problem is in the place of the raw tables where it has one."""
    if built.content is None:
        return StudyReading(place="the files", definition=None, trial=None, problems=built.problems, tables=())
    reading = read_content(built.content)
    found = reading.problems
    if "visits" in built.origins:
        found = with_planned_weeks_grouped(found, built.origins["visits"])
    return replace(reading, place="the files", problems=(*original_problems(found, built.origins), *built.problems))


def _definition(recipe: Recipe, recorded: Mapping[str, str]) -> StudyDefinition:
    subjects = recipe.subjects
    levels = tuple(
        ArmLevel(code=arm.code, label=arm.label, value="" if arm.value == arm.code else arm.value)
        for arm in (subjects.reference, subjects.treatment)
    )
    return StudyDefinition(
        study=recipe.study,
        arms=Arms(
            reference=subjects.reference.code,
            levels=levels,
            others="exclude" if subjects.excluded_arms or subjects.without_arm == "exclude" else "error",
        ),
        tables=Tables(events=EventsSource(event_name=recipe.event_name, event_name_plural=recipe.event_name_plural)),
        visits=recipe.plan,
        markers={choice.name: choice.marker for choice in recipe.markers},
        covariates=tuple(replace(covariate, column="") for covariate in recipe.covariates),
        endpoints=tuple(
            replace(endpoint, column=recorded[endpoint.id]) if endpoint.id in recorded else endpoint
            for endpoint in recipe.endpoints
        ),
        missing=recipe.missing,
        models=recipe.models,
    )


def _reference_problems(tables: Mapping[str, RawTable], recipe: Recipe) -> Iterator[Problem]:
    """Find tables and columns that the recipe names and the files don't have."""
    for file, columns in _references(recipe):
        if file not in tables:
            yield Problem(
                severity="error",
                file=file,
                rule="The recipe names this table, and it isn't among the loaded ones.",
                remedy=f"Load it, or choose another.{nearest(file, tables)} Loaded: {', '.join(tables) or 'none'}.",
            )
            continue
        there = tables[file].columns
        for column in dict.fromkeys(columns):
            if column not in there:
                yield Problem(
                    severity="error",
                    file=file,
                    row=1,
                    column=column,
                    rule="The recipe names this column, and the table's header doesn't have it.",
                    remedy=f"Choose another.{nearest(column, there)} The table's columns are {', '.join(there)}.",
                )


def _references(recipe: Recipe) -> Iterator[tuple[str, list[str]]]:
    yield recipe.subjects.table, list(subject_columns(recipe))
    for visits in recipe.visits:
        if isinstance(visits, MarkerColumns):
            columns = [visits.time.column, *visits.columns.values(), *(each.column for each in visits.only)]
        elif isinstance(visits, MarkerParameters):
            columns = [visits.time.column, visits.parameter, visits.value, *(each.column for each in visits.only)]
        else:
            columns = [place.column for place in visits.columns]
        yield visits.table, [visits.patient, *columns]
    for events in recipe.events:
        columns = [events.patient, events.time.column, *(each.column for each in events.only)]
        if isinstance(events, EventIndicator):
            columns.append(events.column)
        elif isinstance(events, EventRows):
            columns += [column for column in (events.category_column, events.term, events.grade) if column]
        yield events.table, columns


def _recipe_problems(recipe: Recipe) -> Iterator[Problem]:
    """Find choices that contradict each other, before any row is looked at."""
    yield from rule_problems(_definition(recipe, recorded_columns(recipe)), file=DEFINITION_FILE)
    names = [choice.name for choice in recipe.markers]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield _contradiction("markers", name, "A marker's name stands once.", "Rename one of the markers.")
    given = [name for visits in recipe.visits for name in _markers_of(visits)]
    for name in dict.fromkeys(given):
        if name not in names:
            yield _contradiction(
                "visits", name, "A column of values is of one of the recipe's markers.", "Describe this marker."
            )
    for name in names:
        if name not in given:
            yield _contradiction("markers", name, "A marker has values in a table.", "Say where, or drop the marker.")
    for events in recipe.events:
        if isinstance(events, EventRows) and (events.category is None) == (not events.category_column):
            yield _contradiction(
                "events",
                events.table,
                "A table of events is of one kind, or has a column that says the kind.",
                "Choose one of the two.",
            )
    endpoints = [endpoint.id for endpoint in recipe.endpoints if endpoint.rule == "recorded"]
    for outcome in recipe.recorded:
        if outcome.endpoint not in endpoints:
            yield _contradiction(
                "recorded",
                outcome.endpoint,
                "The meaning of yes and no belongs to a recorded endpoint.",
                "Correct the endpoint's id.",
            )


def _markers_of(visits: VisitsChoice) -> list[str]:
    if isinstance(visits, WeekColumns):
        return [place.marker for place in visits.columns]
    return list(visits.columns if isinstance(visits, MarkerColumns) else visits.parameters)


def _contradiction(place: str, value: str, rule: str, remedy: str) -> Problem:
    return Problem(severity="error", file="the choices", column=place, value=value, rule=rule, remedy=remedy)
