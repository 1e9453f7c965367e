"""The subjects table of a study from ADSL: who was randomized, to which arm, and with which covariates."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from il2dash.intake.adam_covariates import column_order, covariate_of, rounded_step
from il2dash.intake.adam_datasets import cells, fault, flag_is_used, is_yes, of_patients
from il2dash.intake.adam_questions import AdamArm, AdamChoices, AdamOutcome
from il2dash.intake.column_facts import identifier
from il2dash.study.columns import nearest
from il2dash.study.definition import ArmLevel, Arms, Covariate, Marker
from il2dash.study.problems import Problem
from il2dash.study.raw_tables import RawTable
from il2dash.study.values import is_missing, number_problems, parse_numbers, problems_where

_NO_ARM_CODES = ("SCRNFAIL", "NOTASSGN")
_NO_ARM_TEXTS = ("SCREEN FAILURE", "SCREEN FAIL", "NOT ASSIGNED", "NOT RANDOMIZED", "UNASSIGNED")
_POPULATION_FLAGS = frozenset(
    ["RANDFL", "ITTFL", "SAFFL", "FASFL", "PPROTFL", "PPFL", "MITTFL", "ENRLFL", "SCRNFL", "COMPLFL", "DLFL"]
)
_CONTROL = re.compile(r"placebo|control|standard|usual care|\bsoc\b|sham|comparator|no treatment", re.IGNORECASE)
_COMPLETED = {"COMPLETED": "1", "DISCONTINUED": "0"}


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Randomized:
    """ADSL's randomized patients, their planned arms, and how many rows were left out, by the reason in words."""

    table: RawTable
    arm: pd.Series[str]
    arm_column: str
    left_out: Mapping[str, int]
    problems: tuple[Problem, ...]

    @property
    def arms(self) -> tuple[AdamArm, ...]:
        """The arms with their patients, in the order of ``TRT01PN`` where it is there, else of their names."""
        order = parse_numbers(cells(self.table, f"{self.arm_column}N")).value
        first = pd.Series(order, index=self.arm.index).groupby(self.arm).min()
        counts = self.arm.value_counts()
        names = sorted(counts.index, key=lambda name: (np.nan_to_num(first[name], nan=np.inf), name))
        return tuple(AdamArm(value=name, patients=int(counts[name])) for name in names)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SubjectsBuilt:
    """The subjects of a study; `compared` are the ids of the two arms."""

    table: pd.DataFrame
    arms: Arms
    covariates: tuple[Covariate, ...]
    compared: frozenset[str]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]


def randomized(table: RawTable) -> Randomized:
    """Return the patients of ADSL who were randomized, with the arm that was planned for them.

    The planned arm (``TRT01P``) counts and not the one that was taken (``TRT01A``): patients are compared as they were
    randomized. ADSL may also hold who never was: screening failures and patients without an arm (``ARMCD`` SCRNFAIL or
    NOTASSGN, the same in words, or no arm at all), and those whose ``RANDFL`` isn't Y; without a ``RANDFL``, those
    whose ``ITTFL`` is N. They are left out and counted; one who was randomized (``RANDFL``) and has no arm is told.
    Other populations (``SAFFL``, ``FASFL``, ``PPROTFL``) are subsets by what came after, and choose nobody here.
    """
    there = [name for name in ("TRT01P", "ARM", "ARMCD") if name in table.columns]
    column = next((name for name in there if not is_missing(cells(table, name)).all()), there[0])
    arm = cells(table, column)
    left_out: dict[str, int] = {}
    codes, words = cells(table, "ARMCD").str.upper(), cells(table, "ARM").str.upper()
    never = (
        codes.isin(_NO_ARM_CODES) | words.isin(_NO_ARM_TEXTS) | arm.str.upper().isin((*_NO_ARM_TEXTS, *_NO_ARM_CODES))
    ).to_numpy(dtype=bool)
    without = never | is_missing(arm)
    out = without.copy()
    _count(left_out, "a screening failure, or not assigned to an arm", without)
    flags = is_yes(table, "RANDFL")
    if flag_is_used(table, "RANDFL"):
        _count(left_out, "not randomized (RANDFL)", ~flags & ~out)
        out |= ~flags
    else:
        outside = (cells(table, "ITTFL").str.upper() == "N").to_numpy(dtype=bool)
        _count(left_out, "not in the intent-to-treat population (ITTFL)", outside & ~out)
        out |= outside
    armless = problems_where(
        table,
        flags & is_missing(arm) & ~never,
        column=column,
        rule="A randomized patient (RANDFL) has a planned arm; this one is left out.",
        remedy="Fill in the arm.",
        warning=True,
    )
    return Randomized(
        table=table.keeping(~out), arm=arm[~out], arm_column=column, left_out=left_out, problems=tuple(armless)
    )


def outcomes_of(table: RawTable, patients: Collection[str]) -> tuple[AdamOutcome, ...]:
    """Return the variables of ADSL that say Y and N of some patients, other than the flags of populations."""
    rows = of_patients(table, patients)
    found = []
    for column in sorted(rows.columns):
        text = rows.data[column][~is_missing(rows.data[column])].str.upper()
        if column not in _POPULATION_FLAGS and set(text.unique()) == {"Y", "N"}:
            found.append(AdamOutcome(column=column, yes=int((text == "Y").sum()), no=int((text == "N").sum())))
    return tuple(found)


def likely_reference(arms: Sequence[AdamArm]) -> str:
    """Return the arm whose name says that it is the control; ``""`` where none or several do."""
    named = [arm.value for arm in arms if _CONTROL.search(arm.value)]
    return named[0] if len(named) == 1 else ""


def subjects_of(
    patients: Randomized,
    choices: AdamChoices,
    *,
    baselines: Mapping[str, pd.Series[str]],
    markers: Mapping[str, Marker],
    last_contact: Mapping[str, str],
) -> SubjectsBuilt:
    """Return the subjects table, the arms and the covariates.

    Parameters
    ----------
    patients : Randomized
        Everybody who was randomized; patients of a third arm stay in the table, for the study counts them as excluded.
    baselines : mapping of str to Series of str
        Markers' baseline values by patient: covariates ``baseline_MARKER`` where none of them is censored.
    markers : mapping of str to Marker
        What these markers are.
    last_contact : mapping of str to str
        The week of the last contact by patient, as text.
    """
    table = patients.table
    problems = [*patients.problems, *_id_problems(table), *_arm_problems(patients, choices)]
    arm_codes: dict[str, str] = {}
    for value in (choices.reference, choices.treatment):
        arm_codes[value] = identifier(value, otherwise="arm", taken=arm_codes.values())
    compared = patients.arm.isin([choices.reference, choices.treatment]).to_numpy(dtype=bool)
    others = int((~compared).sum())
    frame = pd.DataFrame({"subject_id": table.data["USUBJID"], "arm": patients.arm})
    if last_contact:
        frame["last_contact_week"] = frame["subject_id"].map(dict(last_contact)).fillna("").astype("str")
    status = cells(table, "EOSSTT").str.upper()
    if status.isin(list(_COMPLETED)).any():
        frame["completed"] = status.map(_COMPLETED).fillna("").astype("str")
    elif (disposition := cells(table, "DCDECOD").str.upper()).eq("COMPLETED").any():
        frame["completed"] = np.where(disposition == "", "", np.where(disposition == "COMPLETED", "1", "0"))
    covariates: list[Covariate] = []
    for column in sorted(table.columns, key=column_order):
        covariate = covariate_of(table.keeping(compared), column)
        if covariate is not None:
            covariates.append(covariate)
            frame[covariate.name] = table.data[column]
            if covariate.kind == "continuous":
                problems += _number_problems(table, column, covariate.label)
    for marker, values in baselines.items():
        numbers = parse_numbers(values)
        if len(values) and not numbers.censoring.any() and np.ptp(numbers.value) > 0:
            name = f"baseline_{marker}"
            covariates.append(
                Covariate(
                    name=name,
                    label=f"{markers[marker].label} at baseline",
                    unit=markers[marker].unit,
                    kind="continuous",
                    step=rounded_step(numbers.value[numbers.known]),
                )
            )
            frame[name] = frame["subject_id"].map(values.to_dict()).fillna("").astype("str")
    for endpoint in choices.endpoints:
        if endpoint.rule == "recorded" and endpoint.column.upper() in table.columns:
            frame[endpoint.column] = table.data[endpoint.column.upper()]
        elif endpoint.rule == "recorded":
            problems.append(
                fault(
                    table,
                    f"The recorded outcome {endpoint.id} is a variable of ADSL with Y and N.",
                    f"Choose another variable.{nearest(endpoint.column, table.columns)}",
                    row=1,
                    column=endpoint.column,
                )
            )
    notes = [
        f"{table.file}: {count} patient{'' if count == 1 else 's'} left out: {reason}."
        for reason, count in patients.left_out.items()
    ]
    return SubjectsBuilt(
        table=frame.reset_index(drop=True).astype("str"),
        arms=Arms(
            reference=arm_codes[choices.reference],
            levels=tuple(ArmLevel(code=code, label=value, value=value) for value, code in arm_codes.items()),
            others="exclude" if others else "error",
        )
        if len(arm_codes) == 2
        else Arms(reference="reference", levels=_NO_ARMS),
        covariates=tuple(covariates),
        compared=frozenset(table.data["USUBJID"][compared]),
        problems=tuple(problems),
        notes=tuple(notes),
    )


_NO_ARMS = (ArmLevel(code="reference", label=""), ArmLevel(code="treatment", label=""))


def _count(left_out: dict[str, int], reason: str, where: np.ndarray) -> None:
    if where.any():
        left_out[reason] = int(where.sum())


def _id_problems(table: RawTable) -> list[Problem]:
    ids = table.data["USUBJID"]
    missing = is_missing(ids)
    again = ids.duplicated().to_numpy(dtype=bool) & ~missing
    return [
        *problems_where(
            table, missing, column="USUBJID", rule="Every patient has an id.", remedy="Fill it in, or remove the row."
        ),
        *problems_where(
            table,
            again,
            column="USUBJID",
            rule="A patient has one row in ADSL.",
            remedy=lambda text: f"Keep one of the rows of {text}; the first is row {ids.index[ids == text][0]}.",
        ),
    ]


def _arm_problems(patients: Randomized, choices: AdamChoices) -> list[Problem]:
    there = [arm.value for arm in patients.arms]
    problems = [
        fault(
            patients.table,
            f"An arm is one of {', '.join(there)}.",
            "Choose another one.",
            column=patients.arm_column,
            value=value,
        )
        for value in (choices.reference, choices.treatment)
        if value not in there
    ]
    if choices.reference == choices.treatment:
        problems.append(
            fault(
                patients.table,
                "Two different arms are compared.",
                "Choose another arm for one of the two.",
                column=patients.arm_column,
                value=choices.reference,
            )
        )
    return problems


def _number_problems(table: RawTable, column: str, label: str) -> list[Problem]:
    numbers = parse_numbers(table.data[column])
    return number_problems(table, numbers, column=column, what=label, date_remedy="Give a number.")
