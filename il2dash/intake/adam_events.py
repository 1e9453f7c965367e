"""The events of a study, and how long its patients were followed, from ADTTE, ADAE and what else says so."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from il2dash.intake.adam_adverse import adverse_events, start_column
from il2dash.intake.adam_datasets import AdamDatasets, cells, dates, first_text, of_patients, record_count, week_text
from il2dash.intake.adam_questions import AdamChoices
from il2dash.intake.adam_times import (
    by_parameter,
    choice_problems,
    events_of_parameter,
    flagged_times,
    is_death_code,
    is_event,
    unread_unit,
    weeks_to_event,
)
from il2dash.intake.adam_weeks import weeks_of_study_days
from il2dash.study.problems import Problem
from il2dash.study.raw_tables import RawTable
from il2dash.study.values import parse_numbers

_STARTS = ("RANDDT", "TRTSDT", "RFSTDTC")
_ENDS = ("EOSDT", "LSTALVDT", "DTHDT", "RFENDT", "RFENDTC")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class EventsBuilt:
    """The events table, and the week of the last contact by patient, as text; None and empty without a dataset."""

    table: pd.DataFrame | None
    last_contact: Mapping[str, str]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]

    @property
    def deaths(self) -> frozenset[str]:
        """The patients whose death is one of the events."""
        if self.table is None:
            return frozenset()
        return frozenset(self.table["subject_id"][self.table["category"] == "death"])


def events_of(datasets: AdamDatasets, choices: AdamChoices, patients: Collection[str]) -> EventsBuilt:
    """Return the events and the follow-up of some patients.

    Notes
    -----
    - Events are those of the chosen ADTTE parameters (`events_of_parameter`), and all treatment-emergent adverse events
      (`adverse_events`).
    - The last contact is a patient's longest ``AVAL`` in any ADTTE parameter, chosen or not: until each of them the
      patient was seen. An event other than death isn't an end: of a patient who has nothing but such events, and of one
      who isn't in ADTTE, the last contact is the latest of that, of ADSL's dates of the end (``EOSDT``, ``LSTALVDT``,
      ``DTHDT``, ``RFENDT``, since randomization or the first treatment), and of the days of visits and adverse events.
    """
    problems: list[Problem] = choice_problems(datasets, choices)
    notes: list[str] = []
    rows: list[pd.DataFrame] = []
    seen: list[pd.Series[float]] = []
    ended: set[str] = set()
    without_code = sum(int((of_patients(table, patients).data["PARAMCD"] == "").sum()) for table in datasets.times)
    if without_code:
        notes.append(f"ADTTE: {record_count(without_code)} left out: without PARAMCD.")
    chosen = {choice.parameter: choice for choice in choices.events}
    for name, every in by_parameter(datasets, patients):
        table = flagged_times(every, notes)
        code = first_text(every, "PARAMCD")
        choice = chosen.get(name)
        if choice is not None:
            part, found = events_of_parameter(table, choice, datasets.subjects)
            rows.append(part)
            problems += found
        else:
            problems += unread_unit(table, code)
        weeks = weeks_to_event(table, choice.time_unit if choice else None)
        dies = choice.category == "death" if choice else is_death_code(code)
        seen.append(_latest(table, weeks))
        ended |= set(table.data["USUBJID"][~np.isnan(weeks) & (~is_event(table) | dies)])
    for table in datasets.adverse:
        part, found = adverse_events(of_patients(table, patients), notes)
        rows.append(part)
        problems += found
    others = [series[~series.index.isin(list(ended))] for series in _seen_elsewhere(datasets, patients)]
    longest = pd.concat([*seen, *others]).groupby(level=0).max()
    return EventsBuilt(
        table=pd.concat(rows, ignore_index=True).astype("str") if rows else None,
        last_contact={str(patient): week_text(week) for patient, week in longest.items()},
        problems=tuple(problems),
        notes=tuple(notes),
    )


def _seen_elsewhere(datasets: AdamDatasets, patients: Collection[str]) -> list[pd.Series[float]]:
    """Return the latest week at which each patient was seen, by dataset: dates of ADSL, days of visits and events."""
    subjects = of_patients(datasets.subjects, patients)
    start = dates(subjects, _STARTS[0])
    for column in _STARTS[1:]:
        start = start.fillna(dates(subjects, column))
    found = [
        _latest(subjects, (dates(subjects, column) - start).dt.days.to_numpy(dtype=np.float64) / 7) for column in _ENDS
    ]
    days = [(table, "ADY") for table in datasets.findings]
    days += [(table, start_column(table)) for table in datasets.adverse]
    for table, column in days:
        rows = of_patients(table, patients)
        found.append(_latest(rows, weeks_of_study_days(parse_numbers(cells(rows, column)).value)))
    return found


def _latest(table: RawTable, weeks: np.ndarray) -> pd.Series[float]:
    known = pd.Series(weeks, index=table.data["USUBJID"])
    return known[known >= 0].groupby(level=0).max()
