"""What patients can be filtered by: the arm, every covariate, and what was recorded after randomization."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import ceil, floor, log10, nan
from typing import Literal
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from il2dash.analysis.covariate_levels import YES_NO, covariate_levels
from il2dash.analysis.visit_values import displayed_scale, visit_values
from il2dash.errors import SpecificationError
from il2dash.study.definition import Covariate
from il2dash.study.trial import Trial

MOST_STEPS = 60
"""So many places a slider has at most."""

_MOST_DECIMALS = 6

_MADE: WeakKeyDictionary[Trial, dict[str, FilterVariable]] = WeakKeyDictionary()


@dataclass(frozen=True, eq=False, kw_only=True)
class FilterVariable:
    """One variable that patients can be filtered by.

    Parameters
    ----------
    name, label, unit : str
        How a filter names it, how a reader sees it, and the unit of its values (may be empty).
    kind : "levels" or "range"
        Whether a filter names some of its levels, or bounds.
    timing : "baseline" or "post-baseline"
        Whether it was known at randomization.
    levels : tuple of (str, str)
        For each level, in order, its value as a filter writes it and its label; empty for a range.
    values : array, shape (subjects,)
        Rows as in ``trial.subjects``: numbers for a range, NaN where missing; for levels the values as a filter writes
        them, None where missing. A laboratory value beyond the assay's limit stands at the limit.
    """

    name: str
    label: str
    unit: str = ""
    kind: Literal["levels", "range"]
    timing: Literal["baseline", "post-baseline"]
    levels: tuple[tuple[str, str], ...] = ()
    values: np.ndarray

    @cached_property
    def lowest(self) -> float:
        """The least value of the trial; NaN where none is known, and for levels."""
        return float(self._known.min()) if self._known.size else nan

    @cached_property
    def highest(self) -> float:
        """The greatest value of the trial; NaN where none is known, and for levels."""
        return float(self._known.max()) if self._known.size else nan

    @cached_property
    def steps(self) -> tuple[float, ...]:
        """Round numbers for the ends of a slider, ascending and at most `MOST_STEPS`; none where no value is known.

        The first is at or below the least value and the last at or above the greatest, so that the whole slider leaves
        nobody out whose value is known. Of whole numbers they are whole numbers.
        """
        if not self._known.size:
            return ()
        if self.lowest == self.highest:
            return (self.lowest,)
        return _round_steps(self.lowest, self.highest, whole=bool((self._known == np.floor(self._known)).all()))

    @cached_property
    def _known(self) -> np.ndarray:
        return self.values[~np.isnan(self.values)] if self.kind == "range" else np.empty(0)


def filter_variables(trial: Trial) -> tuple[FilterVariable, ...]:
    """Return everything that patients can be filtered by; the arrays can't be written to.

    The arm, the covariates in the definition's order, and of what else is recorded for anybody: whether follow-up was
    completed, the cycles received and the last contact, each marker at the primary week (else the last planned one),
    and each at baseline. The cycles and the baseline values are left out where a covariate says the same, and so is
    whatever bears a covariate's name. They are made once a trial, and go with it: every filter asks for them.
    """
    return tuple(_by_name(trial).values())


def filter_variable(trial: Trial, name: str) -> FilterVariable:
    """Return the variable of that name.

    Raises
    ------
    SpecificationError
        Where the study has no such variable.
    """
    variables = _by_name(trial)
    if name not in variables:
        known = ", ".join(variables)
        raise SpecificationError(f"Filter on {name!r}: the study has no such variable; it has {known}.")
    return variables[name]


def _by_name(trial: Trial) -> dict[str, FilterVariable]:
    if trial not in _MADE:
        made: dict[str, FilterVariable] = {}
        for variable in _variables(trial):
            variable.values.flags.writeable = False
            made.setdefault(variable.name, variable)
        _MADE[trial] = made
    return _MADE[trial]


def _variables(trial: Trial) -> Iterator[FilterVariable]:
    arms = trial.definition.arms
    yield FilterVariable(
        name="arm",
        label="Arm",
        kind="levels",
        timing="baseline",
        levels=tuple((code, arms.label(code)) for code in arms.codes),
        values=trial.subjects["arm"].to_numpy(dtype=object, copy=True),
    )
    for covariate in trial.definition.covariates:
        yield _covariate(covariate, trial.subjects[covariate.name])
    completed = trial.subjects["completed"].to_numpy(dtype=float)
    if not np.isnan(completed).all():
        yield FilterVariable(
            name="completed",
            label="Follow-up completed",
            kind="levels",
            timing="post-baseline",
            levels=YES_NO,
            values=_chosen(completed, YES_NO),
        )
    yield from _cycles(trial)
    last_contact = trial.subjects["last_contact_week"].to_numpy(dtype=float, copy=True)
    if not np.isnan(last_contact).all():
        yield FilterVariable(
            name="last_contact_week",
            label="Week of last contact",
            kind="range",
            timing="post-baseline",
            values=last_contact,
        )
    yield from _markers(trial)


def _covariate(covariate: Covariate, column: pd.Series) -> FilterVariable:
    if covariate.kind == "continuous":
        values = column.to_numpy(dtype=float, copy=True)
    elif covariate.kind == "binary":
        values = _chosen(column.to_numpy(dtype=float), covariate_levels(covariate, column))
    else:
        values = column.astype(object).where(column.notna(), None).to_numpy(dtype=object, copy=True)
    return FilterVariable(
        name=covariate.name,
        label=covariate.label,
        unit=covariate.unit,
        kind="range" if covariate.kind == "continuous" else "levels",
        timing=covariate.timing,
        levels=() if covariate.kind == "continuous" else covariate_levels(covariate, column),
        values=values,
    )


def _chosen(second: np.ndarray, levels: tuple[tuple[str, str], ...]) -> np.ndarray:
    """Return as a filter writes it what is held as 0 or 1 of the second level, NaN where missing."""
    texts = [None if np.isnan(value) else levels[int(value)][0] for value in second]
    return np.array(texts, dtype=object)


def _cycles(trial: Trial) -> Iterator[FilterVariable]:
    if trial.doses is None:
        return
    given = trial.doses["subject_id"].value_counts()
    cycles = trial.subjects["subject_id"].map(given).fillna(0).to_numpy(dtype=float, copy=True)
    if not any(np.array_equal(values, cycles) for values in _numbers(trial, "post-baseline")):
        yield FilterVariable(
            name="cycles", label="Cycles received", kind="range", timing="post-baseline", values=cycles
        )


def _markers(trial: Trial) -> Iterator[FilterVariable]:
    """Yield each marker at the primary week, then each at baseline."""
    schedule = trial.definition.visits.schedule
    if not schedule:
        return
    primary = trial.definition.study.primary_week
    later = primary if primary in schedule[1:] else schedule[-1]
    for week in dict.fromkeys((later, schedule[0])):
        baseline = week == schedule[0]
        for name, marker in trial.definition.markers.items():
            source = visit_values(trial, name)
            recorded = source.values[:, source.visit(week)]
            logarithmic, unit = displayed_scale(trial, name)
            shown = np.log10(recorded) if logarithmic else recorded.copy()
            if np.isnan(shown).all() or (baseline and _in_a_covariate(trial, shown, recorded)):
                continue
            yield FilterVariable(
                name=f"{name}_baseline" if baseline else f"{name}_week_{week:g}",
                label=f"{marker.label} at {'baseline' if baseline else f'week {round(week, 1):g}'}",
                unit=unit,
                kind="range",
                timing="baseline" if baseline else "post-baseline",
                values=shown,
            )


def _numbers(trial: Trial, timing: str) -> Iterator[np.ndarray]:
    """Yield the values of each continuous covariate of that timing."""
    for covariate in trial.definition.covariates:
        if covariate.kind == "continuous" and covariate.timing == timing:
            yield trial.subjects[covariate.name].to_numpy(dtype=float)


def _in_a_covariate(trial: Trial, *measured: np.ndarray) -> bool:
    """Whether a baseline covariate says the same as one of the ways to write a measurement."""
    return any(_says_the_same(values, way) for values in _numbers(trial, "baseline") for way in measured)


def _says_the_same(covariate: np.ndarray, measured: np.ndarray) -> bool:
    """Whether a covariate has every measured value, itself or rounded to decimals that lose nothing to look at.

    A subjects table writes 5.18 where the visit's 152 000 copies/mL are 5.1818 log10. Rounding that moves a value by
    less than half a step of a slider is taken for the same.
    """
    known = ~np.isnan(measured)
    held, value = covariate[known], measured[known]
    if np.allclose(held, value, rtol=1e-9, atol=0):
        return True
    for decimals in range(_MOST_DECIMALS + 1):
        if np.array_equal(np.round(held, decimals), held):
            half = 0.5 / 10**decimals
            close = np.abs(held - value) <= half * (1 + 1e-9)
            return bool(half <= np.ptp(value) / (2 * MOST_STEPS) and close.all())
    return False


def _round_steps(lowest: float, highest: float, *, whole: bool) -> tuple[float, ...]:
    """Return the multiples of the least of 1, 2, 5, 10, 20, ... that span two numbers in at most `MOST_STEPS`.

    In fractions of the decimals as written: a bound that is a rounding error inside the data would leave a patient out,
    and a multiple at or below such a decimal has a double at or below the decimal's.
    """
    low, high = Fraction(repr(lowest)), Fraction(repr(highest))
    smallest = floor(log10(high - low) - log10(MOST_STEPS))
    power = max(smallest, 0) if whole else smallest
    while True:
        for digit in (1, 2, 5):
            step = digit * Fraction(10) ** power
            first, last = floor(low / step), ceil(high / step)
            if last - first < MOST_STEPS:
                return tuple(dict.fromkeys(float(multiple * step) for multiple in range(first, last + 1)))
        power += 1
