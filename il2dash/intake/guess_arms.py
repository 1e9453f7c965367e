"""Proposals for the arms: which column they are in, which is the reference, and which columns say the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from il2dash.intake.column_facts import ColumnFacts, Guess, TableFacts, identifier, spoken
from il2dash.intake.guess_names import ARMS, reference_levels
from il2dash.intake.guess_patients import MOST_ARMS
from il2dash.intake.recipe import ArmChoice
from il2dash.study.values import whole_number_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What somebody has chosen already; the guesses start from it. An empty text is no choice.

    Parameters
    ----------
    table, patient, arm : str
        The raw table of the patients and two of its columns; for the patient also `ROW_NUMBER`.
    within : str
        The column in each of whose values the patients' numbers begin anew.
    reference, treatment : str
        The arms' texts in the file.
    """

    table: str = ""
    patient: str = ""
    within: str = ""
    arm: str = ""
    reference: str = ""
    treatment: str = ""


def guess_arm(facts: TableFacts, *, chosen: Chosen | None = None) -> Guess:
    """Propose the column of the arm: two to six values, one a patient, preferably one called so."""
    possible = [
        column.name
        for column in facts.columns.values()
        if column.of_patient and 2 <= column.distinct <= MOST_ARMS and column.name != facts.patient
    ]
    if chosen is not None and chosen.arm in facts.columns:
        return _arm_guess(chosen.arm, "chosen", possible)
    for pattern in ARMS:
        called = [name for name in possible if re.fullmatch(pattern, spoken(name))]
        for name in sorted(called, key=lambda name: not reference_levels(facts.columns[name].levels))[:1]:
            count = facts.columns[name].distinct
            return _arm_guess(name, f"it is called as arms are and has {count} values, one a patient", possible)
    return _arm_guess("", "no column is called as arms are", possible)


def guess_arms(
    column: ColumnFacts, *, chosen: Chosen | None = None
) -> tuple[ArmChoice, ArmChoice, tuple[str, ...], str]:
    """Propose the reference, the other arm and those left out, with the reason."""
    wanted = chosen or Chosen()
    levels = column.levels
    called = reference_levels(levels)
    reference, reason = levels[0], "the first of the values in their order"
    if wanted.reference in levels:
        reference, reason = wanted.reference, "chosen"
    elif called:
        reference, reason = called[0], "it is called as reference arms are"
    others = [level for level in levels if level != reference]
    treatment = wanted.treatment if wanted.treatment in others else others[0]
    excluded = tuple(level for level in others if level != treatment)
    first = identifier(whole_number_text(reference), otherwise="arm")
    return (
        ArmChoice(value=reference, code=first, label=_arm_label(column.name, reference)),
        ArmChoice(
            value=treatment,
            code=identifier(whole_number_text(treatment), otherwise="arm", taken=(first,)),
            label=_arm_label(column.name, treatment),
        ),
        excluded,
        reason,
    )


def same_as_arm(facts: TableFacts, arm: str) -> set[str]:
    """Return the columns that say the arm in other words: one value in each arm."""
    arms = facts.table.data[arm]
    same = set()
    for name, column in facts.columns.items():
        if column.levels and name != facts.patient:
            pairs = pd.DataFrame({"arm": arms, "value": facts.table.data[name]}).drop_duplicates()
            if not pairs["arm"].duplicated().any():
                same.add(name)
    return same


def _arm_guess(name: str, reason: str, possible: Sequence[str]) -> Guess:
    others = tuple(other for other in possible if other != name)
    return Guess(about="subjects.arm", value=name, reason=reason, alternatives=others)


def _arm_label(column: str, value: str) -> str:
    return f"{column} {whole_number_text(value)}" if re.fullmatch(r"[0-9.]+", value) else value
