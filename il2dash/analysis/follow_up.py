"""How long each patient was observed, and when what happened: the times behind every curve of events."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from il2dash.analysis.event_curve import FloatArray
from il2dash.analysis.population import Population
from il2dash.analysis.subject_columns import EventRows, event_rows
from il2dash.errors import SpecificationError
from il2dash.study.definition_tables import EventCategory
from il2dash.study.trial import Trial
from il2dash.study.visit_windows import SAME_WEEK

NOT_PRESPECIFIED = "the study names no analysis of the times of events beforehand"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class FollowUp:
    """The follow-up of one category of events, one entry a counted patient; an event's week is its own.

    Parameters
    ----------
    first : float array, shape (patients,)
        Week of the first event of the category; NaN where there is none.
    death : float array, shape (patients,)
        Week of death; NaN where none is recorded.
    end : float array, shape (patients,)
        Week of death, else the last contact, or a later event of the category; NaN where neither is known.
    event_patient : int array, shape (events,)
        Each event's patient, as a place in the other arrays.
    event_week : float array, shape (events,)
    deaths_recorded : bool
        Whether the study records deaths at all.
    warnings : tuple of str
        What was found in the dates, and how it is counted.
    """

    first: FloatArray
    death: FloatArray
    end: FloatArray
    event_patient: np.ndarray
    event_week: FloatArray
    deaths_recorded: bool
    warnings: tuple[str, ...]

    @property
    def time_to_first(self) -> FloatArray:
        """Week of the first event or of the end of follow-up without one, whichever is first; NaN where unknown."""
        return np.fmin(self.first, self.end)

    @property
    def had_first(self) -> np.ndarray:
        """Whether `time_to_first` is that of the event: one in the week of death or of the last contact is."""
        return np.asarray(~np.isnan(self.first) & ~(self.first > self.end))

    @property
    def died_before(self) -> np.ndarray:
        """Whether `time_to_first` is that of a death without an event before."""
        return np.asarray(~np.isnan(self.death) & ~self.had_first)


def follow_up(population: Population, category: EventCategory) -> FollowUp:
    """Return each counted patient's times for one category of events.

    An event after the last contact counts, as it does in the rates, and its patient as observed until then. An event
    after the patient's death doesn't: nobody is at risk then.

    Raises
    ------
    SpecificationError
        Where the study has no table of events.
    """
    events_table(population.trial, f"Events {category!r}")
    everybody = event_rows(population.trial)
    recorded = everybody.where(population.included[everybody.subject])
    place = np.cumsum(population.included) - 1
    events = recorded.of(category)
    event_patient = place[events.subject]
    n_patients, n_events = population.size, len(events.week)
    weeks = _same_weeks(
        np.concatenate(
            [
                population.numbers("last_contact_week"),
                _week_of_death(recorded.of("death"), place, n_patients),
                events.week,
            ]
        )
    )
    last_contact, death, event_week = np.split(weeks, [n_patients, 2 * n_patients])
    first, last = np.full(n_patients, np.nan), np.full(n_patients, np.nan)
    if n_events:
        np.fmin.at(first, event_patient, event_week)
        np.fmax.at(last, event_patient, event_week)
    dead = ~np.isnan(death)
    late = ~dead[event_patient] & (event_week > last_contact[event_patient])
    posthumous = event_week > death[event_patient]
    return FollowUp(
        first=first,
        death=death,
        end=np.where(dead, death, np.where(np.isnan(last_contact), np.nan, np.fmax(last_contact, last))),
        event_patient=event_patient,
        event_week=event_week,
        deaths_recorded=bool((everybody.category == "death").any()),
        warnings=(
            *_warning(
                int(late.sum()),
                "after the patient's last contact",
                "counted, and the patient as observed until then",
                "counted, and their patients as observed until then",
            ),
            *_warning(
                int(posthumous.sum()),
                "after the patient's death",
                "in the rates, not in the curves",
                "in the rates, not in the curves",
            ),
        ),
    )


def events_table(trial: Trial, asked: str) -> pd.DataFrame:
    """Return the events of a study for what is asked, as the error names it.

    Raises
    ------
    SpecificationError
        Where the study has no table of events: none recorded isn't none happened.
    """
    if trial.events is None:
        raise SpecificationError(
            f"{asked}: the study {trial.definition.study.id} has no table of events; "
            "add events.csv, or describe it in [tables.events]."
        )
    return trial.events


def unknown_follow_up(weeks: FloatArray) -> str:
    """Say of how many patients the follow-up isn't known (NaN); the empty string where it is of all."""
    unknown = int(np.isnan(weeks).sum())
    if not unknown:
        return ""
    return f"the follow-up of {unknown:,} of {len(weeks):,} patients isn't known: they have no last contact"


def _week_of_death(deaths: EventRows, place: np.ndarray, n_patients: int) -> FloatArray:
    weeks = np.full(n_patients, np.nan)
    np.fmin.at(weeks, place[deaths.subject], deaths.week)
    return weeks


def _same_weeks(weeks: FloatArray) -> FloatArray:
    """Return weeks that differ by rounding as one: days, months and weeks of one day give different last digits.

    R's ``survfit`` and ``survdiff`` do the same (``timefix``).
    """
    distinct, place = np.unique(weeks, return_inverse=True)
    starts = np.diff(distinct, prepend=-np.inf) > SAME_WEEK
    starts |= np.isnan(distinct)
    return distinct[np.flatnonzero(starts)[np.cumsum(starts) - 1]][place] if distinct.size else weeks


def _warning(number: int, when: str, one: str, several: str) -> tuple[str, ...]:
    if not number:
        return ()
    events = f"1 event is {when}: it is {one}" if number == 1 else f"{number} events are {when}: they are {several}"
    return (f"{events}.",)
