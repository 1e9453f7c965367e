"""A marker's values as one matrix of patients by planned visits, with what censoring leaves unknown as bounds."""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from il2dash.analysis.subject_columns import measured_subjects
from il2dash.errors import SpecificationError
from il2dash.study.trial import Trial

_MADE: WeakKeyDictionary[Trial, dict[str, VisitValues]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class VisitValues:
    """Values of one marker.

    Parameters
    ----------
    weeks : array, shape (visits,)
        The planned weeks, the baseline first.
    values : array, shape (subjects, visits)
        Values in the marker's unit, rows as in ``trial.subjects``; a censored one at its limit; NaN where none is.
    below, above : bool arrays, shape (subjects, visits)
        Left-censored (the true value is under the limit) and right-censored values.
    """

    weeks: np.ndarray
    values: np.ndarray
    below: np.ndarray
    above: np.ndarray

    def bounds(self, visit: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the least and the greatest value that each entry of a visit may be (a count is never negative)."""
        values = self.values[:, visit]
        return np.where(self.below[:, visit], 0.0, values), np.where(self.above[:, visit], np.inf, values)

    def visit(self, week: float) -> int:
        """Return the index of a planned week; raises SpecificationError where it isn't planned."""
        return visit_index(self.weeks, week)


def visit_index(weeks: np.ndarray, week: float) -> int:
    """Return the index of a planned week; raises SpecificationError where it isn't planned."""
    found = np.flatnonzero(weeks == week)
    if not found.size:
        planned = ", ".join(f"{planned_week:g}" for planned_week in weeks) or "none"
        raise SpecificationError(f"Week {week:g} isn't a planned visit; the planned weeks are {planned}.")
    return int(found[0])


def visit_values(trial: Trial, marker: str) -> VisitValues:
    """Return the values that stand for the planned visits of one marker; the arrays can't be written to.

    They are made once a trial and marker, and go with the trial: every endpoint, threshold and model asks for them.

    Raises
    ------
    SpecificationError
        Where the study has no such marker.
    """
    made = _MADE.setdefault(trial, {})
    if marker not in made:
        made[marker] = _visit_values(trial, marker)
    return made[marker]


def _visit_values(trial: Trial, marker: str) -> VisitValues:
    if marker not in trial.definition.markers:
        known = ", ".join(trial.definition.markers) or "none"
        raise SpecificationError(f"Marker {marker!r}: the study has no such marker; it has {known}.")
    weeks = np.asarray(trial.definition.visits.schedule, dtype=float)
    rows = trial.measurements
    planned = rows["visit_week"].to_numpy(dtype=float)
    taken = (rows["marker"] == marker).to_numpy(dtype=bool) & ~np.isnan(planned)
    row = measured_subjects(trial)[taken]
    column = np.searchsorted(weeks, planned[taken])
    shape = (len(trial.subjects), len(weeks))
    values = np.full(shape, np.nan)
    below, above = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    values[row, column] = rows["value"].to_numpy(dtype=float)[taken]
    below[row, column] = (rows["censoring"] == "left").to_numpy(dtype=bool)[taken]
    above[row, column] = (rows["censoring"] == "right").to_numpy(dtype=bool)[taken]
    for array in (weeks, values, below, above):
        array.flags.writeable = False
    return VisitValues(weeks=weeks, values=values, below=below, above=above)


def displayed_scale(trial: Trial, marker: str) -> tuple[bool, str]:
    """Return whether a marker is shown as log10, and the unit that belongs to what is shown.

    Square roots are a scale for models only: what a reader sees of CD4 is cells, and of RNA is log10 copies.
    """
    definition = trial.definition.markers[marker]
    logarithmic = definition.scale == "log10"
    return logarithmic, f"log10 {definition.unit}".strip() if logarithmic else definition.unit
