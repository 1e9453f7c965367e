"""Who and what goes into a model of repeated measures: responses by patient and visit, and their fixed effects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from il2dash.analysis.design_matrix import ARM, DesignColumn, DesignMatrix, design_matrix
from il2dash.analysis.mixed_model_inference import DegreesOfFreedomMethod
from il2dash.analysis.population import Population
from il2dash.analysis.unusable_terms import unusable_terms
from il2dash.analysis.visit_values import visit_values
from il2dash.errors import SpecificationError
from il2dash.study.definition import Scale
from il2dash.study.trial import Trial

BASELINE = "baseline"
Direction = Literal["below", "above"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatedMeasuresSpec:
    """What is modeled: a marker, whether its baseline is adjusted for, the covariates, and the kind of inference."""

    marker: str
    adjusted_for_baseline: bool = True
    covariates: tuple[str, ...] = ()
    df_method: DegreesOfFreedomMethod = "kenward-roger"
    level: float = 0.95


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RepeatedMeasuresData:
    """The patients in a model, with all that is on the marker's scale for models.

    Parameters
    ----------
    weeks : array, shape (visits,)
        The planned weeks after the baseline.
    response : array, shape (patients, visits)
        NaN where there is no value.
    is_treatment : bool array, shape (patients,)
        Whether a patient is in the treatment arm.
    covariates : array, shape (patients, columns)
        The baseline value, where it is adjusted for, and the covariates.
    grid : array, shape (columns,)
        Where the least-squares means hold them: a number at its mean over the rows of the analysis (a patient counts
        once a value), the levels of a factor with equal weights.
    censored, censored_baselines : int
        Values and baselines beyond the assay's limits, which count at the limit.
    warnings : tuple of str
        Who was left out and what counts at a limit, in sentences.
    reason : str
        Why no model can be fitted; empty where one can be tried.
    """

    weeks: np.ndarray
    response: np.ndarray
    is_treatment: np.ndarray
    covariates: np.ndarray
    grid: np.ndarray
    censored: int
    censored_baselines: int
    warnings: tuple[str, ...]
    reason: str

    @property
    def observations(self) -> int:
        """How many values there are."""
        return int((~np.isnan(self.response)).sum())

    def counts(self, *, treatment: bool) -> np.ndarray:
        """Return how many values an arm has at each visit."""
        return np.asarray((~np.isnan(self.response[self.is_treatment == treatment])).sum(axis=0))


def on_model_scale(values: np.ndarray, scale: Scale) -> np.ndarray:
    """Return a marker's values as models take them."""
    if scale == "sqrt":
        return np.asarray(np.sqrt(values))
    return np.asarray(np.log10(values)) if scale == "log10" else values


def repeated_measures_data(population: Population, spec: RepeatedMeasuresSpec) -> RepeatedMeasuresData:
    """Gather the responses and covariates of a marker's model.

    Patients are in it who have a baseline value, where it is adjusted for, all covariates, and a value at a planned
    visit after the baseline.

    Raises
    ------
    SpecificationError
        Where the study has no such marker or covariate, a covariate isn't one of the baseline, or is the arm.
    """
    trial = population.trial
    _check_covariates(trial, spec)
    source = visit_values(trial, spec.marker)
    scale = trial.definition.markers[spec.marker].scale
    values = on_model_scale(source.values[population.included], scale)
    beyond = (source.below | source.above)[population.included]
    baseline, response = values[:, :1], values[:, 1:]
    known_baseline = ~np.isnan(baseline[:, 0]) | (not spec.adjusted_for_baseline)
    followed = (~np.isnan(response)).any(axis=1)
    complete = design_matrix(population, spec.covariates).complete
    usable = known_baseline & followed & complete
    design = design_matrix(population, spec.covariates, among=usable)
    columns, blocks = list(design.columns), [baseline[usable], design.values[usable][:, 1:]]
    warnings = _left_out(known_baseline=known_baseline, followed=followed, complete=complete)
    own = DesignColumn(
        term=BASELINE,
        name=BASELINE,
        label=f"{trial.definition.markers[spec.marker].label} at baseline",
        contrast="",
        randomized=False,
    )
    if not spec.adjusted_for_baseline:
        blocks, beyond[:, 0] = blocks[1:], False
    elif usable.sum() > 1 and np.ptp(baseline[usable]) == 0:
        blocks = blocks[1:]
        warnings.append(f"{own.label} is the same for everybody in the model: it explains nothing and isn't in it.")
    else:
        columns = [own, *columns]
    covariates = np.column_stack(blocks)
    response, beyond = response[usable], beyond[usable]
    censored = int((beyond[:, 1:] & ~np.isnan(response)).sum())
    observations = int((~np.isnan(response)).sum())
    if censored or beyond[:, 0].any():
        warnings.append(
            f"{censored:,} of {observations:,} values and {int(beyond[:, 0].sum()):,} of {len(response):,} baselines "
            "are beyond the assay's limits and count at the limit: where they are many, means are drawn toward the "
            "limit and intervals are too narrow."
        )
    is_treatment = population.is_treatment[usable]
    return RepeatedMeasuresData(
        weeks=source.weeks[1:],
        response=response,
        is_treatment=is_treatment,
        covariates=covariates,
        grid=_grid(trial, columns, covariates, response),
        censored=censored,
        censored_baselines=int(beyond[:, 0].sum()),
        warnings=tuple(warnings),
        reason=_reason(population, columns, covariates=covariates, response=response, is_treatment=is_treatment),
    )


def _check_covariates(trial: Trial, spec: RepeatedMeasuresSpec) -> None:
    if ARM in spec.covariates:
        raise SpecificationError("Term 'arm': it is in every model of repeated measures; name only covariates.")
    for covariate in trial.definition.covariates:
        if covariate.name in spec.covariates and covariate.timing != "baseline":
            raise SpecificationError(
                f"Term {covariate.name!r}: {covariate.label} is known only after the baseline; adjusting for it would "
                "break the comparison of randomized arms. Name covariates of the baseline."
            )


def _left_out(*, known_baseline: np.ndarray, followed: np.ndarray, complete: np.ndarray) -> list[str]:
    """Say who isn't in the model, each patient under the first thing that is missing."""
    groups = {
        "no value at baseline": ~known_baseline,
        "no value at a planned visit after the baseline": known_baseline & ~followed,
        "a covariate of the model isn't known": known_baseline & followed & ~complete,
    }
    return [
        f"{int(group.sum())} patient{' is' if group.sum() == 1 else 's are'} left out: {why}."
        for why, group in groups.items()
        if group.any()
    ]


def _grid(trial: Trial, columns: list[DesignColumn], covariates: np.ndarray, response: np.ndarray) -> np.ndarray:
    rows = (~np.isnan(response)).sum(axis=1)
    grid = np.zeros(len(columns))
    for index, column in enumerate(columns):
        if column.term == BASELINE or trial.definition.covariate(column.term).kind == "continuous":
            grid[index] = np.average(covariates[:, index], weights=rows) if rows.size else np.nan
        else:
            grid[index] = 1 / (1 + sum(other.term == column.term for other in columns))
    return grid


def _reason(
    population: Population,
    columns: list[DesignColumn],
    *,
    covariates: np.ndarray,
    response: np.ndarray,
    is_treatment: np.ndarray,
) -> str:
    """Say why no model can be fitted to these patients; the empty string where one can be tried."""
    arms = population.trial.definition.arms
    if response.shape[1] == 0:
        return "the study plans no visit after the baseline"
    if not len(response):
        total = population.size
        baseline = "a baseline, " if any(column.term == BASELINE for column in columns) else ""
        return f"none of the {total} patients has {baseline}all covariates, and a value after the baseline"
    few = [
        f"{arms.label(code)} has {n or 'no'} patient{'' if n == 1 else 's'} in the model"
        for code, n in ((code, int((is_treatment == (code == arms.treatment)).sum())) for code in arms.codes)
        if n < 2
    ]
    if few:
        return f"{' and '.join(few)}: two in each arm are needed"
    values = response[~np.isnan(response)]
    if np.ptp(values) == 0:
        return f"all {values.size} values after the baseline are the same"
    arm = DesignColumn(term=ARM, name=ARM, label="Arm", contrast="", randomized=True)
    everything = np.column_stack([np.ones(len(response)), is_treatment.astype(float), covariates])
    return "; ".join(unusable_terms(DesignMatrix(columns=(arm, *columns), values=everything)).values())
