"""The subjects table of a study from ADSL: who was randomized, to which arm, and with which covariates."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor, log10

import numpy as np
import pandas as pd

from il2dash.intake.adam_datasets import cells, fault, identifier, is_yes
from il2dash.intake.adam_questions import AdamArm, AdamChoices
from il2dash.study.columns import nearest
from il2dash.study.definition import ArmLevel, Arms, Covariate, CovariateLevel, Marker
from il2dash.study.problems import Problem
from il2dash.study.raw_tables import RawTable
from il2dash.study.values import is_missing, number_problems, parse_numbers, problems_where

_NO_ARM_CODES = ("SCRNFAIL", "NOTASSGN")
_NO_ARM_TEXTS = ("SCREEN FAILURE", "SCREEN FAIL", "NOT ASSIGNED", "NOT RANDOMIZED", "UNASSIGNED")
_CONTROL = re.compile(r"placebo|control|standard|usual care|\bsoc\b|sham|comparator|no treatment", re.IGNORECASE)
_CATEGORIES = {"RACE": "Race", "ETHNIC": "Ethnicity", "REGION1": "Region", "COUNTRY": "Country"}
_BASELINES = {"BMIBL": ("BMI", "kg/m2"), "HEIGHTBL": ("Height", ""), "WEIGHTBL": ("Weight", "")}
_STRATUM = re.compile(r"STRAT(AR|[0-9]+R)")
_COMPLETED = {"COMPLETED": "1", "DISCONTINUED": "0"}
MAXIMUM_LEVELS = 12
"""A covariate with more levels than these says little about a small trial, and isn't read."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Randomized:
    """ADSL's randomized patients, their planned arms, and how many rows were left out, by the reason in words."""

    table: RawTable
    arm: pd.Series[str]
    arm_column: str
    left_out: Mapping[str, int]

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
    whose ``ITTFL`` is N. They are left out and counted.
    """
    column = next(name for name in ("TRT01P", "ARM", "ARMCD") if name in table.columns)
    arm = cells(table, column)
    left_out: dict[str, int] = {}
    codes, words = cells(table, "ARMCD").str.upper(), cells(table, "ARM").str.upper()
    without = (
        codes.isin(_NO_ARM_CODES) | words.isin(_NO_ARM_TEXTS) | arm.str.upper().isin((*_NO_ARM_TEXTS, *_NO_ARM_CODES))
    ).to_numpy(dtype=bool) | is_missing(arm)
    out = without.copy()
    _count(left_out, "a screening failure, or not assigned to an arm", without)
    flags = is_yes(table, "RANDFL")
    if flags.any() or (cells(table, "RANDFL").str.upper() == "N").any():
        _count(left_out, "not randomized (RANDFL)", ~flags & ~out)
        out |= ~flags
    else:
        outside = (cells(table, "ITTFL").str.upper() == "N").to_numpy(dtype=bool)
        _count(left_out, "not in the intent-to-treat population (ITTFL)", outside & ~out)
        out |= outside
    return Randomized(table=table.keeping(~out), arm=arm[~out], arm_column=column, left_out=left_out)


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
    problems = [*_id_problems(table), *_arm_problems(patients, choices)]
    arm_codes: dict[str, str] = {}
    for value in (choices.reference, choices.treatment):
        arm_codes[value] = identifier(value, arm_codes.values(), start="arm")
    compared = patients.arm.isin([choices.reference, choices.treatment]).to_numpy(dtype=bool)
    others = int((~compared).sum())
    frame = pd.DataFrame({"subject_id": table.data["USUBJID"], "arm": patients.arm})
    frame["last_contact_week"] = frame["subject_id"].map(dict(last_contact)).fillna("").astype("str")
    if not last_contact:
        frame = frame.drop(columns="last_contact_week")
    status = cells(table, "EOSSTT").str.upper()
    if status.isin(list(_COMPLETED)).any():
        frame["completed"] = status.map(_COMPLETED).fillna("").astype("str")
    elif (disposition := cells(table, "DCDECOD").str.upper()).eq("COMPLETED").any():
        frame["completed"] = np.where(disposition == "", "", np.where(disposition == "COMPLETED", "1", "0"))
    covariates: list[Covariate] = []
    for column in sorted(table.columns, key=_place):
        covariate = _covariate(table.keeping(compared), column)
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
                    step=_step(numbers.value[numbers.known]),
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


def _covariate(table: RawTable, column: str) -> Covariate | None:
    """Return the covariate that an ADSL variable is, by its standard name; None for any other variable.

    Age, sex, race, ethnicity, region and country, randomization strata, and numeric baseline characteristics, whose
    names end in BL. A variable with one value only, or without any, tells nothing and is left out.
    """
    text = table.data[column]
    known = text[~is_missing(text)]
    distinct = sorted(known.unique())
    if len(distinct) < 2:
        return None
    name = identifier(column)
    if column == "AGE":
        units = sorted(set(cells(table, "AGEU").str.lower()) - {""}) or ["years"]
        if len(units) > 1:
            return None
        return Covariate(
            name=name, label="Age", unit=units[0], kind="continuous", step=10 if units[0] == "years" else 1
        )
    if column == "SEX" and set(distinct) <= {"F", "M"}:
        levels = (CovariateLevel(value="F", label="Female"), CovariateLevel(value="M", label="Male"))
        return Covariate(name=name, label="Sex", kind="binary", levels=levels)
    if column in _CATEGORIES or column == "SEX" or _STRATUM.fullmatch(column):
        label = _CATEGORIES.get(column, "Sex" if column == "SEX" else f"Randomization stratum {column}")
        return Covariate(name=name, label=label, kind="categorical") if len(distinct) <= MAXIMUM_LEVELS else None
    if re.fullmatch(r"[A-Z0-9_]+BL", column) and len(distinct) > 2:
        numbers = parse_numbers(known)
        if numbers.fault.any() or numbers.censoring.any():
            return None
        label, unit = _BASELINES.get(column, (column, ""))
        return Covariate(name=name, label=label, unit=unit, kind="continuous", step=_step(numbers.value))
    return None


def _place(column: str) -> tuple[int, str]:
    """Put what everybody knows of a patient first: the order of a file's columns isn't part of a study."""
    first = ("AGE", "SEX", *_CATEGORIES)
    return first.index(column) if column in first else len(first), column


def _step(values: np.ndarray) -> float:
    """Return the round number (1, 2 or 5 times a power of 10) next below the standard deviation."""
    spread = float(np.std(values[~np.isnan(values)]))
    if not spread > 0:
        return 1.0
    power = 10.0 ** floor(log10(spread))
    return float(f"{max(factor for factor in (1, 2, 5) if factor * power <= spread * (1 + 1e-9)) * power:.6g}")
