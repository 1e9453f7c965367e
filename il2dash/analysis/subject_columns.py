"""A trial's subjects and events as arrays, made once a trial: arms, levels and events are counted in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, cast
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from il2dash.analysis.covariate_levels import covariate_levels
from il2dash.study.definition import Covariate
from il2dash.study.trial import Trial

Made = TypeVar("Made")

_MADE: WeakKeyDictionary[Trial, dict[tuple[str, str], object]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Factor:
    """A covariate with levels: they, as (file value, label), and each subject's place among them, -1 where missing."""

    levels: tuple[tuple[str, str], ...]
    places: np.ndarray


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class EventRows:
    """The events of a trial, one entry each: the subject's place in ``trial.subjects``, the week, category, grade."""

    subject: np.ndarray
    week: np.ndarray
    category: np.ndarray
    grade: np.ndarray

    def of(self, category: str) -> EventRows:
        """Return the events of one category."""
        return self.where(self.category == category)

    def where(self, which: np.ndarray) -> EventRows:
        """Return some of the events."""
        return EventRows(
            subject=self.subject[which],
            week=self.week[which],
            category=self.category[which],
            grade=self.grade[which],
        )


def subject_ids(trial: Trial) -> np.ndarray:
    """Return the ids, as objects, in the order of ``trial.subjects``."""
    return _once(trial, "ids", "", lambda: _fixed(trial.subjects["subject_id"].to_numpy(dtype=object, copy=True)))


def id_places(trial: Trial) -> np.ndarray:
    """Return each subject's place in the alphabetical order of the ids."""
    return _once(trial, "id_places", "", lambda: _fixed(np.argsort(np.argsort(subject_ids(trial), kind="stable"))))


def is_treatment(trial: Trial) -> np.ndarray:
    """Return who is in the treatment arm."""
    treatment = trial.definition.arms.treatment
    return _once(
        trial, "treatment", "", lambda: _fixed((trial.subjects["arm"] == treatment).to_numpy(dtype=bool, copy=True))
    )


def numbers(trial: Trial, name: str) -> np.ndarray:
    """Return a column of numbers, NaN where missing."""
    return _once(trial, "numbers", name, lambda: _fixed(trial.subjects[name].to_numpy(dtype=float, copy=True)))


def factor(trial: Trial, covariate: Covariate) -> Factor:
    """Return a binary or categorical covariate."""
    return _once(trial, "factor", covariate.name, lambda: _factor(trial, covariate))


def event_rows(trial: Trial) -> EventRows:
    """Return the events of a trial that has a table of them, in its order."""
    return _once(trial, "events", "", lambda: _event_rows(trial))


def measured_subjects(trial: Trial) -> np.ndarray:
    """Return for each row of ``trial.measurements`` the subject's place in ``trial.subjects``."""
    return _once(trial, "measured", "", lambda: _fixed(_places(trial, trial.measurements["subject_id"])))


def last_measurements(trial: Trial, marker: str) -> np.ndarray:
    """Return for each subject the row of the last value of a marker after the baseline visit; -1 where there is none.

    A value is after it by the planned week where it has one, else by its own.
    """
    return _once(trial, "last", marker, lambda: _fixed(_last_measurements(trial, marker)))


def _last_measurements(trial: Trial, marker: str) -> np.ndarray:
    rows = trial.measurements
    week, planned = (rows[name].to_numpy(dtype=float) for name in ("week", "visit_week"))
    after = np.where(np.isnan(planned), week, planned) > trial.definition.visits.schedule[0]
    later = np.flatnonzero(after & (rows["marker"] == marker).to_numpy(dtype=bool))
    ordered = later[np.argsort(week[later], kind="stable")]
    last = np.full(len(trial.subjects), -1)
    np.maximum.at(last, measured_subjects(trial)[ordered], np.arange(len(ordered)))
    return np.where(last >= 0, np.append(ordered, -1)[last], -1)


def _places(trial: Trial, ids: pd.Series) -> np.ndarray:
    codes, distinct = pd.factorize(ids)
    found: np.ndarray = pd.Index(subject_ids(trial)).get_indexer(pd.Index(np.asarray(distinct, dtype=object)))[codes]
    return found


def _once(trial: Trial, kind: str, name: str, make: Callable[[], Made]) -> Made:
    made = _MADE.setdefault(trial, {})
    if (kind, name) not in made:
        made[kind, name] = make()
    return cast(Made, made[kind, name])


def _fixed(values: np.ndarray) -> np.ndarray:
    values.flags.writeable = False
    return values


def _factor(trial: Trial, covariate: Covariate) -> Factor:
    column = trial.subjects[covariate.name]
    levels = covariate_levels(covariate, column)
    if covariate.kind == "binary":
        # Held as 0 and 1 of the second level.
        places = np.where(np.isnan(numbers(trial, covariate.name)), -1, numbers(trial, covariate.name))
    else:
        codes, distinct = pd.factorize(column)
        place_of = {value: place for place, (value, _) in enumerate(levels)}
        places = np.array([*(place_of.get(value, -1) for value in distinct), -1])[codes]
    return Factor(levels=levels, places=_fixed(places.astype(np.int16)))


def _event_rows(trial: Trial) -> EventRows:
    events = trial.events
    assert events is not None
    return EventRows(
        subject=_fixed(_places(trial, events["subject_id"])),
        week=_fixed(events["week"].to_numpy(dtype=float, copy=True)),
        category=_fixed(events["category"].to_numpy(dtype=object, copy=True)),
        grade=_fixed(events["grade"].to_numpy(dtype=float, copy=True)),
    )
