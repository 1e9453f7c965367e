"""The subjects table of a study, made of the table that a recipe names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from il2dash.intake.guess_patients import several_arms
from il2dash.intake.origins import Origin, Place, RowOrigin
from il2dash.intake.patient_rows import one_row_a_patient, repeated_patients, rows_that_count
from il2dash.intake.recipe import Recipe, RecordedOutcome
from il2dash.intake.stored_values import number_text
from il2dash.study.columns import nearest
from il2dash.study.definition import Endpoint
from il2dash.study.problems import Problem
from il2dash.study.raw_tables import RawTable
from il2dash.study.values import is_missing, problems_where, whole_number_text
from il2dash.study.weeks import read_weeks

NO_ARM = "none recorded"
"""The arm of a patient without one, where such patients are left out and counted."""
MOST_CROSSED = 0.5
"""More of the patients with several rows can't be in several arms by slips."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TableContent:
    """One of the study's tables in text cells, where its rows come from, and what is wrong with them."""

    frame: pd.DataFrame
    origin: Origin
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SubjectsContent(TableContent):
    """The subjects table, with the ids of the patients whose arm is left out and the columns of recorded outcomes."""

    excluded: frozenset[str]
    recorded: dict[str, str]


def subjects_content(table: RawTable, recipe: Recipe) -> SubjectsContent:
    """Return the study's subjects: id, arm, last contact, completion, covariates and recorded outcomes."""
    choice = recipe.subjects
    columns = subject_columns(recipe)
    if choice.repeated:
        rows, problems = rows_that_count(table, choice.patient)
        if crossed := _crossed(rows, recipe):
            return _nobody(table, [*problems, crossed])
        latest = () if choice.last_contact is None else (choice.last_contact.column,)
        rows, found = one_row_a_patient(rows, choice.patient, columns, latest=latest)
        problems += found
    else:
        rows, problems = table, repeated_patients(table, choice.patient)
    included, found = _arms(rows, recipe)
    problems += found
    kept = rows.keeping(included)
    arm = rows.data[choice.arm]
    if choice.without_arm == "exclude":
        arm = arm.mask(is_missing(arm), NO_ARM)
    frame = pd.DataFrame({"subject_id": rows.data[choice.patient], "arm": arm})
    places = {"subject_id": choice.patient, "arm": choice.arm}
    if choice.last_contact is not None:
        weeks, found = read_weeks(
            kept,
            choice.last_contact.column,
            unit=choice.last_contact.unit,
            what="The time of the last contact",
            required=False,
            negative=False,
        )
        problems += found
        frame["last_contact_week"] = _texts(weeks, kept, rows)
        places["last_contact_week"] = choice.last_contact.column
    if choice.completed:
        frame["completed"] = rows.data[choice.completed]
        places["completed"] = choice.completed
    for covariate in recipe.covariates:
        frame[covariate.name] = rows.data[covariate.file_column]
        places[covariate.name] = covariate.file_column
    recorded = recorded_columns(recipe)
    outcomes = {outcome.endpoint: outcome for outcome in recipe.recorded}
    for endpoint in (one for one in recipe.endpoints if one.id in recorded):
        frame[recorded[endpoint.id]], found = _recorded(kept, rows, endpoint, outcomes.get(endpoint.id))
        problems += found
        places[recorded[endpoint.id]] = endpoint.column
    numbers = rows.data.index.to_numpy(dtype=np.int64)
    origin = Origin(
        places=(Place(file=rows.file, columns=places),),
        rows=RowOrigin(place=np.zeros(len(numbers), dtype=np.int64), row=numbers),
    )
    return SubjectsContent(
        frame=frame.reset_index(drop=True),
        origin=origin,
        problems=tuple(problems),
        excluded=frozenset(rows.data[choice.patient][~included]) - frozenset(kept.data[choice.patient]),
        recorded=recorded,
    )


def subject_columns(recipe: Recipe) -> tuple[str, ...]:
    """Return the columns of the subjects' table that the recipe takes, the patient's first."""
    choice = recipe.subjects
    columns = [choice.patient, choice.arm]
    columns += [choice.last_contact.column] if choice.last_contact is not None else []
    columns += [choice.completed] if choice.completed else []
    columns += [covariate.file_column for covariate in recipe.covariates]
    columns += [endpoint.column for endpoint in recipe.endpoints if endpoint.rule == "recorded" and endpoint.column]
    return tuple(dict.fromkeys(columns))


def recorded_columns(recipe: Recipe) -> dict[str, str]:
    """Return the column of our subjects table for each recorded endpoint, none of them a covariate's."""
    taken = {covariate.name for covariate in recipe.covariates}
    columns: dict[str, str] = {}
    for endpoint in recipe.endpoints:
        if endpoint.rule == "recorded" and endpoint.column:
            name = f"outcome_{endpoint.id}"
            while name in taken:
                name += "_"
            taken.add(name)
            columns[endpoint.id] = name
    return columns


def _arms(rows: RawTable, recipe: Recipe) -> tuple[np.ndarray, list[Problem]]:
    """Return which patients aren't of an arm that is left out, and a problem for each of an arm that isn't named."""
    choice = recipe.subjects
    text = rows.data[choice.arm]
    plain = text.map({distinct: whole_number_text(distinct) for distinct in text.unique()})
    compared = [whole_number_text(arm.value) for arm in (choice.reference, choice.treatment)]
    left_out = [whole_number_text(value) for value in choice.excluded_arms]
    excluded = (plain.isin(left_out) & ~plain.isin(compared)).to_numpy(dtype=bool)
    without = is_missing(text)
    unnamed = ~excluded & ~plain.isin(compared).to_numpy(dtype=bool) & ~without
    named = [choice.reference.value, choice.treatment.value, *choice.excluded_arms]
    problems = problems_where(
        rows,
        unnamed,
        column=choice.arm,
        rule=f"An arm is one of {choice.reference.value!r}, {choice.treatment.value!r}"
        + (f", or left out: {', '.join(choice.excluded_arms)}." if choice.excluded_arms else "."),
        remedy=lambda value: f"Correct it, or choose whether this arm is left out.{nearest(value, named)}",
    )
    if choice.without_arm == "exclude":
        return ~(excluded | without), problems
    problems += problems_where(
        rows,
        without,
        column=choice.arm,
        rule="Every patient has an arm.",
        remedy="Fill in the arm that was allocated, or say in the step Patients that patients without one are left "
        "out: they weren't randomized.",
    )
    return ~excluded, problems


def _crossed(rows: RawTable, recipe: Recipe) -> Problem | None:
    """Return the problem of a table in which most patients with several rows were in several arms."""
    choice = recipe.subjects
    crossed = several_arms(rows, patient=choice.patient, arm=choice.arm)
    several = int((rows.data[choice.patient].value_counts() > 1).sum())
    if crossed <= max(MOST_CROSSED * several, 1):
        return None
    return Problem(
        severity="error",
        file=rows.file,
        column=choice.arm,
        rule=f"A patient is in one arm; here {crossed:,} of {rows.data[choice.patient].nunique():,} patients are in "
        "several.",
        remedy="Where each patient had both treatments (a crossover trial, both eyes) there are no two arms to compare "
        "here. Where ids are counted anew in each centre, say so in the step Patients.",
    )


def _nobody(table: RawTable, problems: Sequence[Problem]) -> SubjectsContent:
    nowhere = RowOrigin(place=np.zeros(0, dtype=np.int64), row=np.zeros(0, dtype=np.int64))
    return SubjectsContent(
        frame=pd.DataFrame({"subject_id": pd.Series(dtype="str")}),
        origin=Origin(places=(Place(file=table.file, columns={}),), rows=nowhere),
        problems=tuple(problems),
        excluded=frozenset(),
        recorded={},
    )


def _recorded(
    kept: RawTable, rows: RawTable, endpoint: Endpoint, outcome: RecordedOutcome | None
) -> tuple[pd.Series[str], list[Problem]]:
    if outcome is None:
        return rows.data[endpoint.column], []
    answer, problems = answers(kept, endpoint.column, yes=outcome.yes, no=outcome.no, what=endpoint.label)
    return answer.reindex(rows.data.index, fill_value=""), problems


def answers(
    raw: RawTable, column: str, *, yes: Sequence[str], no: Sequence[str], what: str
) -> tuple[pd.Series[str], list[Problem]]:
    """Return ``"1"``, ``"0"`` or ``""`` for the texts that mean yes, no and missing, and a problem for any other."""
    text = raw.data[column]
    meaning = {whole_number_text(value): "0" for value in no} | {whole_number_text(value): "1" for value in yes}
    plain = text.map({distinct: whole_number_text(distinct) for distinct in text.unique()})
    answer = plain.map(meaning)
    unknown = (answer.isna() & ~is_missing(text)).to_numpy(dtype=bool)
    problems = problems_where(
        raw,
        unknown,
        column=column,
        rule=f"{what}: yes is {_listed(yes)} and no is {_listed(no)}.",
        remedy="Correct it, or say what this text means.",
    )
    return answer.fillna("").astype("str"), problems


def _listed(values: Sequence[str]) -> str:
    return " or ".join(repr(value) for value in values) or "nothing"


def _texts(weeks: np.ndarray, kept: RawTable, rows: RawTable) -> pd.Series[str]:
    written = pd.Series([week_text(week) for week in weeks], index=kept.data.index, dtype="str")
    return written.reindex(rows.data.index, fill_value="")


def week_text(week: float) -> str:
    """Write a week with all its digits, and nothing where there is none."""
    return "" if np.isnan(week) else number_text(float(week))
