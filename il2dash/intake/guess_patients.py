"""Proposals for who a row is of, where no column says it alone: ids counted anew in each centre, or no ids at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from il2dash.intake.column_facts import MOST_SLIPS, Guess, TableFacts, spoken
from il2dash.intake.guess_names import ARMS, PATIENT, SHEET
from il2dash.intake.guess_times import visit_name_weeks
from il2dash.intake.recipe import ROW_NUMBER, PatientColumn
from il2dash.study.raw_tables import RawTable
from il2dash.study.values import is_missing

SITE = (
    r"(.*_)?(site|cent(er|re|rum)|zentrum|klinik|clinic|hospital|hopital|inst(itution|itute)?|krankenhaus|"
    r"pruefzentrum|prufzentrum|practice|investigator)(_?(id|no|nr|num|number|code|name|cd))?"
)
"""How columns of centres are called."""
MOST_ARMS = 6


def guess_patient(table: RawTable) -> Guess:
    """Propose the column of the patient: one called so, or else the first whose texts are all different."""
    columns = list(table.columns)
    for pattern in (PATIENT, rf".*_({PATIENT})|({PATIENT})_.*"):
        for name in columns:
            text = table.data[name]
            if re.fullmatch(pattern, spoken(name)) and text.nunique() > 1 and is_missing(text).mean() <= MOST_SLIPS:
                rows = len(text) / text.nunique()
                reason = "every row has another value" if rows == 1 else f"{rows:.3g} rows a value on average"
                return Guess(
                    about="subjects.patient",
                    value=name,
                    reason=f"it is called as ids are, and {reason}",
                    alternatives=tuple(column for column in columns if column != name),
                )
    for name in columns:
        text = table.data[name]
        if not is_missing(text).any() and text.is_unique and len(text) > 1:
            return Guess(
                about="subjects.patient",
                value=name,
                reason="the first column that has another value in every row",
                alternatives=tuple(column for column in columns if column != name),
            )
    return Guess(
        about="subjects.patient", value="", reason="no column is called as ids are", alternatives=tuple(columns)
    )


def has_ids(table: RawTable) -> bool:
    """Tell whether any column of a table is called as ids are."""
    return any(re.fullmatch(PATIENT, spoken(name)) for name in table.columns)


def proposed_ids(
    tables: Sequence[RawTable], *, table: str = "", patient: str = "", within: str = "", arm: str = ""
) -> tuple[tuple[PatientColumn, ...], tuple[str, ...]]:
    """Return the ids to make where no column has them alone, and what has to be asked.

    Parameters
    ----------
    table, patient, within, arm : str
        What was chosen: the patients' table, its column of the patient or `ROW_NUMBER`, the column in each of whose
        values numbers begin anew, and the arm's. Ids are proposed where no patient was chosen.
    """
    if patient == ROW_NUMBER:
        return (PatientColumn(table=table),), ()
    if patient and within:
        return _ids_of(tables, (within, patient)), ()
    if patient:
        return (), ()
    without: RawTable | None = None
    for one in (one for one in tables if table in ("", one.file)):
        of_arm = arm if arm in one.columns else _called_arm(one)
        if not of_arm:
            continue
        called = guess_patient(one).value
        if not called and not has_ids(one):
            without = without or one
        elif called and not several_arms(one, patient=called, arm=of_arm):
            return (), ()
        elif called and (made := _joined(tables, one, called, of_arm)):
            return made, (f"Patients are told apart by {made[0].name}, as the same {called} stands again. Is it so?",)
    if without is None:
        return (), ()
    asked = f"{without.file} has no column of patients: is each of its {len(without.data):,} rows another patient?"
    return (PatientColumn(table=without.file),), (asked,)


def crossed_words(tables: Iterable[TableFacts]) -> tuple[str, ...]:
    """Say of tables in which patients are in several arms why there is nothing to compare."""
    words = []
    for facts in tables:
        arm = _called_arm(facts.table)
        if arm and arm != facts.patient and not facts.columns[arm].of_patient:
            crossed = several_arms(facts.table, patient=facts.patient, arm=arm)
            words.append(
                f"{arm} of {facts.file} is called as arms are, but {crossed:,} of {facts.patients:,} patients have "
                "several of its values. Patients who had both treatments, as in a crossover trial or with both eyes "
                "treated, aren't compared here: each patient is in one arm."
            )
    return tuple(words)


def _called_arm(table: RawTable) -> str:
    """Return the first column that is called as arms are and has as few values; else the sheets, unless of visits."""
    for pattern in ARMS[:3]:
        for name in table.columns:
            if re.fullmatch(pattern, spoken(name)):
                text = table.data[name]
                if 2 <= text[~is_missing(text)].nunique() <= MOST_ARMS:
                    return name
    if SHEET in table.columns and 2 <= len(sheets := table.data[SHEET].unique().tolist()) <= MOST_ARMS:
        weeks, bare = visit_name_weeks(sheets)
        return "" if weeks and not bare else SHEET
    return ""


def several_arms(table: RawTable, *, patient: str, arm: str) -> int:
    """Return how many patients have more than one value of a column."""
    if patient == arm:
        return 0
    rows = table.data[[patient, arm]][~is_missing(table.data[arm])].drop_duplicates()
    return int((rows[patient].value_counts() > 1).sum())


def _joined(tables: Sequence[RawTable], main: RawTable, patient: str, arm: str) -> tuple[PatientColumn, ...]:
    """Return ids of centre and number together, where they tell patients of several arms apart."""
    for site in main.columns:
        if site == SHEET or (site not in (patient, arm) and re.fullmatch(SITE, spoken(site))):
            if not main.data[[site, patient, arm]].drop_duplicates().duplicated([site, patient]).any():
                return _ids_of(tables, (site, patient))
    return ()


def _ids_of(tables: Sequence[RawTable], columns: tuple[str, ...]) -> tuple[PatientColumn, ...]:
    return tuple(
        PatientColumn(table=table.file, columns=columns) for table in tables if set(columns) <= set(table.columns)
    )
