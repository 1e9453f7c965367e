"""Which patients an analysis counts: all who were randomized, or those that filters leave."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from il2dash.analysis.standing import Standing
from il2dash.errors import SpecificationError
from il2dash.study.definition import Covariate
from il2dash.study.trial import Trial


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """One condition on a variable: its `values`, or a range from `lower` to `upper` (both included).

    `variable` is ``arm`` or a covariate's name. A patient whose value is missing fails every condition.
    """

    variable: str
    values: tuple[str, ...] = ()
    lower: float = -np.inf
    upper: float = np.inf

    def __str__(self) -> str:
        if self.values:
            return f"{self.variable}={','.join(self.values)}"
        lower = "" if np.isneginf(self.lower) else _plain_number(self.lower)
        upper = "" if np.isposinf(self.upper) else _plain_number(self.upper)
        return f"{self.variable}={lower}..{upper}"


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
    def is_treatment(self) -> np.ndarray:
        """For each counted patient, whether they are in the treatment arm."""
        return (self.subjects["arm"] == self.trial.definition.arms.treatment).to_numpy()

    def arm(self, code: str) -> np.ndarray:
        """Return for each counted patient whether they are in that arm."""
        treated = self.is_treatment
        return treated if code == self.trial.definition.arms.treatment else ~treated

    @property
    def n(self) -> dict[str, int]:
        """Counted patients by arm, the reference first."""
        return {code: int(self.arm(code).sum()) for code in self.trial.definition.arms.codes}

    @cached_property
    def standing(self) -> Standing:
        """Prespecified for all who were randomized; otherwise who is left and by which conditions."""
        if not self.filters:
            return Standing()
        total = len(self.trial.subjects)
        conditions = ", ".join(_condition_in_words(self.trial, condition) for condition in self.filters)
        reasons = [f"{int(self.included.sum())} of {total} patients: {conditions}"]
        after_baseline = [
            covariate.label
            for covariate in self.trial.definition.covariates
            if covariate.timing == "post-baseline"
            and any(condition.variable == covariate.name for condition in self.filters)
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

    Raises
    ------
    SpecificationError
        Where the text isn't of that form, or names an unknown variable or level.
    """
    name, equals, wanted = (part.strip() for part in text.partition("="))
    if not equals or not wanted:
        raise SpecificationError(f"Filter {text!r}: write NAME=VALUE[,VALUE] or NAME=LOWER..UPPER.")
    if ".." not in wanted:
        condition = Filter(variable=name, values=tuple(value.strip() for value in wanted.split(",")))
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


def _passes(trial: Trial, condition: Filter) -> np.ndarray:
    if condition.variable == "arm":
        _check_levels(condition, {code: code for code in trial.definition.arms.codes})
        return trial.subjects["arm"].isin(condition.values).to_numpy()
    covariate = _covariate(trial, condition.variable)
    column = trial.subjects[covariate.name]
    if covariate.kind == "continuous":
        if condition.values:
            try:
                wanted = np.array([float(value) for value in condition.values])
            except ValueError:
                wanted = np.array([np.nan])
            if np.isnan(wanted).any():
                raise SpecificationError(
                    f"Filter {condition}: {covariate.label} is a number; write {covariate.name}=LOWER..UPPER."
                )
            return column.isin(wanted).to_numpy()
        if not condition.lower <= condition.upper:
            raise SpecificationError(
                f"Filter {condition}: the bounds must be numbers, the lower one first, as in {covariate.name}=40..60."
            )
        return column.between(condition.lower, condition.upper).to_numpy()
    if not condition.values:
        raise SpecificationError(f"Filter {condition}: {covariate.label} has levels, not a range; name the levels.")
    if covariate.kind == "binary":
        codes = {level.value: str(index) for index, level in enumerate(covariate.levels)} or {"0": "0", "1": "1"}
        _check_levels(condition, codes)
        return column.isin([float(codes[value]) for value in condition.values]).to_numpy()
    present = [level.value for level in covariate.levels] or sorted(column.dropna().unique())
    _check_levels(condition, {value: value for value in present})
    return column.isin(condition.values).to_numpy()


def _covariate(trial: Trial, name: str) -> Covariate:
    try:
        return trial.definition.covariate(name)
    except KeyError:
        known = ", ".join(["arm", *(covariate.name for covariate in trial.definition.covariates)])
        raise SpecificationError(f"Filter on {name!r}: the study has no such variable; it has {known}.") from None


def _check_levels(condition: Filter, known: dict[str, str]) -> None:
    unknown = [value for value in condition.values if value not in known]
    if unknown or not condition.values:
        raise SpecificationError(f"Filter {condition}: {condition.variable} has the levels {', '.join(known)}.")


def _condition_in_words(trial: Trial, condition: Filter) -> str:
    if condition.variable == "arm":
        return " or ".join(trial.definition.arms.label(code) for code in condition.values)
    covariate = trial.definition.covariate(condition.variable)
    unit = f" {covariate.unit}" if covariate.unit else ""
    if condition.values:
        labels = {level.value: level.label for level in covariate.levels}
        if covariate.kind == "binary" and not labels:
            labels = {"0": "no", "1": "yes"}
        return f"{covariate.label} {' or '.join(labels.get(value, value) for value in condition.values)}"
    if np.isneginf(condition.lower) and np.isposinf(condition.upper):
        return f"{covariate.label} known"
    if np.isneginf(condition.lower):
        return f"{covariate.label} at most {_plain_number(condition.upper)}{unit}"
    if np.isposinf(condition.upper):
        return f"{covariate.label} at least {_plain_number(condition.lower)}{unit}"
    return f"{covariate.label} {_plain_number(condition.lower)} to {_plain_number(condition.upper)}{unit}"


def _plain_number(value: float) -> str:
    """Write a bound so that reading it gives the same number: 1234567, not 1.23457e+06."""
    return repr(float(value)).removesuffix(".0")
