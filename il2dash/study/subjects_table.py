"""The subjects table: ids, arms, last contact, covariates and recorded outcomes, checked and typed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from il2dash.study.columns import find_columns, missing_column, nearest
from il2dash.study.definition import Arms, Covariate, StudyDefinition
from il2dash.study.problems import Problem
from il2dash.study.raw_tables import RawTable
from il2dash.study.subject_ids import KnownSubjects
from il2dash.study.values import (
    MISSING_TEXTS,
    is_missing,
    number_problems,
    parse_distinct,
    parse_numbers,
    parse_yes_no,
    problems_where,
    whole_number_text,
)
from il2dash.study.weeks import read_weeks

REQUIRED_COLUMNS = ("subject_id", "arm")
OPTIONAL_COLUMNS = ("last_contact_week", "completed")
RECORDED_PREFIX = "recorded:"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SubjectsRead:
    """Patients of the two arms, typed; the index is the row in the file."""

    frame: pd.DataFrame
    known: KnownSubjects | None
    columns_read: tuple[str, ...]
    problems: tuple[Problem, ...]

    @property
    def excluded(self) -> int:
        """Patients of arms that the study leaves out."""
        return len(self.known.excluded) if self.known else 0


def read_subjects(raw: RawTable, definition: StudyDefinition) -> SubjectsRead:
    """Check the subjects table and type its columns, as `Trial` describes them."""
    source = definition.tables.subjects
    places, problems = find_columns(raw, REQUIRED_COLUMNS, mapping=source.columns, optional=OPTIONAL_COLUMNS)
    for column in [covariate.file_column for covariate in definition.covariates] + _recorded_columns(definition):
        if column not in raw.columns:
            problems.append(missing_column(raw, column))
    included = np.ones(len(raw.data), dtype=bool)
    arm = pd.Series("", index=raw.data.index, dtype="str")
    if "arm" in places:
        arm, included, found = _arms(raw, places["arm"], definition.arms)
        problems += found
    known = None
    if "subject_id" in places:
        problems += _id_problems(raw, places["subject_id"])
        known = _known(raw, raw.data[places["subject_id"]], included)
    kept = raw.keeping(included)
    frame = pd.DataFrame(index=kept.data.index)
    frame["subject_id"] = kept.data[places["subject_id"]] if known else ""
    frame["arm"] = arm[included]
    frame["last_contact_week"], found = _last_contact(kept, places.get("last_contact_week"), definition)
    problems += found
    frame["completed"], found = _yes_no(kept, places.get("completed"))
    problems += found
    for covariate in definition.covariates:
        if covariate.file_column in kept.columns:
            frame[covariate.name], found = _covariate(kept, covariate)
            problems += found
    recorded = [column for column in _recorded_columns(definition) if column in kept.columns]
    for column in recorded:
        frame[f"{RECORDED_PREFIX}{column}"], found = _yes_no(kept, column)
        problems += found
    if "arm" in places:
        problems += _arm_size_problems(kept, frame["arm"], definition.arms)
    covariate_columns = [covariate.file_column for covariate in definition.covariates]
    read = dict.fromkeys([*places.values(), *covariate_columns, *recorded])
    return SubjectsRead(
        frame=frame,
        known=known,
        columns_read=tuple(column for column in read if column in raw.columns),
        problems=tuple(problems),
    )


def _recorded_columns(definition: StudyDefinition) -> list[str]:
    columns = [endpoint.column for endpoint in definition.endpoints if endpoint.rule == "recorded" and endpoint.column]
    return list(dict.fromkeys(columns))


def _known(raw: RawTable, ids: pd.Series[str], included: np.ndarray) -> KnownSubjects:
    inside = frozenset(ids[included])
    return KnownSubjects(file=raw.file, included=inside, excluded=frozenset(ids[~included]) - inside)


def _id_problems(raw: RawTable, column: str) -> list[Problem]:
    ids = raw.data[column]
    missing = is_missing(ids)
    problems = problems_where(
        raw, missing, column=column, rule="Every patient has a subject id.", remedy="Fill in the id, or remove the row."
    )
    again = ids.duplicated().to_numpy(dtype=bool) & ~missing
    if again.any():
        first = dict(zip(ids[::-1], ids.index[::-1], strict=True))
        problems += problems_where(
            raw,
            again,
            column=column,
            rule="A patient has one row, and a subject id belongs to one patient.",
            remedy=lambda text: f"Remove one of the rows or correct its id; the id stands first in row {first[text]}.",
        )
    return problems


def _arms(raw: RawTable, column: str, arms: Arms) -> tuple[pd.Series[str], np.ndarray, list[Problem]]:
    """Return the arm's code by row, which rows belong to the study's arms or are faulty, and the problems."""
    code_of = {whole_number_text(level.file_value): level.code for level in arms.levels}
    text = raw.data[column]
    plain = text.map({distinct: whole_number_text(distinct) for distinct in text.unique()})
    missing = is_missing(text) & ~plain.isin(code_of).to_numpy(dtype=bool)
    unlisted = ~plain.isin(code_of).to_numpy(dtype=bool) & ~missing
    codes = plain.map(code_of).fillna("").astype("str")
    problems = problems_where(
        raw, missing, column=column, rule="Every patient has an arm.", remedy="Fill in the arm that was allocated."
    )
    if arms.others == "exclude":
        return codes, ~unlisted, problems
    values = ", ".join(f"{level.file_value} ({level.label})" for level in arms.levels)
    problems += problems_where(
        raw,
        unlisted,
        column=column,
        rule=f"An arm is one of {values}.",
        remedy=lambda value: (
            'Correct it, or list the arm in [arms] of study.toml; `others = "exclude"` leaves such patients out.'
            + nearest(value, [level.file_value for level in arms.levels])
        ),
    )
    return codes, np.ones(len(text), dtype=bool), problems


def _arm_size_problems(raw: RawTable, arm: pd.Series[str], arms: Arms) -> list[Problem]:
    if raw.data.empty:
        return [
            Problem(
                severity="error",
                file=raw.file,
                rule="A study has patients; the table has no row of a patient in its arms.",
                remedy="Add one row a randomized patient, or correct the arms' values in study.toml.",
            )
        ]
    return [
        Problem(
            severity="warning",
            file=raw.file,
            column="arm",
            value=level.file_value,
            rule=f"Nobody is in the arm {level.label!r}; the arms can't be compared.",
            remedy="Check how the file writes this arm, and `value` in [[arms.levels]] of study.toml.",
        )
        for level in arms.levels
        if not (arm == level.code).any()
    ]


def _last_contact(raw: RawTable, column: str | None, definition: StudyDefinition) -> tuple[np.ndarray, list[Problem]]:
    if column is None:
        return np.full(len(raw.data), np.nan), []
    return read_weeks(
        raw,
        column,
        unit=definition.tables.subjects.time_unit,
        what="The time of the last contact",
        required=False,
        negative=False,
    )


def _yes_no(raw: RawTable, column: str | None) -> tuple[np.ndarray, list[Problem]]:
    if column is None:
        return np.full(len(raw.data), np.nan), []
    values, faulty = parse_yes_no(raw.data[column])
    return values, problems_where(
        raw,
        faulty,
        column=column,
        rule="The answer is 1 or 0 (or yes and no, true and false).",
        remedy="Correct it, or leave the cell empty where it isn't known.",
    )


def _covariate(raw: RawTable, covariate: Covariate) -> tuple[np.ndarray | pd.Series[str], list[Problem]]:
    column = covariate.file_column
    if covariate.kind == "continuous":
        numbers = parse_numbers(raw.data[column])
        problems = number_problems(
            raw, numbers, column=column, what=covariate.label, date_remedy="Give a number, such as years or weeks."
        )
        return numbers.value, problems
    if covariate.kind == "binary" and not covariate.levels:
        return _yes_no(raw, column)
    return _levels(raw, covariate)


def _levels(raw: RawTable, covariate: Covariate) -> tuple[np.ndarray | pd.Series[str], list[Problem]]:
    """Return a binary covariate as 0/1 and a categorical one by its levels' file values."""
    text = raw.data[covariate.file_column]
    known = {whole_number_text(level.value): float(position) for position, level in enumerate(covariate.levels)}
    if not known:
        missing = is_missing(text)
        return text.mask(missing), []

    def position_of(value: str) -> float:
        plain = whole_number_text(value)
        return known[plain] if plain in known else -1.0 if plain.lower() in MISSING_TEXTS else -2.0

    positions = parse_distinct(text, position_of)
    problems = problems_where(
        raw,
        positions == -2.0,
        column=covariate.file_column,
        rule=f"{covariate.label} is one of {', '.join(level.value for level in covariate.levels)}.",
        remedy=lambda value: (
            "Correct it, leave the cell empty where it isn't known, or add the level to study.toml."
            + nearest(value, [level.value for level in covariate.levels])
        ),
    )
    if covariate.kind == "binary":
        return np.where(positions < 0, np.nan, positions), problems
    names = pd.Series([level.value for level in covariate.levels], dtype="str")
    chosen = names.reindex(np.where(positions < 0, -1, positions).astype(int))
    return pd.Series(chosen.to_numpy(), index=text.index, dtype="str"), problems
