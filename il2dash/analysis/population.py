"""Which patients an analysis counts: all who were randomized, or those that filters leave."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from il2dash.analysis import subject_columns
from il2dash.analysis.covariate_levels import YES_NO
from il2dash.analysis.filter_variables import FilterVariable, filter_variable, filter_variables
from il2dash.analysis.standing import Standing
from il2dash.errors import SpecificationError
from il2dash.study.definition import Covariate
from il2dash.study.trial import Trial

_MOST_PASSED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """One condition on a variable: its `values`, or a range from `lower` to `upper` (both included).

    `variable` is the name of one of the trial's `filter_variables`. A patient whose value is missing fails every
    condition.
    """

    variable: str
    values: tuple[str, ...] = ()
    lower: float = -np.inf
    upper: float = np.inf

    def __str__(self) -> str:
        if self.values:
            return f"{self.variable}={','.join(map(_quoted, self.values))}"
        lower = "" if np.isneginf(self.lower) else _plain_number(self.lower)
        upper = "" if np.isposinf(self.upper) else _plain_number(self.upper)
        return f"{self.variable}={lower}..{upper}"


_PASSED: WeakKeyDictionary[Trial, OrderedDict[Filter, np.ndarray]] = WeakKeyDictionary()


@dataclass(frozen=True, eq=False)
class Population:
    """The patients of a trial that pass every filter.

    Parameters
    ----------
    trial : Trial
        All who were randomized.
    filters : tuple of Filter
        The conditions; none of them is the trial's own population.
    included : bool array, shape (subjects,)
        Which rows of ``trial.subjects`` are counted.
    """

    trial: Trial
    filters: tuple[Filter, ...]
    included: np.ndarray

    @cached_property
    def subjects(self) -> pd.DataFrame:
        """Rows of the counted patients, in the trial's order."""
        return self.trial.subjects[self.included]

    @cached_property
    def size(self) -> int:
        """How many patients are counted."""
        return int(np.count_nonzero(self.included))

    @cached_property
    def places(self) -> np.ndarray:
        """Which rows of ``trial.subjects`` the counted patients are."""
        return np.flatnonzero(self.included)

    @property
    def subject_ids(self) -> np.ndarray:
        """Ids of the counted patients, as objects."""
        return self._counted(subject_columns.subject_ids(self.trial))

    def numbers(self, name: str) -> np.ndarray:
        """Return the counted patients' values in a column of numbers; NaN where missing."""
        return self._counted(subject_columns.numbers(self.trial, name))

    def level_places(self, covariate: Covariate) -> np.ndarray:
        """Return the counted patients' places among the levels of a factor; -1 where missing."""
        return self._counted(subject_columns.factor(self.trial, covariate).places)

    def _counted(self, everybody: np.ndarray) -> np.ndarray:
        counted: np.ndarray = everybody if self.size == everybody.size else everybody[self.places]
        return counted

    @cached_property
    def everybody(self) -> Population:
        """All who were randomized, whoever is counted here."""
        return whole_population(self.trial) if self.filters else self

    @cached_property
    def is_treatment(self) -> np.ndarray:
        """For each counted patient, whether they are in the treatment arm."""
        return self._counted(subject_columns.is_treatment(self.trial))

    def arm(self, code: str) -> np.ndarray:
        """Return for each counted patient whether they are in that arm."""
        treated = self.is_treatment
        return treated if code == self.trial.definition.arms.treatment else ~treated

    @property
    def n(self) -> dict[str, int]:
        """Counted patients by arm, the reference first."""
        treated = int(np.count_nonzero(self.is_treatment))
        arms = self.trial.definition.arms
        return {code: treated if code == arms.treatment else self.size - treated for code in arms.codes}

    @cached_property
    def standing(self) -> Standing:
        """Prespecified for all who were randomized; otherwise who is left and by which conditions."""
        if not self.filters:
            return Standing()
        total = len(self.trial.subjects)
        conditions = ", ".join(condition_in_words(self.trial, condition) for condition in self.filters)
        reasons = [f"{self.size:,} of {total:,} patients: {conditions}"]
        wanted = {condition.variable for condition in self.filters}
        after_baseline = [
            variable.label
            for variable in filter_variables(self.trial)
            if variable.timing == "post-baseline" and variable.name in wanted
        ]
        if after_baseline:
            reasons.append(
                f"filtered by a post-baseline variable ({', '.join(after_baseline)}): "
                "the arms are no longer randomized groups"
            )
        return Standing(reasons=tuple(reasons))


def whole_population(trial: Trial) -> Population:
    """Return all who were randomized."""
    return Population(trial, (), np.ones(len(trial.subjects), dtype=bool))


def select_population(trial: Trial, filters: tuple[Filter, ...]) -> Population:
    """Return the patients who pass every filter.

    Raises
    ------
    SpecificationError
        Where a filter names an unknown variable or level, asks for a range of levels, or has bounds that no value
        passes.
    """
    included = np.ones(len(trial.subjects), dtype=bool)
    for condition in filters:
        included &= _passes(trial, condition)
    return Population(trial, filters, included)


def parse_filter(trial: Trial, text: str) -> Filter:
    """Read a filter as a command line writes it: ``gss=0``, ``gss=0,1``, ``age=40..60``, ``baseline_cd4=..100``.

    In a level's text a comma is written %2C, two dots %2E%2E and a percent sign %25, as addresses write them.

    Raises
    ------
    SpecificationError
        Where the text isn't of that form, or names an unknown variable or level.
    """
    name, equals, wanted = (part.strip() for part in text.partition("="))
    if not equals or not wanted:
        raise SpecificationError(f"Filter {text!r}: write NAME=VALUE[,VALUE] or NAME=LOWER..UPPER.")
    if ".." not in wanted:
        condition = Filter(variable=name, values=tuple(unquote(value.strip()) for value in wanted.split(",")))
    else:
        lower, _, upper = wanted.partition("..")
        try:
            condition = Filter(
                variable=name, lower=float(lower) if lower else -np.inf, upper=float(upper) if upper else np.inf
            )
        except ValueError:
            raise SpecificationError(f"Filter {text!r}: the bounds must be numbers, as in age=40..60.") from None
    _passes(trial, condition)
    return condition


def condition_in_words(trial: Trial, condition: Filter) -> str:
    """Return a condition as a reader sees it: ``GSS 0``, ``Age 30 to 50 years``, ``IL-2``.

    Raises
    ------
    SpecificationError
        Where the filter names an unknown variable.
    """
    variable = filter_variable(trial, condition.variable)
    if condition.values:
        wanted = " or ".join(_level_in_words(variable, value) for value in condition.values)
        return wanted if variable.name == "arm" else f"{variable.label} {wanted}"
    unit = f" {variable.unit}" if variable.unit else ""
    # "HIV-1 RNA at week 52 1.5 to 3" is one number too many in a row.
    after_number = variable.label[-1:].isdigit()
    lower, upper = _plain_number(condition.lower), _plain_number(condition.upper)
    if np.isneginf(condition.lower) and np.isposinf(condition.upper):
        return f"{variable.label} known"
    if np.isneginf(condition.lower):
        return f"{variable.label} at most {upper}{unit}"
    if np.isposinf(condition.upper):
        return f"{variable.label} at least {lower}{unit}"
    if condition.lower == condition.upper:
        return f"{variable.label}{' of' if after_number else ''} {lower}{unit}"
    return f"{variable.label}{' from' if after_number else ''} {lower} to {upper}{unit}"


def _passes(trial: Trial, condition: Filter) -> np.ndarray:
    """Return who passes a condition; the latest conditions of a trial are remembered."""
    remembered = _PASSED.setdefault(trial, OrderedDict())
    passed = remembered.get(condition)
    if passed is None:
        passed = _who_passes(trial, condition)
        passed.flags.writeable = False
        remembered[condition] = passed
        if len(remembered) > _MOST_PASSED:
            remembered.popitem(last=False)
    return passed


def _who_passes(trial: Trial, condition: Filter) -> np.ndarray:
    variable = filter_variable(trial, condition.variable)
    if variable.kind == "levels":
        _check_levels(condition, variable)
        return np.isin(variable.values, condition.values)
    if condition.values:
        try:
            wanted = np.array([float(value) for value in condition.values])
        except ValueError:
            wanted = np.array([np.nan])
        if np.isnan(wanted).any():
            raise SpecificationError(
                f"Filter {condition}: {variable.label} is a number; write {variable.name}=LOWER..UPPER."
            )
        return np.isin(variable.values, wanted)
    if not condition.lower <= condition.upper:
        raise SpecificationError(
            f"Filter {condition}: the bounds must be numbers, the lower one first, as in {variable.name}=40..60."
        )
    return (condition.lower <= variable.values) & (variable.values <= condition.upper)


def _check_levels(condition: Filter, variable: FilterVariable) -> None:
    known = [value for value, _ in variable.levels]
    rule = f"{variable.name} has the levels {', '.join(known) or 'none'}."
    if not condition.values:
        raise SpecificationError(f"Filter {condition}: {variable.label} has levels, not a range; {rule}")
    if any(value not in known for value in condition.values):
        raise SpecificationError(f"Filter {condition}: {rule}")


def _level_in_words(variable: FilterVariable, value: str) -> str:
    label = dict(variable.levels).get(value, value)
    return label.lower() if variable.levels == YES_NO else label


def _quoted(value: str) -> str:
    return value.replace("%", "%25").replace(",", "%2C").replace("..", "%2E%2E")


def _plain_number(value: float) -> str:
    """Write a bound so that reading it gives the same number: 1234567, not 1.23457e+06."""
    return repr(float(value)).removesuffix(".0")
